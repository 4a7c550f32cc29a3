//! Handing a mail over to a submission server (RFC 6409), with a verdict for each recipient.

use serde::{Deserialize, Serialize};

use crate::{Credentials, Server};

/// A mail to hand over; its bytes follow as body, lines ended by CRLF, not dot-stuffed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submit {
    /// The submission server.
    pub server: Server,
    /// Who signs in there.
    pub credentials: Credentials,
    /// The envelope sender, a bare address.
    pub sender: String,
    /// The envelope recipients, bare addresses; at least one.
    pub recipients: Vec<String>,
    /// How many bytes of body follow.
    pub size_bytes: u32,
}

/// What the server said to one command, word for word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The reply code, such as 250 or 550.
    pub code: u16,
    /// The reply text, lines joined by a space; may begin with an enhanced status code (RFC 3463).
    pub text: String,
}

/// What the server said of one recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecipientVerdict {
    /// The recipient as given in the request.
    pub recipient: String,
    /// The reply to its RCPT command.
    pub verdict: Verdict,
}

/// What became of a [`Submit`] that the server has heard of.
///
/// A submission that ends with a refusal instead broke off before the final dot: the server has no mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submitted {
    /// One verdict per recipient that was named to the server, in the order of the request.
    pub recipients: Vec<RecipientVerdict>,
    /// The reply after the final dot (or to the command that ended the transaction); absent if the connection broke.
    pub message: Option<Verdict>,
    /// Whether the final dot had been written: without it the server has no mail, with it and without a
    /// `message` verdict nobody knows.
    pub final_dot_written: bool,
}
