//! Mailbox names between Unicode and the modified UTF-7 of IMAP (RFC 3501 section 5.1.3).

use base64::Engine;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Base64 with `,` for `/` and without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &IMAP_MUTF7,
    GeneralPurposeConfig::new().with_encode_padding(false).with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

/// Writes a name as the server wants it.
pub(super) fn encode(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    let mut shifted: Vec<u8> = Vec::new();
    for c in name.chars() {
        if matches!(c, ' '..='~') {
            unshift(&mut encoded, &mut shifted);
            encoded.push(c);
            if c == '&' {
                encoded.push('-');
            }
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                shifted.extend_from_slice(&unit.to_be_bytes());
            }
        }
    }
    unshift(&mut encoded, &mut shifted);
    encoded
}

fn unshift(encoded: &mut String, shifted: &mut Vec<u8>) {
    if !shifted.is_empty() {
        encoded.push('&');
        BASE64.encode_string(&*shifted, encoded);
        encoded.push('-');
        shifted.clear();
    }
}

/// Reads a name as the server wrote it. Whatever is not well formed stays as it is, so that the name can be sent back.
pub(super) fn decode(name: &str) -> String {
    let mut decoded = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((plain, shifted)) = rest.split_once('&') {
        decoded.push_str(plain);
        let Some((code, after)) = shifted.split_once('-') else { return name.to_owned() };
        if code.is_empty() {
            decoded.push('&');
        } else {
            let Some(text) = decode_shifted(code) else { return name.to_owned() };
            decoded.push_str(&text);
        }
        rest = after;
    }
    decoded.push_str(rest);
    // A name that another program has written sloppily must survive the way back.
    if encode(&decoded) == name { decoded } else { name.to_owned() }
}

fn decode_shifted(code: &str) -> Option<String> {
    let bytes = BASE64.decode(code).ok()?;
    let (pairs, []) = bytes.as_chunks::<2>() else { return None };
    String::from_utf16(&pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect::<Vec<_>>()).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(name: &str, encoded: &str) {
        assert_eq!(encode(name), encoded);
        assert_eq!(decode(encoded), name);
    }

    #[test]
    fn names_are_written_as_the_rfc_shows() {
        check("INBOX", "INBOX");
        check("Entwürfe", "Entw&APw-rfe");
        check("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
        check("A & B", "A &- B");
        check("😀", "&2D3eAA-");
        check("", "");
    }

    #[test]
    fn what_is_not_well_formed_stays_as_it_is() {
        for name in ["a&b", "&AA-", "&2D0-", "&=-", "Entw&APw", "&AGE-"] {
            assert_eq!(decode(name), name);
        }
    }

    proptest! {
        #[test]
        fn every_name_survives(name in "\\PC{0,40}") {
            let encoded = encode(&name);
            prop_assert!(encoded.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            prop_assert_eq!(decode(&encoded), name);
        }

        #[test]
        fn what_was_read_can_be_sent_back(encoded in "[ -~]{0,40}") {
            let decoded = decode(&encoded);
            prop_assert!(decoded == encoded || encode(&decoded) == encoded);
        }
    }
}
