//! What the page asks of the engine and what the engine tells it.
