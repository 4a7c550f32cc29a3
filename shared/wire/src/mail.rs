//! Reading and filing mail over IMAP, as typed requests; sessions live as long as the connection to the page.

use serde::{Deserialize, Serialize};

use crate::{Credentials, Server};

/// An open, signed-in IMAP connection of the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SessionId(pub u32);

/// What is asked of a mail server. Requests to one session are carried out one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MailRequest {
    /// Connect and sign in, once.
    Open {
        /// The IMAP server.
        server: Server,
        /// Who signs in.
        credentials: Credentials,
    },
    /// Which mailboxes there are.
    List {
        /// The session.
        session: SessionId,
    },
    /// Open a mailbox.
    Select {
        /// The session.
        session: SessionId,
        /// The mailbox's name, as Unicode.
        mailbox: String,
        /// Whether nothing may be changed (EXAMINE).
        read_only: bool,
    },
    /// Which mails of the selected mailbox meet all criteria.
    Search {
        /// The session.
        session: SessionId,
        /// All must hold; none means every mail.
        criteria: Vec<Criterion>,
    },
    /// Facts about mails of the selected mailbox; never sets `\Seen`.
    Fetch {
        /// The session.
        session: SessionId,
        /// Which mails.
        uids: Vec<UidRange>,
        /// Which facts.
        items: FetchItems,
    },
    /// One part of one mail; never sets `\Seen`.
    FetchPart {
        /// The session.
        session: SessionId,
        /// Which mail.
        uid: u32,
        /// Which part of it.
        part: PartPath,
        /// At most this many bytes.
        cap_bytes: u32,
    },
    /// File a mail, which follows as body.
    Append {
        /// The session.
        session: SessionId,
        /// The mailbox's name, as Unicode.
        mailbox: String,
        /// Flags it carries from the start.
        flags: Vec<Flag>,
        /// How many bytes follow.
        size_bytes: u32,
    },
    /// Change flags of mails.
    SetFlags {
        /// The session.
        session: SessionId,
        /// Which mails.
        uids: Vec<UidRange>,
        /// Whether they are added or removed.
        change: FlagChange,
        /// Which flags.
        flags: Vec<Flag>,
    },
    /// Move mails to another mailbox.
    Move {
        /// The session.
        session: SessionId,
        /// Which mails.
        uids: Vec<UidRange>,
        /// The target's name, as Unicode.
        mailbox: String,
    },
    /// Wait for changes of the selected mailbox until cancelled; the relay renews IDLE by itself.
    Idle {
        /// The session.
        session: SessionId,
    },
    /// Sign out.
    Close {
        /// The session.
        session: SessionId,
    },
}

/// What a server can do that matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Capability {
    /// RFC 2177.
    Idle,
    /// RFC 4315.
    UidPlus,
    /// RFC 6851.
    Move,
    /// RFC 7162.
    CondStore,
    /// RFC 7162.
    QResync,
    /// RFC 4731.
    ESearch,
    /// RFC 6154.
    SpecialUse,
}

/// What a mailbox is for (RFC 6154).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MailboxRole {
    /// The inbox.
    Inbox,
    /// Copies of what was sent.
    Sent,
    /// Unfinished mails.
    Drafts,
    /// What was thrown away.
    Trash,
    /// Unwanted mail.
    Junk,
    /// What was put away.
    Archive,
}

/// One mailbox of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// Its name, as Unicode.
    pub name: String,
    /// What stands between the levels of a name.
    pub delimiter: Option<char>,
    /// What it is for, if the server says so.
    pub role: Option<MailboxRole>,
    /// Whether it can be opened.
    pub selectable: bool,
}

/// The state of a mailbox when it was selected (RFC 3501 section 6.3.1, RFC 7162).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selected {
    /// While it stays the same, UIDs keep their meaning.
    pub uid_validity: u32,
    /// The UID the next mail will get at the least; absent if the server did not say.
    pub uid_next: Option<u32>,
    /// The highest modification sequence, if the server counts them.
    pub highest_modseq: Option<u64>,
    /// How many mails there are.
    pub exists: u32,
}

/// A run of UIDs; both ends belong to it. `last` absent means the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UidRange {
    /// The first UID.
    pub first: u32,
    /// The last UID.
    pub last: Option<u32>,
}

/// One condition of a search (RFC 3501 section 6.4.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Criterion {
    /// The UID lies in one of these runs.
    Uid(Vec<UidRange>),
    /// Arrived on or after this day: year, month, day.
    Since(u16, u8, u8),
    /// Has the flag.
    Has(Flag),
    /// Lacks the flag.
    Lacks(Flag),
    /// A header field contains a text.
    Header {
        /// The field's name.
        name: String,
        /// The text, without line breaks.
        contains: String,
    },
    /// Changed after this modification sequence (RFC 7162).
    ChangedSince(u64),
}

/// Which facts of a mail are fetched. UID and size always come along.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchItems {
    /// Flags.
    pub flags: bool,
    /// The envelope.
    pub envelope: bool,
    /// The tree of parts.
    pub structure: bool,
    /// These header fields, as they stand in the mail.
    pub headers: Vec<String>,
    /// These parts, so that many mails of one shape cost one command.
    pub parts: Vec<PartPath>,
    /// At most this many bytes of each part. A mail's facts travel in one message, so the relay may cut further.
    pub part_cap_bytes: u32,
}

/// One mail's facts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetched {
    /// Its UID.
    pub uid: u32,
    /// Its size in bytes, if the server said.
    pub size_bytes: Option<u32>,
    /// When it arrived, in Unix seconds, if the server said.
    pub received_at: Option<i64>,
    /// Its flags, if asked for.
    pub flags: Option<Vec<Flag>>,
    /// Its envelope, if asked for.
    pub envelope: Option<Envelope>,
    /// Its tree of parts, if asked for and readable.
    pub structure: Option<Structure>,
    /// The header fields asked for, as raw bytes.
    pub headers: Option<Vec<u8>>,
    /// The parts asked for, as far as the mail has them.
    pub parts: Vec<FetchedPart>,
}

/// One part of a mail, as the server stores it (still transfer-encoded).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchedPart {
    /// Which part.
    pub path: PartPath,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it goes on behind these bytes.
    pub cut: bool,
}

/// An address of an envelope, not decoded (RFC 2047 words stand as they are).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxAddress {
    /// The display name.
    pub name: Option<Vec<u8>>,
    /// `local@domain`.
    pub address: String,
}

/// The envelope of a mail (RFC 3501 section 7.4.2), not decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The Date field.
    pub date: Option<Vec<u8>>,
    /// The Subject field.
    pub subject: Option<Vec<u8>>,
    /// The From field.
    pub from: Vec<MailboxAddress>,
    /// The Sender field.
    pub sender: Vec<MailboxAddress>,
    /// The Reply-To field.
    pub reply_to: Vec<MailboxAddress>,
    /// The To field.
    pub to: Vec<MailboxAddress>,
    /// The Message-ID field.
    pub message_id: Option<Vec<u8>>,
    /// The In-Reply-To field.
    pub in_reply_to: Option<Vec<u8>>,
}

/// The tree of parts of a mail, flattened in reading order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Structure {
    /// Every part, containers included.
    pub parts: Vec<StructurePart>,
    /// Whether parts were left out because there were too many or they lay too deep.
    pub cut: bool,
}

/// One part of a mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StructurePart {
    /// Where it is.
    pub path: PartPath,
    /// Media type in lower case, such as `text/calendar`.
    pub media_type: String,
    /// Parameters of the media type: lower-case name, value.
    pub parameters: Vec<(String, String)>,
    /// Transfer encoding in lower case.
    pub encoding: String,
    /// `attachment`, `inline` or absent, in lower case.
    pub disposition: Option<String>,
    /// The file name, from either header.
    pub file_name: Option<String>,
    /// Encoded size in bytes.
    pub size_bytes: u32,
}

/// Which part of a mail (RFC 3501 section 6.4.5).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PartPath {
    /// The whole mail.
    Whole,
    /// The header of the mail.
    Header,
    /// A part by its numbers, such as `1.2`.
    Part(Vec<u16>),
    /// The MIME header of a part by its numbers.
    PartHeader(Vec<u16>),
}

/// A flag of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Flag {
    /// Has been read.
    Seen,
    /// Has been answered.
    Answered,
    /// Is marked.
    Flagged,
    /// Is a draft.
    Draft,
    /// Is to be removed.
    Deleted,
}

/// What happens to the flags named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FlagChange {
    /// They are set.
    Add,
    /// They are taken away.
    Remove,
}

/// Where a filed mail went (RFC 4315), as far as the server says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appended {
    /// The mailbox's UIDVALIDITY and the mail's UID.
    pub place: Option<(u32, u32)>,
}
