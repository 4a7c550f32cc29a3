//! Which mails may speak of an event, by their structure alone.

use serde::{Deserialize, Serialize};

/// The most calendar parts of one mail that are read.
const PARTS: usize = 4;

/// One part of a mail's structure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Part {
    /// Its numbers, such as 1 and 2 for `1.2`; empty for the mail itself.
    pub path: Vec<u16>,
    /// Media type in lower case.
    pub media_type: String,
    /// Parameters of the media type, names in lower case.
    pub parameters: Vec<(String, String)>,
    /// Transfer encoding.
    pub encoding: String,
    /// The file name.
    pub file_name: Option<String>,
    /// Encoded size.
    pub size_bytes: u32,
}

/// Why a mail is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Interest {
    /// It has calendar parts.
    Calendar,
    /// It says that a mail could not be delivered.
    Bounce,
    /// Its structure could not be read; it is small enough to be read as a whole.
    Whole,
}

/// A mail that is to be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its UID.
    pub uid: u32,
    /// Why.
    pub interest: Interest,
    /// Which parts; empty for [`Interest::Whole`].
    pub parts: Vec<CandidatePart>,
}

/// A part that is to be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidatePart {
    /// Its numbers.
    pub path: Vec<u16>,
    /// Its media type with parameters, as a header would say it.
    pub content_type: String,
    /// Its transfer encoding.
    pub encoding: String,
}

/// What is worth reading of a mail, if anything is. `parts` is `None` if its structure could not be read.
pub(super) fn candidate(uid: u32, size_bytes: Option<u32>, parts: Option<&[Part]>) -> Option<Candidate> {
    let Some(parts) = parts else {
        let is_small = size_bytes.is_some_and(|size| size <= super::PART_LIMIT_BYTES);
        return is_small.then(|| Candidate { uid, interest: Interest::Whole, parts: Vec::new() });
    };
    // A mail within a mail was forwarded: it is not for this mailbox to act upon.
    let is_own = |part: &&Part| {
        !parts
            .iter()
            .any(|outer| is_message(outer) && outer.path.len() < part.path.len() && part.path.starts_with(&outer.path))
    };
    let own = || parts.iter().filter(is_own).filter(|part| part.size_bytes <= super::PART_LIMIT_BYTES);
    // Some servers report without saying so: the status of a delivery in a mail of any other form.
    let report = parts.iter().filter(is_own).find(|part| is_delivery_report(part));
    if report.is_some() || own().any(is_delivery_status) {
        let is_within =
            |part: &&Part| report.is_none_or(|report| part.path.starts_with(&report.path) && part.path != report.path);
        let told = own().filter(is_within);
        let told = told.filter(|part| is_delivery_status(part) || is_message(part) || is_header_copy(part));
        return some_of(uid, Interest::Bounce, told);
    }
    // The same object often comes twice, as text/calendar and as a file: the first form says more.
    some_of(uid, Interest::Calendar, own().filter(|part| part.media_type == "text/calendar"))
        .or_else(|| some_of(uid, Interest::Calendar, own().filter(|part| is_calendar_file(part))))
}

fn some_of<'p>(uid: u32, interest: Interest, parts: impl Iterator<Item = &'p Part>) -> Option<Candidate> {
    let parts: Vec<CandidatePart> = parts.take(PARTS).map(CandidatePart::of).collect();
    (!parts.is_empty()).then_some(Candidate { uid, interest, parts })
}

fn is_message(part: &Part) -> bool {
    part.media_type == "message/rfc822" || part.media_type == "message/global"
}

fn is_header_copy(part: &Part) -> bool {
    part.media_type == "text/rfc822-headers" || part.media_type == "message/rfc822-headers"
}

fn is_delivery_status(part: &Part) -> bool {
    part.media_type == "message/delivery-status" || part.media_type == "message/global-delivery-status"
}

fn is_delivery_report(part: &Part) -> bool {
    let is_status =
        |(name, value): &(String, String)| name == "report-type" && value.eq_ignore_ascii_case("delivery-status");
    part.media_type == "multipart/report" && part.parameters.iter().any(is_status)
}

fn is_calendar_file(part: &Part) -> bool {
    let name = part.file_name.as_deref().unwrap_or_default().to_ascii_lowercase();
    match part.media_type.as_str() {
        "application/ics" | "application/calendar" | "text/x-vcalendar" | "application/ms-tnef" => true,
        "application/octet-stream" | "text/plain" | "application/x-unknown" => {
            name.ends_with(".ics") || name == "winmail.dat"
        }
        _ => false,
    }
}

impl CandidatePart {
    fn of(part: &Part) -> Self {
        let mut content_type = part.media_type.clone();
        for (name, value) in &part.parameters {
            // Quotes and line breaks have no place in a parameter that a reader can use.
            if name
                .bytes()
                .chain(value.bytes())
                .all(|byte| (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\')
            {
                content_type.push_str(&format!("; {name}=\"{value}\""));
            }
        }
        if let Some(name) = part.file_name.as_deref().filter(|name| name.to_ascii_lowercase().ends_with(".ics"))
            && !part.parameters.iter().any(|(parameter, _)| parameter == "name")
            && name.bytes().all(|byte| (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\')
        {
            content_type.push_str(&format!("; name=\"{name}\""));
        }
        let encoding = part.encoding.chars().filter(|character| character.is_ascii_graphic()).collect();
        Self { path: part.path.clone(), content_type, encoding }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(path: &[u16], media_type: &str) -> Part {
        Part { path: path.to_vec(), media_type: media_type.to_owned(), ..Part::default() }
    }

    #[track_caller]
    fn check(parts: &[Part], expected: Option<(Interest, &[&[u16]])>) {
        let found = candidate(7, Some(9), Some(parts));
        let found =
            found.map(|found| (found.interest, found.parts.into_iter().map(|part| part.path).collect::<Vec<_>>()));
        assert_eq!(
            found,
            expected.map(|(interest, paths)| (interest, paths.iter().map(|path| path.to_vec()).collect()))
        );
    }

    #[test]
    fn an_ordinary_mail_is_not_read() {
        check(&[part(&[], "multipart/alternative"), part(&[1], "text/plain"), part(&[2], "text/html")], None);
        check(&[], None);
    }

    #[test]
    fn a_calendar_part_is_found_however_deep() {
        let parts = [part(&[], "multipart/mixed"), part(&[1], "multipart/alternative"), part(&[1, 3], "text/calendar")];
        check(&parts, Some((Interest::Calendar, &[&[1, 3]])));
    }

    #[test]
    fn the_file_copy_is_read_only_where_there_is_nothing_better() {
        let file = part(&[2], "application/ics");
        check(&[part(&[1], "text/calendar"), file.clone()], Some((Interest::Calendar, &[&[1]])));
        check(&[part(&[1], "text/plain"), file], Some((Interest::Calendar, &[&[2]])));
        let mut unnamed = part(&[2], "application/octet-stream");
        check(std::slice::from_ref(&unnamed), None);
        unnamed.file_name = Some("Invite.ICS".to_owned());
        check(&[unnamed], Some((Interest::Calendar, &[&[2]])));
    }

    #[test]
    fn a_forwarded_answer_does_not_count() {
        check(&[part(&[1], "text/plain"), part(&[2], "message/rfc822"), part(&[2, 1], "text/calendar")], None);
    }

    #[test]
    fn a_delivery_report_is_read_with_the_mail_it_speaks_of() {
        let mut report = part(&[], "multipart/report");
        report.parameters = vec![("report-type".to_owned(), "delivery-status".to_owned())];
        let parts = [
            report,
            part(&[1], "text/plain"),
            part(&[2], "message/delivery-status"),
            part(&[3], "message/rfc822"),
            part(&[3, 1], "text/calendar"),
        ];
        check(&parts, Some((Interest::Bounce, &[&[2], &[3]])));
    }

    #[test]
    fn a_delivery_status_tells_of_a_report_that_does_not_say_so() {
        let parts = [part(&[], "multipart/mixed"), part(&[1], "text/plain"), part(&[2], "message/delivery-status")];
        check(&parts, Some((Interest::Bounce, &[&[2]])));
    }

    #[test]
    fn a_forwarded_report_hides_no_invitation() {
        let mut report = part(&[2, 1], "multipart/report");
        report.parameters = vec![("report-type".to_owned(), "delivery-status".to_owned())];
        let parts = [
            part(&[1], "text/calendar"),
            part(&[2], "message/rfc822"),
            report,
            part(&[2, 1, 1], "message/delivery-status"),
        ];
        check(&parts, Some((Interest::Calendar, &[&[1]])));
    }

    #[test]
    fn a_mail_without_a_structure_is_read_as_a_whole_if_it_is_small() {
        let limit = super::super::PART_LIMIT_BYTES;
        assert_eq!(candidate(7, Some(limit), None).map(|found| found.interest), Some(Interest::Whole));
        assert_eq!(candidate(7, Some(limit + 1), None), None);
        assert_eq!(candidate(7, None, None), None);
    }

    #[test]
    fn a_part_over_the_limit_is_not_read() {
        let mut large = part(&[1], "text/calendar");
        large.size_bytes = super::super::PART_LIMIT_BYTES + 1;
        check(&[large], None);
    }

    #[test]
    fn a_parameter_cannot_break_out_of_its_header() {
        let mut calendar = part(&[1], "text/calendar");
        calendar.parameters =
            vec![("charset".to_owned(), "utf-8\r\nFrom: x".to_owned()), ("method".to_owned(), "REPLY".to_owned())];
        assert_eq!(CandidatePart::of(&calendar).content_type, "text/calendar; method=\"REPLY\"");
    }
}
