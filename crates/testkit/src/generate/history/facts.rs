//! The facts of a move: places become names of what was there before.

use std::borrow::Cow;

use tallybook_core::calendar::{Instant, MonthDay};
use tallybook_core::command::Command;
use tallybook_core::event::CodeHash;
use tallybook_core::fact::{
    Activity, Adjustment, BenefitRestoration, BenefitUse, Block, Capture, Closure, Enrolment, ExpiryChange,
    Fact, Fulfilment, HoldRequest, Line, Merge, NewEnd, Order, Price, Profile, Purchase, Purpose, Redemption,
    Reinstatement, Release, Return, ReturnedLine, ReturnedPart, Reversal, Shortfall, TierRequest,
    TierRevocation, TierTerm, Transfer, VoucherUse, WriteOff,
};
use tallybook_core::ids::LotNumber;
use tallybook_core::money::{CurrencyCode, Money};
use tallybook_core::points::Points;
use tallybook_core::programme::plan::OnClose;

use super::MEMBERS;
use super::moves::{
    Act, ActivityDraw, EndDraw, HoldEnd, Opening, OrderDraw, PartDraw, PointsDraw, ProfileDraw, PurposeDraw,
    ReturnDraw, SpendDraw, TermDraw, UNKNOWN,
};
use super::story::{Story, member_name};
use crate::generate::vocabulary::{ATTRIBUTE, BRANDS, CATEGORIES, CHANNELS, SEGMENTS, SKUS, STORES, TAGS};
use crate::naive::NaiveBalance;
use crate::spec::{CurrencySpec, Usage};

const ACTOR: Cow<'static, str> = Cow::Borrowed("clerk");
const REASON: Cow<'static, str> = Cow::Borrowed("goodwill");
/// The lots among which one that can be reinstated is looked for.
const LOTS_TRIED: u32 = 12;
/// A member of whom no command speaks.
const NOBODY: Cow<'static, str> = Cow::Borrowed("nobody");

impl Story {
    /// The facts of one command; none where the move has nothing to act upon.
    pub fn facts(&self, member: usize, at: Instant, act: &Act) -> Vec<Fact<'static>> {
        match act {
            Act::Exchange(ret, order) => {
                let ret = self.a_return(member, ret).map(Fact::OrderReturned);
                let order = Fact::OrderPlaced(self.order(member, order, false));
                ret.into_iter().chain([order]).collect()
            }
            Act::Together(activity, order) => vec![
                Fact::ActivityRecorded(self.activity(activity)),
                Fact::OrderPlaced(self.order(member, order, false)),
            ],
            _ => self.fact(member, at, act).into_iter().collect(),
        }
    }

    fn fact(&self, member: usize, at: Instant, act: &Act) -> Option<Fact<'static>> {
        Some(match act {
            Act::Enrol(opening) => Fact::MemberEnrolled(self.enrolment(member, *opening)),
            Act::ChangeProfile(draw) => Fact::ProfileChanged(profile_of(*draw)),
            Act::Block { earning, redeeming } => Fact::BlockRequested(Block {
                earning: *earning,
                redeeming: *redeeming,
                actor: ACTOR,
                reason: REASON,
            }),
            Act::Order(draw) => Fact::OrderPlaced(self.order(member, draw, false)),
            Act::SameOrderAgain(draw) => Fact::OrderPlaced(self.order(member, draw, true)),
            Act::OrderOfRedemption(which, draw) => {
                let redemption = newest(&self.past(member).redemptions, *which, "D-none")?;
                let order = self.order(member, draw, false);
                Fact::OrderPlaced(Order { redemption: Some(redemption), ..order })
            }
            Act::Return(draw) => Fact::OrderReturned(self.a_return(member, draw)?),
            Act::Fulfil { which } => {
                let orders: Vec<Cow<'static, str>> =
                    self.past(member).orders.iter().map(|order| order.id.clone()).collect();
                Fact::OrderFulfilled(Fulfilment { order: newest(&orders, *which, "O-none")? })
            }
            Act::Activity(draw) => Fact::ActivityRecorded(self.activity(draw)),
            Act::Redeem(draw) => Fact::RedemptionRequested(self.redemption(member, at, draw)?),
            Act::Reverse { which, points } => Fact::ReversalRequested(Reversal {
                redemption: newest(&self.past(member).redemptions, *which, "D-none")?,
                points: points.map(Points),
            }),
            Act::Hold { spend, ends } => Fact::HoldRequested(self.hold(member, at, spend, *ends)?),
            Act::Capture { which, points } => Fact::CaptureRequested(Capture {
                hold: newest(&self.past(member).holds, *which, "H-none")?,
                points: points.map(Points),
            }),
            Act::Release { which } => {
                Fact::ReleaseRequested(Release { hold: newest(&self.past(member).holds, *which, "H-none")? })
            }
            Act::UseVoucher { which } => {
                Fact::VoucherPresented(VoucherUse { code: self.code(member, *which)? })
            }
            Act::Transfer { to, currency, points, gift } => {
                let currency = self.currency(*currency, |currency| currency.transfer.is_some())?;
                Fact::TransferRequested(Transfer {
                    id: self.name('T'),
                    to: self.other_member(member, *to),
                    points: Points(self.points(member, at, &currency, 1, *points)?),
                    currency,
                    gift: *gift,
                })
            }
            Act::Purchase { currency, points, price, gift } => Fact::PointsPurchased(Purchase {
                id: self.name('P'),
                currency: self.currency(*currency, |currency| currency.purchase.is_some())?,
                points: Points(*points),
                price: price.map(|amount| Price { amount: Money(amount), currency: self.money(0) }),
                giver: gift.then_some(Cow::Borrowed("aunt")),
            }),
            _ => self.fact_by_hand(member, at, act)?,
        })
    }

    fn fact_by_hand(&self, member: usize, at: Instant, act: &Act) -> Option<Fact<'static>> {
        Some(match act {
            Act::Adjust { currency, points, arrears } => Fact::AdjustmentRequested(Adjustment {
                currency: self.currency(*currency, |_| true)?,
                points: Points(*points),
                shortfall: if *arrears { Shortfall::Arrears } else { Shortfall::FloorAtZero },
                actor: ACTOR,
                reason: REASON,
                about: None,
            }),
            Act::WriteOff { currency, points } => Fact::WriteOffRequested(WriteOff {
                currency: self
                    .currency(*currency, |currency| self.balance(member, at, &currency.id).arrears > 0)?,
                points: points.map(Points),
                actor: ACTOR,
                reason: REASON,
            }),
            Act::ChangeExpiry { currency, lot, to } => Fact::ExpiryChangeRequested(ExpiryChange {
                currency: self.currency(*currency, |_| true)?,
                lot: lot.map(LotNumber),
                to: match to {
                    EndDraw::InDays(days) => {
                        NewEnd::At(self.zone().day_start(self.zone().day(self.clock).plus_days(days + 1)))
                    }
                    EndDraw::Past => NewEnd::At(self.clock),
                    EndDraw::Never => NewEnd::Never,
                    EndDraw::PlusDays(days) => NewEnd::PlusDays(*days),
                },
                actor: ACTOR,
                reason: REASON,
            }),
            Act::GrantTier { ladder, tier, term } => Fact::TierRequested(TierRequest {
                ladder: self.ladder(*ladder)?,
                tier: self.tier(*ladder, *tier),
                term: self.term(*term),
                actor: ACTOR,
                reason: REASON,
            }),
            Act::RevokeTier { ladder } => Fact::TierRevoked(TierRevocation {
                ladder: self.ladder(*ladder)?,
                actor: ACTOR,
                reason: REASON,
            }),
            Act::UseBenefit { which, times } => Fact::BenefitRequested(BenefitUse {
                id: self.name('B'),
                benefit: self.benefit(*which)?,
                times: *times,
            }),
            Act::RestoreBenefit { which, times } => Fact::BenefitReturned(BenefitRestoration {
                benefit: self.benefit(*which)?,
                times: *times,
                actor: ACTOR,
                reason: REASON,
            }),
            Act::Reinstate { lot, days } => self.reinstatement(member, at, *lot, *days)?,
            Act::Merge { into } => Fact::MergeRequested(Merge {
                into: self.other_member(member, *into),
                actor: ACTOR,
                reason: REASON,
            }),
            Act::Close { keep } => Fact::ClosureRequested(Closure {
                points: keep.map(|keep| if keep { OnClose::Keep } else { OnClose::Forfeit }),
                actor: ACTOR,
                reason: REASON,
            }),
            _ => return None,
        })
    }

    pub fn enrolment(&self, member: usize, opening: Opening) -> Enrolment<'static> {
        let referred_by = opening
            .referrer
            .map(|referrer| if referrer == UNKNOWN { NOBODY } else { Cow::Owned(member_name(referrer)) });
        // Oneself is named only by whoever was drawn to be brought by the first member, and is the first.
        let is_oneself = referred_by.as_deref() == Some(&member_name(member));
        let referred_by = referred_by.filter(|_| !is_oneself || member == 0);
        Enrolment { profile: profile_of(opening.profile), referred_by }
    }

    /// The member so many places further on, or another one where nobody knows that one.
    fn other_member(&self, member: usize, places: usize) -> Cow<'static, str> {
        if places == UNKNOWN {
            return NOBODY;
        }
        let drawn = (member + places) % MEMBERS;
        let better = (0..MEMBERS).find(|other| *other != member && self.is_there(*other));
        let chosen = if places == 0 || self.is_there(drawn) || self.is_stubborn() {
            drawn
        } else {
            better.unwrap_or(drawn)
        };
        member_name(chosen).into()
    }

    /// The reinstatement of the drawn lot or, where that is refused, of another one.
    fn reinstatement(
        &self,
        member: usize,
        at: Instant,
        lot: u32,
        days: Option<i64>,
    ) -> Option<Fact<'static>> {
        let of = |lot: u32| {
            Fact::ReinstatementRequested(Reinstatement {
                lot: LotNumber(lot),
                expires_at: days.map(|days| self.clock.plus_days(days)),
                actor: ACTOR,
                reason: REASON,
            })
        };
        let is_accepted = |lot: &u32| {
            let command = Command::new(&member_name(member), at, of(*lot)).with_key("trial");
            self.model.clone().submit_command(&command, self.clock).is_ok()
        };
        let accepted = std::iter::once(lot).chain(1..=LOTS_TRIED).find(is_accepted);
        accepted.or_else(|| self.is_stubborn().then_some(lot)).map(of)
    }

    /// A ladder by place; nothing where there is none.
    fn ladder(&self, place: usize) -> Option<Cow<'static, str>> {
        let ladders = &self.spec().ladders;
        if place == UNKNOWN || (ladders.is_empty() && self.is_stubborn()) {
            return Some(Cow::Borrowed("guild"));
        }
        let ladder = ladders.get(place % ladders.len().max(1))?;
        Some(ladder.id.clone().into())
    }

    /// A tier of a ladder by place, mostly one above the first.
    fn tier(&self, ladder: usize, place: usize) -> Cow<'static, str> {
        let ladders = &self.spec().ladders;
        let ladder = ladders.get(ladder.checked_rem(ladders.len()).unwrap_or(0));
        let tier = ladder.filter(|_| place != UNKNOWN).map(|ladder| {
            let above = (ladder.tiers.len() - 1).max(1);
            let rank = if self.is_stubborn() { 0 } else { (1 + place % above).min(ladder.tiers.len() - 1) };
            Cow::Owned(ladder.tiers[rank].id.clone())
        });
        tier.unwrap_or(Cow::Borrowed("diamond"))
    }

    fn term(&self, draw: TermDraw) -> TierTerm {
        match draw {
            TermDraw::Open => TierTerm::Open,
            TermDraw::Minutes(minutes) => TierTerm::Until(self.clock.plus_seconds(60 * minutes)),
            TermDraw::Days(days) => {
                TierTerm::Until(self.zone().day_start(self.zone().day(self.clock).plus_days(days + 1)))
            }
            TermDraw::NextYear => {
                let next_year = self.zone().day(self.clock).year_start().plus_months(12);
                TierTerm::Until(self.zone().day_start(next_year))
            }
            TermDraw::Past => TierTerm::Until(self.clock),
            TermDraw::Challenge => TierTerm::Challenge,
        }
    }

    /// A benefit by place; nothing where there is none.
    fn benefit(&self, place: usize) -> Option<Cow<'static, str>> {
        let benefits = &self.spec().benefits;
        if place == UNKNOWN || (benefits.is_empty() && self.is_stubborn()) {
            return Some(Cow::Borrowed("spa"));
        }
        let benefit = benefits.get(place % benefits.len().max(1))?;
        Some(benefit.id.clone().into())
    }

    /// A name that no other fact of the history has.
    fn name(&self, letter: char) -> Cow<'static, str> {
        format!("{letter}{}", self.sent.len()).into()
    }

    /// A currency by place, or another one that serves the purpose. The third place is unknown.
    fn currency(&self, place: usize, serves: impl Fn(&CurrencySpec) -> bool) -> Option<Cow<'static, str>> {
        let currencies = &self.spec().currencies;
        if place > 1 {
            return Some(Cow::Borrowed("shells"));
        }
        let drawn = &currencies[place % currencies.len()];
        let better = || currencies.iter().find(|currency| serves(currency));
        let chosen = if serves(drawn) || self.is_stubborn() { drawn } else { better()? };
        Some(chosen.id.clone().into())
    }

    fn balance(&self, member: usize, at: Instant, currency: &str) -> NaiveBalance {
        let balances = self.model.balances(&member_name(self.owner(member)), at);
        balances.get(currency).copied().unwrap_or_default()
    }

    /// How many points of a currency; `None` where there is nothing to speak of.
    fn points(&self, member: usize, at: Instant, currency: &str, step: i64, draw: PointsDraw) -> Option<i64> {
        let available = self.balance(member, at, currency).available;
        match draw {
            PointsDraw::Exactly(points) => (available > 0 || self.is_stubborn()).then_some(points),
            PointsDraw::Percent(percent) => {
                let part = available * percent / 100;
                (part >= step || self.is_stubborn()).then(|| (part - part % step).max(1))
            }
        }
    }

    /// A money currency by place.
    fn money(&self, place: usize) -> CurrencyCode {
        let code = match place {
            UNKNOWN => "XAU",
            place => &self.spec().money[place % self.spec().money.len()].code,
        };
        CurrencyCode::parse(code).expect("drawn currency codes are three capitals")
    }

    /// A code that was issued, counted from the newest; where none was known, one that never was.
    fn code(&self, member: usize, which: usize) -> Option<CodeHash> {
        if which == UNKNOWN {
            return Some([0; 32]);
        }
        let codes = &self.past(member).codes;
        codes.len().checked_sub(1).map(|last| codes[last.saturating_sub(which)])
    }

    /// A code that is like no other, unless the last one is wanted again.
    fn new_code(&self, member: usize, same: bool) -> CodeHash {
        let mut code = [1; 32];
        code[..8].copy_from_slice(&self.sent.len().to_be_bytes());
        self.past(member).codes.last().copied().filter(|_| same).unwrap_or(code)
    }

    pub fn redemption(&self, member: usize, at: Instant, draw: &SpendDraw) -> Option<Redemption<'static>> {
        let (currency, points, purpose) = self.spending(member, at, draw)?;
        Some(Redemption { id: self.name('D'), currency, points, partial: draw.partial, purpose })
    }

    pub fn hold(
        &self,
        member: usize,
        at: Instant,
        draw: &SpendDraw,
        ends: HoldEnd,
    ) -> Option<HoldRequest<'static>> {
        let (currency, points, purpose) = self.spending(member, at, draw)?;
        // Codes are issued by redemptions only, and asked for here only now and then.
        let asks_for_code = matches!(draw.purpose, PurposeDraw::Voucher { same_code: true, .. });
        let purpose = match purpose {
            Purpose::Voucher { what, code } => {
                Purpose::Voucher { what, code: code.filter(|_| asks_for_code) }
            }
            purpose => purpose,
        };
        let expires_at = match ends {
            HoldEnd::Minutes(minutes) => self.clock.plus_seconds(60 * minutes),
            HoldEnd::Days(days) => self.clock.plus_days(days),
            HoldEnd::NextMidnight => self.zone().day_start(self.zone().day(self.clock).plus_days(1)),
            HoldEnd::Past => self.clock,
        };
        Some(HoldRequest { id: self.name('H'), currency, points, expires_at, purpose })
    }

    /// Currency, points and purpose of a redemption or hold.
    fn spending(
        &self,
        member: usize,
        at: Instant,
        draw: &SpendDraw,
    ) -> Option<(Cow<'static, str>, Points, Purpose<'static>)> {
        let rewards = &self.spec().rewards;
        if let PurposeDraw::Reward(place) = draw.purpose
            && let Some(reward) = rewards.get(place % rewards.len().max(1))
        {
            let is_affordable = self.balance(member, at, &reward.currency).available >= reward.points;
            if !is_affordable && !self.is_stubborn() {
                return None;
            }
            let purpose = Purpose::Reward(reward.id.clone().into());
            return Some((reward.currency.clone().into(), Points(reward.points), purpose));
        }
        let is_cash = matches!(draw.purpose, PurposeDraw::Cash(_));
        let serves = |currency: &CurrencySpec| {
            if is_cash { currency.cash.is_some() } else { currency.usage != Usage::Qualifying }
        };
        let currency = self.currency(draw.currency, serves)?;
        let terms = self.spec().currency(&currency).and_then(|currency| currency.cash);
        let step = if is_cash { terms.map_or(1, |terms| terms.step) } else { 1 };
        let points = self.points(member, at, &currency, step, draw.points)?;
        let purpose = match draw.purpose {
            PurposeDraw::Cash(total) => Purpose::CashOff { order_total: Money(total) },
            PurposeDraw::Voucher { has_code, same_code } => Purpose::Voucher {
                what: Cow::Borrowed("cinema"),
                code: has_code.then(|| self.new_code(member, same_code)),
            },
            PurposeDraw::Reward(_) | PurposeDraw::AnyReward => {
                Purpose::Reward(Cow::Borrowed(if points % 2 == 0 { "mug" } else { "tea" }))
            }
        };
        Some((currency, Points(points), purpose))
    }

    pub fn activity(&self, draw: &ActivityDraw) -> Activity<'static> {
        let kinds = &self.spec().activities;
        let kind = match draw.kind {
            UNKNOWN => Cow::Borrowed("dance"),
            place if kinds.is_empty() => format!("A{place}").into(),
            place => kinds[place % kinds.len()].clone().into(),
        };
        Activity {
            id: draw.is_named.then(|| self.name('A')),
            kind,
            amount: draw
                .amount
                .map(|(place, amount)| Price { amount: Money(amount), currency: self.money(place) }),
            score: draw.score,
            channel: draw.channel.and_then(|place| text(&CHANNELS, place)),
            store: draw.store.and_then(|place| text(&STORES, place)),
            tags: text(&TAGS, draw.tag).into_iter().collect(),
        }
    }

    pub fn order(&self, member: usize, draw: &OrderDraw, repeat_name: bool) -> Order<'static> {
        let known = self.past(member).orders.last().filter(|_| repeat_name);
        let lines = draw.lines.iter().enumerate().map(|(place, line)| Line {
            id: line.is_named.then(|| format!("L{}", place + 1).into()),
            quantity: line.quantity,
            amount: Money(line.amount),
            discount: Money(line.discount),
            tax: Money(line.tax),
            sku: text(&SKUS, line.sku),
            category: text(&CATEGORIES, line.category),
            brand: text(&BRANDS, line.brand),
            tags: text(&TAGS, line.tag).into_iter().collect(),
        });
        Order {
            id: known.map_or_else(|| self.name('O'), |order| order.id.clone()),
            currency: self.money(draw.money),
            channel: draw.channel.and_then(|place| text(&CHANNELS, place)),
            store: draw.store.and_then(|place| text(&STORES, place)),
            shipping: Money(draw.shipping),
            paid_with_points: Money(draw.paid_with_points),
            paid_with_stored_value: Money(draw.paid_with_stored_value),
            redemption: None,
            lines: lines.collect(),
        }
    }

    fn a_return(&self, member: usize, draw: &ReturnDraw) -> Option<Return<'static>> {
        let known = &self.past(member).orders;
        // The newest orders are returned most.
        let last = known.len().checked_sub(1);
        let order = match draw.which {
            UNKNOWN => None,
            which => Some(&known[last?.saturating_sub(which)]),
        };
        let lines = draw.lines.iter().map(|(line, part)| {
            let line_count = order.map_or(1, |order| order.lines.len());
            let line = if *line == UNKNOWN { line_count } else { line % line_count };
            let line = match order.and_then(|order| order.lines.get(line)?.id.clone()) {
                Some(id) => id,
                None => (line + 1).to_string().into(),
            };
            let part = match part {
                PartDraw::All => ReturnedPart::All,
                PartDraw::Quantity(pieces) => ReturnedPart::Quantity(*pieces),
                PartDraw::Amount(money) => ReturnedPart::Amount(Money(*money)),
            };
            ReturnedLine { line, part }
        });
        let is_paid = order.is_some_and(|order| order.redemption.is_some());
        let points_back = draw.points_back.filter(|_| is_paid || self.is_stubborn()).map(Points);
        Some(Return {
            id: self.name('R'),
            order: order.map_or(Cow::Borrowed("O-none"), |order| order.id.clone()),
            lines: lines.collect(),
            points_back,
        })
    }
}

fn text(texts: &[&'static str], place: usize) -> Option<Cow<'static, str>> {
    texts.get(place).copied().map(Cow::Borrowed)
}

/// A name counted from the newest, or one that nothing has; `None` where there is nothing yet.
fn newest(names: &[Cow<'static, str>], which: usize, unknown: &'static str) -> Option<Cow<'static, str>> {
    if which == UNKNOWN {
        return Some(Cow::Borrowed(unknown));
    }
    let last = names.len().checked_sub(1)?;
    names.get(last.saturating_sub(which)).cloned()
}

fn profile_of(draw: ProfileDraw) -> Profile<'static> {
    let size = draw.size.map(|place| (Cow::Borrowed(ATTRIBUTE.0), Cow::Borrowed(ATTRIBUTE.1[place])));
    Profile {
        birthday: draw.birthday.and_then(|(month, day)| MonthDay::new(month, day)),
        segments: draw.segment.map(|place| Cow::Borrowed(SEGMENTS[place])).into_iter().collect(),
        attributes: size.into_iter().collect(),
    }
}
