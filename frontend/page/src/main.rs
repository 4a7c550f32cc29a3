//! Starts the page.

fn main() {
    page::screen::start(page::screen::root::Root);
}
