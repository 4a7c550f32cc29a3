//! The door: signing in, as a program of its own that is small enough to be there at once.
//!
//! It shows what the page would show until somebody is signed in; the page itself, several times as large, arrives in
//! the meantime and takes over without a new start of the engine.

use leptos::prelude::*;

use super::above::Problems;
use super::root::Opening;
use super::sign_in::SignInScreen;
use crate::component::part::part;
use crate::state::door::{Door, Stage};

/// The door.
#[component]
pub fn DoorScreen() -> impl IntoView {
    let door = Door::start();
    door.provide();
    document().set_title("Sign in – Calpost");
    view! {
        {part(move || match door.stage.get() {
            Stage::Opening => view! { <Opening /> }.into_any(),
            Stage::SigningIn => view! { <SignInScreen /> }.into_any(),
        })}
        <section class="floating" aria-label="Notices"><Problems /></section>
    }
}
