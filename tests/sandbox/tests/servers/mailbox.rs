//! Mailboxes of the sandbox, read by an independent client, and by hand where a client would not do it.

use async_imap::Session;
use async_imap::extensions::idle::IdleResponse;
use async_imap::imap_proto::BodyStructure;
use futures::TryStreamExt;
use sandbox::fault::{Act, Fault, Step};
use sandbox::limit;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::people::{ANN, BOB, Lines, PASSWORD, People};

const INVITATION: &str = "From: =?utf-8?Q?Zo=C3=AB?= <zoe@example.org>\r\nTo: ann@sandbox.test\r\n\
    Subject: =?utf-8?Q?D=C3=A9jeuner?=\r\nMessage-ID: <one@example.org>\r\nDate: Sun, 22 Nov 2026 10:00:00 +0100\r\n\
    Content-Type: multipart/alternative; boundary=cut\r\n\r\n\
    --cut\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nLunch?\r\n\
    --cut\r\nContent-Type: text/calendar; method=REQUEST; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
    BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n--cut--\r\n";

async fn session(people: &People, address: &str) -> Session<TlsStream<TcpStream>> {
    let stream = people.tls(people.sandbox.addresses().imaps.port()).await;
    let mut client = async_imap::Client::new(stream);
    client.read_response().await.unwrap().unwrap();
    client.login(address, PASSWORD).await.map_err(|(problem, _)| problem).unwrap()
}

#[tokio::test]
async fn an_independent_client_reads_an_invitation_part_by_part() {
    let people = People::start().await;
    people.deliver(ANN, INVITATION);
    let mut session = session(&people, ANN).await;
    let mailbox = session.select("INBOX").await.unwrap();
    assert_eq!((mailbox.exists, mailbox.uid_next), (1, Some(2)));
    assert!(mailbox.uid_validity.is_some() && mailbox.highest_modseq.is_some());
    let found = session.uid_search("UNSEEN SUBJECT \"=?utf-8?Q?D\" FROM zoe@example.org").await.unwrap();
    assert_eq!(found.into_iter().collect::<Vec<_>>(), [1]);
    let query = "(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY.PEEK[2] BODY.PEEK[2.MIME])";
    let fetched: Vec<_> = session.uid_fetch("1", query).await.unwrap().try_collect().await.unwrap();
    let fetched = &fetched[0];
    let envelope = fetched.envelope().unwrap();
    assert_eq!(envelope.subject.as_deref(), Some(b"=?utf-8?Q?D=C3=A9jeuner?=".as_slice()));
    assert_eq!(envelope.message_id.as_deref(), Some(b"<one@example.org>".as_slice()));
    assert_eq!(envelope.from.as_ref().unwrap()[0].name.as_deref(), Some(b"=?utf-8?B?Wm/Dqw==?=".as_slice()));
    let BodyStructure::Multipart { bodies, .. } = fetched.bodystructure().unwrap() else { panic!("not a multipart") };
    let BodyStructure::Text { common, other, .. } = &bodies[1] else { panic!("not a text") };
    assert_eq!(common.ty.subtype, "calendar");
    assert_eq!(common.ty.params.as_ref().unwrap()[0], ("method".into(), "REQUEST".into()));
    assert_eq!(other.octets, 30);
    let path = |kind| async_imap::imap_proto::SectionPath::Part(vec![2], kind);
    assert_eq!(fetched.section(&path(None)), Some(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR".as_slice()));
    let header = fetched.section(&path(Some(async_imap::imap_proto::MessageSection::Mime))).unwrap();
    assert!(header.starts_with(b"Content-Type: text/calendar; method=REQUEST"));
    assert_eq!(fetched.flags().count(), 0);
    session.logout().await.unwrap();
}

#[tokio::test]
async fn a_new_mail_is_told_to_whoever_idles() {
    let people = People::start().await;
    let mut session = session(&people, ANN).await;
    session.select("INBOX").await.unwrap();
    let mut idle = session.idle();
    idle.init().await.unwrap();
    let (news, _stop) = idle.wait();
    let (news, ()) = tokio::join!(news, async { people.deliver(ANN, INVITATION) });
    assert!(matches!(&news, Ok(IdleResponse::NewData(data)) if format!("{data:?}").contains("Exists(1)")), "{news:?}");
    let mut session = idle.done().await.unwrap();
    let fetched: Vec<_> = session.fetch("1", "UID").await.unwrap().try_collect().await.unwrap();
    assert_eq!(fetched[0].uid, Some(1));
}

#[tokio::test]
async fn an_appended_mail_is_stored_byte_for_byte() {
    let people = People::start().await;
    let mut session = session(&people, ANN).await;
    session.append("Sent", Some("(\\Seen)"), None, INVITATION).await.unwrap();
    session.select("Sent").await.unwrap();
    let fetched: Vec<_> = session.uid_fetch("1", "(FLAGS BODY[])").await.unwrap().try_collect().await.unwrap();
    assert_eq!(fetched[0].body(), Some(INVITATION.as_bytes()));
    assert_eq!(fetched[0].flags().count(), 1);
}

#[tokio::test]
async fn peeking_leaves_a_mail_unread_and_reading_does_not() {
    let people = People::start().await;
    people.deliver(ANN, INVITATION);
    let mut raw = people.imap_logged_in(ANN).await;
    raw.ask("SELECT INBOX").await;
    assert_eq!(raw.ask("UID FETCH 1 (BODY.PEEK[1]<1.4>)").await[..2], ["* 1 FETCH (BODY[1]<1> {4}", "unch UID 1)"]);
    assert_eq!(raw.ask("FETCH 1 FLAGS").await[0], "* 1 FETCH (FLAGS ())");
    assert_eq!(raw.ask("FETCH 1 BODY[1]").await[1], "Lunch? FLAGS (\\Seen))");
    raw.ask("EXAMINE INBOX").await;
    assert_eq!(raw.ask("STORE 1 -FLAGS (\\Seen)").await[0], "NO The mailbox is read only");
}

#[tokio::test]
async fn chosen_header_fields_come_folded_as_they_are() {
    let people = People::start().await;
    people.deliver(ANN, "Subject: a\r\n\tb\r\nX-Other: c\r\nsubject: d\r\n\r\nBody\r\n");
    let mut raw = people.imap_logged_in(ANN).await;
    raw.ask("SELECT INBOX").await;
    let answer = raw.ask("FETCH 1 BODY.PEEK[HEADER.FIELDS (SUBJECT)]").await;
    let expected = ["* 1 FETCH (BODY[HEADER.FIELDS (SUBJECT)] {30}", "Subject: a", "\tb", "subject: d", "", ")"];
    assert_eq!(answer[..6], expected);
}

#[tokio::test]
async fn capabilities_grow_with_trust() {
    let people = People::start().await;
    let mut plain = people.imap_plain().await;
    let answer = plain.ask("CAPABILITY").await;
    assert!(answer[0].contains("STARTTLS LOGINDISABLED") && !answer[0].contains("AUTH="), "{answer:?}");
    assert_eq!(plain.ask("LOGIN ann@sandbox.test x").await[0], "NO [PRIVACYREQUIRED] TLS first");
    let mut raw = people.imap().await;
    assert!(raw.ask("CAPABILITY").await[0].contains("AUTH=PLAIN"));
    let answer = raw.ask(&format!("LOGIN {ANN} \"{PASSWORD}\"")).await;
    for capability in ["IDLE", "MOVE", "UIDPLUS", "CONDSTORE", "SPECIAL-USE", "LITERAL+"] {
        assert!(answer[0].contains(capability), "{capability} is missing in {answer:?}");
    }
}

#[tokio::test]
async fn authenticate_works_with_and_without_an_initial_response() {
    let people = People::start().await;
    let token = "AGFubkBzYW5kYm94LnRlc3QAY29ycmVjdCBob3JzZQ==";
    let mut raw = people.imap().await;
    assert!(raw.ask(&format!("AUTHENTICATE PLAIN {token}")).await[0].starts_with("OK "));
    let mut raw = people.imap().await;
    assert!(raw.ask("AUTHENTICATE PLAIN").await[0].starts_with('+'));
    raw.write(&format!("{token}\r\n")).await;
    assert!(raw.answer().await[0].starts_with("OK "));
}

#[tokio::test]
async fn three_wrong_passwords_end_the_connection() {
    let people = People::start().await;
    let mut raw = people.imap().await;
    for _ in 0..limit::LOGIN_ATTEMPTS {
        assert_eq!(
            raw.ask("LOGIN ann@sandbox.test wrong").await[0],
            "NO [AUTHENTICATIONFAILED] Wrong address or password"
        );
    }
    assert!(raw.read().await.starts_with("* BYE"));
    assert!(raw.is_closed().await);
}

#[tokio::test]
async fn a_removal_is_told_to_the_other_connection_only_when_its_numbers_may_change() {
    let people = People::start().await;
    for _ in 0..3 {
        people.deliver(ANN, INVITATION);
    }
    let (mut one, mut other) = (people.imap_logged_in(ANN).await, people.imap_logged_in(ANN).await);
    one.ask("SELECT INBOX").await;
    other.ask("SELECT INBOX").await;
    let answer = one.ask("UID STORE 1,2 +FLAGS.SILENT (\\Deleted)").await;
    assert_eq!(answer, ["OK STORE completed"]);
    assert_eq!(one.ask("UID EXPUNGE 1").await, ["* 1 EXPUNGE", "OK EXPUNGE completed"]);
    assert_eq!(one.ask("EXPUNGE").await, ["* 1 EXPUNGE", "OK EXPUNGE completed"]);
    assert_eq!(other.ask("FETCH 3 UID").await, ["* 3 FETCH (UID 3)", "OK FETCH completed"]);
    assert_eq!(other.ask("NOOP").await, ["* 1 EXPUNGE", "* 1 EXPUNGE", "OK NOOP completed"]);
}

#[tokio::test]
async fn moved_and_copied_mail_is_told_by_its_new_uids() {
    let people = People::start().await;
    people.deliver(ANN, INVITATION);
    people.deliver(ANN, INVITATION);
    let mut raw = people.imap_logged_in(ANN).await;
    raw.ask("SELECT INBOX").await;
    let answer = raw.ask("UID COPY 1 Trash").await;
    assert!(answer[0].starts_with("OK [COPYUID ") && answer[0].ends_with(" 1 1] COPY completed"), "{answer:?}");
    let answer = raw.ask("UID MOVE 2 Trash").await;
    assert!(answer[0].starts_with("* OK [COPYUID ") && answer[0].ends_with(" 2 2] Moved"), "{answer:?}");
    assert_eq!(answer[1..], ["* 2 EXPUNGE", "OK MOVE completed"]);
    assert_eq!(raw.ask("UID COPY 1 Nowhere").await[0], "NO [TRYCREATE] No such mailbox");
    assert_eq!(raw.ask("STATUS Trash (MESSAGES UIDNEXT)").await[0], "* STATUS Trash (MESSAGES 2 UIDNEXT 3)");
}

#[tokio::test]
async fn changes_since_a_count_are_found_and_a_late_change_is_refused() {
    let people = People::start().await;
    people.deliver(ANN, INVITATION);
    people.deliver(ANN, INVITATION);
    let mut raw = people.imap_logged_in(ANN).await;
    raw.ask("SELECT INBOX (CONDSTORE)").await;
    assert_eq!(raw.ask("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 2)").await[0], "* 2 FETCH (FLAGS () UID 2 MODSEQ (3))");
    assert_eq!(raw.ask("UID SEARCH MODSEQ 3").await[0], "* SEARCH 2 (MODSEQ 3)");
    raw.ask("UID STORE 1 +FLAGS (\\Flagged)").await;
    let answer = raw.ask("UID STORE 1,2 (UNCHANGEDSINCE 3) +FLAGS.SILENT (\\Answered)").await;
    assert_eq!(answer, ["* 2 FETCH (UID 2 MODSEQ (5))", "OK [MODIFIED 1] STORE completed"]);
}

#[tokio::test]
async fn mailboxes_are_listed_with_what_they_are_for() {
    let people = People::start().await;
    let mut raw = people.imap_logged_in(ANN).await;
    assert!(raw.ask("CREATE Plans/2027").await[0].starts_with("OK"));
    let answer = raw.ask("LIST \"\" %").await;
    assert_eq!(answer[1], "* LIST () \"/\" INBOX");
    assert_eq!(answer[2], "* LIST (\\Sent) \"/\" Sent");
    assert!(!answer.iter().any(|line| line.contains("Plans")));
    assert_eq!(raw.ask("LIST \"\" \"\"").await[0], "* LIST (\\Noselect) \"/\" \"\"");
    assert!(raw.ask("DELETE INBOX").await[0].starts_with("NO"));
    assert!(raw.ask("SELECT Nowhere").await[0].starts_with("NO"));
}

#[tokio::test]
async fn literals_are_bounded_before_they_are_read() {
    let people = People::start().await;
    let mut stranger = people.imap().await;
    assert_eq!(stranger.ask("LOGIN {5000}").await[0], "NO [TOOBIG] Too big");
    assert_eq!(stranger.ask("NOOP").await[0], "OK NOOP completed");
    let mut raw = people.imap_logged_in(ANN).await;
    assert_eq!(raw.ask(&format!("APPEND INBOX {{{}}}", limit::MESSAGE_BYTES + 1)).await[0], "NO [TOOBIG] Too big");
    assert_eq!(raw.ask(&format!("SELECT {{{}}}", limit::IMAP_COMMAND_BYTES + 1)).await[0], "NO [TOOBIG] Too big");
    assert!(raw.ask("APPEND INBOX {5+}\r\nHello").await[0].starts_with("OK [APPENDUID"));
    raw.write(&format!("T1 SELECT {{{}+}}\r\n", limit::IMAP_COMMAND_BYTES + 1)).await;
    assert!(raw.read().await.starts_with("* BYE"));
    assert!(raw.is_closed().await);
}

#[tokio::test]
async fn a_line_without_an_end_is_not_read_for_ever() {
    let people = People::start().await;
    let mut raw = people.imap_logged_in(ANN).await;
    raw.write(&"x".repeat(limit::IMAP_COMMAND_BYTES + 1)).await;
    assert!(raw.read().await.starts_with("* BYE"));
}

#[tokio::test]
async fn nonsense_gets_bad_and_the_conversation_goes_on() {
    let people = People::start().await;
    let mut raw = people.imap_logged_in(BOB).await;
    for command in ["", "NONSENSE", "FETCH 1 FLAGS", "SELECT", "UID FETCH 0 FLAGS", "SEARCH ((((", "SELECT \"a\nb\""] {
        let answer = raw.ask(command).await;
        assert!(answer[0].contains("BAD"), "{command:?} got {answer:?}");
        if command.contains('\n') {
            // The second half of the line is a command of its own, and no better.
            raw.read().await;
        }
    }
    assert_eq!(raw.ask("NOOP").await[0], "OK NOOP completed");
}

#[tokio::test]
async fn a_mailbox_that_was_numbered_anew_ends_the_connection() {
    let people = People::start().await;
    people.deliver(ANN, INVITATION);
    let mut raw = people.imap_logged_in(ANN).await;
    raw.ask("SELECT INBOX").await;
    people.sandbox.provider().update(ANN, |account| account.mailbox_mut("INBOX").unwrap().renumber());
    assert!(raw.ask("NOOP").await[0].starts_with("* BYE"));
}

#[tokio::test]
async fn starttls_leads_to_the_same_mailbox() {
    let people = People::start().await;
    people.deliver(ANN, INVITATION);
    let mut plain = people.imap_plain().await;
    assert_eq!(plain.ask("STARTTLS").await, ["OK Begin TLS negotiation"]);
    let mut raw = Lines::of(people.upgrade(plain.into_inner()).await);
    assert!(raw.ask(&format!("LOGIN {ANN} \"{PASSWORD}\"")).await[0].starts_with("OK "));
    assert_eq!(raw.ask("STATUS INBOX (MESSAGES)").await[0], "* STATUS INBOX (MESSAGES 1)");
}

#[tokio::test]
async fn faults_meet_the_commands_they_name() {
    let people = People::start().await;
    let faults = people.sandbox.provider().faults();
    let mut raw = people.imap_logged_in(ANN).await;
    faults.set(Fault::once(Step::ImapCommand, Act::Refuse { code: 0, text: "Not today".into() }).matching("select"));
    assert_eq!(raw.ask("NOOP").await[0], "OK NOOP completed");
    assert_eq!(raw.ask("SELECT INBOX").await, ["NO Not today"]);
    assert!(raw.ask("SELECT INBOX").await.last().unwrap().starts_with("OK"));
    faults.set(Fault::once(Step::ImapAnswer, Act::Cut).matching("APPEND"));
    raw.write("T1 APPEND INBOX {2+}\r\nHi\r\n").await;
    assert!(raw.is_closed().await);
    assert_eq!(people.inbox(ANN), ["Hi"]);
    faults.set(Fault::once(Step::ImapLogin, Act::Refuse { code: 0, text: "Busy".into() }));
    assert_eq!(people.imap().await.ask(&format!("LOGIN {ANN} \"{PASSWORD}\"")).await, ["NO Busy"]);
}
