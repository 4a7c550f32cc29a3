//! Signing in, and being told why it does not work.

use journeys::organizer::Servers;
use journeys::runner::Stage;

pub(crate) fn sees_her_week(stage: &mut Stage) {
    let ann = stage.organizer("Ann");
    ann.browser.look_closely("sign-in");
    ann.sign_in(&stage.provider);
    ann.browser.look_closely("week-empty");
    ann.show_agenda().expect_text("Nothing in these four weeks");
    ann.browser.look_closely("agenda-empty");
    ann.show_settings();
    ann.browser.look_closely("settings");
    ann.show_help();
    ann.browser.look_closely("help");
}

pub(crate) fn tries_the_sandbox(stage: &mut Stage) {
    let ann = stage.organizer("Ann");
    ann.browser.look_closely("sign-in-sandbox");
    ann.try_the_sandbox();
    ann.browser.look_closely("week-sandbox");
}

pub(crate) fn wrong_password(stage: &mut Stage) {
    let ann = stage.organizer("Ann");
    ann.try_to_sign_in(&Servers::of(&stage.provider), "not-her-password");
    let page = ann.browser.page();
    page.expect_text("Wrong password");
    page.expect_text("Nothing was lost.");
    ann.browser.look_closely("sign-in-wrong-password");

    let log = stage.provider.log("dovecot/dovecot.log");
    let attempts = log.lines().filter(|line| line.contains("imap-login") && line.contains("auth failed")).count();
    assert!(attempts <= 1, "a wrong password is tried once, but the IMAP server saw:\n{log}");

    ann.type_password(&stage.provider.person("Ann").password);
    ann.press_open();
    ann.expect_signed_in();
}

pub(crate) fn not_allowed(stage: &mut Stage) {
    let ann = stage.organizer("Ann");
    let servers = Servers { imaps_port: 993, ..Servers::of(&stage.provider) };
    ann.try_to_sign_in(&servers, &stage.provider.person("Ann").password);
    ann.browser.page().expect_text("Refused by this relay");
}
