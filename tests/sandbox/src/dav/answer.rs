//! What the CalDAV server says: plain answers, preconditions that failed, and multistatus documents.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};

use crate::dav::xml::{Name, escape};

/// An answer of the server.
pub(crate) type Answer = Response<Body>;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";
const NAMESPACES: &str = "xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\" \
    xmlns:CS=\"http://calendarserver.org/ns/\" xmlns:A=\"http://apple.com/ns/ical/\"";

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = status;
    answer
}

/// An answer in words.
pub(crate) fn words(status: StatusCode, text: &str) -> Answer {
    with_body(status, "text/plain; charset=utf-8", text.to_owned())
}

/// An answer with a body.
pub(crate) fn with_body(status: StatusCode, kind: &'static str, body: String) -> Answer {
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

/// Adds a header; a value that no header can have is left out.
pub(crate) fn with_header(mut answer: Answer, name: header::HeaderName, value: &str) -> Answer {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
    answer
}

/// Says which precondition failed (RFC 4918 section 16). `condition` is an element with the prefix `D` or `C`.
pub(crate) fn failed(status: StatusCode, condition: &str) -> Answer {
    let body = format!("{DECLARATION}<D:error {NAMESPACES}>{condition}</D:error>\n");
    with_body(status, "application/xml; charset=utf-8", body)
}

/// What is said about one resource.
pub(crate) enum Said {
    /// These properties it has, and these it has not.
    Properties {
        /// Whole elements.
        found: Vec<String>,
        /// The names of what is missing.
        missing: Vec<Name>,
    },
    /// It is not there any more, or was never.
    Gone,
}

/// A document that speaks of several resources (RFC 4918 section 13).
#[derive(Default)]
pub(crate) struct Multistatus(String);

impl Multistatus {
    pub(crate) fn add(&mut self, href: &str, said: &Said) {
        self.0.push_str(&format!("<D:response><D:href>{}</D:href>", escape(href)));
        match said {
            Said::Gone => self.0.push_str("<D:status>HTTP/1.1 404 Not Found</D:status>"),
            Said::Properties { found, missing } => {
                if !found.is_empty() || missing.is_empty() {
                    self.propstat(&found.concat(), "200 OK");
                }
                if !missing.is_empty() {
                    let missing: String = missing.iter().map(empty_element).collect();
                    self.propstat(&missing, "404 Not Found");
                }
            }
        }
        self.0.push_str("</D:response>\n");
    }

    fn propstat(&mut self, properties: &str, status: &str) {
        self.0.push_str(&format!(
            "<D:propstat><D:prop>{properties}</D:prop><D:status>HTTP/1.1 {status}</D:status></D:propstat>"
        ));
    }

    /// The finished document; `token` is that of RFC 6578.
    pub(crate) fn finish(self, token: Option<&str>) -> Answer {
        let token = token.map(|token| format!("<D:sync-token>{}</D:sync-token>\n", escape(token)));
        let body = format!(
            "{DECLARATION}<D:multistatus {NAMESPACES}>\n{}{}</D:multistatus>\n",
            self.0,
            token.unwrap_or_default()
        );
        with_body(StatusCode::MULTI_STATUS, "application/xml; charset=utf-8", body)
    }
}

/// An element that only names something.
pub(crate) fn empty_element(name: &Name) -> String {
    format!("<X:{} xmlns:X=\"{}\"/>", name.local, escape(&name.namespace))
}
