//! A calendar: objects by name, each with an ETag, and what changed since when (RFC 4791, RFC 6578).

use std::collections::BTreeMap;
use std::sync::Arc;

/// A calendar object as it is stored.
#[derive(Clone, Debug)]
pub struct CalendarObject {
    /// Its bytes, exactly as they were put.
    pub ics: Arc<str>,
    /// Its UID.
    pub uid: String,
    /// Its ETag, quotation marks included.
    pub etag: String,
    revision: u64,
}

/// Why an object was not stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PutProblem {
    /// The object of this name has the UID already (RFC 4791 section 5.3.2.1, `no-uid-conflict`).
    UidConflict {
        /// Its name.
        name: String,
    },
}

/// What changed after a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// The names of new and changed objects.
    pub changed: Vec<String>,
    /// The names of removed ones.
    pub removed: Vec<String>,
}

/// A calendar.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// The name that people see.
    pub display_name: String,
    /// The colour, such as `#2a9d8fff`.
    pub color: Option<String>,
    /// Words about it.
    pub description: Option<String>,
    /// Whether the person may change it.
    pub writable: bool,
    number: u64,
    revision: u64,
    oldest_known: u64,
    objects: BTreeMap<String, CalendarObject>,
    removed: BTreeMap<String, u64>,
}

impl Calendar {
    /// An empty calendar. `number` tells it from every other, so that tokens of one never fit another.
    #[must_use]
    pub fn new(number: u64, display_name: &str, color: Option<&str>) -> Self {
        Self {
            display_name: display_name.to_owned(),
            color: color.map(str::to_owned),
            description: None,
            writable: true,
            number,
            revision: 1,
            oldest_known: 0,
            objects: BTreeMap::new(),
            removed: BTreeMap::new(),
        }
    }

    /// The objects by name.
    #[must_use]
    pub fn objects(&self) -> &BTreeMap<String, CalendarObject> {
        &self.objects
    }

    /// Stores an object under a name and gives its new ETag.
    ///
    /// # Errors
    ///
    /// [`PutProblem::UidConflict`] when another name has the same UID.
    pub fn put(&mut self, name: &str, uid: &str, ics: &str) -> Result<String, PutProblem> {
        let other = self.objects.iter().find(|(other, object)| *other != name && object.uid == uid);
        if let Some((other, _)) = other {
            return Err(PutProblem::UidConflict { name: other.clone() });
        }
        self.revision += 1;
        let etag = format!("\"{:x}-{:x}\"", self.number, self.revision);
        let object =
            CalendarObject { ics: ics.into(), uid: uid.to_owned(), etag: etag.clone(), revision: self.revision };
        self.objects.insert(name.to_owned(), object);
        self.removed.remove(name);
        Ok(etag)
    }

    /// Removes an object, if there is one of that name.
    pub fn remove(&mut self, name: &str) -> Option<CalendarObject> {
        let object = self.objects.remove(name)?;
        self.revision += 1;
        self.removed.insert(name.to_owned(), self.revision);
        Some(object)
    }

    /// Counts a change of the calendar itself, such as another name.
    pub fn touch(&mut self) {
        self.revision += 1;
    }

    /// A text that changes with every change (the `getctag` of older clients).
    #[must_use]
    pub fn ctag(&self) -> String {
        format!("{:x}-{:x}", self.number, self.revision)
    }

    /// The token for what is there at this moment. It is a URI, as RFC 6578 section 4 asks.
    #[must_use]
    pub fn sync_token(&self) -> String {
        format!("https://sandbox.test/sync/{:x}/{:x}", self.number, self.revision)
    }

    /// What changed since a token was given; `None` when the token is not one of this calendar or too old.
    #[must_use]
    pub fn changes_since(&self, token: &str) -> Option<Changes> {
        let (number, revision) = token.strip_prefix("https://sandbox.test/sync/")?.split_once('/')?;
        let since = u64::from_str_radix(revision, 16).ok()?;
        if number != format!("{:x}", self.number) || since > self.revision || since < self.oldest_known {
            return None;
        }
        let changed = self.objects.iter().filter(|(_, object)| object.revision > since);
        let removed = self.removed.iter().filter(|(_, revision)| **revision > since);
        Some(Changes {
            changed: changed.map(|(name, _)| name.clone()).collect(),
            removed: removed.map(|(name, _)| name.clone()).collect(),
        })
    }

    /// Forgets what changed before this moment, so that older tokens become invalid.
    pub fn forget_history(&mut self) {
        self.revision += 1;
        self.oldest_known = self.revision;
        self.removed.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_tells_what_changed_since() {
        let mut calendar = Calendar::new(1, "Work", None);
        calendar.put("a.ics", "a", "A").unwrap();
        calendar.put("b.ics", "b", "B").unwrap();
        let token = calendar.sync_token();
        assert_eq!(calendar.changes_since(&token), Some(Changes { changed: vec![], removed: vec![] }));
        calendar.put("c.ics", "c", "C").unwrap();
        calendar.put("b.ics", "b", "B2").unwrap();
        calendar.remove("a.ics");
        let changes = calendar.changes_since(&token).unwrap();
        assert_eq!(changes.changed, ["b.ics", "c.ics"]);
        assert_eq!(changes.removed, ["a.ics"]);
    }

    #[test]
    fn a_token_of_another_calendar_or_before_the_history_is_invalid() {
        let mut calendar = Calendar::new(1, "Work", None);
        let token = calendar.sync_token();
        assert_eq!(Calendar::new(2, "Home", None).changes_since(&token), None);
        calendar.forget_history();
        assert_eq!(calendar.changes_since(&token), None);
        assert!(calendar.changes_since(&calendar.sync_token()).is_some());
        for nonsense in ["", "x", "https://sandbox.test/sync/1/zz", "https://sandbox.test/sync/1/ffff"] {
            assert_eq!(calendar.changes_since(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn one_uid_has_one_name() {
        let mut calendar = Calendar::new(1, "Work", None);
        calendar.put("a.ics", "uid", "A").unwrap();
        assert_eq!(calendar.put("b.ics", "uid", "A"), Err(PutProblem::UidConflict { name: "a.ics".into() }));
        assert!(calendar.put("a.ics", "uid", "A2").is_ok());
    }

    #[test]
    fn every_version_of_an_object_has_its_own_etag() {
        let mut calendar = Calendar::new(1, "Work", None);
        let first = calendar.put("a.ics", "a", "A").unwrap();
        let second = calendar.put("a.ics", "a", "A").unwrap();
        assert_ne!(first, second);
        calendar.remove("a.ics");
        assert_ne!(calendar.put("a.ics", "a", "A").unwrap(), second);
    }
}
