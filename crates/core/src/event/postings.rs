//! Decisions as double entries: which account of a member gives, and which takes.

use serde::Serialize;

use crate::calendar::Instant;
use crate::event::{Credited, Decision, HoldCaptured, NewLot, Reinstated};
use crate::ids::CurrencyNumber;
use crate::points::Points;
use crate::state::Balance;

/// A side of a double entry, per member and currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// Points given, counted below zero: where all points come from.
    Issued,
    /// Points that can be spent.
    Available,
    /// Points that cannot be spent yet.
    Pending,
    /// Points set aside by holds.
    Held,
    /// Points spent.
    Redeemed,
    /// Points that ran out.
    Expired,
    /// Points taken by debit adjustments, fees, closures, and orders that were not fulfilled.
    Forfeited,
    /// Points taken back by returns.
    ClawedBack,
    /// What the member owes, counted below zero.
    Arrears,
    /// Debts let go, counted below zero.
    ArrearsWrittenOff,
    /// Points that came from other members, counted below zero.
    Received,
    /// Points that went to other members.
    Sent,
}

impl Account {
    /// Every account.
    pub const ALL: [Account; 12] = [
        Account::Issued,
        Account::Available,
        Account::Pending,
        Account::Held,
        Account::Redeemed,
        Account::Expired,
        Account::Forfeited,
        Account::ClawedBack,
        Account::Arrears,
        Account::ArrearsWrittenOff,
        Account::Received,
        Account::Sent,
    ];
}

/// One side of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Posting {
    /// Where.
    pub account: Account,
    /// In which currency.
    pub currency: CurrencyNumber,
    /// How much; the postings of an event add up to 0 per currency.
    pub points: i128,
}

impl Decision {
    /// Calls `post` with each side of the event's double entry. New lots are pending when they activate after
    /// `effective_at`, the time of the event.
    pub fn postings(&self, effective_at: Instant, mut post: impl FnMut(Posting)) {
        let mut side = |account, currency, points: i128| {
            if points != 0 {
                post(Posting { account, currency, points });
            }
        };
        let mut moved = |from, to, currency, points: Points| {
            side(from, currency, -i128::from(points.0));
            side(to, currency, i128::from(points.0));
        };
        match self {
            Decision::MemberJoined
            | Decision::TierChanged(_)
            | Decision::Renewed(_)
            | Decision::ReferralPaid(_)
            | Decision::VoucherUsed(_)
            | Decision::ExpiryChanged(_)
            | Decision::BlockSet(_)
            | Decision::FiguresCarried(_)
            | Decision::TierGranted(_)
            | Decision::TierGrantEnded(_)
            | Decision::BenefitUsed(_)
            | Decision::BenefitRestored(_)
            | Decision::ReferralCancelled(_) => {}
            Decision::PointsEarned(earned) => {
                for lot in &earned.lots {
                    moved(Account::Issued, lot.account(effective_at), lot.currency, lot.points);
                }
            }
            Decision::Credited(Credited { lot, .. }) => {
                moved(Account::Issued, lot.account(effective_at), lot.currency, lot.points)
            }
            Decision::PointsActivated(a) => moved(Account::Pending, Account::Available, a.currency, a.points),
            Decision::ArrearsPaid(paid) => {
                moved(Account::Available, Account::Arrears, paid.currency, paid.points)
            }
            Decision::Redeemed(redeemed) => {
                moved(Account::Available, Account::Redeemed, redeemed.currency, redeemed.points);
            }
            Decision::RedemptionReversed(reversed) => {
                moved(Account::Redeemed, Account::Available, reversed.currency, reversed.points);
            }
            Decision::Expired(expired) => {
                moved(Account::Available, Account::Expired, expired.currency, expired.points)
            }
            Decision::ClawedBack(clawed) => {
                for take in &clawed.takes {
                    for draw in &take.from_pending {
                        moved(Account::Pending, Account::ClawedBack, take.currency, draw.points);
                    }
                    for draw in &take.from_available {
                        moved(Account::Available, Account::ClawedBack, take.currency, draw.points);
                    }
                    moved(Account::Arrears, Account::ClawedBack, take.currency, take.arrears);
                }
            }
            Decision::Debited(debited) => {
                for draw in &debited.draws {
                    moved(Account::Available, Account::Forfeited, debited.currency, draw.points);
                }
                moved(Account::Arrears, Account::Forfeited, debited.currency, debited.arrears);
            }
            Decision::LotCancelled(lot) => {
                moved(Account::Pending, Account::Forfeited, lot.currency, lot.points)
            }
            Decision::HoldPlaced(hold) => {
                moved(Account::Available, Account::Held, hold.currency, hold.points)
            }
            Decision::HoldCaptured(HoldCaptured { redeemed, released, .. }) => {
                moved(Account::Held, Account::Redeemed, redeemed.currency, redeemed.points);
                for draw in released {
                    moved(Account::Held, Account::Available, redeemed.currency, draw.points);
                }
            }
            Decision::HoldReleased(hold) => {
                moved(Account::Held, Account::Available, hold.currency, hold.points)
            }
            Decision::TransferSent(sent) => {
                moved(Account::Available, Account::Sent, sent.currency, sent.points);
                moved(Account::Available, Account::Forfeited, sent.currency, sent.fee);
            }
            Decision::TransferReceived(got) => {
                moved(Account::Received, Account::Available, got.currency, got.points);
            }
            Decision::WrittenOff(off) => {
                moved(Account::ArrearsWrittenOff, Account::Arrears, off.currency, off.points);
            }
            Decision::Reinstated(Reinstated { lot, .. }) => {
                moved(Account::Expired, Account::Available, lot.currency, lot.points);
            }
            Decision::Closed(closed) => {
                for forfeit in &closed.forfeited {
                    for draw in &forfeit.available {
                        moved(Account::Available, Account::Forfeited, forfeit.currency, draw.points);
                    }
                    for draw in &forfeit.pending {
                        moved(Account::Pending, Account::Forfeited, forfeit.currency, draw.points);
                    }
                }
            }
            Decision::MergedInto(merged) => hand_over(&merged.balances, -1, side),
            Decision::MergedFrom(merged) => hand_over(&merged.state.balances, 1, side),
        }
    }
}

/// Moves whole balances; they balance by themselves.
fn hand_over(balances: &[Balance], sign: i128, mut side: impl FnMut(Account, CurrencyNumber, i128)) {
    for (currency, balance) in (0..).map(CurrencyNumber).zip(balances) {
        for account in Account::ALL {
            side(account, currency, sign * balance.posted(account));
        }
    }
}

impl NewLot {
    /// Whether the lot begins pending, given the time of the event that made it.
    pub fn begins_pending(&self, effective_at: Instant) -> bool {
        self.activates_at > effective_at
    }

    fn account(&self, effective_at: Instant) -> Account {
        if self.begins_pending(effective_at) { Account::Pending } else { Account::Available }
    }
}
