//! The file name of a new object: its UID where that is safe everywhere, a digest of it where it is not.
//!
//! The name depends on the UID alone, so a second device that stores the same event meets the first one's object
//! instead of doubling it (`If-None-Match: *`).

/// The longest UID that is used as a file name as it is.
const MAX_PLAIN_BYTES: usize = 96;

/// The file name for an object with this UID: `UID.ics`, of letters, digits, dots and dashes, an `@` as an underscore.
pub fn object_name(uid: &str) -> String {
    let (local, host) = uid.rsplit_once('@').unwrap_or((uid, ""));
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    let plain = if host.is_empty() { uid.to_owned() } else { format!("{local}_{host}") };
    let is_safe = is_plain(local) && is_plain(host) && !local.is_empty() && !uid.ends_with('@');
    if is_safe && plain.len() <= MAX_PLAIN_BYTES && !plain.starts_with('.') {
        format!("{plain}.ics")
    } else {
        format!("uid-{:032x}.ics", fnv1a(uid.as_bytes()))
    }
}

/// FNV-1a with 128 bits: no secret depends on it, two UIDs must only be unlikely to meet.
fn fnv1a(bytes: &[u8]) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.iter().fold(OFFSET, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(uid: &str, expected: &str) {
        assert_eq!(object_name(uid), expected, "{uid:?}");
    }

    #[test]
    fn a_plain_uid_is_its_own_name() {
        check("7f3c1e0a-52d4@lindqvist.example", "7f3c1e0a-52d4_lindqvist.example.ics");
        check("7f3c1e0a-52d4", "7f3c1e0a-52d4.ics");
    }

    #[test]
    fn anything_else_is_named_by_its_digest() {
        for uid in [
            "",
            "..",
            "a/b",
            "a b",
            "é",
            ".hidden",
            "a_b",
            "a@",
            "@a",
            "a@b@c",
            "a\r\nb",
            &"a".repeat(MAX_PLAIN_BYTES + 1),
        ] {
            let name = object_name(uid);
            assert!(name.starts_with("uid-") && name.len() == 40, "{uid:?} is {name}");
        }
        check(&"a".repeat(MAX_PLAIN_BYTES), &format!("{}.ics", "a".repeat(MAX_PLAIN_BYTES)));
        assert_ne!(object_name("a/b"), object_name("a/c"));
    }

    #[test]
    fn the_digest_is_the_published_one() {
        assert_eq!(fnv1a(b"a"), 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
    }
}
