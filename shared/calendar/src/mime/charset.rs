//! Text out of bytes: the charset that a part names, with UTF-8 believed whenever the bytes are UTF-8.
//!
//! Single-byte and UTF charsets are built in. The tables for the large Asian ones would cost more than all the rest of
//! MIME, and every browser has them: whoever calls gives a `Charsets` for what is not known here.

use std::borrow::Cow;

use mail_parser::decoders::charsets::map::charset_decoder;

/// Charsets that are decoded elsewhere: by the browser's `TextDecoder`, or by tables that a native program has.
pub trait Charsets {
    /// The text of `bytes` in the charset named `label`, or `None` when the charset is not known.
    fn decode(&self, label: &str, bytes: &[u8]) -> Option<String>;
}

/// No charsets but those built in.
#[derive(Clone, Copy, Debug, Default)]
pub struct BuiltIn;

impl Charsets for BuiltIn {
    fn decode(&self, _label: &str, _bytes: &[u8]) -> Option<String> {
        None
    }
}

/// A text and whether every byte of it was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    /// The text, with U+FFFD for what could not be read.
    pub text: Cow<'a, str>,
    /// Whether the charset was known and every byte belonged to it.
    pub is_certain: bool,
}

impl<'a> Text<'a> {
    /// Decodes a part's bytes. The charset is a claim: bytes with a byte order mark, or that are UTF-8 although the part
    /// says something else of eight bits, are what they are.
    pub fn decode(bytes: &'a [u8], charset: Option<&str>, charsets: &dyn Charsets) -> Self {
        let label = charset.unwrap_or("utf-8").trim().trim_matches('"').to_ascii_lowercase();
        match bytes {
            [0xef, 0xbb, 0xbf, rest @ ..] => return utf8(rest),
            [0xff, 0xfe, ..] => return certain(utf16(&bytes[2..], u16::from_le_bytes)),
            [0xfe, 0xff, ..] => return certain(utf16(&bytes[2..], u16::from_be_bytes)),
            // UTF-16 without a mark: every other byte of an iCalendar line is zero.
            [0, second, ..] if *second != 0 => return certain(utf16(bytes, u16::from_be_bytes)),
            [first, 0, ..] if *first != 0 => return certain(utf16(bytes, u16::from_le_bytes)),
            _ => {}
        }
        if !is_shifting(&label)
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            return Self { text: Cow::Borrowed(text), is_certain: true };
        }
        if matches!(label.as_str(), "utf-8" | "utf8") {
            return utf8(bytes);
        }
        // Tables that are not built in give what they cannot read as U+FFFD, or everything as one.
        let lent = || {
            let text = charsets.decode(&usual_label(&label), bytes)?;
            (text != "\u{fffd}").then_some(text)
        };
        if is_multi_byte(&label) {
            return lent().map_or_else(|| utf8(bytes), certain);
        }
        match charset_decoder(label.as_bytes()).map(|decode| certain(decode(bytes))) {
            Some(text) if text.is_certain => text,
            Some(text) => lent().map_or(text, certain),
            None => lent().map_or_else(|| utf8(bytes), certain),
        }
    }
}

/// The name by which browsers know a charset that is called by the number of its code page.
fn usual_label(label: &str) -> Cow<'_, str> {
    let name = match label {
        "cp874" => "windows-874",
        "cp932" | "ms932" => "shift_jis",
        "cp936" | "ms936" => "gbk",
        "cp949" | "ms949" => "euc-kr",
        "cp950" | "ms950" => "big5",
        _ => {
            let page = label.strip_prefix("windows").or_else(|| label.strip_prefix("win-"));
            let page = page.filter(|page| page.len() == 4 && page.starts_with("125"));
            return page.map_or(Cow::Borrowed(label), |page| Cow::Owned(format!("windows-{page}")));
        }
    };
    Cow::Borrowed(name)
}

fn certain<'a>(text: String) -> Text<'a> {
    let is_certain = !text.contains('\u{fffd}');
    Text { text: Cow::Owned(text), is_certain }
}

/// UTF-8, or where it is not, the single-byte charset of the West, which loses nothing that is ASCII.
fn utf8(bytes: &[u8]) -> Text<'_> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Text { text: Cow::Borrowed(text), is_certain: true },
        Err(_) => {
            let text = String::from_utf8_lossy(bytes);
            // One character of UTF-8 among the wrong bytes, and the rest is UTF-8 that was damaged.
            let has_other = text.chars().any(|character| !character.is_ascii() && character != '\u{fffd}');
            let western = charset_decoder(b"windows-1252").filter(|_| !has_other);
            Text { text: western.map_or(text, |decode| Cow::Owned(decode(bytes))), is_certain: false }
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Charsets whose bytes are all ASCII although the text is not.
fn is_shifting(label: &str) -> bool {
    label.starts_with("iso-2022")
        || label.starts_with("csiso2022")
        || label.contains("utf-7")
        || label.starts_with("hz")
}

fn is_multi_byte(label: &str) -> bool {
    const STEMS: [&str; 18] = [
        "iso-2022",
        "csiso2022",
        "hz",
        "shift",
        "sjis",
        "x-sjis",
        "ms932",
        "ms_kanji",
        "windows-31j",
        "euc",
        "x-euc",
        "cseuc",
        "gb",
        "csgb",
        "x-gbk",
        "big5",
        "windows-936",
        "windows-949",
    ];
    const NAMES: [&str; 10] =
        ["cp932", "cp936", "cp949", "cp950", "korean", "chinese", "cn-big5", "csbig5", "x-x-big5", "csshiftjis"];
    STEMS.iter().any(|stem| label.starts_with(stem))
        || NAMES.contains(&label)
        || label.starts_with("ks")
        || label.starts_with("csks")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], charset: Option<&str>, expected: &str) {
        let text = Text::decode(bytes, charset, &BuiltIn);
        assert_eq!((text.text.as_ref(), text.is_certain), (expected, true), "{charset:?}");
    }

    #[test]
    fn the_named_charset_is_used() {
        check(b"Z\xfcrich", Some("ISO-8859-1"), "Zürich");
        check(b"\xa4", Some("iso-8859-15"), "€");
        check(b"\x80", Some("windows-1252"), "€");
        check(b"\x8c\xedsto", Some("Windows-1250"), "Śísto");
        check(b"\xcf\xf0\xe8\xe2\xe5\xf2", Some("windows-1251"), "Привет");
        check(b"+APw-ber", Some("utf-7"), "über");
        check("Zürich".as_bytes(), Some("\"UTF-8\""), "Zürich");
        check("Zürich".as_bytes(), None, "Zürich");
    }

    #[test]
    fn bytes_that_are_utf8_are_utf8_whatever_the_label() {
        check("Zürich".as_bytes(), Some("iso-8859-1"), "Zürich");
        check("Zürich".as_bytes(), Some("us-ascii"), "Zürich");
        check(b"\xef\xbb\xbfZ", Some("us-ascii"), "Z");
    }

    #[test]
    fn utf16_is_known_by_its_mark_or_its_zeros() {
        let little: Vec<u8> = "Zü".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "Zü".encode_utf16().flat_map(u16::to_be_bytes).collect();
        check(&little, Some("utf-16le"), "Zü");
        check(&big, Some("utf-16be"), "Zü");
        check(&little, Some("utf-8"), "Zü");
        check(&[&[0xff, 0xfe], little.as_slice()].concat(), Some("utf-16"), "Zü");
        check(&[&[0xfe, 0xff], big.as_slice()].concat(), None, "Zü");
    }

    #[test]
    fn bytes_that_are_no_utf8_are_western_unless_most_of_them_are() {
        let western = Text::decode(b"Gr\xfc\xdfe", None, &BuiltIn);
        assert_eq!((western.text.as_ref(), western.is_certain), ("Grüße", false));
        struct Lossy;
        impl Charsets for Lossy {
            fn decode(&self, _label: &str, bytes: &[u8]) -> Option<String> {
                Some(String::from_utf8_lossy(bytes).into_owned())
            }
        }
        assert_eq!(Text::decode(b"Gr\xfc\xdfe", Some("UTF-8"), &Lossy).text, "Grüße");
        let damaged = Text::decode(b"Gr\xc3\xbc\xdfe", Some("utf-8"), &BuiltIn);
        assert_eq!((damaged.text.as_ref(), damaged.is_certain), ("Grü\u{fffd}e", false));
    }

    #[test]
    fn an_unknown_charset_is_asked_for_and_else_said() {
        struct Japanese;
        impl Charsets for Japanese {
            fn decode(&self, label: &str, _bytes: &[u8]) -> Option<String> {
                (label == "iso-2022-jp").then(|| "会議".to_owned())
            }
        }
        let bytes = b"\x1b$B2q5D\x1b(B";
        assert_eq!(Text::decode(bytes, Some("ISO-2022-JP"), &Japanese).text, "会議");
        struct Numbered;
        impl Charsets for Numbered {
            fn decode(&self, label: &str, _bytes: &[u8]) -> Option<String> {
                let known = [("shift_jis", "会議"), ("ibm866", "Обед"), ("hz-gb-2312", "\u{fffd}")];
                known.into_iter().find_map(|(name, text)| (label == name).then(|| text.to_owned()))
            }
        }
        assert_eq!(Text::decode(b"\x89\xef\x8bc", Some("CP932"), &Numbered).text, "会議");
        assert_eq!(Text::decode(b"\x8e\xa1\xa5\xa4", Some("ibm866"), &Numbered).text, "Обед");
        assert_eq!(Text::decode(b"END:VCALENDAR", Some("hz-gb-2312"), &Numbered).text, "END:VCALENDAR");
        let unsure = Text::decode(b"\x83n", Some("shift_jis"), &BuiltIn);
        assert!(!unsure.is_certain);
    }
}
