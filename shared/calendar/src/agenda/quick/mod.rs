//! An event from one line of text: `Lunch with anna@example.org tomorrow 12:30-14:00 at Café Central every week`.
//!
//! The text is cut into tokens, a language's words are looked up as [`Sense`]s, and one grammar reads the phrases of all
//! languages. What no phrase claims is the title, so nothing that was typed is lost; [`Span`]s say what became what.

mod date;
mod draft;
mod english;
mod german;
mod phrase;
mod place;
mod repeat;
mod sense;
#[cfg(test)]
mod tests;
mod time;
mod token;
mod zone;

pub use draft::{Draft, Part, Span, read};
pub use sense::Language;

use sense::Sense;
