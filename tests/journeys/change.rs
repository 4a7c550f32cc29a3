//! Changing and cancelling: only those who are concerned hear of it, and each hears the right thing.

use journeys::invitation::Invitation;
use journeys::mailbox::Mailbox;
use journeys::plan::Plan;
use journeys::runner::Stage;

use crate::answer::invite;

pub(crate) fn time_and_guests(stage: &mut Stage) {
    let ann = stage.organizer("Ann");
    let (bob, cleo) = (stage.provider.person("Bob"), stage.provider.person("Cleo"));
    ann.sign_in(&stage.provider);
    let plan = Plan::lunch(format!("{}, {}", bob.address, cleo.address));
    ann.write(&plan);
    ann.send();
    let (mut bobs, mut cleos) = (Mailbox::of(&stage.provider, &bob), Mailbox::of(&stage.provider, &cleo));
    let invitation = Invitation::read(&bobs.expect_message(&plan.title));
    cleos.expect_message(&plan.title);

    ann.edit(&plan.title);
    ann.move_to("14:00", "15:00");
    ann.remove_guest(&cleo.address);
    ann.expect_sentence("1 guest gets an update, 1 gets a cancellation.");
    ann.browser.look_closely("compose-change");
    ann.send();

    let changed = Invitation::read(&bobs.expect_message("T140000"));
    assert_eq!((changed.method.as_str(), &changed.uid), ("REQUEST", &invitation.uid));
    assert!(changed.sequence > invitation.sequence, "a new time is a new version");
    let cancelled = Invitation::read(&cleos.expect_message("METHOD:CANCEL"));
    assert_eq!(cancelled.uid, invitation.uid);
    assert_eq!(cancelled.attendees, [cleo.address], "only who was removed is named");
    assert_eq!(bobs.count("METHOD:CANCEL"), 0, "who stays gets no cancellation");
}

pub(crate) fn cancel(stage: &mut Stage) {
    let ann = stage.organizer("Ann");
    let bob = stage.provider.person("Bob");
    let invitation = invite(stage, &ann, &bob);
    ann.cancel(&invitation.title);
    ann.expect_sentence("1 guest gets a cancellation.");
    ann.browser.look_closely("compose-cancel");
    ann.send();
    let cancelled = Invitation::read(&Mailbox::of(&stage.provider, &bob).expect_message("METHOD:CANCEL"));
    assert_eq!((cancelled.method.as_str(), &cancelled.uid), ("CANCEL", &invitation.uid));
    assert!(cancelled.sequence > invitation.sequence, "a cancellation is a new version");
}
