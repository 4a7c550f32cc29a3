//! The bytes of the values that outlive a build, because the device keeps them. A changed snapshot means that what a
//! person's device holds can no longer be read: drafts, answers and the account would be lost.

use intent::{
    Account, AnswerEntry, AnswerOutcome, CalendarId, Day, DraftId, EventKey, Form, Guest, GuestMark, PartStat, Point,
    Problem, ProblemKind, Protection, ServerChoice, Servers, SignInView, Status, Tell, TellAtDoor,
};

const POINT: Point = Point { day: Day(20_779), minute: 600 };

/// Printable bytes as they are, others as `\xNN`.
#[track_caller]
fn bytes_of<T: serde::Serialize + for<'a> serde::Deserialize<'a> + PartialEq + std::fmt::Debug>(value: &T) -> String {
    let bytes = intent::encode(value);
    assert_eq!(intent::decode::<T>(&bytes).as_ref(), Some(value));
    assert_eq!(intent::decode::<T>(&[&bytes[..], &[0]].concat()), None, "it goes on behind its end");
    bytes.escape_ascii().to_string()
}

fn event() -> EventKey {
    EventKey { calendar: CalendarId("/cal/".to_owned()), uid: "u".to_owned(), occurrence: String::new() }
}

#[test]
fn a_draft_that_is_kept_can_be_read_by_the_next_build() {
    let guest = |address: &str, mark| Guest { address: address.to_owned(), mark, optional: true, ..Guest::default() };
    let form = Form {
        draft: DraftId("d".to_owned()),
        revision: 3,
        event: Some(event()),
        title: "Tea".to_owned(),
        start_day: Day(20_779),
        start_minute: 600,
        end_day: Day(20_779),
        end_minute: 660,
        zone: "Europe/Berlin".to_owned(),
        guests: vec![guest("b@b", GuestMark::Added), guest("c@c", GuestMark::Kept(PartStat::Accepted))],
        reminder: Some(15),
        calendar: CalendarId("/cal/".to_owned()),
        ..Form::default()
    };
    insta::assert_snapshot!(bytes_of(&form));
}

#[test]
fn an_answer_that_is_kept_can_be_read_by_the_next_build() {
    let answer = |outcome| AnswerEntry {
        received: POINT,
        name: "Bob".to_owned(),
        address: "b@b".to_owned(),
        title: "Tea".to_owned(),
        event: Some(event()),
        answer: Some(PartStat::Declined),
        comment: "no".to_owned(),
        outcome,
    };
    let why = || "why".to_owned();
    let outcomes = [
        AnswerOutcome::Applied,
        AnswerOutcome::AlreadyThere,
        AnswerOutcome::Stale(why()),
        AnswerOutcome::UnknownEvent,
        AnswerOutcome::NeedsConsent(why()),
        AnswerOutcome::NotUsable(why()),
        AnswerOutcome::Entering,
        AnswerOutcome::NotDelivered(why()),
        AnswerOutcome::AsksAgain,
    ];
    let lines: Vec<_> = outcomes.into_iter().map(|outcome| bytes_of(&answer(outcome))).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn an_account_that_is_kept_can_be_read_by_the_next_build() {
    let server =
        |port, protection| ServerChoice { host: "a.example".to_owned(), port, protection, path: "/".to_owned() };
    let account = Account {
        address: "ann@a.example".to_owned(),
        name: "Ann".to_owned(),
        servers: Servers {
            submission: server(587, Protection::StartTls),
            imap: server(993, Protection::Tls),
            caldav: server(443, Protection::Tls),
        },
        keeps_password: true,
    };
    insta::assert_snapshot!(bytes_of(&account));
}

#[test]
fn the_door_hears_what_the_page_would_hear() {
    let problem = Problem { service: None, kind: ProblemKind::TimedOut, detail: "x".to_owned() };
    let told = [
        (Tell::Alive, Some(TellAtDoor::Alive)),
        (Tell::SignIn(SignInView::SignedOut), Some(TellAtDoor::SignIn(Box::new(SignInView::SignedOut)))),
        (Tell::Problem(problem.clone()), Some(TellAtDoor::Problem(problem))),
        (Tell::Status(Status::default()), None),
    ];
    for (tell, heard) in told {
        assert_eq!(intent::decode(&intent::encode(&tell)), heard, "{tell:?}");
    }
}
