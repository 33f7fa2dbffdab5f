//! Programme versions.

use tallybook_core::calendar::Instant;
use tallybook_core::decide::SEMANTICS_VERSION;
use tallybook_core::fact::Publication;

use crate::error::FormatError;
use crate::messagepack::{Reader, Taken, Writer, Wrong};
use crate::stored::array;
use crate::wire::{Shape, Text};

array! {
    /// The body of `ProgrammePublished`. The programme's hash is that of `source`.
    struct PublicationBody from publication: Publication<'a> {
        effective_from: Instant = publication.effective_from,
        semantics_version: SemanticsVersion = (),
        source: Text = publication.source,
    }
    load {
        let () = semantics_version;
        Publication { effective_from, source }
    }
}

/// Stores the semantics version that this release judges by; no other is read.
pub(crate) enum SemanticsVersion {}

impl Shape<'_, ()> for SemanticsVersion {
    fn put((): &(), out: &mut Writer<'_>) {
        u16::put(&SEMANTICS_VERSION, out);
    }

    fn take(reader: &mut Reader<'_>) -> Taken<()> {
        let version = u16::take(reader)?;
        if version == SEMANTICS_VERSION {
            Ok(())
        } else {
            Err(Wrong::other(FormatError::UnknownSemantics { version }))
        }
    }
}
