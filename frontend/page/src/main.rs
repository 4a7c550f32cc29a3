//! The screen.

fn main() {}
