//! One account on a device, on two, and without a mouse.

use journeys::browser::Role;
use journeys::mailbox::Mailbox;
use journeys::plan::Plan;
use journeys::runner::Stage;

use crate::answer::invite;

pub(crate) fn draft_survives(stage: &mut Stage) {
    let ann = stage.organizer("Ann");
    ann.sign_in(&stage.provider);
    let plan = Plan::lunch(stage.provider.person("Bob").address);
    ann.write(&plan);
    ann.expect_sentence("1 guest gets an invitation.");
    ann.browser.reload();
    ann.come_back();
    ann.expect_in_form(&plan.title);
    ann.expect_sentence("1 guest gets an invitation.");
}

pub(crate) fn two_browsers(stage: &mut Stage) {
    let (desk, kitchen) = (stage.organizer("Ann"), stage.organizer("Ann"));
    let bob = stage.provider.person("Bob");
    let invitation = invite(stage, &desk, &bob);
    kitchen.sign_in(&stage.provider);
    kitchen.open(&invitation.title).expect_text(&bob.address);
    let mut inbox = Mailbox::of(&stage.provider, &bob);
    assert_eq!(inbox.count(&invitation.title), 1, "a second device sends nothing again");
}

pub(crate) fn keyboard_only(stage: &mut Stage) {
    let ann = stage.organizer("Ann");
    let bob = stage.provider.person("Bob");
    ann.sign_in(&stage.provider);
    let plan = Plan::lunch(&bob.address);
    let browser = &ann.browser;
    browser.press("c");
    ann.form().expect();
    browser.tab_to(Role::Textbox, "Title");
    browser.type_text(&plan.title);
    browser.tab_to(Role::Textbox, "Guests");
    browser.type_text(&plan.guests);
    browser.press("Enter");
    ann.expect_sentence("1 guest gets an invitation.");
    browser.press("Control+Enter");
    Mailbox::of(&stage.provider, &bob).expect_message(&plan.title);
}
