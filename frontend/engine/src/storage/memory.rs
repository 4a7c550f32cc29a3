//! Storage that ends with the page: for browsers that offer none, and for tests.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use futures::FutureExt;

use super::{Change, Kept, Storage, StorageFault, Store};

type BytesByName = BTreeMap<(Store, String), Vec<u8>>;

/// Everything kept, in memory. Clones share it, as tabs share a device.
#[derive(Clone, Default)]
pub struct Memory {
    kept: Rc<RefCell<BytesByName>>,
    fault: Rc<RefCell<Option<StorageFault>>>,
}

impl Memory {
    /// Whether nothing is kept at all.
    pub fn is_empty(&self) -> bool {
        self.kept.borrow().is_empty()
    }

    /// From now on every write ends with this fault, or well again.
    pub fn fail_writes(&self, fault: Option<StorageFault>) {
        *self.fault.borrow_mut() = fault;
    }
}

impl Storage for Memory {
    fn get(&self, store: Store, key: &str) -> Kept<Option<Vec<u8>>> {
        let value = self.kept.borrow().get(&(store, key.to_owned())).cloned();
        std::future::ready(Ok(value)).boxed_local()
    }

    fn list(&self, store: Store) -> Kept<Vec<(String, Vec<u8>)>> {
        let kept = self.kept.borrow();
        let values = kept.iter().filter(|((at, _), _)| *at == store);
        let values = values.map(|((_, key), bytes)| (key.clone(), bytes.clone())).collect();
        std::future::ready(Ok(values)).boxed_local()
    }

    fn write(&self, changes: Vec<Change>) -> Kept<()> {
        if let Some(fault) = self.fault.borrow().clone() {
            return std::future::ready(Err(fault)).boxed_local();
        }
        let mut kept = self.kept.borrow_mut();
        for Change { store, key, bytes } in changes {
            match bytes {
                Some(bytes) => kept.insert((store, key), bytes),
                None => kept.remove(&(store, key)),
            };
        }
        std::future::ready(Ok(())).boxed_local()
    }

    fn clear(&self) -> Kept<()> {
        self.kept.borrow_mut().clear();
        std::future::ready(Ok(())).boxed_local()
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn what_is_kept_on_one_store_is_not_on_another() {
        let memory = Memory::default();
        memory.write(vec![Change::keep(Store::Drafts, "a", vec![1])]).now_or_never().unwrap().unwrap();
        let found = |store| memory.list(store).now_or_never().unwrap().unwrap();
        assert_eq!(found(Store::Drafts), [("a".to_owned(), vec![1])]);
        assert_eq!(found(Store::Outbox), []);
    }

    #[test]
    fn a_write_that_fails_changes_nothing() {
        let memory = Memory::default();
        memory.fail_writes(Some(StorageFault::Full));
        let written = memory.write(vec![Change::keep(Store::Outbox, "a", vec![1])]).now_or_never().unwrap();
        assert_eq!(written, Err(StorageFault::Full));
        assert_eq!(memory.get(Store::Outbox, "a").now_or_never().unwrap(), Ok(None));
    }
}
