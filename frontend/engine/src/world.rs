//! What the engine takes from its surroundings: the time, chance, waiting, and work beside the work.
//!
//! Everything else here is a function of what it is given, so a test that owns the world owns every outcome.

use std::{rc::Rc, time::Duration};

use calendar::mime::Charsets;
use futures::future::{Either, LocalBoxFuture, select};

/// The surroundings of an engine.
pub trait World {
    /// Milliseconds since 1 January 1970, UTC.
    fn now_millis(&self) -> i64;
    /// Fills the buffer with unpredictable bytes.
    fn random(&self, bytes: &mut [u8]);
    /// Ends after this time.
    fn sleep(&self, duration: Duration) -> LocalBoxFuture<'static, ()>;
    /// Carries the work on beside what runs already.
    fn spawn(&self, work: LocalBoxFuture<'static, ()>);
    /// The text of bytes in a charset that `calendar` has no table for; nothing where it is not known here either.
    fn text(&self, _charset: &str, _bytes: &[u8]) -> Option<String> {
        None
    }
}

/// The charsets that a world has.
pub struct LentCharsets<'w>(pub &'w dyn World);

impl Charsets for LentCharsets<'_> {
    fn decode(&self, label: &str, bytes: &[u8]) -> Option<String> {
        self.0.text(label, bytes)
    }
}

/// Shared surroundings.
pub type SharedWorld = Rc<dyn World>;

/// Seconds since 1 January 1970, UTC.
pub fn now_seconds(world: &dyn World) -> i64 {
    world.now_millis().div_euclid(1000)
}

/// A random number of the whole range.
pub fn random_u32(world: &dyn World) -> u32 {
    let mut bytes = [0; 4];
    world.random(&mut bytes);
    u32::from_le_bytes(bytes)
}

/// A random identifier of 32 hexadecimal digits.
pub fn random_id(world: &dyn World) -> String {
    let mut bytes = [0; 16];
    world.random(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The future's result, or nothing if it takes longer than the limit; it is dropped then.
pub async fn within<T>(world: &dyn World, limit: Duration, future: impl std::future::Future<Output = T>) -> Option<T> {
    let sleep = world.sleep(limit);
    match select(std::pin::pin!(future), sleep).await {
        Either::Left((value, _)) => Some(value),
        Either::Right(((), _)) => None,
    }
}

#[cfg(test)]
mod tests {
    use calendar::mime::Text;

    use super::*;

    /// A world that knows one charset and nothing else.
    struct Japan;

    impl World for Japan {
        fn now_millis(&self) -> i64 {
            0
        }

        fn random(&self, _bytes: &mut [u8]) {}

        fn sleep(&self, _duration: Duration) -> LocalBoxFuture<'static, ()> {
            Box::pin(std::future::ready(()))
        }

        fn spawn(&self, _work: LocalBoxFuture<'static, ()>) {}

        fn text(&self, charset: &str, _bytes: &[u8]) -> Option<String> {
            (charset == "shift_jis").then(|| "会議".to_owned())
        }
    }

    #[test]
    fn a_charset_that_only_the_world_knows_is_read() {
        let text = |charset| Text::decode(b"\x89\xef\x8bc", Some(charset), &LentCharsets(&Japan)).text.into_owned();
        assert_eq!(text("Shift_JIS"), "会議");
        assert_ne!(text("euc-jp"), "会議");
    }
}
