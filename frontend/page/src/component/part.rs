//! The part of a view that changes: one kind of code for all of them.
//!
//! Each closure is a type of its own, and a view made of closures is compiled anew for each. Here a closure loses its
//! type first, so that the page that a person waits for stays small.

use std::sync::{Arc, Mutex};

use leptos::prelude::*;

/// A part of a view that is drawn again when what it reads changes.
pub type Part = Arc<Mutex<dyn FnMut() -> AnyView + Send>>;

/// A part of a view that is drawn again when what it reads changes.
pub fn part<V: IntoView + 'static>(mut draw: impl FnMut() -> V + Send + 'static) -> Part {
    Arc::new(Mutex::new(move || draw().into_any()))
}

/// A yes or no that changes, for a class or an attribute.
pub fn flag(read: impl Fn() -> bool + Send + Sync + 'static) -> Signal<bool> {
    Signal::derive(read)
}
