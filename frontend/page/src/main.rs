//! Starts the page.

fn main() {
    page::screen::start();
}
