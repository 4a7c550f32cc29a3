//! Why a journey's surroundings could not be set up: missing here, which is skipped, or broken, which is a failure.

use std::fmt;

/// Why something could not be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// This machine lacks a program or a right; journeys that need it are skipped with this sentence.
    Missing(String),
    /// It is there and does not work; journeys that need it fail.
    Broken(String),
}

impl From<String> for Trouble {
    fn from(what: String) -> Self {
        Self::Broken(what)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Missing(what) | Self::Broken(what)) = self;
        out.write_str(what)
    }
}
