//! WebAssembly without what a browser never reads: the names of functions alone are more than the code.
//!
//! `strip = true` in the profile would do it as well, but takes away what wasm-bindgen needs.

/// `\0asm`, version 1.
const HEADER: &[u8] = b"\0asm\x01\0\0\0";
/// The id of a custom section.
const CUSTOM: u8 = 0;
/// Custom sections that are dropped.
const UNREAD: &[&[u8]] = &[b"name", b"producers", b"__wasm_split_unstable"];

/// The same module without its unread sections; anything that is no module comes back as it was.
pub(super) fn lean(bytes: &[u8]) -> Vec<u8> {
    let Some(mut rest) = bytes.strip_prefix(HEADER) else { return bytes.to_vec() };
    let mut kept = HEADER.to_vec();
    while !rest.is_empty() {
        let Some((section, is_unread, after)) = next_section(rest) else { return bytes.to_vec() };
        if !is_unread {
            kept.extend(section);
        }
        rest = after;
    }
    kept
}

/// The next section with its head, whether nobody reads it, and what follows.
fn next_section(bytes: &[u8]) -> Option<(&[u8], bool, &[u8])> {
    let (&id, after_id) = bytes.split_first()?;
    let (size, content) = number(after_id)?;
    let head_bytes = bytes.len() - content.len();
    let (section, after) = bytes.split_at_checked(head_bytes.checked_add(size)?)?;
    let is_unread = id == CUSTOM && {
        let (name_bytes, name) = number(&section[head_bytes..])?;
        UNREAD.contains(&name.get(..name_bytes)?)
    };
    Some((section, is_unread, after))
}

/// An unsigned LEB128 number of 32 bits, and what follows.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_u64;
    for (at, byte) in bytes.iter().take(5).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((usize::try_from(value).ok()?, &bytes[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(id: u8, content: &[u8]) -> Vec<u8> {
        [&[id, u8::try_from(content.len()).expect("short")], content].concat()
    }

    #[test]
    fn only_what_nobody_reads_is_dropped() {
        let code = section(10, b"code");
        let features = section(CUSTOM, b"\x0ftarget_features+");
        let names = section(CUSTOM, b"\x04namefn");
        let module = [HEADER, &code, &names, &features].concat();
        assert_eq!(lean(&module), [HEADER, &code, &features].concat());
    }

    #[test]
    fn what_is_no_module_comes_back_as_it_was() {
        for bytes in [&b""[..], b"text", b"\0asm\x01\0\0\0\x0a\xff\xff\xff\xff\x0fx", b"\0asm\x01\0\0\0\x00\x05x"] {
            assert_eq!(lean(bytes), bytes);
        }
    }
}
