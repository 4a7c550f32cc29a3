//! The worker: link to the relay, storage, and the pump that carries out what calendar decides.
