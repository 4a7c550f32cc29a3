//! One account on a device, on two, and without a mouse.

use std::time::Duration;

use journeys::browser::Role;
use journeys::mailbox::Mailbox;
use journeys::plan::Plan;
use journeys::runner::Stage;

use crate::answer::invite;

/// A page that keeps the password signs in by itself, as slowly as a person does.
const SIGNED_IN_AGAIN: Duration = Duration::from_secs(30);

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

pub(crate) fn password_kept(stage: &mut Stage) {
    let ann = stage.organizer("Ann");
    ann.keep_the_password();
    ann.sign_in(&stage.provider);
    ann.show_settings().expect_text("Kept on this device");
    ann.browser.reload();
    ann.browser.page().find(Role::Region, "All settings").patiently(SIGNED_IN_AGAIN).expect_text("Kept on this device");
    ann.sign_out();
    ann.browser.reload();
    ann.browser.page().field("Mail address").expect_value("");
}

pub(crate) fn every_address_returns(stage: &mut Stage) {
    let ann = stage.organizer("Ann");
    ann.keep_the_password();
    ann.sign_in(&stage.provider);
    let plan = Plan::lunch(stage.provider.person("Bob").address);
    ann.write(&plan);
    ann.send();
    ann.open(&plan.title).expect_text("Not answered");
    let path = ann.browser.path();
    ann.browser.reload();
    ann.browser.page().find(Role::Dialog, &plan.title).patiently(SIGNED_IN_AGAIN).expect_text("Not answered");
    assert_eq!(ann.browser.path(), path, "the address stays");
    ann.close_event();
    ann.browser.page().find(Role::Region, "Week of").find(Role::Button, &plan.title).expect();
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
