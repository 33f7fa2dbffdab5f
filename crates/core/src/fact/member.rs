//! Who members are, and what becomes of them.

use std::borrow::Cow;

use serde::Serialize;

use super::check::{count, name, optional_name, text};
use super::{TAGS_MAX, own};
use crate::calendar::MonthDay;
use crate::programme::plan::OnClose;
use crate::refusal::Refusal;

/// Joining the programme.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Enrolment<'a> {
    /// What is known of the member.
    pub profile: Profile<'a>,
    /// The member who brought this one.
    pub referred_by: Option<Cow<'a, str>>,
}

impl Enrolment<'_> {
    /// Refuses bad names and too many of them.
    pub fn check(&self) -> Result<(), Refusal> {
        optional_name("referred_by", self.referred_by.as_deref())?;
        self.profile.check()
    }
}

/// What rules may ask about a member. No name, mail or phone belongs here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Profile<'a> {
    /// Month and day of birth.
    pub birthday: Option<MonthDay>,
    /// Segment tags, such as `vip`.
    pub segments: Vec<Cow<'a, str>>,
    /// Attributes and their values, such as `home_store` = `330`.
    pub attributes: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl Profile<'_> {
    pub(super) fn into_owned(self) -> Profile<'static> {
        Profile {
            birthday: self.birthday,
            segments: self.segments.into_iter().map(own).collect(),
            attributes: self.attributes.into_iter().map(|(key, value)| (own(key), own(value))).collect(),
        }
    }

    /// Refuses bad names and too many of them.
    pub fn check(&self) -> Result<(), Refusal> {
        count("segments", self.segments.len(), TAGS_MAX)?;
        count("attributes", self.attributes.len(), TAGS_MAX)?;
        for segment in &self.segments {
            name("segment", segment)?;
        }
        for (key, value) in &self.attributes {
            name("attribute", key)?;
            name("attribute value", value)?;
        }
        Ok(())
    }
}

/// Making this member part of another, who goes on in their place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Merge<'a> {
    /// The member who goes on.
    pub into: Cow<'a, str>,
    /// Who did it.
    pub actor: Cow<'a, str>,
    /// Why.
    pub reason: Cow<'a, str>,
}

impl Merge<'_> {
    /// Refuses a bad name, and a missing actor or reason.
    pub fn check(&self) -> Result<(), Refusal> {
        name("into", &self.into)?;
        text("actor", &self.actor)?;
        text("reason", &self.reason)
    }
}

/// The member leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Closure<'a> {
    /// What becomes of the points; `None` as the programme says.
    pub points: Option<OnClose>,
    /// Who did it.
    pub actor: Cow<'a, str>,
    /// Why.
    pub reason: Cow<'a, str>,
}

impl Closure<'_> {
    /// Refuses a missing actor or reason.
    pub fn check(&self) -> Result<(), Refusal> {
        text("actor", &self.actor)?;
        text("reason", &self.reason)
    }
}

/// What the member may not do from now on; what is not blocked here is free again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Block<'a> {
    /// Whether earning is blocked.
    pub earning: bool,
    /// Whether redeeming is blocked.
    pub redeeming: bool,
    /// Who did it.
    pub actor: Cow<'a, str>,
    /// Why.
    pub reason: Cow<'a, str>,
}

impl Block<'_> {
    /// Refuses a missing actor or reason.
    pub fn check(&self) -> Result<(), Refusal> {
        text("actor", &self.actor)?;
        text("reason", &self.reason)
    }
}
