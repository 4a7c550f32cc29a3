//! The way from a server's address to a person's calendars, one question at a time.
//!
//! A state machine of values: `next` gives the request to make, `answer` takes the reply. It follows RFC 6764 and RFC
//! 4791 section 6 where servers do, and knows their detours: a well-known address that only redirects, no principal, a
//! 207 that says "unauthenticated". A refused password ends it at once, so one sign-in is one attempt. It never leads
//! the password to a host that is not the server's own kin.

use std::collections::VecDeque;

use super::account::{Account, DiscoveryProblem};
use super::collection::{Collection, collections};
use super::failure::{Outcome, outcome};
use super::href::Location;
use super::kin::is_kin;
use super::multistatus::{Multistatus, Properties};
use super::query::{options, probe, read_home};
use super::request::{Reply, Request};

/// The most requests that one discovery makes.
const MAX_QUESTIONS: usize = 24;
/// The most redirections in a row.
const MAX_REDIRECTIONS: usize = 5;
/// The most calendar homes that are read.
const MAX_HOMES: usize = 4;
/// The pauses before a question is asked again of a busy server, in seconds.
const PAUSES_SECONDS: [u32; 2] = [1, 4];

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Make this request after a pause, and give back the reply.
    Ask {
        /// The request.
        request: Request,
        /// How long to wait before it, in seconds.
        after_seconds: u32,
    },
    /// The calendars are found.
    Done(Account),
    /// There is nothing more to try.
    Failed(DiscoveryProblem),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    /// Who am I here? One of several places where that may be known.
    Probe,
    /// Where are this principal's calendars?
    Principal,
    /// Which calendars are here?
    Home,
    /// Which features are here?
    Features,
}

/// A discovery under way.
#[derive(Clone, Debug)]
pub struct Discovery {
    start: Location,
    questions: VecDeque<(Question, Location)>,
    asked: usize,
    redirections: usize,
    tries: usize,
    pause_seconds: u32,
    principal: Option<Location>,
    homes: Vec<Location>,
    calendars: Vec<Collection>,
    addresses: Vec<String>,
    schedules_by_itself: bool,
    reached_a_home: bool,
    problem: Option<DiscoveryProblem>,
    is_over: bool,
}

impl Discovery {
    /// Begins at an address: one that a person typed, or that a directory or a provider list gave.
    pub fn start(start: Location) -> Self {
        let mut questions: VecDeque<(Question, Location)> = VecDeque::from([(Question::Probe, start.clone())]);
        for path in ["/.well-known/caldav", "/"] {
            if let Ok(place) = start.resolve(path)
                && place != start
            {
                questions.push_back((Question::Probe, place));
            }
        }
        Self {
            start,
            questions,
            asked: 0,
            redirections: 0,
            tries: 0,
            pause_seconds: 0,
            principal: None,
            homes: Vec::new(),
            calendars: Vec::new(),
            addresses: Vec::new(),
            schedules_by_itself: false,
            reached_a_home: false,
            problem: None,
            is_over: false,
        }
    }

    /// What to do next. The same answer until a reply is given.
    pub fn next(&self) -> Step {
        if self.asked >= MAX_QUESTIONS {
            return Step::Failed(DiscoveryProblem::Circle);
        }
        match self.questions.front().filter(|_| !self.is_over) {
            Some((question, at)) => {
                let request = match question {
                    Question::Probe | Question::Principal => probe(at),
                    Question::Home => read_home(at),
                    Question::Features => options(at),
                };
                Step::Ask { request, after_seconds: self.pause_seconds }
            }
            None => match (self.reached_a_home, self.homes.first()) {
                (true, Some(home)) => Step::Done(Account {
                    origin: home.origin.clone(),
                    principal: self.principal.as_ref().map(|principal| principal.href.clone()),
                    homes: self.homes.iter().map(|home| home.href.clone()).collect(),
                    calendars: self.calendars.clone(),
                    addresses: self.addresses.clone(),
                    schedules_by_itself: self.schedules_by_itself,
                }),
                _ => Step::Failed(self.problem.clone().unwrap_or(DiscoveryProblem::NotCalDav)),
            },
        }
    }

    /// Takes the reply to the request that `next` gave.
    #[must_use]
    pub fn answer(mut self, reply: &Reply) -> Self {
        let Some((question, at)) = self.questions.pop_front() else { return self };
        self.asked += 1;
        self.pause_seconds = 0;
        self.schedules_by_itself |= reply.schedules_by_itself();
        match outcome(reply, &at) {
            Outcome::SignIn => self.fail(DiscoveryProblem::SignIn),
            Outcome::Moved(target) => self.follow(question, &at, target),
            Outcome::TryLater { after_seconds } => self.ask_again(question, at, after_seconds),
            Outcome::Done { .. } => {
                self.redirections = 0;
                self.tries = 0;
                let read = Multistatus::read(&reply.body, &at).ok().filter(|_| reply.status == 207);
                match (question, read) {
                    (Question::Features, _) => {}
                    (Question::Home, Some(answer)) => {
                        self.reached_a_home = true;
                        self.calendars.extend(collections(&answer));
                    }
                    (_, Some(answer)) => self.learn(question, &at, &answer),
                    (_, None) => self.miss(question),
                }
            }
            _ => self.miss(question),
        }
        self
    }

    fn fail(&mut self, problem: DiscoveryProblem) {
        self.problem = Some(problem);
        self.questions.clear();
        self.homes.clear();
        self.is_over = true;
    }

    fn follow(&mut self, question: Question, from: &Location, target: Location) {
        self.redirections += 1;
        if self.redirections > MAX_REDIRECTIONS || target == *from {
            self.problem.get_or_insert(DiscoveryProblem::Circle);
            self.miss(question);
        } else if self.is_kin(&target) {
            self.questions.push_front((question, target));
        } else {
            self.problem.get_or_insert(DiscoveryProblem::OtherServer(target));
            self.miss(question);
        }
    }

    fn ask_again(&mut self, question: Question, at: Location, after_seconds: Option<u32>) {
        match PAUSES_SECONDS.get(self.tries) {
            Some(pause) => {
                self.tries += 1;
                self.pause_seconds = after_seconds.map_or(*pause, |asked| asked.clamp(*pause, 30));
                self.questions.push_front((question, at));
            }
            None => {
                self.tries = 0;
                self.problem.get_or_insert(DiscoveryProblem::TryLater);
                self.miss(question);
            }
        }
    }

    /// Reads who the person is and where the calendars are.
    fn learn(&mut self, question: Question, at: &Location, answer: &Multistatus) {
        let Some(response) = answer.about(&at.href).or(answer.responses.first()) else { return self.miss(question) };
        let found = &response.properties;
        if found.is_unauthenticated {
            return self.fail(DiscoveryProblem::SignIn);
        }
        self.learn_addresses(found);
        let homes = found.homes.iter().filter_map(|home| at.resolve(home).ok()).collect();
        let principal = found.principal.as_ref().and_then(|principal| at.resolve(principal).ok());
        let is_home_known = self.learn_homes(homes);
        match principal {
            Some(principal) if question == Question::Probe && self.is_kin(&principal) => {
                self.end_probing();
                let is_here = principal.href.is_same_collection(&at.href) && principal.origin == at.origin;
                self.principal = Some(principal.clone());
                // The probe of the principal itself has already told what its own question would.
                if !is_here || !is_home_known {
                    self.questions.push_front((Question::Principal, principal));
                }
            }
            Some(principal) if question == Question::Probe => {
                self.problem.get_or_insert(DiscoveryProblem::OtherServer(principal));
            }
            _ if is_home_known => self.end_probing(),
            _ if question == Question::Principal => self.take_as_home(at.clone()),
            _ if found.resource_types.iter().any(|kind| kind == "calendar") => {
                self.end_probing();
                self.take_as_home(at.clone());
            }
            _ => self.miss(question),
        }
    }

    fn learn_addresses(&mut self, found: &Properties) {
        for address in &found.user_addresses {
            let Some(scheme) = address.get(..7) else { continue };
            let bare = address[scheme.len()..].trim().to_lowercase();
            let is_new = !self.addresses.contains(&bare);
            if scheme.eq_ignore_ascii_case("mailto:") && bare.contains('@') && is_new {
                self.addresses.push(bare);
            }
        }
    }

    /// Adds homes on one server, and the questions about them. Answers whether any home is known.
    fn learn_homes(&mut self, homes: Vec<Location>) -> bool {
        for home in homes {
            if !self.is_kin(&home) {
                self.problem.get_or_insert(DiscoveryProblem::OtherServer(home));
            } else if self.homes.first().is_none_or(|first| first.origin == home.origin) {
                self.take_as_home(home);
            }
        }
        !self.homes.is_empty()
    }

    fn take_as_home(&mut self, home: Location) {
        if self.homes.len() < MAX_HOMES && !self.homes.contains(&home) {
            if self.homes.is_empty() {
                self.questions.push_back((Question::Features, home.clone()));
            }
            self.questions.push_back((Question::Home, home.clone()));
            self.homes.push(home);
        }
    }

    fn end_probing(&mut self) {
        self.questions.retain(|(question, _)| *question != Question::Probe);
    }

    /// A question that led nowhere. When the last probe did, the start itself is read as a home: some servers have
    /// calendars and no principals.
    fn miss(&mut self, question: Question) {
        let is_last_probe = question == Question::Probe && self.questions.is_empty();
        if is_last_probe && self.homes.is_empty() && self.problem.is_none() {
            self.take_as_home(self.start.clone());
        }
    }

    fn is_kin(&self, place: &Location) -> bool {
        is_kin(self.start.origin.host(), place.origin.host())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server as a table: method and path, then the reply.
    struct Server<'a>(&'a [(&'a str, u16, &'a str)]);

    impl Server<'_> {
        fn reply(&self, request: &Request) -> Reply {
            let line = format!("{} {}", request.method.as_str(), request.at.href);
            let found = self
                .0
                .iter()
                .find(|(known, ..)| *known == line || *known == format!("{} {}", request.method.as_str(), request.at));
            let (_, status, text) = found.copied().unwrap_or(("", 404, ""));
            let headers = match (status, request.method.as_str()) {
                (300..400, _) => vec![("Location".to_owned(), text.to_owned())],
                (_, "OPTIONS") => vec![("DAV".to_owned(), text.to_owned())],
                _ => Vec::new(),
            };
            let body =
                format!("<multistatus xmlns='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav'>{text}</multistatus>");
            Reply { status, headers, body: body.into_bytes() }
        }
    }

    /// Walks to the end; the requests made, and the last step.
    #[track_caller]
    fn walk(start: &str, server: &[(&str, u16, &str)]) -> (Vec<String>, Step) {
        let mut discovery = Discovery::start(Location::parse(start).expect("an address"));
        let mut asked = Vec::new();
        loop {
            match discovery.next() {
                Step::Ask { request, after_seconds } => {
                    let pause = if after_seconds > 0 { format!(" after {after_seconds} s") } else { String::new() };
                    asked.push(format!("{} {}{pause}", request.method.as_str(), request.at.href));
                    discovery = discovery.answer(&Server(server).reply(&request));
                }
                end => return (asked, end),
            }
        }
    }

    fn place(href: &str, properties: &str) -> String {
        format!(
            "<response><href>{href}</href><propstat><prop>{properties}</prop><status>HTTP/1.1 200 OK</status>\
             </propstat></response>"
        )
    }

    fn principal(at: &str, href: &str) -> String {
        place(at, &format!("<current-user-principal><href>{href}</href></current-user-principal>"))
    }

    fn home(at: &str, href: &str) -> String {
        place(
            at,
            &format!(
                "<c:calendar-home-set><href>{href}</href></c:calendar-home-set>\
                 <c:calendar-user-address-set><href>MAILTO:Ann@A.example</href><href>urn:uuid:1</href>\
                 </c:calendar-user-address-set>"
            ),
        )
    }

    fn calendar(at: &str) -> String {
        place(at, "<resourcetype><collection/><c:calendar/></resourcetype>")
    }

    #[track_caller]
    fn found(step: Step) -> Account {
        match step {
            Step::Done(account) => account,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_usual_way_takes_four_requests() {
        let (asked, end) = walk(
            "https://dav.example/webdav/",
            &[
                ("PROPFIND /webdav/", 207, &principal("/webdav/", "/webdav/7/")),
                ("PROPFIND /webdav/7/", 207, &home("/webdav/7/", "/webdav/7/caldav/")),
                ("PROPFIND /webdav/7/caldav/", 207, &calendar("/webdav/7/caldav/default/")),
                ("OPTIONS /webdav/7/caldav/", 200, "1, 3, calendar-access"),
            ],
        );
        let expected =
            ["PROPFIND /webdav/", "PROPFIND /webdav/7/", "OPTIONS /webdav/7/caldav/", "PROPFIND /webdav/7/caldav/"];
        assert_eq!(asked, expected);
        let account = found(end);
        assert_eq!(account.addresses, ["ann@a.example"]);
        assert_eq!(account.calendars.len(), 1);
        assert!(!account.schedules_by_itself);
    }

    #[test]
    fn a_server_that_invites_by_itself_is_noticed() {
        let (_, end) = walk(
            "https://dav.example/",
            &[
                ("PROPFIND /", 207, &home("/", "/cal/")),
                ("PROPFIND /cal/", 207, &calendar("/cal/a/")),
                ("OPTIONS /cal/", 200, "1, calendar-access, calendar-auto-schedule"),
            ],
        );
        assert!(found(end).schedules_by_itself);
    }

    #[test]
    fn the_well_known_address_is_tried_and_followed() {
        let (asked, end) = walk(
            "https://dav.example/typed/",
            &[
                ("PROPFIND /.well-known/caldav", 301, "/dav/"),
                ("PROPFIND /dav/", 207, &principal("/dav/", "/p/")),
                ("PROPFIND /p/", 207, &home("/p/", "/cal/")),
                ("PROPFIND /cal/", 207, &calendar("/cal/a/")),
            ],
        );
        assert_eq!(&asked[..3], ["PROPFIND /typed/", "PROPFIND /.well-known/caldav", "PROPFIND /dav/"]);
        assert_eq!(found(end).calendars.len(), 1);
    }

    #[test]
    fn redirections_are_followed_as_far_as_the_limit() {
        let follow = |count: usize| {
            let lines: Vec<(String, String)> =
                (0..count).map(|step| (format!("PROPFIND /{step}/"), format!("/{}/", step + 1))).collect();
            let end = format!("/{count}/");
            let (last, homes, calendars) = (format!("PROPFIND {end}"), home(&end, "/cal/"), calendar("/cal/a/"));
            let mut table: Vec<(&str, u16, &str)> = lines.iter().map(|(from, to)| (&**from, 301, &**to)).collect();
            table.extend([(&*last, 207, &*homes), ("PROPFIND /cal/", 207, &*calendars)]);
            walk("https://dav.example/0/", &table).1
        };
        assert_eq!(found(follow(MAX_REDIRECTIONS)).calendars.len(), 1);
        assert_eq!(follow(MAX_REDIRECTIONS + 1), Step::Failed(DiscoveryProblem::Circle));
    }

    #[test]
    fn homes_are_read_as_far_as_the_limit() {
        let hrefs: String = (0..=MAX_HOMES).map(|number| format!("<href>/cal{number}/</href>")).collect();
        let homes = place("/", &format!("<c:calendar-home-set>{hrefs}</c:calendar-home-set>"));
        let (asked, _) = walk("https://dav.example/", &[("PROPFIND /", 207, &homes)]);
        let read: Vec<&String> = asked.iter().filter(|line| line.starts_with("PROPFIND /cal")).collect();
        assert_eq!(read, ["PROPFIND /cal0/", "PROPFIND /cal1/", "PROPFIND /cal2/", "PROPFIND /cal3/"]);
        assert_eq!(read.len(), MAX_HOMES);
    }

    #[test]
    fn a_wrong_password_is_one_attempt() {
        let (asked, end) = walk("https://dav.example/x/", &[("PROPFIND /x/", 401, "")]);
        assert_eq!((asked.len(), end), (1, Step::Failed(DiscoveryProblem::SignIn)));
        let unknown = place("/x/", "<current-user-principal><unauthenticated/></current-user-principal>");
        let (asked, end) = walk("https://dav.example/x/", &[("PROPFIND /x/", 207, &unknown)]);
        assert_eq!((asked.len(), end), (1, Step::Failed(DiscoveryProblem::SignIn)));
    }

    #[test]
    fn a_busy_server_is_asked_again_with_pauses() {
        let (asked, end) =
            walk("https://dav.example/", &[("PROPFIND /", 500, ""), ("PROPFIND /.well-known/caldav", 500, "")]);
        assert_eq!(&asked[..3], ["PROPFIND /", "PROPFIND / after 1 s", "PROPFIND / after 4 s"]);
        assert_eq!(end, Step::Failed(DiscoveryProblem::TryLater));
    }

    #[test]
    fn a_calendar_typed_by_hand_is_its_own_home() {
        let (_, end) = walk("https://dav.example/cal/a/", &[("PROPFIND /cal/a/", 207, &calendar("/cal/a/"))]);
        assert_eq!(found(end).calendars.len(), 1);
    }

    #[test]
    fn calendars_without_principals_are_found_below_the_start() {
        let (_, end) = walk(
            "https://dav.example/cal/",
            &[(
                "PROPFIND /cal/",
                207,
                &[place("/cal/", "<resourcetype><collection/></resourcetype>"), calendar("/cal/a/")].concat(),
            )],
        );
        assert_eq!(found(end).calendars.len(), 1);
    }

    #[test]
    fn the_password_does_not_travel_to_a_stranger() {
        let (asked, end) = walk(
            "https://dav.example/",
            &[("PROPFIND /", 302, "https://evil.test/"), ("PROPFIND /.well-known/caldav", 404, "")],
        );
        assert_eq!(asked.len(), 2);
        let stranger = Location::parse("https://evil.test/").expect("an address");
        assert_eq!(end, Step::Failed(DiscoveryProblem::OtherServer(stranger)));
    }

    #[test]
    fn a_circle_ends() {
        let (asked, end) = walk(
            "https://dav.example/a/",
            &[("PROPFIND /a/", 302, "/b/"), ("PROPFIND /b/", 302, "/a/"), ("PROPFIND /", 404, "")],
        );
        assert!(asked.len() < MAX_QUESTIONS);
        assert_eq!(end, Step::Failed(DiscoveryProblem::Circle));
    }

    #[test]
    fn a_home_on_a_sibling_host_is_gone_to() {
        let (_, end) = walk(
            "https://caldav.cloud.example/",
            &[
                ("PROPFIND https://caldav.cloud.example/", 207, &home("/", "https://p42.cloud.example:443/9/cal/")),
                ("PROPFIND https://p42.cloud.example/9/cal/", 207, &calendar("/9/cal/a/")),
            ],
        );
        assert_eq!(found(end).origin.host(), "p42.cloud.example");
    }
}
