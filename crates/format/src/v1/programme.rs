//! Programme versions.

use tallybook_core::calendar::Instant;
use tallybook_core::decide::SEMANTICS_VERSION;
use tallybook_core::fact::Publication;

use crate::wire::{Text, array};

array! {
    /// The body of `ProgrammePublished`. The programme's hash is that of `source`.
    struct PublicationBody<'a> {
        key: Option<Text<'a>>,
        effective_from: Instant,
        semantics_version: u16,
        source: Text<'a>,
    }
}

impl<'a> PublicationBody<'a> {
    pub(crate) fn new(key: Option<&'a str>, publication: &'a Publication<'_>) -> PublicationBody<'a> {
        PublicationBody {
            key: key.map(Text),
            effective_from: publication.effective_from,
            semantics_version: SEMANTICS_VERSION,
            source: Text(&publication.source),
        }
    }

    pub(crate) fn load(self) -> (Option<&'a str>, Publication<'a>) {
        let publication = Publication { effective_from: self.effective_from, source: self.source.0.into() };
        (self.key.map(|key| key.0), publication)
    }
}
