//! The sandbox's servers as independent clients, and raw conversations, find them.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

mod calendar;
mod control;
mod guests;
mod mailbox;
mod people;
mod submission;
