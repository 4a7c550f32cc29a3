//! What the page knows: one struct of signals per idea, with verbs.
//!
//! The engine's tells are the only source, apart from what belongs to this screen alone (address bar, clock, theme).
//! Signals are written here and nowhere else; screens read them and call the verbs.

pub mod agenda;
pub mod answers;
pub mod browser;
pub mod clock;
pub mod demo;
pub mod door;
pub mod draft;
pub mod engine;
mod handover;
pub mod notices;
pub mod opened;
pub mod outbox;
pub mod place;
pub mod places;
pub mod preference;
pub mod session;
pub mod status;

use intent::{Tell, Zones};
use leptos::prelude::*;

use agenda::Agenda;
use answers::Answers;
use clock::Clock;
use draft::Draft;
use engine::Engine;
use notices::Notices;
use opened::Opened;
use outbox::Outbox;
use places::Places;
use preference::Preferences;
use session::Session;
use status::StatusState;

/// Everything the page knows.
#[derive(Clone, Copy)]
pub struct App {
    /// Which address is open.
    pub places: Places,
    /// The present moment.
    pub clock: Clock,
    /// Who is signed in, and how signing in stands.
    pub session: Session,
    /// How connection, mailbox and calendars stand.
    pub status: StatusState,
    /// The calendars, and the events of the days on the screen.
    pub agenda: Agenda,
    /// The event that is open.
    pub opened: Opened,
    /// The event that is being written.
    pub draft: Draft,
    /// What was sent, or is about to be.
    pub outbox: Outbox,
    /// Which answers arrived.
    pub answers: Answers,
    /// What is said in passing.
    pub notices: Notices,
    /// What the person likes better.
    pub preferences: Preferences,
    /// All time zones.
    pub zones: ReadSignal<Zones>,
    set_zones: WriteSignal<Zones>,
}

impl App {
    /// Starts the engine and listens to it.
    pub fn start() -> Self {
        let engine = Engine::new();
        let (zones, set_zones) = signal(Zones::default());
        let clock = Clock::start();
        let notices = Notices::new();
        let places = Places::start();
        let app = Self {
            places,
            clock,
            session: Session::new(engine),
            status: StatusState::new(engine, clock),
            agenda: Agenda::new(engine),
            opened: Opened::new(engine),
            draft: Draft::new(engine, places, clock),
            outbox: Outbox::new(engine, clock, notices),
            answers: Answers::new(notices),
            notices,
            preferences: Preferences::load(),
            zones,
            set_zones,
        };
        engine.start(move |tell| app.hear(tell), move |problem| app.notices.show(problem));
        app
    }

    /// Makes this the state that screens find.
    pub fn provide(self) {
        provide_context(self.session);
        provide_context(self.notices);
        provide_context(self);
    }

    fn hear(self, tell: Tell) {
        match tell {
            Tell::Alive => {}
            Tell::SignIn(view) => self.session.hear(view),
            Tell::Status(status) => self.status.hear(status),
            Tell::Agenda(view) => self.agenda.hear(view),
            Tell::Event(event) => {
                if let Some(event) = &event {
                    self.places.lie_behind(event.start.day);
                }
                self.opened.hear(event);
            }
            Tell::Form(form) => self.draft.hear_form(form),
            Tell::Inspection(inspection) => self.draft.hear_inspection(*inspection),
            Tell::GuestsRead(read) => self.draft.hear_guests(read),
            Tell::Drafts(drafts) => self.draft.hear_drafts(drafts),
            Tell::Zones(zones) => self.set_zones.set(zones),
            Tell::Outbox(items) => self.outbox.hear(items),
            Tell::Sent { outbox, letters, stored } => self.outbox.hear_sent(outbox, letters, stored),
            Tell::Answers(entries) => self.answers.hear(entries),
            Tell::Problem(problem) => self.notices.show(problem),
        }
    }
}

/// Who is signed in, from anywhere in the page or at its door.
pub fn use_session() -> Session {
    expect_context::<Session>()
}

/// What is said in passing, from anywhere in the page or at its door.
pub fn use_notices() -> Notices {
    expect_context::<Notices>()
}

/// The state of the page, from anywhere inside it.
pub fn use_app() -> App {
    expect_context::<App>()
}
