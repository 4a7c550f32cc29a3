//! People using the built product against real servers in a real browser.
