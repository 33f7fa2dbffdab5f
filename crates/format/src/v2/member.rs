//! Members whom others referred.

use tallybook_core::fact::{Enrolment, Profile};

use crate::stored::{Attribute, array};
use crate::wire::{Birthday, List, Text};

array! {
    /// The second body of `MemberEnrolled`.
    struct EnrolmentBody from enrolment: Enrolment<'a> {
        birthday: Option<Birthday> = enrolment.profile.birthday,
        segments: List<Text> = enrolment.profile.segments,
        attributes: List<Attribute> = enrolment.profile.attributes,
        referred_by: Option<Text> = enrolment.referred_by,
    }
    load { Enrolment { profile: Profile { birthday, segments, attributes }, referred_by } }
}
