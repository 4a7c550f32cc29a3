//! Reading a calendar from its server: only what changed, by the best way the server has.
//!
//! sync-collection where there is one (RFC 6578), entity tags where not. What is known moves forward only when
//! everything it stands for has been fetched, so a reading that was cut is made again and fetches only the rest.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::dav::{self, Collection, Href, Location, Multistatus, Outcome, Reply, Request};
use crate::order::IntoOrdered as _;

/// The most objects that are asked for in one request.
pub const FETCH_BATCH: usize = 100;

/// What is known of a calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The token for sync-collection.
    pub token: Option<String>,
    /// The value that changes whenever anything in the calendar does.
    pub ctag: Option<String>,
    /// Its objects with their versions.
    pub versions: BTreeMap<Href, Option<String>>,
}

/// What the reading found; to be kept before the next push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// An object is new or another version.
    Present {
        /// Where it is.
        href: Href,
        /// Its version, if the server names one.
        etag: Option<String>,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// An object is gone.
    Gone(Href),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Question {
    Changes { token: Option<String> },
    List,
    Many(Vec<Href>),
    One(Href),
}

/// One reading of a calendar.
#[derive(Clone, Debug)]
pub struct Reading {
    at: Location,
    known: Known,
    described_ctag: Option<String>,
    questions: VecDeque<Question>,
    to_fetch: BTreeSet<Href>,
    /// Whether the server is asked for everything: then what it does not name is gone.
    from_the_beginning: bool,
    seen: BTreeSet<Href>,
    next_token: Option<String>,
    can_fetch_many: bool,
}

impl Reading {
    /// A reading from what is known, of a calendar as its server describes it.
    pub fn new(at: Location, known: Known, described: &Collection) -> Self {
        let same = |known: &Option<String>, described: &Option<String>| known.is_some() && known == described;
        let unchanged = same(&known.token, &described.sync_token) || same(&known.ctag, &described.ctag);
        let question = match described.has_sync {
            true => Question::Changes { token: known.token.clone() },
            false => Question::List,
        };
        Self {
            at,
            next_token: known.token.clone(),
            from_the_beginning: known.token.is_none(),
            known,
            described_ctag: described.ctag.clone(),
            questions: if unchanged { VecDeque::new() } else { VecDeque::from([question]) },
            to_fetch: BTreeSet::new(),
            seen: BTreeSet::new(),
            can_fetch_many: true,
        }
    }

    /// What is known; complete once there is no further request.
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// How many objects are still to be fetched, as far as is known.
    pub fn remaining(&self) -> usize {
        let asked = self.questions.iter().map(|question| match question {
            Question::Many(hrefs) => hrefs.len(),
            Question::One(_) => 1,
            Question::Changes { .. } | Question::List => 0,
        });
        self.to_fetch.len() + asked.sum::<usize>()
    }

    /// The next request, or nothing when all is read; the same until its reply is pushed.
    pub fn next(&self) -> Option<Request> {
        Some(match self.questions.front()? {
            Question::Changes { token } => dav::sync_collection(&self.at, token.as_deref()),
            Question::List => dav::list_etags(&self.at),
            Question::Many(hrefs) => dav::multiget(&self.at, hrefs),
            Question::One(href) => dav::get(&Location { origin: self.at.origin.clone(), href: href.clone() }),
        })
    }

    /// Takes in the reply to the request that [`Self::next`] gave.
    ///
    /// # Errors
    /// What the reply means, if the reading cannot go on with it; the request stays the next one.
    pub fn push(&mut self, reply: &Reply) -> Result<Vec<Change>, Outcome> {
        let Some(question) = self.questions.front().cloned() else { return Ok(Vec::new()) };
        let outcome = dav::outcome(reply, &self.at);
        let changes = match &question {
            Question::Changes { token } => self.push_changes(token.as_deref(), reply, outcome)?,
            Question::List => self.push_list(reply, outcome)?,
            Question::Many(hrefs) => self.push_many(hrefs, reply, outcome)?,
            Question::One(href) => self.push_one(href, reply, outcome)?,
        };
        for change in &changes {
            match change {
                Change::Present { href, etag, .. } => drop(self.known.versions.insert(href.clone(), etag.clone())),
                Change::Gone(href) => drop(self.known.versions.remove(href)),
            }
        }
        if self.questions.is_empty() {
            self.plan_fetches();
        }
        if self.questions.is_empty() {
            (self.known.token, self.known.ctag) = (self.next_token.take(), self.described_ctag.take());
        }
        Ok(changes)
    }

    fn push_changes(&mut self, token: Option<&str>, reply: &Reply, outcome: Outcome) -> Result<Vec<Change>, Outcome> {
        let answer = match outcome {
            Outcome::Done { .. } => Multistatus::read(&reply.body, &self.at).ok(),
            Outcome::SignIn | Outcome::TryLater { .. } | Outcome::Moved(_) | Outcome::Gone => return Err(outcome),
            // The token is too old, in one of the many ways servers say so; or there is no such report.
            _ => None,
        };
        self.questions.pop_front();
        let Some(answer) = answer else {
            self.next_token = None;
            let may_begin_again = token.is_some() && !self.from_the_beginning;
            self.questions.push_back(if may_begin_again { Question::Changes { token: None } } else { Question::List });
            self.from_the_beginning = true;
            return Ok(Vec::new());
        };
        let found = dav::changes(&answer, &self.at.href);
        let (mut changes, mut repeats) = (Vec::new(), false);
        for (href, etag) in found.present {
            let etag = etag.map(|etag| etag.as_str().to_owned());
            self.seen.insert(href.clone());
            if etag.is_some() && self.known.versions.get(&href) == Some(&etag) {
                repeats = true;
            } else {
                self.to_fetch.insert(href);
            }
        }
        for href in found.removed {
            self.to_fetch.remove(&href);
            if self.known.versions.contains_key(&href) {
                changes.push(Change::Gone(href));
            }
        }
        self.next_token = found.token.clone();
        match found.token {
            Some(next) if found.is_partial && token != Some(next.as_str()) => {
                self.questions.push_back(Question::Changes { token: Some(next) });
            }
            _ if found.is_partial => self.questions.push_back(Question::List),
            _ if self.from_the_beginning => changes.extend(self.gone_but(&self.seen)),
            // Two servers answer a token they do not know with everything, and say nothing of what is gone.
            _ if repeats => self.questions.push_back(Question::List),
            _ => {}
        }
        Ok(changes)
    }

    fn push_list(&mut self, reply: &Reply, outcome: Outcome) -> Result<Vec<Change>, Outcome> {
        let Outcome::Done { .. } = outcome else { return Err(outcome) };
        let unreadable = Outcome::Unexpected { status: reply.status };
        let answer = Multistatus::read(&reply.body, &self.at).map_err(|_| unreadable)?;
        self.questions.pop_front();
        let found = dav::changes(&answer, &self.at.href);
        let mut present = BTreeSet::new();
        for (href, etag) in found.present {
            let etag = etag.map(|etag| etag.as_str().to_owned());
            if etag.is_none() || self.known.versions.get(&href) != Some(&etag) {
                self.to_fetch.insert(href.clone());
            }
            present.insert(href);
        }
        self.to_fetch.retain(|href| present.contains(href));
        Ok(self.gone_but(&present))
    }

    fn push_many(&mut self, hrefs: &[Href], reply: &Reply, outcome: Outcome) -> Result<Vec<Change>, Outcome> {
        let answer = match outcome {
            Outcome::Done { .. } => Multistatus::read(&reply.body, &self.at).ok(),
            Outcome::SignIn | Outcome::TryLater { .. } | Outcome::Moved(_) => return Err(outcome),
            _ => None,
        };
        self.questions.pop_front();
        let objects = match answer {
            Some(answer) => dav::objects(&answer, &self.at.href),
            None => {
                self.can_fetch_many = false;
                Vec::new()
            }
        };
        let mut left = hrefs.iter().into_set();
        let mut changes = Vec::new();
        for object in objects {
            if let Some(ics) = object.ics
                && left.remove(&object.href)
            {
                let etag = object.etag.map(|etag| etag.as_str().to_owned());
                changes.push(Change::Present { href: object.href, etag, bytes: with_line_breaks(&ics) });
            }
        }
        // What the answer leaves out, or cannot carry in XML, is asked for by itself.
        self.questions.extend(left.into_iter().cloned().map(Question::One));
        Ok(changes)
    }

    fn push_one(&mut self, href: &Href, reply: &Reply, outcome: Outcome) -> Result<Vec<Change>, Outcome> {
        let change = match outcome {
            Outcome::Done { etag } => {
                let etag = etag.map(|etag| etag.as_str().to_owned());
                vec![Change::Present { href: href.clone(), etag, bytes: reply.body.clone() }]
            }
            Outcome::Gone => vec![Change::Gone(href.clone())],
            Outcome::SignIn | Outcome::TryLater { .. } | Outcome::Moved(_) => return Err(outcome),
            // One object that the server does not hand out must not keep the others from being read.
            _ => Vec::new(),
        };
        self.questions.pop_front();
        Ok(change)
    }

    fn gone_but(&self, present: &BTreeSet<Href>) -> Vec<Change> {
        self.known.versions.keys().filter(|href| !present.contains(*href)).cloned().map(Change::Gone).collect()
    }

    fn plan_fetches(&mut self) {
        let hrefs: Vec<Href> = std::mem::take(&mut self.to_fetch).into_iter().collect();
        match self.can_fetch_many {
            true => self.questions.extend(hrefs.chunks(FETCH_BATCH).map(|batch| Question::Many(batch.to_vec()))),
            false => self.questions.extend(hrefs.into_iter().map(Question::One)),
        }
    }
}

/// XML carries every line break as a single LF (XML 1.0 section 2.11); iCalendar wants CRLF.
fn with_line_breaks(ics: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(ics.len() + ics.len() / 32);
    let mut before = 0;
    for byte in ics.bytes() {
        if byte == b'\n' && before != b'\r' {
            bytes.push(b'\r');
        }
        bytes.push(byte);
        before = byte;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dav::Method;

    fn at() -> Location {
        Location::parse("https://dav.example/cal/").unwrap()
    }

    fn described(has_sync: bool, ctag: &str) -> Collection {
        Collection {
            href: at().href,
            name: "Work".to_owned(),
            color: None,
            order: None,
            holds_events: true,
            is_writable: true,
            is_default: false,
            has_sync,
            ctag: Some(ctag.to_owned()),
            sync_token: None,
        }
    }

    fn knowing(token: Option<&str>, versions: &[(&str, &str)]) -> Known {
        let versions = versions.iter().map(|(name, etag)| (href(name), Some(format!("\"{etag}\""))));
        Known { token: token.map(str::to_owned), ctag: Some("old".to_owned()), versions: versions.collect() }
    }

    fn href(name: &str) -> Href {
        Href::parse(&format!("/cal/{name}")).unwrap()
    }

    fn status(status: u16) -> Reply {
        Reply { status, ..Reply::default() }
    }

    fn answer(responses: &str, token: &str) -> Reply {
        let body = format!(
            "<multistatus xmlns='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav'>{responses}{token}</multistatus>"
        );
        Reply { status: 207, headers: Vec::new(), body: body.into_bytes() }
    }

    fn tagged(name: &str, etag: &str) -> String {
        format!(
            "<response><href>/cal/{name}</href><propstat><prop><getetag>\"{etag}\"</getetag></prop>\
             <status>HTTP/1.1 200 OK</status></propstat></response>"
        )
    }

    fn with_data(name: &str, etag: &str, data: &str) -> String {
        format!(
            "<response><href>/cal/{name}</href><propstat><prop><getetag>\"{etag}\"</getetag>\
             <c:calendar-data>{data}</c:calendar-data></prop><status>HTTP/1.1 200 OK</status></propstat></response>"
        )
    }

    fn removed(name: &str) -> String {
        format!("<response><href>/cal/{name}</href><status>HTTP/1.1 404 Not Found</status></response>")
    }

    const TOKEN: &str = "<sync-token>t2</sync-token>";

    /// What is asked next: the method, and what the body names of interest.
    #[track_caller]
    fn asks(reading: &Reading, method: Method, needles: &[&str]) {
        let request = reading.next().expect("a request");
        assert_eq!(request.method, method);
        let text = format!("{} {}", request.at, request.body.map(|(_, body)| body).unwrap_or_default());
        for needle in needles {
            assert!(text.contains(needle), "{needle} in {text}");
        }
    }

    fn names(changes: &[Change]) -> Vec<String> {
        changes
            .iter()
            .map(|change| match change {
                Change::Present { href, .. } => format!("+{}", href.name()),
                Change::Gone(href) => format!("-{}", href.name()),
            })
            .collect()
    }

    #[test]
    fn an_unchanged_calendar_costs_nothing() {
        assert_eq!(Reading::new(at(), knowing(Some("t1"), &[]), &described(true, "old")).next(), None);
    }

    #[test]
    fn only_what_changed_is_fetched() {
        let known = knowing(Some("t1"), &[("a.ics", "1"), ("b.ics", "1")]);
        let mut reading = Reading::new(at(), known, &described(true, "new"));
        asks(&reading, Method::Report, &["sync-collection", "t1"]);
        let said = answer(&format!("{}{}", tagged("a.ics", "2"), removed("b.ics")), TOKEN);
        assert_eq!(names(&reading.push(&said).unwrap()), ["-b.ics"]);
        assert_eq!(reading.known().token.as_deref(), Some("t1"), "nothing is known before it is fetched");
        asks(&reading, Method::Report, &["calendar-multiget", "/cal/a.ics"]);
        let said = answer(&with_data("a.ics", "2", "BEGIN:VCALENDAR\nEND:VCALENDAR\n"), "");
        let changes = reading.push(&said).unwrap();
        let bytes = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".to_vec();
        assert_eq!(changes, [Change::Present { href: href("a.ics"), etag: Some("\"2\"".to_owned()), bytes }]);
        assert_eq!(reading.next(), None);
        assert_eq!((reading.known().token.as_deref(), reading.known().ctag.as_deref()), (Some("t2"), Some("new")));
    }

    #[test]
    fn a_token_that_is_too_old_begins_again_and_finds_what_is_gone() {
        for refusal in [403, 409, 412, 400, 501] {
            let known = knowing(Some("t1"), &[("a.ics", "1"), ("b.ics", "1")]);
            let mut reading = Reading::new(at(), known, &described(true, "new"));
            reading.push(&status(refusal)).unwrap();
            asks(&reading, Method::Report, &["<D:sync-token></D:sync-token>"]);
            assert_eq!(names(&reading.push(&answer(&tagged("a.ics", "1"), TOKEN)).unwrap()), ["-b.ics"], "{refusal}");
            assert_eq!(reading.next(), None);
        }
    }

    #[test]
    fn a_server_without_sync_is_listed() {
        let mut reading =
            Reading::new(at(), knowing(None, &[("a.ics", "1"), ("b.ics", "1")]), &described(false, "new"));
        asks(&reading, Method::Propfind, &["getetag"]);
        let said = answer(&format!("{}{}", tagged("a.ics", "1"), tagged("c.ics", "1")), "");
        assert_eq!(names(&reading.push(&said).unwrap()), ["-b.ics"]);
        asks(&reading, Method::Report, &["multiget", "c.ics"]);
    }

    #[test]
    fn a_server_that_promised_sync_and_has_none_is_listed() {
        let mut reading = Reading::new(at(), Known::default(), &described(true, "new"));
        reading.push(&status(501)).unwrap();
        asks(&reading, Method::Propfind, &["getetag"]);
    }

    #[test]
    fn a_server_that_repeats_everything_is_listed_too() {
        let known = knowing(Some("t1"), &[("a.ics", "1"), ("b.ics", "1")]);
        let mut reading = Reading::new(at(), known, &described(true, "new"));
        reading.push(&answer(&tagged("a.ics", "1"), TOKEN)).unwrap();
        asks(&reading, Method::Propfind, &["getetag"]);
        assert_eq!(names(&reading.push(&answer(&tagged("a.ics", "1"), "")).unwrap()), ["-b.ics"]);
        assert_eq!((reading.next(), reading.known().token.as_deref()), (None, Some("t2")));
    }

    #[test]
    fn an_answer_that_was_cut_is_gone_on_with() {
        let cut = "<response><href>/cal/</href><status>HTTP/1.1 507 Insufficient Storage</status></response>";
        let mut reading = Reading::new(at(), Known::default(), &described(true, "new"));
        reading.push(&answer(&format!("{}{cut}", tagged("a.ics", "1")), "<sync-token>t1</sync-token>")).unwrap();
        asks(&reading, Method::Report, &["sync-collection", "t1"]);
        reading.push(&answer(&tagged("b.ics", "1"), TOKEN)).unwrap();
        asks(&reading, Method::Report, &["multiget", "a.ics", "b.ics"]);
    }

    #[test]
    fn a_busy_server_is_asked_the_same_again() {
        let mut reading = Reading::new(at(), Known::default(), &described(true, "new"));
        let before = reading.next();
        assert_eq!(reading.push(&status(503)), Err(Outcome::TryLater { after_seconds: None }));
        assert_eq!(reading.next(), before);
    }

    #[test]
    fn what_multiget_leaves_out_is_asked_for_by_itself() {
        let mut reading = Reading::new(at(), Known::default(), &described(false, "new"));
        reading.push(&answer(&format!("{}{}", tagged("a.ics", "1"), tagged("b.ics", "1")), "")).unwrap();
        reading.push(&answer(&with_data("a.ics", "1", "x"), "")).unwrap();
        asks(&reading, Method::Get, &["/cal/b.ics"]);
        assert_eq!(names(&reading.push(&status(404)).unwrap()), ["-b.ics"]);
        assert_eq!(reading.next(), None);
    }

    #[test]
    fn a_server_without_multiget_is_asked_one_by_one() {
        let mut reading = Reading::new(at(), Known::default(), &described(false, "new"));
        reading.push(&answer(&tagged("a.ics", "1"), "")).unwrap();
        reading.push(&status(501)).unwrap();
        asks(&reading, Method::Get, &["/cal/a.ics"]);
        let reply = Reply { status: 200, headers: vec![("ETag".to_owned(), "\"1\"".to_owned())], body: b"x".to_vec() };
        assert_eq!(names(&reading.push(&reply).unwrap()), ["+a.ics"]);
    }

    #[test]
    fn a_wrong_password_ends_the_reading() {
        let mut reading = Reading::new(at(), Known::default(), &described(true, "new"));
        assert_eq!(reading.push(&status(401)), Err(Outcome::SignIn));
    }
}
