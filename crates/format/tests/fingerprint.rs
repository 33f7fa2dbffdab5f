//! Fingerprints are stored, so their values are frozen. The first table is XXH32 as any other implementation gives it.

use tallybook_core::fact::Subject;
use tallybook_format::{FingerprintDomain, fingerprint32, key_fingerprint, subject_fingerprint};

#[test]
fn fingerprints_are_xxh32_seeded_with_the_domain() {
    let long = "0123456789".repeat(13);
    let vectors = [
        (FingerprintDomain::Key, "", 0x0B2C_B792),
        (FingerprintDomain::Key, "a", 0xF514_706F),
        (FingerprintDomain::Key, "order:31198705046", 0xAE48_D0E6),
        (FingerprintDomain::Order, "31198705046", 0x85C4_BC01),
        (FingerprintDomain::Redemption, "31198705046", 0x547B_CF3D),
        (FingerprintDomain::Order, "0123456789abcdef", 0xB97A_4FB9),
        (FingerprintDomain::Key, "积分", 0x44E3_6329),
        (FingerprintDomain::Order, "0123456789abcdefghijk", 0x1F5D_8464),
    ];
    for (domain, text, expected) in vectors {
        assert_eq!(fingerprint32(domain, text), expected, "{domain:?} {text}");
    }
    assert_eq!(fingerprint32(FingerprintDomain::Order, &long), 0x2166_410A);
}

#[test]
fn keys_and_subjects_of_one_name_have_unrelated_fingerprints() {
    assert_eq!(key_fingerprint("A"), fingerprint32(FingerprintDomain::Key, "A"));
    let order = subject_fingerprint(Subject::Order("A"));
    let redemption = subject_fingerprint(Subject::Redemption("A"));
    assert!(order != redemption && order != key_fingerprint("A"));
}
