//! Numbers that stay the same in every version of a ledger's programme.
//!
//! A currency, ladder, tier or cap gets its number the first time a version names it, and keeps it for ever: states and
//! events refer to it. The registry follows from the versions published, in order, and is not stored.

use std::collections::BTreeMap;

use crate::ids::{ActivityNumber, BudgetNumber, CapNumber, CurrencyNumber, LadderNumber, TierNumber};

/// Names in order of number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registry {
    /// Point currencies by id.
    pub currencies: Vec<Box<str>>,
    /// Ladders by id, each with its tiers by id.
    pub ladders: Vec<(Box<str>, Vec<Box<str>>)>,
    /// Counters per member: caps and benefits, each by what it limits and its period, such as `rule base/month`.
    pub caps: Vec<Box<str>>,
    /// Kinds of activity by id.
    pub activities: Vec<Box<str>>,
    /// Counters over all members: budgets as `budget launch`, stocks as `stock coffee`.
    pub budgets: Vec<Box<str>>,
    /// What each budget is counted in; stocks are counted in pieces, and are not here.
    pub budget_currencies: BTreeMap<BudgetNumber, CurrencyNumber>,
}

/// Most currencies in all versions of one ledger.
pub const CURRENCIES_MAX: usize = 32;
/// Most ladders in all versions of one ledger.
pub const LADDERS_MAX: usize = 16;
/// Most tiers of a ladder in all versions of one ledger.
pub const TIERS_MAX: usize = 64;
/// Most caps in all versions of one ledger.
pub const CAPS_MAX: usize = 4_096;
/// Most kinds of activity in all versions of one ledger.
pub const ACTIVITIES_MAX: usize = 256;
/// Most budgets and stocks in all versions of one ledger.
pub const BUDGETS_MAX: usize = 4_096;

impl Registry {
    /// The number of a currency, given now if it is new. `None` when there are too many.
    pub fn currency(&mut self, id: &str) -> Option<CurrencyNumber> {
        number_of(&mut self.currencies, id, CURRENCIES_MAX)
            .and_then(|n| u8::try_from(n).ok())
            .map(CurrencyNumber)
    }

    /// The number of a ladder, given now if it is new. `None` when there are too many.
    pub fn ladder(&mut self, id: &str) -> Option<LadderNumber> {
        let index = match self.ladders.iter().position(|(name, _)| name.as_ref() == id) {
            Some(index) => index,
            None if self.ladders.len() < LADDERS_MAX => {
                self.ladders.push((id.into(), Vec::new()));
                self.ladders.len() - 1
            }
            None => return None,
        };
        u8::try_from(index).ok().map(LadderNumber)
    }

    /// The number of a tier in its ladder, given now if it is new. `None` when there are too many.
    pub fn tier(&mut self, ladder: LadderNumber, id: &str) -> Option<TierNumber> {
        let tiers = &mut self.ladders.get_mut(usize::from(ladder.0))?.1;
        number_of(tiers, id, TIERS_MAX).and_then(|n| u8::try_from(n).ok()).map(TierNumber)
    }

    /// The number of a cap, given now if it is new. `None` when there are too many.
    pub fn cap(&mut self, name: &str) -> Option<CapNumber> {
        number_of(&mut self.caps, name, CAPS_MAX).and_then(|n| u16::try_from(n).ok()).map(CapNumber)
    }

    /// The number of a kind of activity, given now if it is new. `None` when there are too many.
    pub fn activity(&mut self, id: &str) -> Option<ActivityNumber> {
        let number = number_of(&mut self.activities, id, ACTIVITIES_MAX);
        number.and_then(|n| u8::try_from(n).ok()).map(ActivityNumber)
    }

    /// The number of a counter over all members, given now if it is new. `None` when there are too many.
    pub fn budget(&mut self, name: &str) -> Option<BudgetNumber> {
        let number = number_of(&mut self.budgets, name, BUDGETS_MAX);
        number.and_then(|n| u16::try_from(n).ok()).map(BudgetNumber)
    }

    /// What a budget is counted in: the currency of the first version that has it, which is this one if it is new.
    pub fn budget_currency(&mut self, budget: BudgetNumber, currency: CurrencyNumber) -> CurrencyNumber {
        *self.budget_currencies.entry(budget).or_insert(currency)
    }
}

fn number_of(names: &mut Vec<Box<str>>, name: &str, names_max: usize) -> Option<usize> {
    if let Some(index) = names.iter().position(|known| known.as_ref() == name) {
        return Some(index);
    }
    if names.len() == names_max {
        return None;
    }
    names.push(name.into());
    Some(names.len() - 1)
}
