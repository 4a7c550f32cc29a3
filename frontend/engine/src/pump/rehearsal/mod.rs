//! The engine played through without a browser: a scripted link, a still world, storage in memory.

mod came_back;
mod provider;
mod tabs;
mod world;

use std::{cell::RefCell, rc::Rc, time::Duration};

use futures::{FutureExt, executor::LocalPool};
use intent::{
    AnswerEntry, AnswerOutcome, Ask, CheckOutcome, ComposeStart, Day, DeliveryState, Form, Guest, Inspection,
    KeepPassword, OutboxItem, OutboxStage, PageContext, PartStat, Point, ProblemKind, Protection, ResumeChoice,
    ServerChoice, Servers, SignIn, SignInView, Tell, Window,
};

use super::{Engine, Surroundings};
use crate::storage::{Change, Kept, Memory, OnlyTab, Storage, Store, Turn, Vault};
use provider::{Act, Break, InboxMail, PASSWORD, Straight};
use world::StillWorld;

/// One tab, and all it was told.
struct Tab {
    pool: LocalPool,
    world: Rc<StillWorld>,
    engine: Engine,
    told: Rc<RefCell<Vec<Tell>>>,
}

impl Tab {
    fn open(link: &Straight, device: &Memory, chance: u64) -> Self {
        Self::open_with(link, device, chance, Rc::new(OnlyTab))
    }

    fn open_with(link: &Straight, device: &Memory, chance: u64, turn: Rc<dyn Turn>) -> Self {
        let pool = LocalPool::new();
        let world = StillWorld::new(&pool, chance);
        let told: Rc<RefCell<Vec<Tell>>> = Rc::default();
        let hearing = Rc::clone(&told);
        let engine = Engine::new(Surroundings {
            world: world.clone(),
            link: Rc::new(link.clone()),
            storage: Some(Rc::new(device.clone()) as Rc<dyn Storage>),
            vault: Some(Rc::new(device.clone()) as Rc<dyn Vault>),
            turn,
            tell: Box::new(move |tell| hearing.borrow_mut().push(tell)),
        });
        let mut tab = Self { pool, world, engine, told };
        tab.ask(Ask::Hello(PageContext {
            zone: "Europe/Berlin".to_owned(),
            locale: "en-GB".to_owned(),
            relay_url: "wss://relay.example/relay".to_owned(),
            relay_token: None,
        }));
        tab
    }

    fn signed_in(link: &Straight, device: &Memory, chance: u64) -> Self {
        Self::signed_in_with(link, device, chance, Rc::new(OnlyTab))
    }

    fn signed_in_with(link: &Straight, device: &Memory, chance: u64, turn: Rc<dyn Turn>) -> Self {
        let mut tab = Self::open_with(link, device, chance, turn);
        tab.ask(Ask::SignIn(sign_in(PASSWORD)));
        tab.pass(Duration::from_secs(1));
        assert!(matches!(tab.sign_in(), SignInView::SignedIn(_)), "{:?}", tab.sign_in());
        tab
    }

    fn ask(&mut self, ask: Ask) {
        self.engine.ask(ask);
        self.pool.run_until_stalled();
    }

    fn pass(&mut self, duration: Duration) {
        self.world.pass(&mut self.pool, duration);
    }

    /// The newest of what was told that the question picks.
    #[track_caller]
    fn last<T>(&self, pick: impl Fn(&Tell) -> Option<T>) -> T {
        self.told.borrow().iter().rev().find_map(pick).expect("to have been told")
    }

    fn sign_in(&self) -> SignInView {
        self.last(|tell| if let Tell::SignIn(view) = tell { Some(view.clone()) } else { None })
    }

    fn outbox(&self) -> Vec<OutboxItem> {
        self.last(|tell| if let Tell::Outbox(items) = tell { Some(items.clone()) } else { None })
    }

    fn answers(&self) -> Vec<AnswerEntry> {
        self.last(|tell| if let Tell::Answers(answers) = tell { Some(answers.clone()) } else { None })
    }

    fn inspection(&self) -> Inspection {
        self.last(|tell| if let Tell::Inspection(inspection) = tell { Some((**inspection).clone()) } else { None })
    }

    /// Writes an invitation to these guests, and gives back the form as it was inspected.
    fn write(&mut self, guests: &[&str]) -> Form {
        let start = Point { day: Day::from_iso("2026-11-24").unwrap(), minute: 600 };
        self.ask(Ask::Compose(ComposeStart::New { start, minutes: 60, all_day: false }));
        let mut form = self.last(|tell| if let Tell::Form(form) = tell { Some(form.clone()) } else { None });
        form.title = "Tea".to_owned();
        form.guests =
            guests.iter().map(|address| Guest { address: (*address).to_owned(), ..Guest::default() }).collect();
        form.revision += 1;
        self.ask(Ask::Edit(form.clone()));
        form
    }

    fn send(&mut self, form: &Form) {
        self.ask(Ask::Send { draft: form.draft.clone(), revision: form.revision });
    }
}

fn sign_in(password: &str) -> SignIn {
    let server =
        |port| ServerChoice { host: "a.example".to_owned(), port, protection: Protection::Tls, path: "/".to_owned() };
    SignIn {
        address: "ann@a.example".to_owned(),
        name: "Ann".to_owned(),
        user: String::new(),
        password: password.to_owned(),
        servers: Servers { submission: server(465), imap: server(993), caldav: server(443) },
        keep: KeepPassword::No,
    }
}

/// Long enough for a held sending to leave and be done.
const A_WHILE: Duration = Duration::from_secs(60);

fn reply(uid: &str, guest: &str, partstat: &str, stamp: &str, comment: &str) -> InboxMail {
    let body = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//g//g\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n\
         DTSTAMP:{stamp}\r\nDTSTART:20261124T090000Z\r\nSEQUENCE:0\r\nORGANIZER:mailto:ann@a.example\r\n\
         ATTENDEE;PARTSTAT={partstat}:mailto:{guest}\r\n{comment}END:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    let headers = format!("From: {guest}\r\nTo: ann@a.example\r\nMessage-ID: <{stamp}.{guest}>\r\n\r\n");
    InboxMail { headers, media_type: "text/calendar", body, ..InboxMail::default() }
}

/// Signed in, with an invitation to Bob and Cleo sent; its UID and its address on the server.
fn invited(chance: u64) -> (Straight, Memory, Tab, String, String) {
    let (link, device) = (Straight::default(), Memory::default());
    let mut tab = Tab::signed_in(&link, &device, chance);
    let form = tab.write(&["bob@b.example", "cleo@c.example"]);
    tab.send(&form);
    tab.pass(A_WHILE);
    let href = link.0.borrow().objects.keys().next().unwrap().clone();
    let ics = link.object(&href).unwrap();
    let uid = ics.lines().find_map(|line| line.strip_prefix("UID:")).unwrap().to_owned();
    (link, device, tab, uid, href)
}

#[test]
fn the_servers_of_a_domain_are_found() {
    let mut tab = Tab::open(&Straight::default(), &Memory::default(), 1);
    assert_eq!(tab.sign_in(), SignInView::SignedOut);
    tab.ask(Ask::FindServers { address: "ann@a.example".to_owned() });
    assert!(matches!(tab.sign_in(), SignInView::Found { servers: Some(_), problem: None, .. }));
}

impl Vault for Memory {
    fn keep(&self, password: &wire::Secret) -> Kept<()> {
        self.write(vec![Change::keep(Store::Accounts, "password", password.reveal().as_bytes().to_vec())])
    }

    fn open(&self) -> Kept<Option<wire::Secret>> {
        let kept = self.get(Store::Accounts, "password");
        kept.map(|kept| Ok(kept?.map(|bytes| wire::Secret::new(String::from_utf8(bytes).unwrap())))).boxed_local()
    }

    fn forget(&self) -> Kept<()> {
        self.write(vec![Change::remove(Store::Accounts, "password")])
    }
}

#[test]
fn a_password_is_kept_only_if_the_person_wants_that() {
    let (link, device) = (Straight::default(), Memory::default());
    drop(Tab::signed_in(&link, &device, 1));
    let mut tab = Tab::open(&link, &device, 2);
    assert!(matches!(tab.sign_in(), SignInView::NeedsPassword(_)));
    tab.ask(Ask::SignIn(SignIn { keep: KeepPassword::OnThisDevice, ..sign_in(PASSWORD) }));
    drop(tab);
    let mut tab = Tab::open(&link, &device, 3);
    assert!(matches!(tab.sign_in(), SignInView::SignedIn(account) if account.keeps_password));
    tab.ask(Ask::SignOut);
    assert!(device.is_empty());
}

#[test]
fn a_wrong_password_is_said_of_each_connection_and_tried_once() {
    let link = Straight::default();
    let mut tab = Tab::open(&link, &Memory::default(), 1);
    tab.ask(Ask::SignIn(sign_in("wrong")));
    tab.pass(A_WHILE);
    let SignInView::Checking { checks, done: true } = tab.sign_in() else { panic!("{:?}", tab.sign_in()) };
    for check in checks {
        let CheckOutcome::Failed(problem) = check.outcome else { panic!("{check:?}") };
        assert_eq!((problem.kind, problem.service), (ProblemKind::WrongPassword, Some(check.service)));
    }
    assert_eq!(link.0.borrow().requests.len(), 0);
}

#[test]
fn a_server_that_hangs_is_said_to_hang() {
    let link = Straight::default();
    link.0.borrow_mut().hangs = true;
    let mut tab = Tab::open(&link, &Memory::default(), 1);
    tab.ask(Ask::SignIn(sign_in(PASSWORD)));
    let SignInView::Checking { checks, done: true } = tab.sign_in() else { panic!("{:?}", tab.sign_in()) };
    let hung =
        |check: &intent::Check| matches!(&check.outcome, CheckOutcome::Failed(it) if it.kind == ProblemKind::TimedOut);
    assert!(checks.iter().all(hung), "{checks:?}");
}

#[test]
fn the_events_of_the_week_are_shown() {
    let link = Straight::default();
    link.store(
        "a.ics",
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20261101T000000Z\r\n\
         DTSTART:20261124T090000Z\r\nDTEND:20261124T100000Z\r\nSUMMARY:Tea\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    );
    let mut tab = Tab::signed_in(&link, &Memory::default(), 1);
    tab.ask(Ask::Show(Window { first: Day::from_iso("2026-11-23").unwrap(), days: 7 }));
    let agenda = tab.last(|tell| if let Tell::Agenda(agenda) = tell { Some(agenda.clone()) } else { None });
    let shown: Vec<_> = agenda.occurrences.iter().map(|it| (it.title.as_str(), it.start.minute)).collect();
    assert_eq!(shown, [("Tea", 600)]);
    assert!(agenda.loaded);
}

#[test]
fn what_was_inspected_is_stored_and_sent_byte_for_byte() {
    let (link, device) = (Straight::default(), Memory::default());
    let mut tab = Tab::signed_in(&link, &device, 1);
    let form = tab.write(&["bob@b.example", "cleo@c.example"]);
    let inspection = tab.inspection();
    assert_eq!((inspection.revision, inspection.problems.as_slice()), (form.revision, [].as_slice()));
    tab.send(&form);
    assert!(matches!(tab.outbox()[0].stage, OutboxStage::Held { .. }));
    assert_eq!(link.0.borrow().acts, []);
    tab.pass(A_WHILE);
    let provider = link.0.borrow();
    assert_eq!(provider.acts, [Act::Put, Act::Submit, Act::Submit, Act::Append, Act::Append]);
    let inspected: Vec<_> =
        inspection.letters.iter().map(|letter| (letter.address.clone(), letter.raw.bytes.clone())).collect();
    let sent: Vec<_> = provider.submitted.iter().map(|(to, mail)| (to.clone(), mail.clone().into_bytes())).collect();
    assert_eq!(sent, inspected);
    let stored = provider.objects.values().next().unwrap().1.clone();
    assert_eq!(stored.into_bytes(), inspection.stored.unwrap().bytes);
    assert_eq!(tab.outbox()[0].stage, OutboxStage::Done);
    assert!(tab.outbox()[0].deliveries.iter().all(|delivery| delivery.filed));
}

#[test]
fn a_held_sending_can_be_taken_back_and_leaves_its_draft() {
    let (link, device) = (Straight::default(), Memory::default());
    let mut tab = Tab::signed_in(&link, &device, 1);
    let form = tab.write(&["bob@b.example"]);
    tab.send(&form);
    let id = tab.outbox()[0].id.clone();
    tab.ask(Ask::Undo(id));
    tab.pass(A_WHILE);
    assert_eq!((tab.outbox(), link.0.borrow().acts.as_slice()), (Vec::new(), [].as_slice()));
    let drafts = tab.last(|tell| if let Tell::Drafts(drafts) = tell { Some(drafts.clone()) } else { None });
    assert_eq!(drafts.len(), 1);
}

#[test]
fn a_form_that_changed_since_it_was_inspected_is_not_sent() {
    let (link, device) = (Straight::default(), Memory::default());
    let mut tab = Tab::signed_in(&link, &device, 1);
    let form = tab.write(&["bob@b.example"]);
    tab.ask(Ask::Send { draft: form.draft, revision: form.revision - 1 });
    tab.pass(A_WHILE);
    assert_eq!(link.0.borrow().acts, []);
    let problem = tab.last(|tell| if let Tell::Problem(problem) = tell { Some(problem.kind) } else { None });
    assert_eq!(problem, ProblemKind::InspectedOther);
}

#[test]
fn pressing_send_twice_sends_once() {
    let (link, device) = (Straight::default(), Memory::default());
    let mut tab = Tab::signed_in(&link, &device, 1);
    let form = tab.write(&["bob@b.example"]);
    tab.send(&form);
    tab.send(&form);
    tab.pass(A_WHILE);
    assert_eq!(link.0.borrow().submitted.len(), 1);
}

#[test]
fn a_draft_survives_a_reload() {
    let (link, device) = (Straight::default(), Memory::default());
    let form = Tab::signed_in(&link, &device, 1).write(&["bob@b.example"]);
    let mut tab = Tab::signed_in(&link, &device, 2);
    tab.ask(Ask::Compose(ComposeStart::Draft(form.draft.clone())));
    let again = tab.last(|tell| if let Tell::Form(form) = tell { Some(form.clone()) } else { None });
    assert_eq!(again, form);
}

#[test]
fn a_refused_guest_is_named_and_the_others_have_their_mail() {
    let (link, device) = (Straight::default(), Memory::default());
    link.0.borrow_mut().refused.push("bob@b.example");
    let mut tab = Tab::signed_in(&link, &device, 1);
    let form = tab.write(&["bob@b.example", "cleo@c.example"]);
    tab.send(&form);
    tab.pass(A_WHILE);
    let states: Vec<_> = tab.outbox()[0].deliveries.iter().map(|delivery| delivery.state.clone()).collect();
    assert!(matches!(&states[..], [DeliveryState::Refused { .. }, DeliveryState::Taken { .. }]), "{states:?}");
    assert_eq!(tab.outbox()[0].stage, OutboxStage::Done);
}

/// Sends to two guests with one act cut; the page may be closed at the cut and opened again.
fn send_with_a_cut(at: usize, how: Break, reload: bool) {
    let (link, device) = (Straight::default(), Memory::default());
    let mut tab = Tab::signed_in(&link, &device, 1);
    let form = tab.write(&["bob@b.example", "cleo@c.example"]);
    link.0.borrow_mut().breaking = Some((at, how));
    tab.send(&form);
    let context = format!("act {at} cut {how:?}, reload {reload}");
    if reload {
        // The tab dies as soon as the cut has happened.
        while link.0.borrow().acts.len() <= at {
            tab.pass(Duration::from_millis(100));
        }
        drop(tab);
        tab = Tab::signed_in(&link, &device, 2);
    }
    tab.pass(A_WHILE * 10);
    let item = tab.outbox().remove(0);
    if item.stage == OutboxStage::Stopped {
        assert!(item.choices.contains(&ResumeChoice::TakeAsDelivered), "{context}: {item:?}");
        tab.ask(Ask::Resume { outbox: item.id, choice: ResumeChoice::TakeAsDelivered });
        tab.pass(A_WHILE);
    }
    assert_eq!(tab.outbox()[0].stage, OutboxStage::Done, "{context}: {:?}", tab.outbox());
    let provider = link.0.borrow();
    assert_eq!(provider.objects.len(), 1, "{context}");
    for guest in ["bob@b.example", "cleo@c.example"] {
        let mails = provider.submitted.iter().filter(|(to, _)| to == guest).count();
        assert_eq!(mails, 1, "{context}: {guest}");
    }
    assert_eq!(provider.sent.len(), 2, "{context}");
}

#[test]
fn whatever_is_cut_nobody_gets_two_mails() {
    for at in 0..5 {
        for how in [Break::Before, Break::After] {
            send_with_a_cut(at, how, false);
            send_with_a_cut(at, how, true);
        }
    }
}

#[test]
fn an_answer_is_entered_as_soon_as_it_arrives() {
    let (link, _device, mut tab, uid, href) = invited(1);
    link.deliver(reply(&uid, "bob@b.example", "ACCEPTED", "20261122T121500Z", "COMMENT:With cake\r\n"));
    tab.pass(Duration::from_secs(1));
    let stored = link.object(&href).unwrap().replace("\r\n ", "");
    let bob = stored.lines().find(|line| line.ends_with("bob@b.example")).unwrap();
    assert!(bob.contains("PARTSTAT=ACCEPTED") && bob.contains("With cake"), "{bob}");
    let answer = tab.answers().remove(0);
    assert_eq!((answer.outcome, answer.answer), (AnswerOutcome::Applied, Some(PartStat::Accepted)));
    assert_eq!((answer.title.as_str(), answer.comment.as_str()), ("Tea", "With cake"));
}

#[test]
fn several_answers_to_one_event_are_one_write() {
    let (link, _device, mut tab, uid, href) = invited(1);
    let before = link.0.borrow().acts.len();
    link.0.borrow_mut().inbox.push(reply(&uid, "bob@b.example", "ACCEPTED", "20261122T121500Z", ""));
    link.deliver(reply(&uid, "cleo@c.example", "DECLINED", "20261122T121600Z", ""));
    tab.pass(Duration::from_secs(1));
    assert_eq!(link.0.borrow().acts.len(), before + 1);
    let stored = link.object(&href).unwrap();
    assert!(stored.contains("PARTSTAT=ACCEPTED") && stored.contains("PARTSTAT=DECLINED"), "{stored}");
}

#[test]
fn the_same_answer_twice_changes_nothing() {
    let (link, _device, mut tab, uid, href) = invited(1);
    link.deliver(reply(&uid, "bob@b.example", "ACCEPTED", "20261122T121500Z", ""));
    tab.pass(Duration::from_secs(1));
    let (stored, acts) = (link.object(&href), link.0.borrow().acts.len());
    link.deliver(reply(&uid, "bob@b.example", "ACCEPTED", "20261122T121500Z", ""));
    tab.pass(Duration::from_secs(1));
    assert_eq!((link.object(&href), link.0.borrow().acts.len()), (stored, acts));
}

#[test]
fn an_answer_is_entered_over_what_somebody_else_wrote_meanwhile() {
    let (link, _device, mut tab, uid, href) = invited(1);
    let theirs = link.object(&href).unwrap().replace("SUMMARY:Tea", "SUMMARY:Tea\r\nX-OTHER:kept");
    link.0.borrow_mut().meanwhile = Some((href.clone(), theirs));
    link.deliver(reply(&uid, "bob@b.example", "ACCEPTED", "20261122T121500Z", ""));
    tab.pass(Duration::from_secs(1));
    let stored = link.object(&href).unwrap();
    assert!(stored.contains("X-OTHER:kept") && stored.contains("PARTSTAT=ACCEPTED"), "{stored}");
    assert_eq!(tab.answers()[0].outcome, AnswerOutcome::Applied);
}

#[test]
fn an_answer_by_a_stranger_needs_consent() {
    let (link, _device, mut tab, uid, href) = invited(1);
    let before = link.object(&href);
    let mut forged = reply(&uid, "bob@b.example", "DECLINED", "20261122T121500Z", "");
    forged.headers = forged.headers.replace("From: bob@b.example", "From: mallory@m.example");
    link.deliver(forged);
    tab.pass(Duration::from_secs(1));
    assert!(matches!(tab.answers()[0].outcome, AnswerOutcome::NeedsConsent(_)), "{:?}", tab.answers());
    assert_eq!(link.object(&href), before);
}

#[test]
fn a_mail_without_a_calendar_is_not_read() {
    let (link, _device, mut tab, ..) = invited(1);
    link.0.borrow_mut().requests.clear();
    link.deliver(InboxMail { media_type: "text/plain", body: "hello".to_owned(), ..InboxMail::default() });
    tab.pass(Duration::from_secs(1));
    assert_eq!(link.0.borrow().requests, ["Select", "Fetch"]);
}

#[test]
fn a_poll_with_nothing_new_is_one_command() {
    let (link, _device, mut tab, ..) = invited(1);
    link.0.borrow_mut().requests.clear();
    tab.ask(Ask::CheckNow);
    assert_eq!(link.0.borrow().requests, ["Select"]);
}

#[test]
fn an_answer_that_came_while_nobody_looked_is_found_on_opening() {
    let (link, device, tab, uid, href) = invited(1);
    drop(tab);
    link.deliver(reply(&uid, "bob@b.example", "TENTATIVE", "20261122T121500Z", ""));
    let tab = Tab::signed_in(&link, &device, 2);
    assert!(link.object(&href).unwrap().contains("PARTSTAT=TENTATIVE"));
    assert_eq!(tab.answers().len(), 1);
}

#[test]
fn a_device_that_was_wiped_reaches_the_same_state() {
    let (link, _device, mut tab, uid, href) = invited(1);
    link.deliver(reply(&uid, "bob@b.example", "ACCEPTED", "20261122T121500Z", ""));
    tab.pass(Duration::from_secs(1));
    let stored = link.object(&href);
    let other = Tab::signed_in(&link, &Memory::default(), 3);
    assert_eq!(link.object(&href), stored);
    assert_eq!(other.answers()[0].outcome, AnswerOutcome::AlreadyThere);
}

#[test]
fn a_relay_that_goes_away_loses_nothing() {
    let (link, device) = (Straight::default(), Memory::default());
    let mut tab = Tab::signed_in(&link, &device, 1);
    let form = tab.write(&["bob@b.example"]);
    link.0.borrow_mut().away = true;
    tab.send(&form);
    tab.pass(Duration::from_secs(20));
    assert_eq!(tab.outbox()[0].stage, OutboxStage::Saving);
    link.0.borrow_mut().away = false;
    tab.pass(A_WHILE);
    assert_eq!(tab.outbox()[0].stage, OutboxStage::Done);
    assert_eq!(link.0.borrow().submitted.len(), 1);
}

#[test]
fn after_signing_out_nothing_is_left_on_the_device() {
    let (_link, device, mut tab, ..) = invited(1);
    tab.ask(Ask::SignOut);
    assert_eq!(tab.sign_in(), SignInView::SignedOut);
    assert!(device.is_empty());
}
