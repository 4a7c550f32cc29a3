//! The journeys, told with every provider this machine can have.

use std::process::ExitCode;

use journeys::runner::{Journey, run};

/// Every journey, in the order a person meets them.
const JOURNEYS: &[Journey] = &[];

fn main() -> ExitCode {
    run(JOURNEYS)
}
