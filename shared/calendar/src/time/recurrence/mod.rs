//! Recurrence: when a rule says that something happens again (RFC 5545 section 3.3.10).

mod days;
#[cfg(test)]
mod examples;
mod follow;
#[cfg(test)]
mod naive;
mod plan;
mod possible;
mod rule;
mod series;
mod starts;
mod walk;
mod written;

pub use follow::{FollowProblem, follow};
pub use rule::{End, Frequency, Rule, RuleProblem, WeekdayNumber};
pub use series::{Series, SeriesProblem};
pub use starts::Starts;
pub use walk::{MAX_CANDIDATES, MAX_OCCURRENCES};
