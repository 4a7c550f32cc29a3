//! When something is not there: the page says so in time, stays usable, and loses nothing.

use std::time::Duration;

use journeys::organizer::Servers;
use journeys::plan::Plan;
use journeys::runner::Stage;

use crate::answer::invite;

/// A server may be silent for ten seconds before the page says so; some more to get there.
const TOLD_AFTER: Duration = Duration::from_secs(20);

pub(crate) fn hangs(stage: &mut Stage) {
    let ann = stage.organizer("Ann");
    let servers = Servers { imaps_port: stage.provider.silence.port, ..Servers::of(&stage.provider) };
    ann.try_to_sign_in(&servers, &stage.provider.person("Ann").password);
    let page = ann.browser.page();
    page.patiently(TOLD_AFTER).expect_text("No answer in time");
    page.expect_text("Works");
    ann.browser.look_closely("sign-in-silent");
}

pub(crate) fn relay_away(stage: &mut Stage) {
    let ann = stage.organizer("Ann");
    let bob = stage.provider.person("Bob");
    let invitation = invite(stage, &ann, &bob);
    stage.relay.go_away();
    let page = ann.browser.page();
    page.expect_text("What you write now is kept");
    ann.browser.look_closely("relay-away");
    let kept = Plan { title: "Written without a relay".into(), ..Plan::lunch(&bob.address) };
    ann.write(&kept);
    ann.expect_in_form(&kept.title);
    stage.relay.come_back().expect("the relay comes back");
    page.patiently(TOLD_AFTER).expect_no_text("What you write now is kept");
    ann.expect_in_form(&kept.title);
    ann.close_form();
    ann.open(&invitation.title).expect_text(&bob.address);
}
