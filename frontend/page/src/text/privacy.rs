//! Who sees what and keeps what: said in a table, not in a footnote.

/// One party: who, what they see, what they keep.
pub struct Party {
    /// Who.
    pub who: &'static str,
    /// What they see.
    pub sees: &'static str,
    /// What they keep.
    pub keeps: &'static str,
}

/// All parties there are.
pub const PARTIES: [Party; 4] = [
    Party {
        who: "This page",
        sees: "Your calendar, your mail about events, your password while you are signed in",
        keeps: "A copy of calendar and answers, drafts and outbox, on this device; the password only if you say so",
    },
    Party {
        who: "The relay",
        sees: "Everything that passes while a connection is open, the password too",
        keeps: "Nothing: no file, no log of addresses or text",
    },
    Party { who: "Your provider", sees: "Your calendar and mail, as before", keeps: "All of it; it is the only store" },
    Party { who: "Your guests", sees: "The mail you inspected", keeps: "Their copy" },
];

/// What the relay can see, in one sentence beside the sign-in form.
pub const RELAY: &str =
    "No account with us. This relay keeps nothing; it does handle your password while a connection is open.";
