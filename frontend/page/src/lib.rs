//! The screen: what a person sees and does. It knows days, forms and letters, and nothing of mail or calendar formats.
//!
//! `screen` puts `component`s together and calls the verbs of `state`; every word comes from `text`.

pub mod component;
pub mod screen;
pub mod state;
pub mod text;
