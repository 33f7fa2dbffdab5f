//! Point currencies, and expiries wherever they stand.

use super::page::{Page, decimal, inline, list, quoted};
use crate::spec::{
    ActivationSpec, AllowanceSpec, CurrencySpec, EndAt, EndSpec, ExpirySpec, InactivitySpec, RenewalKind,
    RoundTo, Spec, TransferSpec, words,
};

/// Keys of a table with their written values.
type Keys = Vec<(&'static str, String)>;

impl Spec {
    pub(super) fn currency_to_toml(&self, page: &mut Page, currency: &CurrencySpec) {
        page.heading("\n[[currency]]");
        page.text("id", &currency.id);
        page.set("scale", currency.scale);
        page.word("use", words::usage(currency.usage), "spendable");
        if currency.fifo {
            page.text("spend_order", "fifo");
        }
        page.word("clawback", words::clawback(currency.clawback), "arrears");
        if currency.reversal_grace_days > 0 {
            page.set("reversal_grace_days", currency.reversal_grace_days);
        }
        if currency.expiry != ExpirySpec::NEVER {
            page.heading("[currency.expiry]");
            for (key, value) in expiry_keys(&currency.expiry) {
                page.set(key, value);
            }
        }
        activation_to_toml(page, currency.activation);
        if let Some(cash) = currency.cash {
            page.heading("[currency.cash]");
            page.decimal("points", cash.points, currency.scale);
            page.decimal("per", cash.per, self.money[0].exponent);
            page.decimal("min_points", cash.min_points, currency.scale);
            page.decimal("step", cash.step, currency.scale);
            page.set("max_share_percent", cash.max_share_percent);
        }
        if let Some(transfer) = currency.transfer {
            transfer_to_toml(page, transfer, currency.scale);
        }
        if let Some(allowance) = currency.purchase {
            page.heading("[currency.purchase]");
            allowance_to_toml(page, allowance, currency.scale);
        }
        for cap in &currency.caps {
            page.heading("[[currency.cap]]");
            page.decimal("limit", cap.limit, currency.scale);
            page.text("per", words::cap_period(cap.per));
            if cap.skip {
                page.text("beyond", "skip");
            }
        }
    }
}

fn activation_to_toml(page: &mut Page, activation: ActivationSpec) {
    if activation != ActivationSpec::Immediate {
        page.heading("[currency.activation]");
    }
    match activation {
        ActivationSpec::Immediate => {}
        ActivationSpec::AfterDays(days) => {
            page.text("policy", "after_days");
            page.set("days", days);
        }
        ActivationSpec::OnDate(day) => {
            page.text("policy", "on_date");
            page.set("date", day);
        }
        ActivationSpec::OnFulfilment(days) => {
            page.text("policy", "on_fulfilment");
            page.set("within_days", days);
        }
    }
}

fn transfer_to_toml(page: &mut Page, transfer: TransferSpec, scale: u8) {
    page.heading("[currency.transfer]");
    if transfer.restart {
        page.text("expiry", "restart");
    }
    allowance_to_toml(page, transfer.allowance, scale);
    if transfer.fee_points > 0 {
        page.decimal("fee_points", transfer.fee_points, scale);
    }
    if transfer.fee_basis_points > 0 {
        page.decimal("fee_percent", transfer.fee_basis_points, 2);
    }
}

fn allowance_to_toml(page: &mut Page, allowance: AllowanceSpec, scale: u8) {
    if allowance.min_points > 1 {
        page.decimal("min_points", allowance.min_points, scale);
    }
    if let Some(points) = allowance.max_points {
        page.decimal("max_points", points, scale);
    }
    if let Some((points, per)) = allowance.limit {
        let limit = [("points", quoted(&decimal(points, scale))), ("per", quoted(words::cap_period(per)))];
        page.set("limit", inline(&limit));
    }
}

/// An expiry as an inline table.
pub(super) fn expiry_inline(expiry: &ExpirySpec) -> String {
    inline(&expiry_keys(expiry))
}

fn expiry_keys(expiry: &ExpirySpec) -> Keys {
    let settled = expiry.ends.iter().map(|end| end_keys(*end));
    let parts: Vec<Keys> = settled.chain(expiry.inactivity.as_ref().map(inactivity_keys)).collect();
    match &parts[..] {
        [] => vec![("policy", quoted("never"))],
        [one] => one.clone(),
        several => {
            let several: Vec<String> = several.iter().map(|keys| inline(keys)).collect();
            vec![("policy", quoted("earliest_of")), ("of", format!("[{}]", several.join(", ")))]
        }
    }
}

fn end_keys(end: EndSpec) -> Keys {
    let (policy, key, count, round_to) = match end.at {
        EndAt::AfterDays(n, unit) => ("after", "days", n, unit),
        EndAt::AfterMonths(n, unit) => ("after", "months", n, unit),
        EndAt::AfterYears(n, unit) => ("after", "years", n, unit),
        EndAt::Calendar(n) => ("calendar", "years", n, RoundTo::Day),
    };
    let mut keys = vec![("policy", quoted(policy)), (key, count.to_string())];
    clock_keys(&mut keys, round_to, end.counts_from_earning);
    keys
}

fn inactivity_keys(inactivity: &InactivitySpec) -> Keys {
    let mut keys = vec![("policy", quoted("inactivity")), ("months", inactivity.months.to_string())];
    if inactivity.kinds != RenewalKind::USUAL {
        let kinds: Vec<String> =
            inactivity.kinds.iter().map(|kind| words::renewal_kind(*kind).to_owned()).collect();
        keys.push(("kinds", list(&kinds)));
    }
    clock_keys(&mut keys, inactivity.round_to, inactivity.counts_from_earning);
    keys
}

fn clock_keys(keys: &mut Keys, round_to: RoundTo, counts_from_earning: bool) {
    if round_to != RoundTo::Day {
        keys.push(("round_to", quoted(words::round_to(round_to))));
    }
    if counts_from_earning {
        keys.push(("counts_from", quoted("earning")));
    }
}
