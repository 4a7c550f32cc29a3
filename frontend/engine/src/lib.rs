//! The worker: link to the relay, storage, and the pump that carries out what calendar decides.
//!
//! Nothing but [`link`], [`storage`] and the glue of the program touches the browser, each behind a trait, so that the
//! pump runs natively in tests. The engine can be killed and started again at any moment without losing anything.

pub mod desk;
pub mod link;
pub mod pump;
pub mod storage;
pub mod view;
pub mod world;
