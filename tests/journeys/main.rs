//! The journeys, told with every provider this machine can have.

mod answer;
mod change;
mod device;
mod fault;
mod invitation;
mod sign_in;

use std::process::ExitCode;

use journeys::provider::Kind;
use journeys::runner::{Journey, run};

/// Providers in whose mailboxes and logs one can look.
const REAL: &[Kind] = &[Kind::Radicale, Kind::Cyrus];

/// Every journey, in the order a person meets them.
const JOURNEYS: &[Journey] = &[
    Journey { name: "ann_signs_in_and_sees_her_week", kinds: REAL, walk: sign_in::sees_her_week },
    Journey { name: "the_sandbox_is_one_click_away", kinds: &[Kind::Sandbox], walk: sign_in::tries_the_sandbox },
    Journey { name: "a_wrong_password_is_tried_once_and_told_in_words", kinds: REAL, walk: sign_in::wrong_password },
    Journey { name: "a_server_that_is_not_allowed_is_refused", kinds: REAL, walk: sign_in::not_allowed },
    Journey { name: "a_guest_gets_exactly_what_was_inspected", kinds: REAL, walk: invitation::first },
    Journey { name: "one_refused_guest_does_not_keep_the_others", kinds: REAL, walk: invitation::one_refused },
    Journey { name: "guests_answer_by_themselves", kinds: &[Kind::Sandbox], walk: answer::in_the_sandbox },
    Journey { name: "an_answer_arrives_while_the_page_is_open", kinds: REAL, walk: answer::by_idle },
    Journey { name: "an_answer_counts_that_was_read_elsewhere", kinds: REAL, walk: answer::read_elsewhere },
    Journey { name: "a_change_reaches_whom_it_concerns", kinds: REAL, walk: change::time_and_guests },
    Journey { name: "a_cancelled_event_is_cancelled_for_everybody", kinds: REAL, walk: change::cancel },
    Journey { name: "a_draft_survives_a_reload", kinds: REAL, walk: device::draft_survives },
    Journey { name: "a_password_is_kept_until_she_signs_out", kinds: &[Kind::Radicale], walk: device::password_kept },
    Journey {
        name: "a_reload_shows_the_event_and_its_week",
        kinds: &[Kind::Radicale],
        walk: device::every_address_returns,
    },
    Journey { name: "two_browsers_show_the_same", kinds: REAL, walk: device::two_browsers },
    Journey { name: "everything_is_done_with_the_keyboard_alone", kinds: REAL, walk: device::keyboard_only },
    Journey { name: "a_server_that_hangs_is_told_of_in_time", kinds: &[Kind::Radicale], walk: fault::hangs },
    Journey { name: "the_relay_goes_away_and_comes_back", kinds: &[Kind::Radicale], walk: fault::relay_away },
];

fn main() -> ExitCode {
    run(JOURNEYS)
}
