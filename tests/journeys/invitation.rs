//! Inviting: what is inspected is what arrives, and what a server refuses is said.

use journeys::invitation::Invitation;
use journeys::mailbox::Mailbox;
use journeys::person::{FULL, FULL_CODE, FULL_WORDS};
use journeys::plan::Plan;
use journeys::runner::Stage;

pub(crate) fn first(stage: &mut Stage) {
    let ann = stage.organizer("Ann");
    let bob = stage.provider.person("Bob");
    ann.sign_in(&stage.provider);
    let plan = Plan::lunch(format!("Bob <{}>", bob.address));
    ann.write(&plan);
    ann.expect_sentence("1 guest gets an invitation.");
    ann.look_at_inspector();
    let inspected = ann.inspected_mail(&bob);
    ann.send();

    let mut inbox = Mailbox::of(&stage.provider, &bob);
    let arrived = inbox.expect_message(&plan.title);
    assert_added_on_top_only(&arrived, &inspected);

    let invitation = Invitation::read(&arrived);
    assert_eq!((invitation.method.as_str(), invitation.parameter.as_str()), ("REQUEST", "REQUEST"));
    assert_eq!((&invitation.title, &invitation.place), (&plan.title, &plan.place));
    assert_eq!((invitation.start, invitation.zone.as_str()), (plan.start_stamp(), "Europe/Amsterdam"));
    assert!(invitation.attendees.contains(&bob.address), "{:?}", invitation.attendees);
    assert_eq!(inbox.count(&plan.title), 1, "the calendar server mails nobody");

    let organizer = stage.provider.person("Ann");
    let filed = Mailbox::of(&stage.provider, &organizer).expect_in("Sent", &plan.title);
    assert_eq!(text(&filed), text(&inspected), "the copy in Sent is what was inspected");
    ann.show_outbox().expect_text("In Sent");
    ann.browser.look_closely("outbox");
}

pub(crate) fn one_refused(stage: &mut Stage) {
    let ann = stage.organizer("Ann");
    let bob = stage.provider.person("Bob");
    ann.sign_in(&stage.provider);
    let title = "🍉 & \\n “quotes”; <b>all</b> of it".to_owned();
    let plan = Plan { title, ..Plan::lunch(format!("{}, {FULL}", bob.address)) };
    ann.write(&plan);
    ann.expect_sentence("2 guests get an invitation.");
    ann.send();
    let outbox = ann.show_outbox();
    outbox.expect_text("Refused");
    outbox.expect_text(FULL_CODE);
    outbox.expect_text(FULL_WORDS);
    ann.browser.look_closely("outbox-refused");
    let arrived = Mailbox::of(&stage.provider, &bob).expect_message(&plan.title);
    assert_eq!(Invitation::read(&arrived).title, plan.title, "a title arrives as typed");
}

/// A server may put lines before a mail; it may change none of it.
#[track_caller]
fn assert_added_on_top_only(arrived: &[u8], inspected: &[u8]) {
    assert!(
        arrived.ends_with(inspected),
        "the mail that arrived is not the mail that was inspected:\n--- arrived\n{}\n--- inspected\n{}",
        text(arrived),
        text(inspected)
    );
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
