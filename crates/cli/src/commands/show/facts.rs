//! Facts in words.

use tallybook_core::fact::{
    Activity, Block, ExpiryChange, Fact, NewEnd, Order, Price, Purchase, Purpose, Return, ReturnedLine,
    ReturnedPart, TierRequest, TierTerm, Transfer,
};
use tallybook_core::money::{CurrencyCode, Money};
use tallybook_core::points::{Points, Scaled};

use super::Show;
use crate::output::count;

impl Show<'_> {
    /// A fact in words. `order_currency` is that of the order which a return names.
    pub fn fact(&self, fact: &Fact<'_>, order_currency: Option<CurrencyCode>) -> String {
        match fact {
            Fact::MemberEnrolled(enrolment) => match &enrolment.referred_by {
                Some(referrer) => format!("enrolled, referred by {referrer}"),
                None => "enrolled".to_owned(),
            },
            Fact::ProfileChanged(_) => "profile changed".to_owned(),
            Fact::OrderPlaced(order) => self.order(order),
            Fact::OrderReturned(ret) => self.returned(ret, order_currency),
            Fact::OrderFulfilled(fulfilment) => format!("order {} fulfilled", fulfilment.order),
            Fact::ActivityRecorded(activity) => self.activity(activity),
            Fact::RedemptionRequested(redemption) => {
                format!("redemption {} for {}", redemption.id, self.purpose(&redemption.purpose))
            }
            Fact::ReversalRequested(reversal) => format!("reversal of redemption {}", reversal.redemption),
            Fact::HoldRequested(hold) => format!(
                "hold {} for {} until {}",
                hold.id,
                self.purpose(&hold.purpose),
                self.local(hold.expires_at)
            ),
            Fact::CaptureRequested(capture) => format!("capture of hold {}", capture.hold),
            Fact::ReleaseRequested(release) => format!("release of hold {}", release.hold),
            Fact::VoucherPresented(_) => "voucher presented".to_owned(),
            Fact::TransferRequested(transfer) => self.transfer(transfer),
            Fact::PointsPurchased(purchase) => self.purchase(purchase),
            Fact::AdjustmentRequested(adjustment) => {
                let about = adjustment.about.map(|at| format!(", about position {at}")).unwrap_or_default();
                format!("adjustment by {}: {}{about}", adjustment.actor, adjustment.reason)
            }
            Fact::WriteOffRequested(off) => format!("write-off by {}: {}", off.actor, off.reason),
            Fact::ExpiryChangeRequested(change) => self.expiry_change(change),
            Fact::ReinstatementRequested(wanted) => {
                format!("reinstatement of lot {} by {}: {}", wanted.lot, wanted.actor, wanted.reason)
            }
            Fact::MergeRequested(merge) => {
                format!("merge into {} by {}: {}", merge.into, merge.actor, merge.reason)
            }
            Fact::ClosureRequested(closure) => format!("closure by {}: {}", closure.actor, closure.reason),
            Fact::BlockRequested(block) => block_words(block),
            Fact::TierRequested(request) => self.tier_request(request),
            Fact::TierRevoked(revoked) => {
                format!("tier by hand on {} revoked by {}: {}", revoked.ladder, revoked.actor, revoked.reason)
            }
            Fact::BenefitRequested(used) => {
                format!("use {} of benefit {}{}", used.id, used.benefit, times(used.times))
            }
            Fact::BenefitReturned(back) => format!(
                "{} of benefit {} given back by {}: {}",
                count(back.times.unsigned_abs(), "use"),
                back.benefit,
                back.actor,
                back.reason
            ),
            Fact::ProgrammePublished(_) => "programme published".to_owned(),
        }
    }

    fn order(&self, order: &Order<'_>) -> String {
        let total = Money(order.lines.iter().fold(0i64, |sum, line| sum.saturating_add(line.amount.0)));
        let lines = match order.lines.len() {
            1 => "1 line".to_owned(),
            count => format!("{count} lines"),
        };
        let paid = order.redemption.as_ref().map(|id| format!(", paid in part by redemption {id}"));
        let total = self.money(total, Some(order.currency));
        format!("order {}: {lines}, {total}{}", order.id, paid.unwrap_or_default())
    }

    fn returned(&self, ret: &Return<'_>, currency: Option<CurrencyCode>) -> String {
        let exponent = self.exponent(currency);
        let line = |line: &ReturnedLine<'_>| match line.part {
            ReturnedPart::All => format!("line {}", line.line),
            ReturnedPart::Quantity(pieces) => format!("{pieces} of line {}", line.line),
            ReturnedPart::Amount(money) => {
                format!("{} of line {}", Scaled { units: money.0, scale: exponent }, line.line)
            }
        };
        let lines: Vec<String> = ret.lines.iter().map(line).collect();
        let what = if lines.is_empty() { "all that was left".to_owned() } else { lines.join(", ") };
        format!("return {} of order {}: {what}", ret.id, ret.order)
    }

    fn activity(&self, activity: &Activity<'_>) -> String {
        let mut text = format!("activity {}", activity.kind);
        if let Some(id) = &activity.id {
            text.push_str(&format!(" {id}"));
        }
        if let Some(Price { amount, currency }) = activity.amount {
            text.push_str(&format!(", {}", self.money(amount, Some(currency))));
        }
        if let Some(score) = activity.score {
            text.push_str(&format!(", score {score}"));
        }
        text
    }

    fn purpose(&self, purpose: &Purpose<'_>) -> String {
        match purpose {
            Purpose::Reward(name) => format!("reward {name}"),
            Purpose::Voucher { what, .. } => format!("voucher {what}"),
            Purpose::CashOff { order_total } => {
                format!("cash off an order of {}", self.money(*order_total, None))
            }
        }
    }

    fn transfer(&self, transfer: &Transfer<'_>) -> String {
        let points = self.points_of(transfer.points, &transfer.currency);
        let gift = if transfer.gift { " as a gift" } else { "" };
        format!("transfer {} of {points} to {}{gift}", transfer.id, transfer.to)
    }

    fn purchase(&self, purchase: &Purchase<'_>) -> String {
        let mut text =
            format!("purchase {} of {}", purchase.id, self.points_of(purchase.points, &purchase.currency));
        if let Some(Price { amount, currency }) = purchase.price {
            text.push_str(&format!(" for {}", self.money(amount, Some(currency))));
        }
        if let Some(giver) = &purchase.giver {
            text.push_str(&format!(", given by {giver}"));
        }
        text
    }

    fn expiry_change(&self, change: &ExpiryChange<'_>) -> String {
        let lots = match change.lot {
            Some(lot) => format!("lot {lot}"),
            None => format!("all lots of {}", change.currency),
        };
        let to = match change.to {
            NewEnd::At(at) => format!("end at {}", self.local(at)),
            NewEnd::Never => "never end".to_owned(),
            NewEnd::PlusDays(days) => format!("end {days} days later"),
        };
        format!("{lots} to {to}, by {}: {}", change.actor, change.reason)
    }

    fn tier_request(&self, request: &TierRequest<'_>) -> String {
        let TierRequest { ladder, tier, term, actor, reason } = request;
        let how = match term {
            TierTerm::Until(until) => format!("given until {}", self.local(*until)),
            TierTerm::Open => "given".to_owned(),
            TierTerm::Challenge => "lent".to_owned(),
        };
        format!("tier {tier} on {ladder} {how} by {actor}: {reason}")
    }

    /// Points of a currency that a fact names by its id.
    fn points_of(&self, points: Points, id: &str) -> String {
        self.currency_number(id)
            .map_or_else(|| format!("{points} {id}"), |number| self.points(points, number))
    }
}

/// `, 3 times`; nothing for once.
fn times(times: i64) -> String {
    if times == 1 { String::new() } else { format!(", {times} times") }
}

fn block_words(block: &Block<'_>) -> String {
    let what = match (block.earning, block.redeeming) {
        (true, true) => "block of earning and redeeming",
        (true, false) => "block of earning",
        (false, true) => "block of redeeming",
        (false, false) => "unblocking",
    };
    format!("{what} by {}: {}", block.actor, block.reason)
}
