//! The keys and what they do, as the sheet of shortcuts shows them.

/// A group of keys.
pub struct Group {
    /// Its heading.
    pub heading: &'static str,
    /// What is done, and the keys that do it.
    pub keys: &'static [(&'static str, &'static [&'static str])],
}

/// All keys.
pub const GROUPS: [Group; 4] = [
    Group {
        heading: "Move",
        keys: &[
            ("Today", &["t"]),
            ("Next, previous", &["j", "k"]),
            ("Week, agenda", &["w", "a"]),
            ("Between events", &["↑ ↓", "← →"]),
        ],
    },
    Group {
        heading: "Events",
        keys: &[
            ("New event", &["c"]),
            ("Open the focused event", &["↵"]),
            ("Edit the open event", &["e"]),
            ("Undo a send", &["z"]),
        ],
    },
    Group { heading: "Compose", keys: &[("Save and send", &["Ctrl ↵"]), ("Close, keep the draft", &["Esc"])] },
    Group {
        heading: "Anywhere",
        keys: &[("Answers, outbox", &["i", "o"]), ("Check now", &["r"]), ("This sheet", &["?"])],
    },
];
