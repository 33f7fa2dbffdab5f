//! Activities, enrolments and tiers by hand: what a row says of one, and the fact that it becomes.
//!
//! Invariant: fact and key follow from row and map alone. An activity's key is made of its name, a tier's of its ladder; an
//! enrolment's is the same for every row, as keys count within their member and a member is enrolled once.

use std::borrow::Cow;

use tallybook_core::calendar::MonthDay;
use tallybook_core::fact::{Activity, Enrolment, Fact, Price, Profile, SCORE_MAX, TierRequest, TierTerm};
use tallybook_core::ids::NAME_BYTES_MAX;
use tallybook_core::money::Money;

use super::map::{Kind, Map};
use super::rejects::Reject;
use super::rows::{Doing, Entry, RowParser};

impl RowParser {
    /// Reads what the row says of an activity, an enrolment or a tier.
    pub(super) fn doing(&self) -> Result<Doing, Reject> {
        let at = &self.at;
        let optional = |column: Option<usize>| match column {
            Some(column) if !self.text(column).is_empty() => self.name(column).map(Some),
            _ => Ok(None),
        };
        let activity_id = at.activity_id.map(|column| self.activity_id(column)).transpose()?;
        let activity = at.activity.map(|column| self.name(column)).transpose()?;
        let score = at.score.map(|column| self.score(column)).transpose()?.flatten();
        let birthday = at.birthday.map(|column| self.birthday(column)).transpose()?.flatten();
        let mut segments: Vec<String> = at.segments.map_or_else(Vec::new, |column| {
            self.text(column).split('|').filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
        });
        segments.sort_unstable();
        segments.dedup();
        let referred_by = optional(at.referred_by)?;
        let defaults = &self.map.defaults;
        let tier = at.tier.map(|column| self.name(column)).transpose()?;
        let ladder = self.optional_name(at.ladder, &defaults.ladder)?;
        let until = at.until.filter(|column| !self.text(*column).is_empty());
        let until = until.map(|column| self.time(column)).transpose()?;
        let reason = at.reason.map(|column| self.text(column)).filter(|text| !text.is_empty());
        let reason = reason.map(str::to_owned).or_else(|| defaults.reason.clone());
        Ok(Doing {
            activity_id,
            activity,
            score,
            birthday,
            segments,
            referred_by,
            tier,
            ladder,
            until,
            reason,
        })
    }

    /// A key holds the source's and the activity's name, and is a name itself.
    fn activity_id(&self, column: usize) -> Result<String, Reject> {
        let id = self.name(column)?;
        let over = activity_key(&self.map.source, &id).len().saturating_sub(NAME_BYTES_MAX);
        if over > 0 {
            let left = id.len().saturating_sub(over);
            let accepted = format!("up to {left} bytes beside the source's name");
            return Err(self.reject(column, "id_too_long", &accepted));
        }
        Ok(id)
    }

    fn score(&self, column: usize) -> Result<Option<u8>, Reject> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        let accepted = "a whole number from 0 to 10";
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.reject(column, "not_a_whole_number", accepted));
        }
        let score = text.parse().ok().filter(|score| *score <= SCORE_MAX);
        score.map(Some).ok_or_else(|| self.reject(column, "out_of_range", accepted))
    }

    /// `02-29` or `1984-02-29`, of which the year is dropped.
    fn birthday(&self, column: usize) -> Result<Option<MonthDay>, Reject> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        let mut parts = text.rsplitn(3, '-');
        let (day, month, year) = (parts.next(), parts.next(), parts.next());
        let number = |part: Option<&str>| part.filter(|part| part.len() == 2)?.parse().ok();
        let sound_year =
            year.is_none_or(|year| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()));
        let found = number(month).zip(number(day)).filter(|_| sound_year);
        let found = found.and_then(|(month, day)| MonthDay::new(month, day));
        found
            .map(Some)
            .ok_or_else(|| self.reject(column, "not_a_birthday", "a day such as 02-29 or 1984-02-29"))
    }
}

/// The fact that a row is, with its key.
pub(super) fn fact(map: &Map, entry: &Entry) -> (String, Fact<'static>) {
    let owned = |text: &String| Cow::Owned(text.clone());
    let doing = &entry.doing;
    if map.kind == Kind::Enrolments {
        let profile = Profile {
            birthday: doing.birthday,
            segments: doing.segments.iter().map(owned).collect(),
            attributes: Vec::new(),
        };
        let referred_by = doing.referred_by.as_ref().map(owned);
        return (
            format!("{}/enrolment", map.source),
            Fact::MemberEnrolled(Enrolment { profile, referred_by }),
        );
    }
    if map.kind == Kind::Tiers {
        let owned = |text: &Option<String>| Cow::Owned(text.clone().unwrap_or_default());
        let ladder = doing.ladder.clone().unwrap_or_default();
        let request = TierRequest {
            ladder: Cow::Owned(ladder.clone()),
            tier: owned(&doing.tier),
            term: doing.until.map_or(TierTerm::Open, TierTerm::Until),
            actor: owned(&map.defaults.actor),
            reason: owned(&doing.reason),
        };
        return (format!("{}/tier/{ladder}", map.source), Fact::TierRequested(request));
    }
    let id = doing.activity_id.clone().unwrap_or_default();
    let activity = Activity {
        id: Some(Cow::Owned(id.clone())),
        kind: Cow::Owned(doing.activity.clone().unwrap_or_default()),
        amount: entry.amount.map(|amount| Price { amount: Money(amount), currency: entry.currency }),
        score: doing.score,
        channel: entry.channel.as_ref().map(owned),
        store: entry.store.as_ref().map(owned),
        tags: entry.tags.iter().map(owned).collect(),
    };
    (activity_key(&map.source, &id), Fact::ActivityRecorded(activity))
}

fn activity_key(source: &str, id: &str) -> String {
    format!("{source}/activity/{id}")
}

#[cfg(test)]
mod tests {
    use csv::ByteRecord;
    use tallybook_core::calendar::Instant;

    use super::super::rows::Fate;
    use super::*;

    const HEAD: &str = "source = 'app'\n[columns]\nmember = 'm'\neffective_at = 'at'\n";
    const TAIL: &str = "[money]\ncurrency = 'EUR'\n[time]\nformat = 'rfc3339'\n";
    const AT: &str = "2025-02-01T10:00:00Z";

    /// The fact and key of a row of a kind, or the reason why there is none.
    fn read(kind: &str, columns: &str, values: &[&str]) -> Result<(String, Fact<'static>), String> {
        let map = Map::parse(&format!("kind = '{kind}'\n{HEAD}{columns}\n{TAIL}")).unwrap();
        let names: Vec<String> = ["m", "at", "a", "b", "c"].map(str::to_owned).to_vec();
        let mut parser = RowParser::bind(&map, &names, Vec::new()).unwrap();
        let row: ByteRecord = ["ann", AT].iter().chain(values).collect();
        match parser.parse(1, Ok(&row), &row).fate {
            Fate::Taken(entry) => Ok(fact(&map, &entry)),
            Fate::Rejected(reject) => Err(reject.reason.to_string()),
            Fate::Skipped(_) => Err("skipped".to_owned()),
        }
    }

    fn activity(values: &[&str]) -> Result<(String, Fact<'static>), String> {
        read("activities", "activity_id = 'a'\nactivity = 'b'\nscore = 'c'", values)
    }

    fn birthday(text: &str) -> Result<Option<MonthDay>, String> {
        read("enrolments", "birthday = 'a'\nreferred_by = 'b'", &[text, "", ""]).map(|(_, fact)| match fact {
            Fact::MemberEnrolled(enrolment) => enrolment.profile.birthday,
            _ => None,
        })
    }

    #[test]
    fn an_activity_has_its_name_in_its_key_and_empty_fields_are_not_given() {
        let (key, fact) = activity(&["e1", "survey", "10"]).unwrap();
        assert_eq!(key, "app/activity/e1");
        let Fact::ActivityRecorded(said) = fact else { panic!("{fact:?}") };
        assert_eq!((said.id.as_deref(), said.kind.as_ref(), said.score), (Some("e1"), "survey", Some(10)));
        let (_, fact) = activity(&["e2", "check_in", ""]).unwrap();
        assert!(matches!(fact, Fact::ActivityRecorded(Activity { score: None, amount: None, .. })));
    }

    #[test]
    fn an_activity_without_a_name_or_with_a_wrong_score_is_rejected() {
        assert_eq!(activity(&["", "survey", "1"]).unwrap_err(), "empty_field");
        assert_eq!(activity(&["e", "", "1"]).unwrap_err(), "empty_field");
        assert_eq!(activity(&["e", "survey", "11"]).unwrap_err(), "out_of_range");
        assert_eq!(activity(&["e", "survey", "1.5"]).unwrap_err(), "not_a_whole_number");
        assert_eq!(activity(&[&"e".repeat(120), "survey", "1"]).unwrap_err(), "id_too_long");
    }

    #[test]
    fn a_tier_is_given_until_the_row_says_or_until_it_is_revoked() {
        let defaults = "reason = 'c'\n[defaults]\nladder = 'status'\nactor = 'mia'\nreason = 'moved'";
        let tier = |values: &[&str]| read("tiers", &format!("tier = 'a'\nuntil = 'b'\n{defaults}"), values);
        let request = |values: &[&str]| match tier(values).unwrap() {
            (key, Fact::TierRequested(request)) if key == "app/tier/status" => request,
            other => panic!("{other:?}"),
        };
        let given = request(&["gold", "", ""]);
        assert_eq!((&*given.ladder, &*given.tier, given.term), ("status", "gold", TierTerm::Open));
        assert_eq!((&*given.actor, &*given.reason), ("mia", "moved"));
        let given = request(&["gold", "2026-01-01T00:00:00Z", "old card"]);
        assert_eq!(given.term, TierTerm::Until(Instant::parse_rfc3339("2026-01-01T00:00:00Z").unwrap()));
        assert_eq!(given.reason, "old card");
        assert_eq!(tier(&["", "", ""]).unwrap_err(), "empty_field");
        assert_eq!(tier(&["gold", "next year", ""]).unwrap_err(), "not_a_time");
    }

    #[test]
    fn a_birthday_loses_its_year() {
        assert_eq!(birthday("02-29").unwrap(), MonthDay::new(2, 29));
        assert_eq!(birthday("1984-02-29").unwrap(), MonthDay::new(2, 29));
        assert_eq!(birthday("").unwrap(), None);
        for wrong in ["02-30", "2-3", "29.2.1984", "1984-13-01", "84-02-29", "1984-02-29-1"] {
            assert_eq!(birthday(wrong).unwrap_err(), "not_a_birthday", "{wrong}");
        }
    }
}
