//! What the engine and the relay say to one another.
