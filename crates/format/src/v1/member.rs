//! Members: their names, and what facts say of them.

use tallybook_core::fact::{Enrolment, Profile};

use crate::stored::{Attribute, fact_body};
use crate::wire::{Birthday, List, Text, array};

array! {
    /// The body of `MemberNamed`.
    struct NamedBody<'a> {
        name: Text<'a>,
    }
}

fact_body! {
    /// The body of `MemberEnrolled` and `ProfileChanged`.
    struct ProfileBody<'a>: Profile<'a> {
        birthday: Option<Birthday>,
        segments: List<Text<'a>, 0>,
        attributes: List<Attribute<'a>, 0>,
    }
}

impl<'a> ProfileBody<'a> {
    /// What the body says as an enrolment.
    pub(crate) fn load_enrolment(self) -> (Option<&'a str>, Enrolment<'a>) {
        let (key, profile) = self.load();
        (key, Enrolment { profile, referred_by: None })
    }
}
