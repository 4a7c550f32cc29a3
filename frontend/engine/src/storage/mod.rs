//! What the engine keeps on the device: caches and unfinished intentions, never the only copy of anything stored.

mod indexed_db;
mod memory;
mod turn;
mod vault;

use futures::future::LocalBoxFuture;
use intent::{Problem, ProblemKind};

#[cfg(target_arch = "wasm32")]
pub use indexed_db::IndexedDb;
pub use memory::Memory;
#[cfg(target_arch = "wasm32")]
pub use turn::BrowserTurn;
pub use turn::{News, OnlyTab, Turn};
#[cfg(target_arch = "wasm32")]
pub use vault::BrowserVault;
pub use vault::Vault;

/// A place for one kind of thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Store {
    /// Who signs in, and where.
    Accounts,
    /// Calendars and how far each has been read.
    Calendars,
    /// The objects of the calendars.
    Objects,
    /// How far the mailbox has been read, and what became of each answer.
    Mailbox,
    /// Forms that are being written.
    Drafts,
    /// Sendings, from the moment send was pressed. Written through to the disk before anything is done.
    Outbox,
}

impl Store {
    /// Every store.
    pub const ALL: [Self; 6] =
        [Self::Accounts, Self::Calendars, Self::Objects, Self::Mailbox, Self::Drafts, Self::Outbox];

    /// Its name on the device.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Calendars => "calendars",
            Self::Objects => "objects",
            Self::Mailbox => "mailbox",
            Self::Drafts => "drafts",
            Self::Outbox => "outbox",
        }
    }
}

/// One change of what is kept: new bytes, or none to remove it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where.
    pub store: Store,
    /// Under which name.
    pub key: String,
    /// The bytes, or nothing.
    pub bytes: Option<Vec<u8>>,
}

impl Change {
    /// Keeps these bytes.
    pub fn keep(store: Store, key: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { store, key: key.into(), bytes: Some(bytes) }
    }

    /// Removes what is kept under this name.
    pub fn remove(store: Store, key: impl Into<String>) -> Self {
        Self { store, key: key.into(), bytes: None }
    }
}

/// Why the device does not keep something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageFault {
    /// There is no storage: the browser forbids it, as in some private windows.
    #[error("this browser offers no storage to the page")]
    Absent,
    /// There is no room left.
    #[error("the device has no room left")]
    Full,
    /// Something else; in the browser's own words.
    #[error("{0}")]
    Broken(String),
}

impl StorageFault {
    /// The fault as the page has words for it.
    pub fn problem(&self) -> Problem {
        Problem { service: None, kind: ProblemKind::Storage, detail: self.to_string() }
    }
}

/// What comes of reading or writing.
pub type Kept<T> = LocalBoxFuture<'static, Result<T, StorageFault>>;

/// Names and bytes, store by store.
pub trait Storage {
    /// What is kept under this name.
    fn get(&self, store: Store, key: &str) -> Kept<Option<Vec<u8>>>;
    /// Everything in a store, by name.
    fn list(&self, store: Store) -> Kept<Vec<(String, Vec<u8>)>>;
    /// Carries out all changes or none. When it ends well, changes of the outbox are on the disk.
    fn write(&self, changes: Vec<Change>) -> Kept<()>;
    /// Removes everything from every store.
    fn clear(&self) -> Kept<()>;
}
