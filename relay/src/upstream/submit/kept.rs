//! The submission connection that is kept for a moment, for the next mail of the same page.
//!
//! One mail per guest would otherwise be one login per guest, which providers take for an attack. A connection is kept
//! only behind a mail that was accepted, only for the same server and person, and only for [`KEPT_SUBMISSION_TIMEOUT`].

use std::sync::{Arc, Mutex, PoisonError};

use lettre::transport::smtp::client::AsyncSmtpConnection;
use tokio::runtime::Handle;
use tokio::time::sleep;
use wire::{Credentials, Security, Submit};

use super::leave;
use super::reply_stream::Conversation;
use crate::policy::Route;
use crate::policy::limit::KEPT_SUBMISSION_TIMEOUT;

/// A connection that is signed in.
pub(super) struct Open {
    pub(super) connection: AsyncSmtpConnection,
    pub(super) conversation: Arc<Conversation>,
}

/// The connection of one page that may be used again.
#[derive(Default)]
pub struct Kept(Mutex<Slot>);

#[derive(Default)]
struct Slot {
    /// How many connections were kept so far; tells this one from the next.
    count: u64,
    kept: Option<(Route, Security, Credentials, Open)>,
}

impl Kept {
    /// The kept connection, if it is to this server and of this person.
    pub(super) fn take(&self, route: &Route, request: &Submit) -> Option<Open> {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slot.kept
            .take_if(|(kept_route, security, credentials, _)| {
                kept_route == route && *security == request.server.security && *credentials == request.credentials
            })
            .map(|(.., open)| open)
    }

    /// Keeps a connection for a moment.
    pub(super) fn keep(self: &Arc<Self>, route: &Route, request: &Submit, open: Open) {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slot.count += 1;
        let mine = slot.count;
        let kept = (route.clone(), request.server.security, request.credentials.clone(), open);
        let other = slot.kept.replace(kept);
        drop(slot);
        if let Some((.., other)) = other {
            leave(other.connection);
        }
        let this = Arc::downgrade(self);
        tokio::spawn(async move {
            sleep(KEPT_SUBMISSION_TIMEOUT).await;
            let Some(this) = this.upgrade() else { return };
            let mut slot = this.0.lock().unwrap_or_else(PoisonError::into_inner);
            if slot.count == mine
                && let Some((.., open)) = slot.kept.take()
            {
                leave(open.connection);
            }
        });
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let slot = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        // Outside of a runtime there is nobody to say goodbye, and the connection just ends.
        if let (Some((.., open)), Ok(_)) = (slot.kept.take(), Handle::try_current()) {
            leave(open.connection);
        }
    }
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept")
    }
}
