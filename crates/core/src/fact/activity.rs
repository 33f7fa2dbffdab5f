//! What members do besides buying.

use std::borrow::Cow;

use serde::Serialize;

use super::check::{count, name, not_negative, optional_name};
use super::points::Price;
use super::{TAGS_MAX, own};
use crate::refusal::Refusal;

/// Highest score of a survey.
pub const SCORE_MAX: u8 = 10;

/// Something that a member did: a check-in, a review, an answer to a survey.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Activity<'a> {
    /// The activity's own name, if it has one.
    pub id: Option<Cow<'a, str>>,
    /// Its kind, one of the programme's.
    pub kind: Cow<'a, str>,
    /// The money that it is about, if any.
    pub amount: Option<Price>,
    /// The answer to a survey, 0–10.
    pub score: Option<u8>,
    /// Channel, such as `app`.
    pub channel: Option<Cow<'a, str>>,
    /// Store.
    pub store: Option<Cow<'a, str>>,
    /// Free tags.
    pub tags: Vec<Cow<'a, str>>,
}

impl Activity<'_> {
    /// The same activity with texts of its own.
    pub fn into_owned(self) -> Activity<'static> {
        Activity {
            id: self.id.map(own),
            kind: own(self.kind),
            amount: self.amount,
            score: self.score,
            channel: self.channel.map(own),
            store: self.store.map(own),
            tags: self.tags.into_iter().map(own).collect(),
        }
    }

    /// Refuses bad names and figures.
    pub fn check(&self) -> Result<(), Refusal> {
        optional_name("activity id", self.id.as_deref())?;
        name("activity", &self.kind)?;
        optional_name("channel", self.channel.as_deref())?;
        optional_name("store", self.store.as_deref())?;
        count("activity tags", self.tags.len(), TAGS_MAX)?;
        for tag in &self.tags {
            name("activity tag", tag)?;
        }
        if let Some(score) = self.score.filter(|score| *score > SCORE_MAX) {
            return Err(Refusal::OutOfRange { field: "score", value: i64::from(score), accepted: "0 to 10" });
        }
        self.amount.map_or(Ok(()), |price| not_negative("activity amount", price.amount.0))
    }
}
