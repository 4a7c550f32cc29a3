//! A scheduling message as mail: what is found in a mail that came, and the mail that carries one out (RFC 6047).
//!
//! A mail from a stranger is a claim. What it contains, who it says it is from, and whether the person's own provider
//! vouches for that are found here; whether it may change anything is decided in `itip`.

mod authentication;
mod bounce;
mod find;
mod read;
mod sender;

pub use authentication::{Authentication, Finding, Verdict};
pub use bounce::{Bounce, Recipient, RecipientAction, read_delivery_status};
pub use find::{Found, PartProblem, is_calendar_part, read_part};
pub use read::{Note, Reader, Reading, read_mail};
pub use sender::{Sender, SenderVerdict, judge_sender};
