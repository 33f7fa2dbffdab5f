//! Members: their names, and what facts say of them.

use std::borrow::Cow;

use tallybook_core::fact::Profile;

use crate::wire::{Birthday, List, Text, array};

array! {
    /// The body of `MemberNamed`.
    struct NamedBody<'a> {
        name: Text<'a>,
    }

    /// The body of `MemberEnrolled` and `ProfileChanged`.
    struct ProfileBody<'a> {
        key: Option<Text<'a>>,
        birthday: Option<Birthday>,
        segments: List<Text<'a>, 0>,
        attributes: List<Attribute<'a>, 0>,
    }

    /// An attribute and its value.
    struct Attribute<'a> {
        name: Text<'a>,
        value: Text<'a>,
    }
}

impl<'a> ProfileBody<'a> {
    pub(crate) fn new(key: Option<&'a str>, profile: &'a Profile<'_>) -> ProfileBody<'a> {
        ProfileBody {
            key: key.map(Text),
            birthday: profile.birthday.map(Birthday),
            segments: List::of(&profile.segments),
            attributes: List::of(&profile.attributes),
        }
    }

    pub(crate) fn into_profile(self) -> Profile<'a> {
        Profile {
            birthday: self.birthday.map(|b| b.0),
            segments: self.segments.to(),
            attributes: self.attributes.to(),
        }
    }
}

impl<'a> From<&'a Cow<'_, str>> for Text<'a> {
    fn from(text: &'a Cow<'_, str>) -> Self {
        Text(text)
    }
}

impl<'a> From<Text<'a>> for Cow<'a, str> {
    fn from(text: Text<'a>) -> Self {
        Cow::Borrowed(text.0)
    }
}

impl<'a> From<&'a (Cow<'_, str>, Cow<'_, str>)> for Attribute<'a> {
    fn from((name, value): &'a (Cow<'_, str>, Cow<'_, str>)) -> Self {
        Attribute { name: name.into(), value: value.into() }
    }
}

impl<'a> From<Attribute<'a>> for (Cow<'a, str>, Cow<'a, str>) {
    fn from(attribute: Attribute<'a>) -> Self {
        (attribute.name.into(), attribute.value.into())
    }
}
