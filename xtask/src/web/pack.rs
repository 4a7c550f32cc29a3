//! Compressed forms of a file, made once so that the relay never compresses.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};

use super::Care;
use crate::project::Outcome;

/// Shorter files gain nothing: the answer's headers are as long.
const WORTH_IT_BYTES: usize = 256;

/// File name endings that hold compressed bytes already.
const PACKED_ALREADY: &[&str] = &[".png", ".jpg", ".webp", ".avif", ".woff2", ".br", ".gz"];

/// The forms to keep beside a file, each with its extension: those that are smaller than the file itself.
///
/// A quick build has none: packing takes longer than building, and nobody is far away.
pub(super) fn forms(name: &str, bytes: &[u8], care: Care) -> Outcome<Vec<(&'static str, Vec<u8>)>> {
    if care == Care::Quick || bytes.len() < WORTH_IT_BYTES || PACKED_ALREADY.iter().any(|ending| name.ends_with(ending))
    {
        return Ok(Vec::new());
    }
    let mut forms = vec![("br", brotli(bytes)?), ("gz", gzip(bytes)?)];
    forms.retain(|(_, packed)| packed.len() < bytes.len());
    Ok(forms)
}

fn brotli(bytes: &[u8]) -> Outcome<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &parameters)?;
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> Outcome<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn each_form_unpacks_to_the_file() {
        let text = "calendar ".repeat(200);
        let forms = forms("page.js", text.as_bytes(), Care::Release).expect("packs");
        let [("br", brotli), ("gz", gzip)] = &forms[..] else { panic!("two forms") };
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut &brotli[..], &mut unpacked).expect("unpacks");
        assert_eq!(unpacked, text.as_bytes());
        let mut unpacked = String::new();
        flate2::read::GzDecoder::new(&gzip[..]).read_to_string(&mut unpacked).expect("unpacks");
        assert_eq!(unpacked, text);
    }

    #[test]
    fn what_would_not_shrink_is_left_alone() {
        assert_eq!(forms("icon.png", &[0; 4000], Care::Release), Ok(vec![]));
        assert_eq!(forms("tiny.css", b"a{}", Care::Release), Ok(vec![]));
        assert_eq!(forms("page.css", &[0; 4000], Care::Quick), Ok(vec![]));
    }
}
