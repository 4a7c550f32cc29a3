//! A mail put together from the header fields and the few parts that were read of it.

/// A part that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadPart {
    /// Its media type with parameters.
    pub content_type: String,
    /// Its transfer encoding.
    pub encoding: String,
    /// Its bytes, still transfer-encoded.
    pub bytes: Vec<u8>,
}

/// A mail with these header fields and nothing but these parts, so that one reader serves for both the whole and the
/// excerpt. `is_report` keeps a delivery report recognisable as one.
pub fn assemble(headers: &[u8], parts: &[ReadPart], is_report: bool) -> Vec<u8> {
    let mut mail = headers.trim_ascii_end().to_vec();
    if !mail.is_empty() {
        mail.extend_from_slice(b"\r\n");
    }
    mail.extend_from_slice(b"MIME-Version: 1.0\r\n");
    if let ([part], false) = (parts, is_report) {
        push_part(&mut mail, part);
        return mail;
    }
    let boundary = free_boundary(parts);
    let kind = if is_report { "report; report-type=delivery-status" } else { "mixed" };
    mail.extend_from_slice(format!("Content-Type: multipart/{kind}; boundary=\"{boundary}\"\r\n\r\n").as_bytes());
    for part in parts {
        mail.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        push_part(&mut mail, part);
        mail.extend_from_slice(b"\r\n");
    }
    mail.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    mail
}

fn push_part(mail: &mut Vec<u8>, part: &ReadPart) {
    let encoding = if part.encoding.is_empty() { "7bit" } else { &part.encoding };
    let head = format!("Content-Type: {}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n", part.content_type);
    mail.extend_from_slice(head.as_bytes());
    mail.extend_from_slice(&part.bytes);
}

/// A boundary that no part contains.
fn free_boundary(parts: &[ReadPart]) -> String {
    let mut number = 0_u32;
    loop {
        let boundary = format!("excerpt-{number}");
        let needle = boundary.as_bytes();
        if !parts.iter().any(|part| part.bytes.windows(needle.len()).any(|window| window == needle)) {
            return boundary;
        }
        number += 1;
    }
}

/// A number for a mail by its Message-ID and its content, the same when the server has numbered it anew.
pub fn digest(message_id: &[u8], parts: &[ReadPart]) -> u64 {
    // FNV-1a: it need not withstand anybody, for a mail that is taken for another is at worst shown once.
    let fold = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let hash = message_id.trim_ascii().iter().fold(0xcbf2_9ce4_8422_2325, fold);
    parts.iter().flat_map(|part| &part.bytes).fold(hash, fold)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(bytes: &[u8]) -> ReadPart {
        ReadPart { content_type: "text/calendar".to_owned(), encoding: String::new(), bytes: bytes.to_vec() }
    }

    #[test]
    fn one_part_is_the_mail() {
        let mail = assemble(b"From: bob@b.example\r\n\r\n", &[part(b"BEGIN")], false);
        let expected = "From: bob@b.example\r\nMIME-Version: 1.0\r\nContent-Type: text/calendar\r\n\
            Content-Transfer-Encoding: 7bit\r\n\r\nBEGIN";
        assert_eq!(String::from_utf8(mail).unwrap(), expected);
    }

    #[test]
    fn a_part_cannot_end_another() {
        let mail = assemble(b"", &[part(b"--excerpt-0--\r\nFrom: x"), part(b"b")], false);
        assert!(String::from_utf8(mail).unwrap().contains("boundary=\"excerpt-1\""));
    }

    #[test]
    fn another_mail_has_another_digest() {
        assert_eq!(digest(b"<a@b>\r\n", &[part(b"x")]), digest(b"<a@b>", &[part(b"x")]));
        assert_ne!(digest(b"<a@b>", &[part(b"x")]), digest(b"<a@b>", &[part(b"y")]));
        assert_ne!(digest(b"<a@b>", &[part(b"x")]), digest(b"<a@c>", &[part(b"x")]));
    }
}
