//! What the page asks of the engine and what the engine tells it: screens' worth of plain values.
//!
//! The page never sees iCalendar, MIME or a protocol; the engine never sees a screen. An [`Ask`] is a wish, never a
//! call: its effect arrives as one or more [`Tell`]s, and a `Tell` may arrive unasked, because a guest answered.
//! Each `Tell` replaces what it told before, so a page that missed some is right again after the next.

mod account;
mod agenda;
mod answer;
mod compose;
mod day;
mod event;
mod inspection;
mod outbox;
mod problem;

use serde::{Deserialize, Serialize};

pub use account::{
    Account, Check, CheckOutcome, DemoMailbox, KeepPassword, Protection, ServerChoice, ServerSource, Servers, Service,
    SignIn, SignInView,
};
pub use agenda::{AgendaView, Calendar, CalendarId, EventKey, EventLook, Occurrence, Tally, Unreadable, Window};
pub use answer::{AnswerEntry, AnswerOutcome};
pub use compose::{
    ComposeStart, DraftId, Field, Form, FormProblem, Guest, GuestMark, GuestProblem, GuestProblemKind, GuestsRead,
    Zone, Zones,
};
pub use day::{Day, Point};
pub use event::{EventView, GuestView, PartStat, ReplyMark};
pub use inspection::{
    CodeLine, CodeText, Finding, FindingLevel, Ink, Inspection, Letter, LetterKind, MailPart, Quiet, QuietReason, Span,
    Step,
};
pub use outbox::{Delivery, DeliveryState, OutboxId, OutboxItem, OutboxStage, ResumeChoice};
pub use problem::{Problem, ProblemKind};

/// What the page asks of the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Ask {
    /// The page is there: the first ask of all, and again after the engine was restarted.
    Hello(PageContext),
    /// Which servers belong to this address. Answered with [`Tell::SignIn`].
    FindServers {
        /// The mail address as typed.
        address: String,
    },
    /// Try the three connections and, if they work, sign in. Answered with [`Tell::SignIn`], several times.
    SignIn(SignIn),
    /// Stop a sign-in that is under way.
    StopSignIn,
    /// Forget the account on this device: password, cache and drafts; the mailbox is not touched.
    SignOut,
    /// This range of days is on the screen. Answered with [`Tell::Agenda`] now and whenever something in it changes.
    Show(Window),
    /// Show or hide a calendar; kept on the device.
    ShowCalendar {
        /// Which one.
        calendar: CalendarId,
        /// Whether its events are shown.
        visible: bool,
    },
    /// One event in full. Answered with [`Tell::Event`] now and whenever it changes, until another is opened.
    OpenEvent(EventKey),
    /// The event in full is no longer on the screen.
    CloseEvent,
    /// Begin or go on writing. Answered with [`Tell::Form`], then [`Tell::Inspection`].
    Compose(ComposeStart),
    /// The form as it stands now, at every change. Kept on the device; answered with [`Tell::Inspection`].
    Edit(Form),
    /// Read a text as guests. Answered with [`Tell::GuestsRead`].
    ReadGuests {
        /// The draft they are for: guests it has already are folded.
        draft: DraftId,
        /// What was typed or pasted.
        text: String,
    },
    /// Throw a draft away.
    Discard(DraftId),
    /// Save, and send exactly the letters of this inspection. Refused if the form has changed since.
    Send {
        /// The draft.
        draft: DraftId,
        /// The revision of the inspection that was on the screen.
        revision: u32,
    },
    /// Save without telling anybody.
    SaveSilently {
        /// The draft.
        draft: DraftId,
        /// The revision of the inspection that was on the screen.
        revision: u32,
    },
    /// Take back what is still held in the outbox.
    Undo(OutboxId),
    /// Go on with a sending that stopped.
    Resume {
        /// Which one.
        outbox: OutboxId,
        /// How.
        choice: ResumeChoice,
    },
    /// Take a finished or given-up sending off the list.
    Dismiss(OutboxId),
    /// The letters of a sending, byte for byte as they were handed over. Answered with [`Tell::Sent`].
    OpenSent(OutboxId),
    /// Look at mailbox and calendars now.
    CheckNow,
    /// Whether the engine is alive. Answered with [`Tell::Alive`] at once.
    AreYouThere,
}

/// What the engine tells the page. The first of them are those of [`TellAtDoor`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Tell {
    /// The engine runs: told once unasked as soon as it can hear, for asks before that are lost, and in answer to
    /// [`Ask::Hello`] and [`Ask::AreYouThere`].
    Alive,
    /// How sign-in stands, and who is signed in.
    SignIn(SignInView),
    /// Something did not work that has no place on the screen of its own.
    Problem(Problem),
    /// How connection, mailbox and calendars stand.
    Status(Status),
    /// The calendars, and the events of the range on the screen.
    Agenda(AgendaView),
    /// The event that is open, or nothing if it is gone.
    Event(Option<Box<EventView>>),
    /// The form of a draft, as the engine has it; sent once when writing begins.
    Form(Form),
    /// What sending the form would do.
    Inspection(Box<Inspection>),
    /// What a text held in guests.
    GuestsRead(GuestsRead),
    /// Drafts that are on this device: identifier, title, last change.
    Drafts(Vec<(DraftId, String, Point)>),
    /// The time zones to choose from; told once after [`Ask::Hello`].
    Zones(Zones),
    /// Everything in the outbox, newest first.
    Outbox(Vec<OutboxItem>),
    /// The letters of a sending, byte for byte.
    Sent {
        /// Which sending.
        outbox: OutboxId,
        /// Its letters.
        letters: Vec<Letter>,
        /// The object that was stored.
        stored: Option<CodeText>,
    },
    /// What became of the answers that arrived, newest first.
    Answers(Vec<AnswerEntry>),
}

/// What the door hears of what the engine tells: the first of [`Tell`], in the same bytes, without the code that reads
/// the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TellAtDoor {
    /// [`Tell::Alive`].
    Alive,
    /// [`Tell::SignIn`].
    SignIn(Box<SignInView>),
    /// [`Tell::Problem`].
    Problem(Problem),
}

/// What the page knows and the engine does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageContext {
    /// The person's IANA zone, as the browser says.
    pub zone: String,
    /// The person's locale, such as `en-GB`.
    pub locale: String,
    /// The address of the relay's WebSocket.
    pub relay_url: String,
    /// The relay's access token, if the person was given one.
    pub relay_token: Option<String>,
}

/// How connection, mailbox and calendars stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The connection to the relay.
    pub link: Link,
    /// When the mailbox was last looked at.
    pub mailbox_checked: Option<Point>,
    /// When the calendars were last read.
    pub calendars_read: Option<Point>,
    /// Whether new mail is announced at once (IDLE).
    pub watching: bool,
    /// What is under way, to be shown beside a ring: nothing if nothing is.
    pub busy: Option<Busy>,
    /// What went wrong last with mailbox or calendars, until it works again.
    pub problem: Option<Problem>,
    /// This tab only follows: another tab sends.
    pub follows_other_tab: bool,
}

/// The connection to the relay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Link {
    /// Not wanted yet.
    #[default]
    Closed,
    /// Being made.
    Connecting,
    /// It stands.
    Open,
    /// It broke; the next attempt comes after this many seconds.
    Waiting {
        /// Seconds until the next attempt.
        seconds: u16,
    },
}

/// What is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Busy {
    /// Reading calendars: objects read so far, and how many there are.
    ReadingCalendars {
        /// Objects read so far.
        done: u32,
        /// Objects in all.
        total: u32,
    },
    /// Looking at the mailbox: mails looked at so far, and how many there are.
    ReadingMail {
        /// Mails looked at so far.
        done: u32,
        /// Mails in all.
        total: u32,
    },
}

/// The bytes of an [`Ask`] or a [`Tell`], for `postMessage`.
pub fn encode<T: Serialize>(message: &T) -> Vec<u8> {
    // Writing to a growing vector cannot fail, and every type here has a serialisation of known length.
    postcard::to_allocvec(message).unwrap_or_default()
}

/// Reads an [`Ask`] or a [`Tell`]; nothing if the bytes are of another build.
pub fn decode<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Option<T> {
    match postcard::take_from_bytes(bytes) {
        Ok((message, [])) => Some(message),
        Ok(_) | Err(_) => None,
    }
}
