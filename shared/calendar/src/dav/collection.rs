//! A calendar on the server, the objects in it, and what changed there: a multistatus seen as a calendar sees it.

use super::condition::ETag;
use super::failure::Precondition;
use super::href::Href;
use super::multistatus::{Multistatus, Properties, Response};
use crate::order;

/// A calendar on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    /// Where it is.
    pub href: Href,
    /// Its name; the last part of the path when nobody named it.
    pub name: String,
    /// Its colour as `#RRGGBB`, when the server knows one.
    pub color: Option<String>,
    /// Where it stands in a list; lower comes first.
    pub order: Option<i64>,
    /// Whether events can be stored in it.
    pub holds_events: bool,
    /// Whether the person may write to it. A server that does not say is believed to allow it.
    pub is_writable: bool,
    /// Whether the server says that it is the person's default calendar.
    pub is_default: bool,
    /// Whether changes can be asked for with sync-collection.
    pub has_sync: bool,
    /// A value that changes whenever anything in it does.
    pub ctag: Option<String>,
    /// The token for sync-collection.
    pub sync_token: Option<String>,
}

/// The calendars among the places of an answer, in the order a list shows them.
pub fn collections(answer: &Multistatus) -> Vec<Collection> {
    let mut calendars: Vec<Collection> = answer.responses.iter().filter_map(collection).collect();
    let said = answer.responses.iter().filter_map(|response| response.properties.default_calendar.as_deref());
    let defaults: Vec<Href> = said.filter_map(|path| Href::parse(path).ok()).collect();
    for calendar in &mut calendars {
        calendar.is_default = defaults.iter().any(|default| default.is_same_collection(&calendar.href));
    }
    order::sort_by(&mut calendars, |a, b| {
        let rank = |each: &Collection| each.order.unwrap_or(i64::MAX);
        rank(a).cmp(&rank(b)).then_with(|| a.href.cmp(&b.href))
    });
    calendars.dedup_by(|a, b| a.href.is_same_collection(&b.href));
    calendars
}

fn collection(response: &Response) -> Option<Collection> {
    let properties = &response.properties;
    let kinds = &properties.resource_types;
    let is_calendar = kinds.iter().any(|kind| kind == "calendar");
    // A trash bin of one server says that it is a calendar as well.
    let is_special = kinds.iter().any(|kind| {
        matches!(
            kind.as_str(),
            "schedule-inbox" | "schedule-outbox" | "deleted-calendar" | "trash-bin" | "notification"
        )
    });
    if !is_calendar || is_special || response.is_gone() {
        return None;
    }
    let is_subscription = kinds.iter().any(|kind| kind == "subscribed");
    Some(Collection {
        href: response.href.clone(),
        name: properties.display_name.clone().unwrap_or_else(|| response.href.name()),
        color: properties.color.as_deref().and_then(read_color),
        order: properties.order,
        holds_events: properties.components.as_ref().is_none_or(|all| all.is_empty() || all.contains(&vevent())),
        is_writable: !is_subscription && may_write(properties),
        is_default: false,
        has_sync: properties.reports.as_ref().map_or(properties.sync_token.is_some(), |reports| {
            reports.iter().any(|report| report == "sync-collection")
        }),
        ctag: properties.ctag.clone(),
        sync_token: properties.sync_token.clone(),
    })
}

fn vevent() -> String {
    "VEVENT".to_owned()
}

fn may_write(properties: &Properties) -> bool {
    let allows = |privilege: &String| matches!(privilege.as_str(), "all" | "write" | "write-content" | "bind");
    properties.privileges.as_ref().is_none_or(|privileges| privileges.iter().any(allows))
}

/// `#RRGGBB` from the ways servers write it: with an opacity behind, or without the `#`.
fn read_color(text: &str) -> Option<String> {
    let digits = text.trim().trim_start_matches('#');
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    match (is_hex, digits.len()) {
        (true, 6 | 8) => Some(format!("#{}", digits[..6].to_ascii_lowercase())),
        (true, 3) => Some(digits.chars().fold("#".to_owned(), |mut color, digit| {
            color.extend([digit.to_ascii_lowercase(), digit.to_ascii_lowercase()]);
            color
        })),
        _ => None,
    }
}

/// A stored object as a query or a multiget returned it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Where it is.
    pub href: Href,
    /// Its version, when told.
    pub etag: Option<ETag>,
    /// Its text; `None` when it is gone or could not be read.
    pub ics: Option<String>,
}

/// The objects of an answer to a query or a multiget, without the collection itself.
pub fn objects(answer: &Multistatus, collection: &Href) -> Vec<Object> {
    let members = answer.responses.iter().filter(|response| !response.href.is_same_collection(collection));
    members
        .map(|response| Object {
            href: response.href.clone(),
            etag: response.properties.etag.clone(),
            ics: response.properties.calendar_data.clone(),
        })
        .collect()
}

/// What a sync-collection, or a list of tags, says about the members of a collection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// New or changed members with their versions. Two servers repeat unchanged ones.
    pub present: Vec<(Href, Option<ETag>)>,
    /// Members that are gone.
    pub removed: Vec<Href>,
    /// The token for next time.
    pub token: Option<String>,
    /// Whether the server cut its answer short: ask again with the new token.
    pub is_partial: bool,
}

/// Reads the changes of a collection.
pub fn changes(answer: &Multistatus, collection: &Href) -> Changes {
    let mut found = Changes { token: answer.sync_token.clone(), ..Changes::default() };
    for response in &answer.responses {
        if response.href.is_same_collection(collection) {
            // The collection itself appears only to say that the answer was cut (RFC 6578 section 3.6).
            let is_cut = response.status == Some(507) || response.failure == Some(Precondition::TooManyMatches);
            found.is_partial |= is_cut;
        } else if response.is_gone() || response.found_nothing {
            found.removed.push(response.href.clone());
        } else if !response.properties.resource_types.iter().any(|kind| kind == "collection") {
            found.present.push((response.href.clone(), response.properties.etag.clone()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::href::Location;
    use super::*;

    fn read(inside: &str) -> Multistatus {
        let at = Location::parse("https://dav.example/cal/").expect("an address");
        let xml = format!(
            "<multistatus xmlns='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav' \
             xmlns:s='http://calendarserver.org/ns/' xmlns:a='http://apple.com/ns/ical/'>{inside}</multistatus>"
        );
        Multistatus::read(xml.as_bytes(), &at).expect("a multistatus")
    }

    fn place(href: &str, properties: &str) -> String {
        format!(
            "<response><href>{href}</href><propstat><prop>{properties}</prop><status>HTTP/1.1 200 OK</status>\
             </propstat></response>"
        )
    }

    fn calendar(properties: &str) -> Collection {
        let types = "<resourcetype><collection/><c:calendar/></resourcetype>";
        collections(&read(&place("/cal/work%20/", &format!("{types}{properties}")))).remove(0)
    }

    #[test]
    fn only_calendars_are_listed_in_their_order() {
        let typed = |name: &str, types: &str, order: &str| {
            let order = format!("<a:calendar-order>{order}</a:calendar-order>");
            place(&format!("/cal/{name}/"), &format!("<resourcetype><collection/>{types}</resourcetype>{order}"))
        };
        let answer = read(
            &[
                typed("", "", "0"),
                typed("b", "<c:calendar/>", "2"),
                typed("a", "<c:calendar/>", "7"),
                typed("a", "<c:calendar/>", "7"),
                typed("inbox", "<c:schedule-inbox/>", "1"),
                typed("trash", "<c:calendar/><x:deleted-calendar xmlns:x='urn:x'/>", "1"),
            ]
            .concat(),
        );
        let names: Vec<_> = collections(&answer).into_iter().map(|each| each.name).collect();
        assert_eq!(names, ["b", "a"]);
    }

    #[test]
    fn the_inbox_says_which_calendar_is_the_default() {
        let calendar =
            |name: &str| place(&format!("/cal/{name}/"), "<resourcetype><collection/><c:calendar/></resourcetype>");
        let inbox = "<resourcetype><collection/><c:schedule-inbox/></resourcetype>\
                     <c:schedule-default-calendar-URL><href>/cal/b</href></c:schedule-default-calendar-URL>";
        let answer = read(&[calendar("a"), calendar("b"), place("/cal/inbox/", inbox)].concat());
        let defaults: Vec<_> = collections(&answer).into_iter().map(|each| each.is_default).collect();
        assert_eq!(defaults, [false, true]);
    }

    #[test]
    fn what_a_server_does_not_say_is_believed_to_be_allowed() {
        let bare = calendar("");
        assert!(bare.holds_events && bare.is_writable && !bare.has_sync);
        assert_eq!(bare.name, "work ");
    }

    #[test]
    fn what_a_server_says_counts() {
        let tasks =
            calendar("<c:supported-calendar-component-set><c:comp name='VTODO'/></c:supported-calendar-component-set>");
        assert!(!tasks.holds_events);
        let read_only =
            calendar("<current-user-privilege-set><privilege><read/></privilege></current-user-privilege-set>");
        assert!(!read_only.is_writable);
        assert!(calendar("<sync-token>t</sync-token>").has_sync);
    }

    #[test]
    fn colours_come_in_several_forms() {
        let check = |text: &str, expected: Option<&str>| assert_eq!(read_color(text).as_deref(), expected, "{text}");
        check("#FF2968FF", Some("#ff2968"));
        check("#ff2968", Some("#ff2968"));
        check("0E61B9", Some("#0e61b9"));
        check("#abc", Some("#aabbcc"));
        check("red", None);
        check("#ééé", None);
    }

    #[test]
    fn changes_are_sorted_into_present_and_removed() {
        let answer = read(
            &[
                place("/cal/a.ics", "<getetag>\"1\"</getetag>"),
                "<response><href>/cal/b.ics</href><status>HTTP/1.1 404 Not Found</status></response>".to_owned(),
                "<response><href>/cal/</href><status>HTTP/1.1 507 Insufficient Storage</status>\
             <error><number-of-matches-within-limits/></error></response>"
                    .to_owned(),
                "<sync-token>t2</sync-token>".to_owned(),
            ]
            .concat(),
        );
        let found = changes(&answer, &Href::parse("/cal").expect("a path"));
        assert_eq!(found.present.len(), 1);
        assert_eq!(found.removed, [Href::parse("/cal/b.ics").expect("a path")]);
        assert_eq!((found.token.as_deref(), found.is_partial), (Some("t2"), true));
    }

    #[test]
    fn objects_leave_out_the_collection() {
        let data = "<getetag>\"1\"</getetag><c:calendar-data>BEGIN:VCALENDAR</c:calendar-data>";
        let answer = read(&[place("/cal/", ""), place("/cal/a.ics", data)].concat());
        let found = objects(&answer, &Href::parse("/cal/").expect("a path"));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].ics.as_deref(), Some("BEGIN:VCALENDAR"));
    }
}
