//! The addresses of the page: each view has one, so that it can be linked and the back button works.

use intent::{CalendarId, Day, DraftId, EventKey};

/// Where in the page one is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The root, which leads to today's week.
    Start,
    /// Seven days as a grid.
    Week(Day),
    /// A list of days and their events.
    Agenda(Day),
    /// One event in full.
    Event(EventKey),
    /// A form that is being made by the engine; it gets its address when it is there.
    NewDraft,
    /// A form.
    Compose(DraftId),
    /// What was sent, or is about to be.
    Outbox,
    /// What became of the answers that arrived.
    Answers,
    /// Account, appearance, privacy.
    Settings,
    /// What Calpost is, and its keys.
    Help,
    /// An address that means nothing.
    Nowhere,
}

impl Place {
    /// Reads path and query of an address.
    pub fn read(path: &str, query: &str) -> Self {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let (first, second) = (parts.next(), parts.next());
        if parts.next().is_some() {
            return Self::Nowhere;
        }
        match (first, second) {
            (None, _) => Self::Start,
            (Some("week"), Some(day)) => Day::from_iso(day).map_or(Self::Nowhere, Self::Week),
            (Some("agenda"), Some(day)) => Day::from_iso(day).map_or(Self::Nowhere, Self::Agenda),
            (Some("event"), Some(uid)) => {
                let mut event =
                    EventKey { calendar: CalendarId::default(), uid: decoded(uid), occurrence: String::new() };
                for (name, value) in query.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('=')) {
                    match name {
                        "calendar" => event.calendar = CalendarId(decoded(value)),
                        "occurrence" => event.occurrence = decoded(value),
                        _ => {}
                    }
                }
                Self::Event(event)
            }
            (Some("compose"), None) => Self::NewDraft,
            (Some("compose"), Some(draft)) => Self::Compose(DraftId(decoded(draft))),
            (Some("outbox"), None) => Self::Outbox,
            (Some("invitations"), None) => Self::Answers,
            (Some("settings"), None) => Self::Settings,
            (Some("help"), None) => Self::Help,
            _ => Self::Nowhere,
        }
    }

    /// The address, with its query.
    pub fn address(&self) -> String {
        match self {
            Self::Start | Self::Nowhere => "/".to_owned(),
            Self::Week(day) => format!("/week/{}", day.iso()),
            Self::Agenda(day) => format!("/agenda/{}", day.iso()),
            Self::Event(event) => {
                let mut address = format!("/event/{}", encoded(&event.uid));
                let query = [("calendar", &event.calendar.0), ("occurrence", &event.occurrence)];
                for (at, (name, value)) in query.iter().filter(|(_, value)| !value.is_empty()).enumerate() {
                    address.push_str(&format!("{}{name}={}", if at == 0 { '?' } else { '&' }, encoded(value)));
                }
                address
            }
            Self::NewDraft => "/compose".to_owned(),
            Self::Compose(draft) => format!("/compose/{}", encoded(&draft.0)),
            Self::Outbox => "/outbox".to_owned(),
            Self::Answers => "/invitations".to_owned(),
            Self::Settings => "/settings".to_owned(),
            Self::Help => "/help".to_owned(),
        }
    }

    /// The words of the window's title before the product's name.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Start | Self::Nowhere | Self::Week(_) => "Week",
            Self::Agenda(_) => "Agenda",
            Self::Event(_) => "Event",
            Self::NewDraft | Self::Compose(_) => "Compose",
            Self::Outbox => "Outbox",
            Self::Answers => "Answers",
            Self::Settings => "Settings",
            Self::Help => "Help",
        }
    }
}

/// Percent-encoding of all but RFC 3986's unreserved characters.
fn encoded(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            result.push(char::from(byte));
        } else {
            result.push_str(&format!("%{byte:02X}"));
        }
    }
    result
}

/// The reverse; what is not well encoded stays as it is.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut result = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digits = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(value) if byte == b'%' => {
                result.push(value);
                at += 3;
            }
            _ => {
                result.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&result).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(place: Place, address: &str) {
        assert_eq!(place.address(), address);
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        assert_eq!(Place::read(path, query), place);
    }

    #[test]
    fn every_place_returns_from_its_address() {
        let day = Day::from_iso("2026-11-22").unwrap();
        check(Place::Start, "/");
        check(Place::Week(day), "/week/2026-11-22");
        check(Place::Agenda(day), "/agenda/2026-11-22");
        check(Place::Outbox, "/outbox");
        check(Place::Answers, "/invitations");
        check(Place::NewDraft, "/compose");
        check(Place::Compose(DraftId("d 1".into())), "/compose/d%201");
        let event = |calendar: &str, uid: &str, occurrence: &str| {
            Place::Event(EventKey {
                calendar: CalendarId(calendar.into()),
                uid: uid.into(),
                occurrence: occurrence.into(),
            })
        };
        check(event("", "a@b", ""), "/event/a%40b");
        check(
            event("/dav/ann/", "ü/%", "20261122"),
            "/event/%C3%BC%2F%25?calendar=%2Fdav%2Fann%2F&occurrence=20261122",
        );
    }

    #[test]
    fn addresses_that_mean_nothing_lead_nowhere() {
        for path in ["/week", "/week/2026-02-30", "/x", "/outbox/1", "/event", "/week/2026-11-22/x"] {
            assert_eq!(Place::read(path, ""), Place::Nowhere, "{path}");
        }
    }

    #[test]
    fn a_badly_encoded_address_breaks_nothing() {
        assert_eq!(decoded("%"), "%");
        assert_eq!(decoded("%zz%4"), "%zz%4");
        assert_eq!(decoded("%FF"), "\u{fffd}");
    }
}
