//! The guests of the demonstration. Their domains are reserved for examples (RFC 2606), so they can be nobody else.

use crate::guest::{Guest, Manner, Program};

/// The password of every guest, so that a test can look into their mailboxes by IMAP.
pub const PASSWORD: &str = "guest";

/// All guests: six with names and habits of their own, and four whose address says what they do.
#[must_use]
pub fn cast() -> Vec<Guest> {
    let guest = |name: &str, address: &str, manner, program, comment: Option<&str>| Guest {
        name: name.to_owned(),
        address: address.to_owned(),
        manner,
        program,
        comment: comment.map(str::to_owned),
    };
    vec![
        guest("Ana Lima", "ana@lighthouse.example", Manner::Accepts, Program::Gmail, None),
        guest(
            "Daniel Nordmann",
            "daniel@nordwind.example",
            Manner::Declines,
            Program::Outlook,
            Some("Leider bin ich an dem Tag auf See."),
        ),
        guest(
            "Mia Okafor",
            "mia@orchard.example",
            Manner::Hesitates,
            Program::Apple,
            Some("The train gets in at ten past; I may be a little late."),
        ),
        guest("Olu Adeyemi", "olu@lighthouse.example", Manner::Accepts, Program::Outlook, None),
        guest("Zo\u{eb} Lindqvist", "zoe@orchard.example", Manner::Accepts, Program::Apple, None),
        guest("Simon Still", "simon@quietwater.example", Manner::IsSilent, Program::Gmail, None),
        guest("Accept", "accept@guests.example", Manner::Accepts, Program::Gmail, None),
        guest("Decline", "decline@guests.example", Manner::Declines, Program::Outlook, None),
        guest("Tentative", "tentative@guests.example", Manner::Hesitates, Program::Apple, Some("Perhaps.")),
        guest("Never", "never@guests.example", Manner::IsSilent, Program::Apple, None),
    ]
}
