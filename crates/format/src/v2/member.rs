//! Members whom others referred.

use tallybook_core::fact::{Enrolment, Profile};

use crate::stored::{Attribute, Stored};
use crate::wire::{Birthday, List, Text, array};

array! {
    /// The second body of `MemberEnrolled`.
    struct EnrolmentBody<'a> {
        key: Option<Text<'a>>,
        birthday: Option<Birthday>,
        segments: List<Text<'a>, 0>,
        attributes: List<Attribute<'a>, 0>,
        referred_by: Option<Text<'a>>,
    }
}

impl<'a> EnrolmentBody<'a> {
    pub(crate) fn new(key: Option<&'a str>, enrolment: &'a Enrolment<'a>) -> EnrolmentBody<'a> {
        let Enrolment { profile, referred_by } = enrolment;
        EnrolmentBody {
            key: key.map(Text),
            birthday: Stored::store(&profile.birthday),
            segments: Stored::store(&profile.segments),
            attributes: Stored::store(&profile.attributes),
            referred_by: Stored::store(referred_by),
        }
    }

    pub(crate) fn load(self) -> (Option<&'a str>, Enrolment<'a>) {
        let profile = Profile {
            birthday: self.birthday.load(),
            segments: self.segments.load(),
            attributes: self.attributes.load(),
        };
        (self.key.map(|key| key.0), Enrolment { profile, referred_by: self.referred_by.load() })
    }
}
