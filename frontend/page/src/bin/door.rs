//! Starts the door of the page.

fn main() {
    page::screen::start(page::screen::door::DoorScreen);
}
