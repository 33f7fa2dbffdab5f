//! `tallybook enrol`: a member joins.

use std::borrow::Cow;

use tallybook_core::calendar::MonthDay;
use tallybook_core::fact::{Enrolment, Fact, Profile};

use crate::cli::{Enrol, Global};
use crate::commands::session::Session;
use crate::errors::CliError;
use crate::output::Output;

/// Enrols the member.
///
/// # Errors
/// `already_enrolled` and other refusals.
pub fn run(global: &Global, options: &Enrol, output: &Output) -> Result<(), CliError> {
    let birthday = options.birthday.as_deref().map(month_day).transpose()?;
    let attributes = options.attribute.iter().map(|text| attribute(text)).collect::<Result<_, _>>()?;
    let segments = options.segment.iter().cloned().map(Cow::Owned).collect();
    let session = Session::open(global, output)?;
    let fact = Fact::MemberEnrolled(Enrolment {
        profile: Profile { birthday, segments, attributes },
        referred_by: options.referred_by.clone().map(Cow::Owned),
    });
    let once = &options.once;
    session.submit(&options.member, once.at.as_deref(), fact, once.key.as_deref(), output)?;
    session.close(output);
    Ok(())
}

fn month_day(text: &str) -> Result<MonthDay, CliError> {
    let parts = text.split_once('-').and_then(|(month, day)| Some((month.parse().ok()?, day.parse().ok()?)));
    parts
        .and_then(|(month, day)| MonthDay::new(month, day))
        .ok_or_else(|| CliError::usage(format!("--birthday: `{text}` is not a month and day such as 02-29")))
}

fn attribute(text: &str) -> Result<(Cow<'static, str>, Cow<'static, str>), CliError> {
    let (key, value) = text
        .split_once('=')
        .ok_or_else(|| CliError::usage(format!("--attribute: `{text}` is not KEY=VALUE")))?;
    Ok((Cow::Owned(key.to_owned()), Cow::Owned(value.to_owned())))
}
