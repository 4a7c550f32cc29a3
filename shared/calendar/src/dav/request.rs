//! One exchange with a calendar server: the request to make and the reply that came.

use super::condition::Condition;
use super::href::{HrefProblem, Location};

/// What is done at a place. There are no others: the link carries nothing but these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Which features the server has.
    Options,
    /// Read properties.
    Propfind,
    /// Ask a question about a collection.
    Report,
    /// Read one object, byte for byte.
    Get,
    /// Store one object.
    Put,
    /// Remove one object.
    Delete,
}

impl Method {
    /// The word on the request line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Options => "OPTIONS",
            Self::Propfind => "PROPFIND",
            Self::Report => "REPORT",
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// How far below the place a request reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The place itself.
    Zero,
    /// The place and its members.
    One,
}

/// A request, complete but for the credentials, which only the link knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What to do.
    pub method: Method,
    /// Where.
    pub at: Location,
    /// How far below, for `PROPFIND` and `REPORT`.
    pub depth: Option<Depth>,
    /// What must be true for a write to happen. Every `PUT` and `DELETE` has one.
    pub condition: Option<Condition>,
    /// The media type and the text of the body.
    pub body: Option<(&'static str, String)>,
}

impl Request {
    pub(super) fn xml(method: Method, at: &Location, depth: Depth, body: String) -> Self {
        let body = Some(("application/xml; charset=utf-8", body));
        Self { method, at: at.clone(), depth: Some(depth), condition: None, body }
    }

    /// The headers that belong to this request.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = Vec::new();
        if let Some(depth) = self.depth {
            headers.push(("Depth", if depth == Depth::Zero { "0" } else { "1" }.to_owned()));
        }
        headers.extend(self.condition.as_ref().map(Condition::header));
        if let Some((media_type, _)) = &self.body {
            headers.push(("Content-Type", (*media_type).to_owned()));
        }
        headers
    }
}

/// Reads one object as it is stored, byte for byte.
pub fn get(at: &Location) -> Request {
    Request { method: Method::Get, at: at.clone(), depth: None, condition: None, body: None }
}

/// Stores one object, which must not carry a METHOD (RFC 4791 section 4.1).
pub fn put(at: &Location, ics: &str, condition: Condition) -> Request {
    let body = Some(("text/calendar; charset=utf-8", ics.to_owned()));
    Request { method: Method::Put, at: at.clone(), depth: None, condition: Some(condition), body }
}

/// Removes one object if it is still as expected.
pub fn delete(at: &Location, condition: Condition) -> Request {
    Request { method: Method::Delete, at: at.clone(), depth: None, condition: Some(condition), body: None }
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Header names, in any case, and their values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The place a redirection (3xx) points to, seen from where the request went.
    pub fn moved_to(&self, from: &Location) -> Option<Result<Location, HrefProblem>> {
        let is_redirection = matches!(self.status, 301 | 302 | 303 | 307 | 308);
        self.header("Location").filter(|_| is_redirection).map(|target| from.resolve(target))
    }

    /// Whether the server says that it schedules by itself (RFC 6638 section 2).
    pub fn schedules_by_itself(&self) -> bool {
        let values = self.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case("DAV"));
        values.flat_map(|(_, value)| value.split(',')).any(|token| {
            let token = token.trim();
            token.eq_ignore_ascii_case("calendar-auto-schedule") || token.eq_ignore_ascii_case("calendar-schedule")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::condition::ETag;
    use super::*;

    fn at(path: &str) -> Location {
        Location::parse(&format!("https://dav.example{path}")).expect("an address")
    }

    #[test]
    fn a_write_carries_its_condition() {
        let etag = ETag::parse("\"7\"").expect("a tag");
        let request = put(&at("/a.ics"), "BEGIN:VCALENDAR", Condition::Unchanged(etag));
        let expected = [("If-Match", "\"7\"".to_owned()), ("Content-Type", "text/calendar; charset=utf-8".to_owned())];
        assert_eq!(request.headers(), expected);
        assert_eq!(put(&at("/a.ics"), "", Condition::Absent).headers()[0], ("If-None-Match", "*".to_owned()));
    }

    #[test]
    fn a_redirection_is_resolved_from_where_the_request_went() {
        let reply = |status, target: &str| Reply {
            status,
            headers: vec![("location".to_owned(), target.to_owned())],
            body: Vec::new(),
        };
        let from = at("/.well-known/caldav");
        assert_eq!(reply(301, "/dav/").moved_to(&from), Some(Ok(at("/dav/"))));
        assert_eq!(reply(200, "/dav/").moved_to(&from), None);
        assert_eq!(reply(302, "http://evil.example/").moved_to(&from), Some(Err(HrefProblem::NotHttps)));
    }

    #[test]
    fn scheduling_is_read_from_any_dav_header() {
        let reply = |values: &[&str]| Reply {
            headers: values.iter().map(|value| ("Dav".to_owned(), (*value).to_owned())).collect(),
            ..Reply::default()
        };
        assert!(reply(&["1, 3", "calendar-access, calendar-auto-schedule"]).schedules_by_itself());
        assert!(!reply(&["1, 2, 3, calendar-access"]).schedules_by_itself());
    }
}
