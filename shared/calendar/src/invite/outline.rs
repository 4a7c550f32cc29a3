//! A mail as the inspector shows it: the tree of its parts, each with its place in the raw bytes.

use std::ops::Range;

use crate::mime::{Message, TooLarge, TransferEncoding};

/// One part of a mail, in the order of the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutlinePart {
    /// How many parts it lies in.
    pub depth: usize,
    /// Its number, as IMAP counts.
    pub place: String,
    /// The media type, lower case.
    pub media_type: String,
    /// The parameters of the media type, in order; the boundary left out.
    pub parameters: Vec<(String, String)>,
    /// The name of the file it is to be saved as.
    pub file_name: Option<String>,
    /// Whether it is marked as an attachment.
    pub is_attachment: bool,
    /// How its body is encoded.
    pub encoding: TransferEncoding,
    /// The size of the part in the mail, in bytes.
    pub size_bytes: usize,
    /// The size of what is behind the encoding; the same as the body for a part that holds others.
    pub decoded_bytes: usize,
    /// The whole part in the raw mail.
    pub range: Range<usize>,
    /// Its headers in the raw mail, the empty line after them included.
    pub headers: Range<usize>,
    /// Its body in the raw mail.
    pub body: Range<usize>,
}

/// The parts of a mail, the mail itself first.
pub fn outline(mail: &[u8]) -> Result<Vec<OutlinePart>, TooLarge> {
    let message = Message::read(mail)?;
    let part = |(index, part): (usize, &crate::mime::Part)| OutlinePart {
        depth: part.depth,
        place: message.path(index),
        media_type: part.media_type().to_owned(),
        parameters: part.content_type.parameters.iter().filter(|(name, _)| name != "boundary").cloned().collect(),
        file_name: part.file_name().map(str::to_owned),
        is_attachment: part.is_attachment(),
        encoding: part.encoding,
        size_bytes: part.range.len(),
        decoded_bytes: part.decoded(mail).len(),
        range: part.range.clone(),
        headers: part.range.start..part.body.start,
        body: part.body.clone(),
    };
    Ok(message.parts().iter().enumerate().map(part).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_is_shown_with_its_place_in_the_bytes() {
        let mail = "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
                    Content-Type: application/ics; name=\"invite.ics\"\r\nContent-Disposition: attachment\r\n\
                    Content-Transfer-Encoding: base64\r\n\r\nQUJD\r\n--b--\r\n";
        let parts = outline(mail.as_bytes()).expect("small enough");
        let shown: Vec<_> =
            parts.iter().map(|part| (part.depth, part.place.as_str(), part.media_type.as_str())).collect();
        assert_eq!(shown, [(0, "1", "multipart/mixed"), (1, "1", "application/ics")]);
        let ics = &parts[1];
        assert_eq!(&mail[ics.body.clone()], "QUJD");
        assert!(mail[ics.headers.clone()].ends_with("base64\r\n\r\n"));
        assert_eq!((ics.decoded_bytes, ics.is_attachment, ics.file_name.as_deref()), (3, true, Some("invite.ics")));
        assert_eq!(parts[0].range, 0..mail.len());
    }
}
