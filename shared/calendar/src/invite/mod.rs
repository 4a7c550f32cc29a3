//! A scheduling message as mail: what is found in a mail that came, and the mail that carries one out (RFC 6047).
//!
//! A mail from a stranger is a claim. What it contains, who it says it is from, and whether the person's own provider
//! vouches for that are found here; whether it may change anything is decided in `itip`.

mod authentication;
mod bounce;
mod compose;
mod find;
mod letter;
mod outline;
mod read;
mod rule;
mod sender;
mod when;

pub use authentication::{Authentication, Finding, Verdict};
pub use bounce::{Bounce, Recipient, RecipientAction, read_delivery_status};
pub use compose::{ComposeProblem, Composed, Outgoing, compose};
pub use find::{Found, PartProblem, is_calendar_part, read_part};
pub use letter::Occasion;
pub use outline::{OutlinePart, outline};
pub use read::{Note, Reader, Reading, read_mail};
pub use rule::rule_in_words;
pub use sender::{Sender, SenderVerdict, judge_sender};

pub(crate) use when::{Clock as ZoneClock, Span as EventSpan, short_zone_name};
