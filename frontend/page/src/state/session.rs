//! Who is signed in, and how signing in stands.

use intent::{Account, Ask, DemoMailbox, KeepPassword, SignIn, SignInView};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::browser;
use super::engine::Engine;

const WAS_SIGNED_IN: &str = "calpost.signed-in";

/// Who is signed in.
#[derive(Clone, Copy)]
pub struct Session {
    /// How signing in stands.
    pub view: ReadSignal<SignInView>,
    set_view: WriteSignal<SignInView>,
    /// Who is signed in.
    pub account: Memo<Option<Account>>,
    /// A sandbox mailbox, if this relay offers one.
    pub demo: ReadSignal<Option<DemoMailbox>>,
    set_demo: WriteSignal<Option<DemoMailbox>>,
    engine: Engine,
}

impl Session {
    pub(super) fn new(engine: Engine) -> Self {
        // A device where nobody was signed in shows the form at once, before the engine has looked.
        let first = if browser::recall(WAS_SIGNED_IN).is_some() { SignInView::Unknown } else { SignInView::SignedOut };
        let (view, set_view) = signal(first);
        let (demo, set_demo) = signal(None);
        let account = Memo::new(move |_| match view.get() {
            SignInView::SignedIn(account) => Some(account),
            _ => None,
        });
        Self { view, set_view, account, demo, set_demo, engine }
    }

    pub(super) fn hear(self, view: SignInView) {
        match &view {
            SignInView::SignedIn(_) | SignInView::NeedsPassword(_) => browser::remember(WAS_SIGNED_IN, "yes"),
            SignInView::SignedOut => browser::remember(WAS_SIGNED_IN, ""),
            _ => {}
        }
        // Until the engine has looked, the form stays as it is.
        if view != SignInView::Unknown {
            self.set_view.set(view);
        }
    }

    /// Looks for the servers of an address.
    pub fn find_servers(self, address: String) {
        self.engine.ask(Ask::FindServers { address });
    }

    /// Tries the three connections and, if they work, signs in.
    pub fn sign_in(self, wish: SignIn) {
        self.engine.ask(Ask::SignIn(wish));
    }

    /// Stops a sign-in that is under way.
    pub fn stop(self) {
        self.engine.ask(Ask::StopSignIn);
    }

    /// Forgets the account on this device.
    pub fn sign_out(self) {
        self.engine.ask(Ask::SignOut);
    }

    /// Asks the relay whether it offers a sandbox mailbox.
    pub fn look_for_demo(self) {
        spawn_local(async move {
            if let Some(demo) = super::demo::fetch().await {
                self.set_demo.set(Some(demo));
            }
        });
    }

    /// Signs in to the sandbox mailbox.
    pub fn try_demo(self) {
        if let Some(demo) = self.demo.get_untracked() {
            self.sign_in(SignIn {
                address: demo.address,
                name: demo.name,
                user: String::new(),
                password: demo.password,
                servers: demo.servers,
                keep: KeepPassword::No,
            });
        }
    }
}
