//! Sendings played through against a provider in memory that breaks, and an engine that is killed, at every step.

use super::*;

const NOW: i64 = 1_800_000_000;
const ICS: &[u8] = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Tea\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
const OLD: &[u8] = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Te\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// Calendar, submission and Sent of a provider.
#[derive(Default)]
struct Provider {
    stored: Option<(u32, Vec<u8>)>,
    writes: u32,
    delivered: Vec<usize>,
    sent: Vec<usize>,
}

/// Where an act is cut: before it reaches the provider, or before its answer comes back.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Cut {
    Never,
    Before(usize),
    After(usize),
}

fn passing(may_have_happened: bool) -> Trouble<&'static str> {
    Trouble { problem: "cut", may_have_happened, passing: true, after_seconds: None }
}

impl Provider {
    fn act(&mut self, sending: &Sending<&'static str>, step: &Step) -> Outcome<&'static str> {
        let condition_holds = |etag: &str| self.stored.as_ref().is_some_and(|(version, _)| version.to_string() == etag);
        match step {
            Step::Create if self.stored.is_some() => Outcome::Changed,
            Step::Replace { etag } | Step::Remove { etag } if !condition_holds(etag) => Outcome::Changed,
            Step::Create | Step::Replace { .. } => {
                let (Write::Create { bytes } | Write::Replace { bytes, .. }) = &sending.write else {
                    panic!("{step:?}")
                };
                self.writes += 1;
                self.stored = Some((self.stored.as_ref().map_or(1, |(version, _)| version + 1), bytes.clone()));
                Outcome::Written
            }
            Step::Remove { .. } => {
                self.writes += 1;
                self.stored = None;
                Outcome::Written
            }
            Step::Read => match &self.stored {
                Some((version, bytes)) => Outcome::Found { etag: Some(version.to_string()), bytes: bytes.clone() },
                None => Outcome::NotThere,
            },
            Step::Submit(index) => {
                self.delivered.push(*index);
                Outcome::Taken(*index, "250 OK".to_owned())
            }
            Step::LookFor(index) if self.sent.contains(index) => Outcome::InSent(*index),
            Step::LookFor(index) => Outcome::NotInSent(*index),
            Step::File(index) => {
                // Filing looks first, as the shell does.
                if !self.sent.contains(index) {
                    self.sent.push(*index);
                }
                Outcome::Filed(*index)
            }
            Step::WaitUntil(_) | Step::Stopped | Step::Done => panic!("{step:?} is no act"),
        }
    }
}

fn trouble_of(step: &Step, happened: bool) -> Outcome<&'static str> {
    match step {
        Step::Submit(index) => Outcome::NotSubmitted(*index, passing(happened)),
        Step::LookFor(index) | Step::File(index) => Outcome::NotFiled(*index, passing(happened)),
        _ => Outcome::NotSaved(passing(happened)),
    }
}

/// Plays until nothing is left to do; `killed` says whether a cut also kills the engine.
#[track_caller]
fn play(sending: &mut Sending<&'static str>, provider: &mut Provider, cut: Cut, killed: bool) -> Step {
    let (mut now, mut acts) = (NOW, 0);
    for _ in 0..200 {
        let step = sending.next(now);
        match step {
            Step::WaitUntil(hour) => {
                assert!(hour > now, "waiting for an hour that is over");
                now = hour;
                continue;
            }
            Step::Stopped | Step::Done => return step,
            _ => {}
        }
        sending.begin(&step);
        let here = acts;
        acts += 1;
        match cut {
            Cut::Before(at) if at == here && killed => sending.restart(),
            Cut::Before(at) if at == here => drop(sending.learn(trouble_of(&step, false), now, 7)),
            Cut::After(at) if at == here => {
                let _unheard = provider.act(sending, &step);
                match killed {
                    true => sending.restart(),
                    false => drop(sending.learn(trouble_of(&step, true), now, 7)),
                }
            }
            _ => {
                let outcome = provider.act(sending, &step);
                let conflict = sending.learn(outcome, now, 7);
                assert_eq!(conflict, None);
            }
        }
    }
    panic!("never ends: {sending:?}");
}

fn invitation() -> Sending<&'static str> {
    let mails = [("1@a", "bob@b.example"), ("2@a", "cleo@c.example")];
    let mails = mails.map(|(id, recipient)| (id.to_owned(), recipient.to_owned()));
    Sending::new(Write::Create { bytes: ICS.to_vec() }, mails, NOW)
}

#[test]
fn a_person_may_wait_no_longer() {
    let mut sending = invitation();
    sending.held_until = NOW + 10;
    assert_eq!(sending.choices(NOW), [Choice::GoOn]);
    assert!(sending.choose(Choice::GoOn, NOW));
    assert!(!matches!(sending.next(NOW), Step::WaitUntil(_)));
}

#[test]
fn nothing_happens_while_it_is_held() {
    let mut sending = invitation();
    sending.held_until = NOW + 10;
    assert_eq!(sending.next(NOW), Step::WaitUntil(NOW + 10));
    assert!(sending.can_be_taken_back(NOW + 9));
    assert!(!sending.can_be_taken_back(NOW + 10));
    assert_eq!(sending.next(NOW + 10), Step::Create);
}

#[test]
fn it_is_saved_then_mailed_then_filed() {
    let (mut sending, mut provider) = (invitation(), Provider::default());
    assert_eq!(play(&mut sending, &mut provider, Cut::Never, false), Step::Done);
    assert_eq!((provider.writes, provider.delivered, provider.sent), (1, vec![0, 1], vec![0, 1]));
    assert_eq!(sending.stage(NOW), Stage::Done);
}

#[test]
fn whatever_is_cut_nothing_is_doubled_and_what_is_unknown_is_asked() {
    for killed in [false, true] {
        for at in 0..8 {
            for cut in [Cut::Before(at), Cut::After(at)] {
                let (mut sending, mut provider) = (invitation(), Provider::default());
                let end = play(&mut sending, &mut provider, cut, killed);
                let context = format!("{cut:?} killed {killed}: {sending:?}");
                assert_eq!(provider.writes, 1, "{context}");
                let mut delivered = provider.delivered.clone();
                delivered.dedup();
                assert_eq!(delivered, provider.delivered, "{context}");
                match end {
                    Step::Done => assert_eq!(provider.sent.len(), 2, "{context}"),
                    _ => {
                        assert_eq!(sending.choices(NOW + 9_999).len(), 4, "{context}");
                        assert!(sending.choose(Choice::TakeAsDelivered, NOW + 9_999), "{context}");
                        assert_eq!(play(&mut sending, &mut provider, Cut::Never, false), Step::Done, "{context}");
                        assert_eq!(provider.sent.len(), 2, "{context}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_mail_that_lies_in_sent_is_known_to_be_taken() {
    let (mut sending, mut provider) = (invitation(), Provider { sent: vec![0], ..Provider::default() });
    assert_eq!(play(&mut sending, &mut provider, Cut::After(2), true), Step::Done);
    assert_eq!(provider.delivered, [0, 1]);
}

#[test]
fn an_unknown_mail_is_sent_again_only_by_consent() {
    let (mut sending, mut provider) = (invitation(), Provider::default());
    assert_eq!(play(&mut sending, &mut provider, Cut::Before(2), true), Step::Stopped);
    assert_eq!(provider.delivered, [1]);
    assert!(sending.choose(Choice::SendUnknownAgain, NOW));
    assert_eq!(play(&mut sending, &mut provider, Cut::Never, false), Step::Done);
    assert_eq!(provider.delivered, [1, 0]);
}

#[test]
fn an_answer_says_that_the_invitation_arrived() {
    let (mut sending, mut provider) = (invitation(), Provider::default());
    assert_eq!(play(&mut sending, &mut provider, Cut::After(2), true), Step::Stopped);
    sending.heard_of("BOB@b.example", true);
    assert_eq!(play(&mut sending, &mut provider, Cut::Never, false), Step::Done);
    assert_eq!(provider.delivered, [0, 1]);
}

#[test]
fn a_refused_guest_keeps_nobody_else_from_the_mail() {
    let mut sending = invitation();
    sending.saving = Saving::Saved { etag: None };
    sending.learn(Outcome::Refused(0, "550 no such user".to_owned()), NOW, 0);
    assert_eq!(sending.next(NOW), Step::Submit(1));
    sending.learn(Outcome::Taken(1, "250 OK".to_owned()), NOW, 0);
    assert_eq!(sending.next(NOW), Step::File(1));
}

#[test]
fn a_greylisted_guest_waits_while_the_others_are_served() {
    let mut sending = invitation();
    sending.saving = Saving::Saved { etag: None };
    sending.learn(Outcome::NotSubmitted(0, passing(false)), NOW, 0);
    assert_eq!(sending.next(NOW), Step::Submit(1));
    sending.learn(Outcome::Taken(1, "250 OK".to_owned()), NOW, 0);
    sending.learn(Outcome::Filed(1), NOW, 0);
    assert!(matches!(sending.next(NOW), Step::WaitUntil(hour) if hour > NOW));
}

#[test]
fn a_wrong_password_is_not_tried_twice() {
    let mut sending = invitation();
    sending.saving = Saving::Saved { etag: None };
    let refused = Trouble { problem: "password", may_have_happened: false, passing: false, after_seconds: None };
    sending.learn(Outcome::NotSubmitted(0, refused), NOW, 0);
    assert_eq!(sending.next(NOW), Step::Stopped);
    assert_eq!(sending.choices(NOW), [Choice::GoOn, Choice::GiveUp]);
    assert!(sending.choose(Choice::GoOn, NOW));
    assert_eq!(sending.next(NOW), Step::Submit(0));
}

#[test]
fn a_server_that_is_busy_is_asked_a_few_times_and_then_the_person_is() {
    let (mut sending, mut now, mut tries) = (invitation(), NOW, 0);
    loop {
        match sending.next(now) {
            Step::WaitUntil(hour) => now = hour,
            Step::Stopped => break,
            step => {
                tries += 1;
                sending.begin(&step);
                sending.learn(Outcome::NotSaved(passing(false)), now, 0);
            }
        }
    }
    assert_eq!(tries, SAVE_ATTEMPTS);
    assert!(matches!(sending.stopped, Some(Stop::CannotSave("cut"))));
    assert_eq!(sending.mails.iter().filter(|mail| mail.fate == Fate::Queued).count(), 2);
}

fn change() -> Sending<&'static str> {
    let write = Write::Replace { etag: Some("1".to_owned()), bytes: ICS.to_vec(), base: OLD.to_vec() };
    Sending::new(write, [("1@a".to_owned(), "bob@b.example".to_owned())], NOW)
}

#[test]
fn somebody_elses_version_is_merged_and_written_over() {
    let mut sending = change();
    let theirs =
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Te\r\nLOCATION:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let step = sending.next(NOW);
    sending.begin(&step);
    assert_eq!(sending.learn(Outcome::Changed, NOW, 0), None);
    assert_eq!(sending.next(NOW), Step::Read);
    let found = Outcome::Found { etag: Some("2".to_owned()), bytes: theirs.to_vec() };
    let conflict = sending.learn(found, NOW, 0).unwrap();
    assert_eq!((conflict.base.as_slice(), conflict.theirs.as_slice()), (OLD, theirs.as_slice()));
    let merged = Outcome::Merged { etag: conflict.etag, base: conflict.theirs, bytes: b"both".to_vec() };
    sending.learn(merged, NOW, 0);
    assert_eq!(sending.next(NOW), Step::Replace { etag: "2".to_owned() });
}

#[test]
fn an_event_that_is_gone_is_not_written_again() {
    let mut sending = change();
    sending.begin(&Step::Replace { etag: "1".to_owned() });
    sending.learn(Outcome::Changed, NOW, 0);
    sending.learn(Outcome::NotThere, NOW, 0);
    assert_eq!(sending.stopped, Some(Stop::ChangedElsewhere));
    assert_eq!(sending.choices(NOW), [Choice::GiveUp]);
}

#[test]
fn a_server_that_drops_a_guest_keeps_everybody_from_the_mail() {
    let mut sending = change();
    sending.begin(&Step::Replace { etag: "1".to_owned() });
    sending.learn(Outcome::Written, NOW, 0);
    sending.learn(Outcome::Found { etag: Some("2".to_owned()), bytes: OLD.to_vec() }, NOW, 0);
    assert_eq!(sending.stopped, Some(Stop::StoredDifferently(vec!["SUMMARY".to_owned()])));
    assert!(sending.choose(Choice::GoOn, NOW));
    assert_eq!(sending.next(NOW), Step::Submit(0));
}

#[test]
fn a_version_the_server_did_not_name_is_read_before_writing() {
    let mut sending = change();
    sending.write = Write::Replace { etag: None, bytes: ICS.to_vec(), base: OLD.to_vec() };
    assert_eq!(sending.next(NOW), Step::Read);
    sending.learn(Outcome::Found { etag: Some("7".to_owned()), bytes: OLD.to_vec() }, NOW, 0);
    assert_eq!(sending.next(NOW), Step::Replace { etag: "7".to_owned() });
}
