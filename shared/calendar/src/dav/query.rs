//! The bodies of the questions: which properties, which objects, what changed.
//!
//! Each function is one question with its depth. Everything a caller gives is escaped; namespaces are declared once at
//! the root, as the most literal of servers expect.

use std::fmt::Write;

use jiff::Timestamp;
use quick_xml::escape::escape;

use super::href::{Href, Location};
use super::request::{Depth, Method, Request};

const NAMESPACES: &str = concat!(
    "xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\" ",
    "xmlns:S=\"http://calendarserver.org/ns/\" xmlns:A=\"http://apple.com/ns/ical/\""
);

fn document(root: &str, inside: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<{root} {NAMESPACES}>{inside}</{root}>\n")
}

fn propfind(at: &Location, depth: Depth, properties: &str) -> Request {
    Request::xml(Method::Propfind, at, depth, document("D:propfind", &format!("<D:prop>{properties}</D:prop>")))
}

/// Which features the server has at this place: its `DAV:` header tells whether it schedules by itself.
pub fn options(at: &Location) -> Request {
    Request { method: Method::Options, at: at.clone(), depth: None, condition: None, body: None }
}

/// Who the server thinks is asking, and where that person's calendars are (RFC 5397, RFC 4791 section 6.2.1).
pub fn probe(at: &Location) -> Request {
    const PROPERTIES: &str = concat!(
        "<D:current-user-principal/><D:principal-URL/><D:resourcetype/><D:displayname/>",
        "<C:calendar-home-set/><C:calendar-user-address-set/>"
    );
    propfind(at, Depth::Zero, PROPERTIES)
}

/// The calendars below a home, with all that a list of calendars shows and a synchronisation needs.
pub fn read_home(home: &Location) -> Request {
    propfind(home, Depth::One, COLLECTION_PROPERTIES)
}

/// The same for one collection: cheap, and enough to see whether anything in it changed.
pub fn describe_collection(collection: &Location) -> Request {
    propfind(collection, Depth::Zero, COLLECTION_PROPERTIES)
}

const COLLECTION_PROPERTIES: &str = concat!(
    "<D:resourcetype/><D:displayname/><A:calendar-color/><A:calendar-order/>",
    "<C:supported-calendar-component-set/><S:getctag/><D:sync-token/>",
    "<D:current-user-privilege-set/><D:supported-report-set/>",
    // Said by the schedule inbox, which many servers keep in the home (RFC 6638 section 9.2).
    "<C:schedule-default-calendar-URL/>"
);

/// The names and entity tags of everything in a collection: the way to see changes on a server without
/// sync-collection.
pub fn list_etags(collection: &Location) -> Request {
    propfind(collection, Depth::One, "<D:resourcetype/><D:getetag/><D:getcontenttype/>")
}

/// The events that touch a window of time, with their text (RFC 4791 section 7.8).
///
/// Some servers answer with more than the window holds; what is shown is decided by expanding.
pub fn query_window(collection: &Location, from: Timestamp, until: Timestamp) -> Request {
    let instant = |at: Timestamp| at.strftime("%Y%m%dT%H%M%SZ").to_string();
    let inside = format!(
        "<D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter><C:comp-filter name=\"VCALENDAR\">\
         <C:comp-filter name=\"VEVENT\"><C:time-range start=\"{}\" end=\"{}\"/></C:comp-filter>\
         </C:comp-filter></C:filter>",
        instant(from),
        instant(until)
    );
    Request::xml(Method::Report, collection, Depth::One, document("C:calendar-query", &inside))
}

/// The text of the named objects (RFC 4791 section 7.9).
pub fn multiget<'a>(collection: &Location, hrefs: impl IntoIterator<Item = &'a Href>) -> Request {
    let mut inside = "<D:prop><D:getetag/><C:calendar-data/></D:prop>".to_owned();
    for href in hrefs {
        // Writing to a String cannot fail.
        let _ = write!(inside, "<D:href>{}</D:href>", escape(href.as_str()));
    }
    Request::xml(Method::Report, collection, Depth::One, document("C:calendar-multiget", &inside))
}

/// What changed since `token`, or everything when there is none (RFC 6578 section 3.2).
pub fn sync_collection(collection: &Location, token: Option<&str>) -> Request {
    let inside = format!(
        "<D:sync-token>{}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop>",
        escape(token.unwrap_or_default())
    );
    Request::xml(Method::Report, collection, Depth::Zero, document("D:sync-collection", &inside))
}

#[cfg(test)]
mod tests {
    use super::super::xml::read_document;
    use super::*;

    fn at() -> Location {
        Location::parse("https://dav.example/cal/").expect("an address")
    }

    /// The request as a server sees it.
    #[track_caller]
    fn text(request: Request) -> String {
        let mut text = format!("{} {}\n", request.method.as_str(), request.at.href);
        for (name, value) in request.headers() {
            text.push_str(&format!("{name}: {value}\n"));
        }
        if let Some((_, body)) = request.body {
            read_document(body.as_bytes()).expect("our own XML is well-formed");
            text.push_str(&body);
        }
        text
    }

    #[test]
    fn each_question_is_well_formed() {
        let time = |text: &str| text.parse::<Timestamp>().expect("an instant");
        let hrefs = [Href::parse("/cal/a&b.ics").expect("a path"), Href::parse("/cal/c%20d.ics").expect("a path")];
        let questions = [
            options(&at()),
            probe(&at()),
            read_home(&at()),
            describe_collection(&at()),
            list_etags(&at()),
            query_window(&at(), time("2026-11-01T00:00:00Z"), time("2026-12-01T00:00:00Z")),
            multiget(&at(), &hrefs),
            sync_collection(&at(), None),
            sync_collection(&at(), Some("http://sync.example/<1>&2")),
        ];
        insta::assert_snapshot!(questions.map(text).join("\n"));
    }
}
