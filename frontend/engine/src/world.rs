//! What the engine takes from its surroundings: the time, chance, waiting, and work beside the work.
//!
//! Everything else here is a function of what it is given, so a test that owns the world owns every outcome.

use std::{rc::Rc, time::Duration};

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
