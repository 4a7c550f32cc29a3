//! The people of the journeys. Ann organizes; Bob and Cleo are her guests.

/// Somebody with a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// As friends say it.
    pub name: String,
    /// Her mail address, which is also her login.
    pub address: String,
    /// Her password.
    pub password: String,
}

/// The mail domain of providers started by the harness.
pub const DOMAIN: &str = "calpost.test";

/// An address of [`DOMAIN`] whose mailbox is full: the submission server refuses it with 550.
pub const FULL: &str = "full@calpost.test";

/// The code of that refusal.
pub const FULL_CODE: &str = "550 5.2.2";

/// The words of that refusal; Postfix puts the address between the two.
pub const FULL_WORDS: &str = "Mailbox full";

impl Person {
    fn of(name: &str) -> Self {
        let local = name.to_lowercase();
        Self { name: name.into(), address: format!("{local}@{DOMAIN}"), password: format!("{local}-secret") }
    }

    /// Ann, who invites.
    #[must_use]
    pub fn ann() -> Self {
        Self::of("Ann")
    }

    /// Bob, who answers.
    #[must_use]
    pub fn bob() -> Self {
        Self::of("Bob")
    }

    /// Cleo, who is added and removed.
    #[must_use]
    pub fn cleo() -> Self {
        Self::of("Cleo")
    }

    /// Everybody who has a mailbox.
    #[must_use]
    pub fn everybody() -> Vec<Self> {
        vec![Self::ann(), Self::bob(), Self::cleo()]
    }
}
