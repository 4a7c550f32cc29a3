//! Lossless iCalendar: read, look, change one line, write; every other byte stays what it was (RFC 5545, 6868).
//!
//! A [`Document`] is a tree of lines, each with the bytes it was read from. What is not understood is carried, what is
//! malformed is carried and named as a [`Problem`], and nothing is repaired in silence. New lines are folded at 75
//! octets and cannot contain a line break, whatever text they are given. This module knows no other module.

mod address;
mod component;
mod document;
mod fold;
mod limit;
mod line;
mod parameter;
mod problem;
mod property;
mod text;

pub use address::Address;
pub use component::{Component, Item};
pub use document::Document;
pub use limit::Limits;
pub use parameter::Parameter;
pub use problem::{Problem, ProblemKind, ReadError};
pub use property::Property;
pub use text::{escape, split_escaped, unescape};

/// The PRODID of everything this program writes.
pub const PRODUCT: &str = concat!("-//Calpost//", env!("CARGO_PKG_VERSION"), "//EN");
