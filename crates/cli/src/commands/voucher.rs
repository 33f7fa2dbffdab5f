//! `tallybook voucher`, and the codes that open vouchers.
//!
//! Invariant: a code leaves this program on standard output once, when it is made; the ledger gets its SHA-256.

use std::fs::File;
use std::io::Read;

use sha2::{Digest, Sha256};
use tallybook_core::event::CodeHash;
use tallybook_core::fact::{Fact, VoucherUse};

use crate::cli::{Global, Voucher};
use crate::commands::session::Session;
use crate::errors::CliError;
use crate::output::Output;

/// Letters and digits that are hard to mistake for each other.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a new code, 5 bits each.
const CODE_CHARS: usize = 20;
/// Characters between dashes.
const GROUP_CHARS: usize = 5;

/// Uses a voucher.
///
/// # Errors
/// `unknown_voucher`, `voucher_expired` and other refusals.
pub fn run(global: &Global, action: &Voucher, output: &Output) -> Result<(), CliError> {
    let Voucher::Use(options) = action;
    let fact = Fact::VoucherPresented(VoucherUse { code: hash(&options.code)? });
    let session = Session::open(global, output)?;
    let once = &options.once;
    session.submit(&options.member, once.at.as_deref(), fact, Some(&once.key), output)?;
    session.close(output);
    Ok(())
}

/// What the ledger keeps of a code.
///
/// # Errors
/// Usage for an empty code.
pub fn hash(code: &str) -> Result<CodeHash, CliError> {
    if code.is_empty() {
        return Err(CliError::usage("a voucher's code must not be empty"));
    }
    Ok(Sha256::digest(code.as_bytes()).into())
}

/// A code of 100 bits of the operating system's randomness, such as `9F3KM-7QXRA-2HVTD-WCE5P`.
///
/// # Errors
/// A fault where the system gives none.
pub fn new_code() -> Result<String, CliError> {
    let mut bytes = [0; CODE_CHARS];
    File::open("/dev/urandom").and_then(|mut random| random.read_exact(&mut bytes)).map_err(|error| {
        CliError::fault(format!("cannot read /dev/urandom: {error}"))
            .hint("make a code yourself: --code CODE")
    })?;
    Ok(spelled(&bytes))
}

/// The low five bits of each byte as a letter or digit, in groups.
fn spelled(bytes: &[u8]) -> String {
    let groups = bytes.chunks(GROUP_CHARS).map(|group| {
        let letters = group.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
        letters.collect::<String>()
    });
    groups.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_spelled_in_groups_without_letters_that_look_like_digits() {
        assert_eq!(spelled(&[0, 9, 10, 31, 32, 255]), "09AZ0-Z");
        let code = new_code().unwrap();
        assert_eq!(code.len(), 23);
        assert!(!code.contains(['I', 'L', 'O', 'U']));
        assert_ne!(code, new_code().unwrap());
    }

    #[test]
    fn the_ledger_gets_the_hash_of_a_code() {
        assert_eq!(hash("abc").unwrap()[..4], [0xba, 0x78, 0x16, 0xbf]);
        assert!(hash("").is_err());
    }
}
