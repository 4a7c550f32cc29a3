//! Answers: they come by themselves, and count whoever else has read them.

use std::time::Duration;

use journeys::guest::{Answer, answer};
use journeys::invitation::Invitation;
use journeys::mailbox::Mailbox;
use journeys::organizer::Organizer;
use journeys::person::Person;
use journeys::plan::Plan;
use journeys::runner::Stage;

/// The slowest guest of the sandbox, and a page that must find its relay again, take some time.
const SLOWLY: Duration = Duration::from_secs(45);

pub(crate) fn in_the_sandbox(stage: &mut Stage) {
    let ann = stage.organizer("Ann");
    ann.try_the_sandbox();
    let plan = Plan::lunch(stage.provider.guests.join(", "));
    ann.write(&plan);
    ann.expect_sentence(&format!("{} guests get an invitation.", stage.provider.guests.len()));
    ann.send();
    let event = ann.open(&plan.title);
    for word in ["Accepted", "Declined", "Maybe"] {
        event.patiently(SLOWLY).expect_text(word);
    }
    ann.browser.look_closely("event-sandbox");
}

pub(crate) fn by_idle(stage: &mut Stage) {
    let ann = stage.organizer("Ann");
    let (organizer, bob) = (stage.provider.person("Ann"), stage.provider.person("Bob"));
    let invitation = invite(stage, &ann, &bob);
    let event = ann.open(&invitation.title);
    event.expect_text("Not answered");

    answer(&stage.provider, &bob, &organizer, &invitation, Answer::Tentative, "If my train is on time.");
    event.expect_text("Maybe");
    event.expect_text("If my train is on time.");
    ann.browser.look_closely("event");
    assert_eq!(Mailbox::of(&stage.provider, &organizer).unread(), 1, "the answer stays unread in other programs");

    ann.close_event();
    ann.show_answers().expect_text(&invitation.title);
    ann.browser.look_closely("answers");
}

pub(crate) fn read_elsewhere(stage: &mut Stage) {
    let ann = stage.organizer("Ann");
    let (organizer, bob) = (stage.provider.person("Ann"), stage.provider.person("Bob"));
    let invitation = invite(stage, &ann, &bob);
    stage.relay.go_away();
    answer(&stage.provider, &bob, &organizer, &invitation, Answer::Accepted, "");
    let mut mailbox = Mailbox::of(&stage.provider, &organizer);
    mailbox.expect_message("Accepted: ");
    mailbox.mark_all_read();
    stage.relay.come_back().expect("the relay comes back");
    ann.open(&invitation.title).patiently(SLOWLY).expect_text("Accepted");
}

/// Ann invites one guest to lunch; this is what the guest finds in the inbox.
#[track_caller]
pub(crate) fn invite(stage: &Stage, ann: &Organizer, guest: &Person) -> Invitation {
    ann.sign_in(&stage.provider);
    let plan = Plan::lunch(&guest.address);
    ann.write(&plan);
    ann.send();
    Invitation::read(&Mailbox::of(&stage.provider, guest).expect_message(&plan.title))
}
