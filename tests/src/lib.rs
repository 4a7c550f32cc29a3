//! What people need for a journey: a provider with real servers, a relay, a browser, and mailboxes to look into.
//!
//! Everything runs on 127.0.0.1, each server in the foreground from a folder of its own, and is stopped by its pid. The
//! harness blocks: a journey is one person doing one thing after the other, and reads like that.

pub mod browser;
pub mod certificate;
pub mod control;
pub mod daemon;
pub mod eventually;
pub mod folder;
pub mod guest;
pub mod invitation;
pub mod mailbox;
pub mod organizer;
pub mod person;
pub mod plan;
pub mod program;
pub mod provider;
pub mod relay;
pub mod runner;
pub mod tab;
pub mod trouble;
pub mod world;
