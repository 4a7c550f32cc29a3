//! The writing desk: a form becomes the object that is stored and the letters that are sent, and the words for both.
//!
//! Pure: stored bytes, a form and the hour in, values out. The engine keeps the last [`Inspected`] of each draft and,
//! when the person presses send, carries out its plan if the revision is still the one on the screen (what was
//! inspected is what is sent, byte for byte).

mod default_calendar;
mod findings;
mod form;
mod guests;
mod inspect;
mod letter;
mod plan;
#[cfg(test)]
mod tests;
mod times;

pub use default_calendar::default_calendar;
pub use form::{Begun, begin};
pub use guests::read_guests;
pub use inspect::inspect;
pub use letter::sent_letter;
pub use plan::{PlannedLetter, SendPlan, StoreAct};

use calendar::ical::Address;
use intent::Inspection;
use jiff::Timestamp;

use crate::view::Viewer;

/// Who writes, and the hour; the same for every letter of a send.
#[derive(Clone, Debug)]
pub struct Writer {
    /// The account's address: sender, envelope sender and organizer.
    pub address: String,
    /// The person's name; may be empty.
    pub name: String,
    /// Every address that means this person, the account's among them.
    pub aliases: Vec<String>,
    /// The person's IANA zone.
    pub zone: String,
    /// The hour at which the letters are written.
    pub now: Timestamp,
    /// Sixteen bytes of chance, drawn once per draft and kept with it: UID, Message-IDs and MIME boundaries grow
    /// from it, so that inspecting twice gives the same names.
    pub seed: [u8; 16],
    /// How long mails are held before they leave, in seconds.
    pub hold_seconds: u16,
    /// The mailbox that takes the Sent copies; empty if the provider files them by itself.
    pub sent_mailbox: String,
}

/// Whether the guests are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tell {
    /// Those concerned get a mail.
    Everyone,
    /// Nobody does; the same object is stored.
    Nobody,
}

/// What sending a form would do: the words for the person, and the plan that does exactly that.
#[derive(Clone, Debug)]
pub struct Inspected {
    /// What the page shows.
    pub inspection: Inspection,
    /// What send does; absent while the form has problems.
    pub plan: Option<SendPlan>,
}

impl Writer {
    /// The UID of a new event: a random UUID (RFC 9562 section 5.4, as RFC 7986 section 5.3 asks).
    fn uid(&self) -> String {
        let mut bytes = self.seed;
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex = hex(&bytes);
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// The Message-ID of a letter, without angle brackets, in the sender's own domain.
    fn message_id(&self, index: usize) -> String {
        let domain = self.address.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
        format!("{}.{}@{domain}", hex(&self.seed), index + 1)
    }

    fn addresses(&self) -> Vec<Address> {
        std::iter::once(&self.address).chain(&self.aliases).map(|address| Address::new(address)).collect()
    }

    fn viewer(&self) -> Viewer {
        let addresses = self.addresses().iter().map(|address| address.as_str().to_owned()).collect();
        Viewer { zone: self.zone.clone(), addresses }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
