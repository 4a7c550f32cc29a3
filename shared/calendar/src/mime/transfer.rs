//! The bytes behind a transfer encoding, read as leniently as mail programs write it (RFC 2045 section 6).
//!
//! A stray character in base64 is skipped and a broken escape in quoted-printable stands for itself: what can be saved
//! of a guest's answer is saved.

use std::borrow::Cow;

use encodify::base64::{self, Base64};
use encodify::qp;

/// Decodes base64. Anything outside its alphabet is skipped; what follows padding is a new group.
pub(super) fn decode_base64(encoded: &[u8]) -> Vec<u8> {
    const READER: Base64 = base64::MIME.any_alphabet();
    READER.decode(encoded).unwrap_or_else(|_| {
        let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=');
        let digits: Vec<u8> = encoded.iter().copied().filter(is_digit).collect();
        READER.decode(digits).unwrap_or_default()
    })
}

/// Whether what should be base64 is not encoded at all: no first line of base64 has a colon, and every calendar's has.
pub(super) fn is_plain(encoded: &[u8]) -> bool {
    let first = encoded.trim_ascii_start();
    let length = first.iter().position(|byte| *byte == b'\n').unwrap_or(first.len());
    first[..length].contains(&b':')
}

/// Whether this is what these bytes become in base64, in lines of 76 characters as nearly all programs write it.
pub(super) fn is_base64_of(encoded: &[u8], bytes: &[u8]) -> bool {
    base64::MIME.encode(bytes).as_bytes().trim_ascii_end() == encoded.trim_ascii_end()
}

/// Decodes quoted-printable. White space before a line end is dropped; line ends are kept.
pub(super) fn decode_quoted_printable(encoded: &[u8]) -> Cow<'_, [u8]> {
    qp::BODY.decode(encoded).unwrap_or(Cow::Borrowed(encoded))
}

#[cfg(test)]
mod tests {
    use ::base64::Engine;
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check_base64(encoded: &str, expected: &[u8]) {
        assert_eq!(decode_base64(encoded.as_bytes()), expected, "{encoded:?}");
    }

    #[track_caller]
    fn check_quoted_printable(encoded: &str, expected: &str) {
        assert_eq!(String::from_utf8_lossy(&decode_quoted_printable(encoded.as_bytes())), expected, "{encoded:?}");
    }

    #[test]
    fn base64_is_read_with_and_without_padding_and_noise() {
        check_base64("QUJD", b"ABC");
        check_base64("QUI=", b"AB");
        check_base64("QQ==", b"A");
        check_base64("QQ", b"A");
        check_base64("QU\r\nJD\r\n", b"ABC");
        check_base64("Q*U!J D", b"ABC");
        check_base64("QQ==QQ==", b"AA");
        check_base64("", b"");
        check_base64("Q", b"");
    }

    #[test]
    fn what_was_never_encoded_is_known_by_its_first_line() {
        assert!(is_plain(b"\r\nBEGIN:VCALENDAR\r\n"));
        assert!(!is_plain(b"QkVHSU46VkNB\r\nx: y"));
        assert!(!is_plain(b""));
    }

    #[test]
    fn quoted_printable_is_read_with_its_soft_breaks() {
        check_quoted_printable("a=C3=BCb", "aüb");
        check_quoted_printable("a=\r\nb\r\nc", "ab\r\nc");
        check_quoted_printable("a= \t\r\nb", "ab");
        check_quoted_printable("a  \r\nb", "a\r\nb");
        check_quoted_printable("a=20\r\n", "a \r\n");
        check_quoted_printable("a\nb\n", "a\nb\n");
        check_quoted_printable("1=1, =zz, =c3=bc", "1=1, =zz, ü");
        check_quoted_printable("end=", "end");
    }

    proptest! {
        #[test]
        fn what_is_encoded_comes_back(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let encoded = ::base64::engine::general_purpose::STANDARD.encode(&bytes);
            prop_assert_eq!(decode_base64(encoded.as_bytes()), bytes);
        }

        #[test]
        fn what_is_recognised_as_encoded_is_what_decodes_to_it(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let encoded = base64::MIME.encode(&bytes);
            prop_assert!(is_base64_of(encoded.as_bytes(), &bytes));
            prop_assert!(!is_base64_of(encoded.as_bytes(), &[&bytes[..], b"x"].concat()));
        }

        #[test]
        fn no_bytes_break_a_decoder(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(decode_base64(&bytes).len() <= bytes.len());
            prop_assert!(decode_quoted_printable(&bytes).len() <= bytes.len());
        }
    }
}
