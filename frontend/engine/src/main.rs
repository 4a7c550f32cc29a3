//! The program of the worker: bytes from the page become wishes, what is told becomes bytes.

#[cfg(target_arch = "wasm32")]
mod browser;

fn main() {
    #[cfg(target_arch = "wasm32")]
    browser::run();
}
