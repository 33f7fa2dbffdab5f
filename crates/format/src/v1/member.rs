//! Members: their names, and what facts say of them.

use tallybook_core::fact::{Enrolment, Profile};

use crate::stored::{Attribute, array, stored};
use crate::wire::{Birthday, List, Text};

array! {
    /// The body of `MemberNamed`.
    struct NamedBody from member: &'a str {
        name: Text = *member,
    }
    load { name }

    /// The body of `MemberEnrolled`.
    struct EnrolmentBody from enrolment: Enrolment<'a> {
        birthday: Option<Birthday> = enrolment.profile.birthday,
        segments: List<Text> = enrolment.profile.segments,
        attributes: List<Attribute> = enrolment.profile.attributes,
    }
    load { Enrolment { profile: Profile { birthday, segments, attributes }, referred_by: None } }
}

stored! {
    /// The body of `ProfileChanged`.
    struct ProfileBody: Profile<'a> {
        birthday: Option<Birthday>,
        segments: List<Text>,
        attributes: List<Attribute>,
    }
}
