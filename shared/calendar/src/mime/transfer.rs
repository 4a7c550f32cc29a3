//! The bytes behind a transfer encoding, read as leniently as mail programs write it (RFC 2045 section 6).
//!
//! A stray character in base64 is skipped and a broken escape in quoted-printable stands for itself: what can be saved
//! of a guest's answer is saved.

use super::header::line_end;

/// Decodes base64. Anything outside its alphabet is skipped; what follows padding is a new group.
pub(super) fn decode_base64(encoded: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(encoded.len() / 4 * 3 + 2);
    let (mut group, mut count) = (0_u32, 0_u32);
    let mut rest = encoded;
    loop {
        // Whole groups without noise, which is nearly all of it.
        while count == 0
            && let Some((four, behind)) = rest.split_first_chunk::<4>()
        {
            let values = four.map(|byte| DIGITS[usize::from(byte)]);
            if values.iter().fold(0, |all, value| all | value) >= 64 {
                break;
            }
            let whole = values.iter().fold(0, |whole, value| whole << 6 | u32::from(*value));
            out.extend_from_slice(&whole.to_be_bytes()[1..]);
            rest = behind;
        }
        let Some((byte, behind)) = rest.split_first() else { break };
        rest = behind;
        let value = DIGITS[usize::from(*byte)];
        if value >= 64 {
            if value == PADDING {
                push_rest(&mut out, group, count);
                (group, count) = (0, 0);
            }
            continue;
        }
        group = group << 6 | u32::from(value);
        count += 1;
        if count == 4 {
            out.extend_from_slice(&group.to_be_bytes()[1..]);
            (group, count) = (0, 0);
        }
    }
    push_rest(&mut out, group, count);
    out
}

/// Stands in [`DIGITS`] for `=`.
const PADDING: u8 = 64;

/// The value of each byte as a base64 digit; more than 63 for what is none.
const DIGITS: [u8; 256] = {
    let mut digits = [u8::MAX; 256];
    let mut byte = 0_u8;
    loop {
        digits[byte as usize] = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => PADDING,
            _ => u8::MAX,
        };
        if byte == u8::MAX {
            break digits;
        }
        byte += 1;
    }
};

fn push_rest(out: &mut Vec<u8>, group: u32, count: u32) {
    match count {
        2 => out.push((group >> 4) as u8),
        3 => out.extend_from_slice(&((group >> 2) as u16).to_be_bytes()),
        _ => {}
    }
}

/// Decodes quoted-printable. White space before a line end is dropped; line ends are kept.
pub(super) fn decode_quoted_printable(encoded: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while !rest.is_empty() {
        let (line, behind) = rest.split_at(line_end(rest, 0));
        rest = behind;
        let ended = line.strip_suffix(b"\r\n").map(|text| (text, b"\r\n".as_slice()));
        let (text, end) =
            ended.or_else(|| line.strip_suffix(b"\n").map(|text| (text, b"\n".as_slice()))).unwrap_or((line, b""));
        let text = text.trim_ascii_end();
        let (text, end) = match text.strip_suffix(b"=") {
            Some(text) => (text, b"".as_slice()),
            None => (text, end),
        };
        decode_escapes(text, &mut out);
        out.extend_from_slice(end);
    }
    out
}

/// Copies a line with its escapes decoded; an equals sign that begins no escape stands for itself.
fn decode_escapes(mut text: &[u8], out: &mut Vec<u8>) {
    while let Some(at) = memchr::memchr(b'=', text) {
        let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        out.extend_from_slice(&text[..at]);
        text = match (digit(at + 1), digit(at + 2)) {
            (Some(high), Some(low)) => {
                out.push((high << 4 | low) as u8);
                &text[at + 3..]
            }
            _ => {
                out.push(b'=');
                &text[at + 1..]
            }
        };
    }
    out.extend_from_slice(text);
}

#[cfg(test)]
mod tests {
    use base64::Engine;
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
            let encoded = base64::engine::general_purpose::STANDARD.encode(&bytes);
            prop_assert_eq!(decode_base64(encoded.as_bytes()), bytes);
        }

        #[test]
        fn no_bytes_break_a_decoder(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(decode_base64(&bytes).len() <= bytes.len());
            prop_assert!(decode_quoted_printable(&bytes).len() <= bytes.len());
        }
    }
}
