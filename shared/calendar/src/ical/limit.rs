//! How much of a stranger's calendar is read before it is refused.

/// The bounds of one reading. Each is checked while the bytes are scanned, before any tree grows beyond it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The whole text, in bytes.
    pub size_bytes: usize,
    /// One content line after unfolding, in bytes.
    pub line_bytes: usize,
    /// Parameters on one line.
    pub parameters: usize,
    /// Components of all kinds.
    pub components: usize,
    /// Components inside one another; a VALARM in a VEVENT in a VCALENDAR is three deep.
    pub depth: usize,
}

impl Limits {
    /// An invitation that came by mail.
    pub const INVITATION: Self =
        Self { size_bytes: 1 << 20, line_bytes: 64 << 10, parameters: 64, components: 10_000, depth: 16 };
    /// An object stored on the person's own server.
    pub const STORED: Self = Self { size_bytes: 10 << 20, ..Self::INVITATION };
    /// A whole calendar in one file.
    pub const IMPORT: Self = Self { components: 100_000, ..Self::STORED };
}
