//! A person at the engine without a browser: asks, and waits for what is told.
//!
//! The engine is the real one, natively, on the thread of the story; it needs a `LocalSet` around it.

use std::{rc::Rc, time::Duration};

use engine::{
    link::Relay as RelayLink,
    pump::{Engine, Surroundings},
    storage::{Memory, OnlyTab, Storage},
};
use futures::{StreamExt, channel::mpsc};
use intent::{
    AnswerEntry, Ask, ComposeStart, Day, Form, Guest, Inspection, KeepPassword, OutboxItem, PageContext, Point,
    Protection, ServerChoice, Servers, SignIn, SignInView, Tell,
};

use crate::{
    provider::Provider,
    relay::Relay,
    world::{Machine, Socket},
};

/// No story waits longer for one thing.
const PATIENCE: Duration = Duration::from_secs(60);

/// The engine of one tab.
pub struct Tab {
    engine: Engine,
    told: mpsc::UnboundedReceiver<Tell>,
    wish: SignIn,
}

impl Tab {
    /// Opens the page of a relay; nobody is signed in.
    #[must_use]
    pub fn open(relay: &Relay, provider: &Provider) -> Self {
        let (sender, told) = mpsc::unbounded();
        let world = Machine::shared();
        let hearing: Rc<std::cell::RefCell<Option<Engine>>> = Rc::default();
        let heard = Rc::clone(&hearing);
        let link = RelayLink::new(
            Rc::clone(&world),
            Box::new(Socket),
            Box::new(move |phase| {
                if let Some(engine) = &*heard.borrow() {
                    engine.hear_phase(phase);
                }
            }),
        );
        let engine = Engine::new(Surroundings {
            world,
            link: Rc::new(link),
            storage: Some(Rc::new(Memory::default()) as Rc<dyn Storage>),
            vault: None,
            turn: Rc::new(OnlyTab),
            tell: Box::new(move |tell| drop(sender.unbounded_send(tell))),
        });
        *hearing.borrow_mut() = Some(engine.clone());
        engine.ask(Ask::Hello(PageContext {
            zone: "Europe/Berlin".to_owned(),
            locale: "en-GB".to_owned(),
            relay_url: format!("{}/relay", relay.address().replacen("http", "ws", 1)),
            relay_token: None,
        }));
        Self { engine, told, wish: wish(provider) }
    }

    /// Asks the engine for something.
    pub fn ask(&self, ask: Ask) {
        self.engine.ask(ask);
    }

    /// The first of what is told from here on that the question picks.
    ///
    /// # Panics
    ///
    /// When it is not told in time.
    pub async fn hear<T>(&mut self, pick: impl Fn(&Tell) -> Option<T>) -> T {
        let heard = async {
            loop {
                let tell = self.told.next().await.expect("the engine runs");
                if let Some(found) = pick(&tell) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, heard).await.expect("to be told within a minute")
    }

    /// Asks to be signed in with this password.
    pub fn try_sign_in(&self, password: &str) {
        self.ask(Ask::SignIn(SignIn { password: password.to_owned(), ..self.wish.clone() }));
    }

    /// Signs in and waits until the calendars have been read.
    ///
    /// # Panics
    ///
    /// When a server does not let her in.
    pub async fn sign_in(&mut self) {
        self.ask(Ask::SignIn(self.wish.clone()));
        let view = self
            .hear(|tell| match tell {
                Tell::SignIn(view @ (SignInView::SignedIn(_) | SignInView::Checking { done: true, .. })) => {
                    Some(view.clone())
                }
                _ => None,
            })
            .await;
        if let SignInView::Checking { checks, .. } = &view {
            assert!(checks.iter().all(|check| check.outcome == intent::CheckOutcome::Works), "{checks:?}");
        }
        self.hear(|tell| match tell {
            Tell::Status(status) if status.calendars_read.is_some() => Some(()),
            _ => None,
        })
        .await;
    }

    /// Waits until new mail is announced at once.
    ///
    /// # Panics
    ///
    /// When it is not in time.
    pub async fn watching(&mut self) {
        self.hear(|tell| matches!(tell, Tell::Status(status) if status.watching).then_some(())).await;
    }

    /// Writes an invitation for an hour in 2030.
    pub async fn write(&mut self, title: &str, guests: &[String]) -> Form {
        let start = Point { day: Day::from_iso("2030-11-26").expect("a day"), minute: 600 };
        self.ask(Ask::Compose(ComposeStart::New { start, minutes: 60, all_day: false }));
        let mut form = self.hear(|tell| if let Tell::Form(form) = tell { Some(form.clone()) } else { None }).await;
        form.title = title.to_owned();
        form.guests = guests.iter().map(|it| Guest { address: it.clone(), ..Guest::default() }).collect();
        form.revision += 1;
        self.ask(Ask::Edit(form.clone()));
        form
    }

    /// What sending the form would do.
    pub async fn inspection(&mut self, form: &Form) -> Inspection {
        let revision = form.revision;
        self.hear(|tell| match tell {
            Tell::Inspection(inspection) if inspection.revision == revision => Some((**inspection).clone()),
            _ => None,
        })
        .await
    }

    /// The newest sending, once it is so far.
    pub async fn outbox(&mut self, is_reached: impl Fn(&OutboxItem) -> bool) -> OutboxItem {
        self.hear(|tell| match tell {
            Tell::Outbox(items) => items.first().filter(|item| is_reached(item)).cloned(),
            _ => None,
        })
        .await
    }

    /// The answers to the event with this title, once there are so many.
    pub async fn answers(&mut self, title: &str, count: usize) -> Vec<AnswerEntry> {
        self.hear(|tell| match tell {
            Tell::Answers(answers) => {
                let found: Vec<_> = answers.iter().filter(|answer| answer.title == title).cloned().collect();
                (found.len() >= count).then_some(found)
            }
            _ => None,
        })
        .await
    }
}

fn wish(provider: &Provider) -> SignIn {
    let ann = provider.person("Ann");
    let (port, path) =
        provider.dav_url.rsplit_once(':').map_or(("443", ""), |(_, rest)| rest.split_once('/').unwrap_or((rest, "")));
    let server = |port: u16, path: String| ServerChoice {
        host: "localhost".to_owned(),
        port,
        protection: Protection::Tls,
        path,
    };
    SignIn {
        address: ann.address.clone(),
        name: ann.name.clone(),
        user: String::new(),
        password: ann.password,
        servers: Servers {
            submission: server(provider.smtps_port, String::new()),
            imap: server(provider.imaps_port, String::new()),
            caldav: server(port.parse().unwrap_or(443), format!("/{path}")),
        },
        keep: KeepPassword::No,
    }
}
