//! A bell that one task waits for and any other rings.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    task::{Poll, Waker},
};

/// Rings once however often it was rung before somebody listened.
#[derive(Default)]
pub(super) struct Bell {
    rung: Cell<bool>,
    waiting: RefCell<Option<Waker>>,
}

impl Bell {
    pub(super) fn ring(&self) {
        self.rung.set(true);
        if let Some(waiting) = self.waiting.borrow_mut().take() {
            waiting.wake();
        }
    }

    /// Ends when the bell rings, or has rung since it was last heard.
    pub(super) async fn heard(&self) {
        poll_fn(|context| {
            if self.rung.replace(false) {
                return Poll::Ready(());
            }
            *self.waiting.borrow_mut() = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn a_ring_before_anybody_listens_is_heard_once() {
        let bell = Bell::default();
        assert_eq!(bell.heard().now_or_never(), None);
        bell.ring();
        bell.ring();
        assert_eq!(bell.heard().now_or_never(), Some(()));
        assert_eq!(bell.heard().now_or_never(), None);
    }
}
