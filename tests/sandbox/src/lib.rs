//! An in-memory mailbox provider with guests that answer.
