//! What the door knows: how signing in stands, what went wrong on the way, and when the page is to take over.

use std::time::Duration;

use intent::{SignInView, TellAtDoor};
use leptos::prelude::*;

use super::engine::Engine;
use super::notices::Notices;
use super::session::Session;

/// A page that has arrived takes over sooner than this, and nothing is shown in between.
const AT_ONCE: Duration = Duration::from_millis(300);

/// What the door shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The engine looks whether somebody is signed in, or the page has not arrived yet.
    Opening,
    /// The form.
    SigningIn,
}

/// What the door knows.
#[derive(Clone, Copy)]
pub struct Door {
    /// What is shown.
    pub stage: Memo<Stage>,
    session: Session,
    notices: Notices,
    engine: Engine,
}

impl Door {
    /// Starts the engine and listens to it.
    pub fn start() -> Self {
        let engine = Engine::new();
        let session = Session::new(engine);
        let stage = Memo::new(move |_| match session.view.get() {
            SignInView::Unknown | SignInView::SignedIn(_) => Stage::Opening,
            _ => Stage::SigningIn,
        });
        let door = Self { stage, session, notices: Notices::new(), engine };
        engine.start(move |tell| door.hear(tell), move |problem| door.notices.show(problem));
        door
    }

    /// Makes this the state that screens find.
    pub fn provide(self) {
        provide_context(self.session);
        provide_context(self.notices);
    }

    // All else is told again to the page, once it says that it is there.
    fn hear(self, tell: TellAtDoor) {
        match tell {
            TellAtDoor::Alive => {}
            TellAtDoor::SignIn(view) if matches!(*view, SignInView::SignedIn(_)) => {
                self.engine.hand_over(&TellAtDoor::SignIn(view.clone()));
                set_timeout(move || self.session.hear(*view), AT_ONCE);
            }
            TellAtDoor::SignIn(view) => self.session.hear(*view),
            TellAtDoor::Problem(problem) => self.notices.show(problem),
        }
    }
}
