//! Stored objects as the screen's values.
