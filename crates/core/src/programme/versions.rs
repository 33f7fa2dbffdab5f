//! The versions of a ledger's programme, and which of them is in force when.

#[cfg(test)]
mod tests;

use sha2::{Digest, Sha256};

use super::parse;
use super::plan::{Ladder, Plan};
use super::registry::Registry;
use crate::calendar::Instant;
use crate::ids::VersionNumber;
use crate::refusal::Refusal;

/// A published version.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its number in the ledger, from 1.
    pub number: VersionNumber,
    /// First instant at which it is in force.
    pub effective_from: Instant,
    /// When the ledger took it down; [`Instant::MIN`] for one that no ledger has.
    pub recorded_at: Instant,
    /// SHA-256 of the programme file's bytes.
    pub hash: [u8; 32],
    /// The programme file, to the letter.
    pub source: Box<str>,
    /// The file compiled.
    pub plan: Plan,
    /// Whether it differs from the version before it in its zone or in the tiers of some ladder, so that members are
    /// looked at again when it comes into force.
    pub revises: bool,
}

/// All versions of a ledger, in order of publication, which is also the order of `effective_from`.
#[derive(Clone, Debug, Default)]
pub struct Programmes {
    versions: Vec<Version>,
    registry: Registry,
    renews: bool,
}

impl Programmes {
    /// The versions in order.
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// The names behind numbers.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Whether some version ends lots by inactivity, so that what members do may give them more time.
    pub fn renews(&self) -> bool {
        self.renews
    }

    /// The version in force at an instant.
    pub fn in_force(&self, at: Instant) -> Result<&Version, Refusal> {
        let Some(version) = self.versions.iter().rev().find(|version| version.effective_from <= at) else {
            return Err(Refusal::NoProgramme { at });
        };
        Ok(version)
    }

    /// When the next version comes into force, after an instant, that members are looked at again for.
    pub fn revision_after(&self, cursor: Instant) -> Option<Instant> {
        let mut later = self.versions.iter().filter(|version| version.effective_from > cursor);
        later.find(|version| version.revises).map(|version| version.effective_from)
    }

    /// A version by its number.
    pub fn version(&self, number: VersionNumber) -> Option<&Version> {
        self.versions.get(usize::try_from(number.0).ok()?.checked_sub(1)?)
    }

    /// Whether a publication would be accepted, and what it would become.
    ///
    /// The first version may start before all facts; a later one starts after `recorded_at` and the allowed clock skew,
    /// so that no member can have been settled past its start.
    ///
    /// # Errors
    /// [`Refusal::UnsoundProgramme`], [`Refusal::PublishedIntoThePast`], [`Refusal::Dropped`].
    pub fn prepare(
        &self,
        source: &str,
        effective_from: Instant,
        recorded_at: Instant,
    ) -> Result<Prepared, Refusal> {
        if let Some(last) = self.versions.last() {
            let skew = i64::from(last.plan.clock_skew_seconds);
            let earliest = recorded_at.plus_seconds(skew).max(last.effective_from);
            if effective_from <= earliest {
                return Err(Refusal::PublishedIntoThePast { effective_from, earliest });
            }
        }
        Ok(self.compile(source, effective_from)?.recorded_at(recorded_at))
    }

    /// Takes in a version that was accepted before. Reading a log does this.
    ///
    /// # Errors
    /// [`Refusal::UnsoundProgramme`] or [`Refusal::Dropped`] where this release cannot compile the file.
    pub fn compile(&self, source: &str, effective_from: Instant) -> Result<Prepared, Refusal> {
        let mut registry = self.registry.clone();
        let plan = parse::compile(source, &mut registry)
            .map_err(|findings| Refusal::UnsoundProgramme { message: findings.to_string() })?;
        self.nothing_dropped(&plan)?;
        let revises = self.versions.last().is_some_and(|last| revises(&last.plan, &plan));
        let number = VersionNumber(u32::try_from(self.versions.len() + 1).unwrap_or(u32::MAX));
        let hash = Sha256::digest(source.as_bytes()).into();
        Ok(Prepared {
            version: Version {
                number,
                effective_from,
                recorded_at: Instant::MIN,
                hash,
                source: source.into(),
                plan,
                revises,
            },
            registry,
        })
    }

    /// Takes in a prepared version.
    pub fn add(&mut self, prepared: Prepared) {
        self.registry = prepared.registry;
        self.renews |= prepared.version.plan.ends_by_inactivity();
        self.versions.push(prepared.version);
    }

    /// The programme as it would have been with `source` in force from the start, under the numbers of this ledger.
    /// This is what a backtest judges under.
    pub fn scenario(&self, source: &str) -> Result<Programmes, Refusal> {
        let mut scenario = Programmes { registry: self.registry.clone(), ..Programmes::default() };
        let prepared = scenario.compile(source, Instant::MIN)?;
        scenario.add(prepared);
        Ok(scenario)
    }

    /// The versions as they were known at an instant (case 35).
    pub fn known_at(&self, known: Instant) -> Programmes {
        let count = self.versions.partition_point(|version| version.recorded_at <= known);
        let mut known = Programmes { registry: self.registry.clone(), ..Programmes::default() };
        known.versions = self.versions[..count].to_vec();
        known.renews = known.versions.iter().any(|version| version.plan.ends_by_inactivity());
        known
    }

    fn nothing_dropped(&self, plan: &Plan) -> Result<(), Refusal> {
        let Some(last) = self.versions.last() else { return Ok(()) };
        for currency in last.plan.currencies.iter().flatten() {
            if !matches!(plan.currencies.get(usize::from(currency.number.0)), Some(Some(_))) {
                return Err(Refusal::Dropped { what: "currency", name: currency.id.to_string() });
            }
        }
        for ladder in last.plan.ladders.iter().flatten() {
            if plan.ladder(ladder.number).is_none() {
                return Err(Refusal::Dropped { what: "ladder", name: ladder.id.to_string() });
            }
        }
        Ok(())
    }
}

/// Whether the second plan differs from the first in its zone or in the tiers of a ladder that both have.
fn revises(before: &Plan, now: &Plan) -> bool {
    let changed =
        |ladder: &Ladder| before.ladder(ladder.number).is_some_and(|then| changes_tiers(then, ladder));
    before.zone != now.zone || now.ladders.iter().flatten().any(changed)
}

/// Whether two versions of a ladder have other tiers, or tiers that are reached or kept otherwise. What a tier replaces,
/// how it is lent and when its points end makes no difference.
pub fn changes_tiers(before: &Ladder, now: &Ladder) -> bool {
    let tiers = |ladder: &Ladder| -> Vec<_> {
        ladder.tiers.iter().map(|tier| (tier.number, tier.entry, tier.keep)).collect()
    };
    tiers(before) != tiers(now)
}

/// A version that has been checked and not yet taken in.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The version as it would be.
    pub version: Version,
    registry: Registry,
}

impl Prepared {
    /// The same version, taken down at an instant.
    pub fn recorded_at(mut self, recorded_at: Instant) -> Prepared {
        self.version.recorded_at = recorded_at;
        self
    }
}
