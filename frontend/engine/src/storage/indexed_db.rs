//! The browser's IndexedDB as storage, with a durability that the usual crates cannot ask for.
#![cfg(target_arch = "wasm32")]

use std::{cell::RefCell, rc::Rc};

use futures::{FutureExt, channel::oneshot};
use js_sys::{Array, Function, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{
    DomException, Event, EventTarget, IdbDatabase, IdbOpenDbRequest, IdbRequest, IdbTransaction, WorkerGlobalScope,
};

use super::{Change, Kept, Storage, StorageFault, Store};

const DATABASE: &str = "calpost";
const VERSION: u32 = 1;

/// An open database.
#[derive(Clone)]
pub struct IndexedDb(Rc<IdbDatabase>);

impl IndexedDb {
    /// Opens the database, and makes its stores if it is new.
    ///
    /// # Errors
    /// If the browser offers no storage, or cannot open what is there.
    pub async fn open() -> Result<Self, StorageFault> {
        let scope: WorkerGlobalScope = js_sys::global().dyn_into().map_err(|_| StorageFault::Absent)?;
        let factory = scope.indexed_db().ok().flatten().ok_or(StorageFault::Absent)?;
        let request: IdbOpenDbRequest = factory.open_with_u32(DATABASE, VERSION).map_err(|error| fault(&error))?;
        let upgrading = request.clone();
        let upgrade = Closure::<dyn FnMut(Event)>::new(move |_| {
            let Some(database) = upgrading.result().ok().and_then(|value| value.dyn_into::<IdbDatabase>().ok()) else {
                return;
            };
            for store in Store::ALL {
                if !database.object_store_names().contains(store.name()) {
                    // If a store cannot be made the upgrade fails as a whole, and opening says so.
                    let _ = database.create_object_store(store.name());
                }
            }
        });
        request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
        let database = settled(&request).await?.dyn_into::<IdbDatabase>().map_err(|_| StorageFault::Absent)?;
        // Another tab with a newer version must not wait for this one.
        let closing = database.clone();
        let close = Closure::<dyn FnMut(Event)>::new(move |_| closing.close());
        database.set_onversionchange(Some(close.as_ref().unchecked_ref()));
        close.forget();
        Ok(Self(Rc::new(database)))
    }

    fn transaction(&self, stores: &[Store], mode: &str, strict: bool) -> Result<IdbTransaction, StorageFault> {
        let names: Array = stores.iter().map(|store| JsValue::from_str(store.name())).collect();
        let options = Object::new();
        let durability = if strict { "strict" } else { "relaxed" };
        Reflect::set(&options, &"durability".into(), &durability.into()).map_err(|error| fault(&error))?;
        let begin: Function = Reflect::get(&self.0, &"transaction".into())
            .and_then(|begin| begin.dyn_into())
            .map_err(|error| fault(&error))?;
        let begun = begin.call3(&self.0, &names, &mode.into(), &options).map_err(|error| fault(&error))?;
        begun.dyn_into().map_err(|_| StorageFault::Absent)
    }

    /// Keeps any value that the browser can copy, such as a key that cannot be read out.
    pub(super) async fn put_value(&self, store: Store, key: &str, value: &JsValue) -> Result<(), StorageFault> {
        let transaction = self.transaction(&[store], "readwrite", false)?;
        let done = completed(&transaction);
        let place = transaction.object_store(store.name()).map_err(|error| fault(&error))?;
        place.put_with_key(value, &key.into()).map_err(|error| fault(&error))?;
        done.await
    }

    /// A value that was kept; undefined if there is none.
    pub(super) async fn get_value(&self, store: Store, key: &str) -> Result<JsValue, StorageFault> {
        let transaction = self.transaction(&[store], "readonly", false)?;
        let place = transaction.object_store(store.name()).map_err(|error| fault(&error))?;
        let request = place.get(&key.into()).map_err(|error| fault(&error))?;
        settled(&request).await
    }

    async fn read(self, store: Store, key: String) -> Result<Option<Vec<u8>>, StorageFault> {
        let transaction = self.transaction(&[store], "readonly", false)?;
        let place = transaction.object_store(store.name()).map_err(|error| fault(&error))?;
        let request = place.get(&key.into()).map_err(|error| fault(&error))?;
        Ok(bytes_of(&settled(&request).await?))
    }

    async fn read_all(self, store: Store) -> Result<Vec<(String, Vec<u8>)>, StorageFault> {
        let transaction = self.transaction(&[store], "readonly", false)?;
        let place = transaction.object_store(store.name()).map_err(|error| fault(&error))?;
        let keys = place.get_all_keys().map_err(|error| fault(&error))?;
        let values = place.get_all().map_err(|error| fault(&error))?;
        let (keys, values) = futures::try_join!(settled(&keys), settled(&values))?;
        let (keys, values) = (Array::from(&keys), Array::from(&values));
        let pairs = keys.iter().zip(values.iter());
        Ok(pairs.filter_map(|(key, value)| Some((key.as_string()?, bytes_of(&value)?))).collect())
    }

    async fn change(self, changes: Vec<Change>) -> Result<(), StorageFault> {
        let mut stores: Vec<Store> = changes.iter().map(|change| change.store).collect();
        stores.sort_unstable();
        stores.dedup();
        if stores.is_empty() {
            return Ok(());
        }
        let transaction = self.transaction(&stores, "readwrite", stores.contains(&Store::Outbox))?;
        let done = completed(&transaction);
        for Change { store, key, bytes } in changes {
            let place = transaction.object_store(store.name()).map_err(|error| fault(&error))?;
            match bytes {
                Some(bytes) => place.put_with_key(&Uint8Array::from(bytes.as_slice()), &key.into()),
                None => place.delete(&key.into()),
            }
            .map_err(|error| fault(&error))?;
        }
        done.await
    }

    async fn empty(self) -> Result<(), StorageFault> {
        let transaction = self.transaction(&Store::ALL, "readwrite", true)?;
        let done = completed(&transaction);
        for store in Store::ALL {
            let place = transaction.object_store(store.name()).map_err(|error| fault(&error))?;
            place.clear().map_err(|error| fault(&error))?;
        }
        done.await
    }
}

impl Storage for IndexedDb {
    fn get(&self, store: Store, key: &str) -> Kept<Option<Vec<u8>>> {
        self.clone().read(store, key.to_owned()).boxed_local()
    }

    fn list(&self, store: Store) -> Kept<Vec<(String, Vec<u8>)>> {
        self.clone().read_all(store).boxed_local()
    }

    fn write(&self, changes: Vec<Change>) -> Kept<()> {
        self.clone().change(changes).boxed_local()
    }

    fn clear(&self) -> Kept<()> {
        self.clone().empty().boxed_local()
    }
}

fn bytes_of(value: &JsValue) -> Option<Vec<u8>> {
    value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec)
}

fn fault(error: &JsValue) -> StorageFault {
    match error.dyn_ref::<DomException>() {
        Some(exception) if exception.name() == "QuotaExceededError" => StorageFault::Full,
        Some(exception) => StorageFault::Broken(exception.message()),
        None => StorageFault::Broken(String::new()),
    }
}

/// The request's result, once it has one.
async fn settled(request: &IdbRequest) -> Result<JsValue, StorageFault> {
    first_event(request, &["success", "error", "blocked"]).await;
    match request.error() {
        Ok(Some(exception)) => Err(fault(&exception)),
        Ok(None) => request.result().map_err(|error| fault(&error)),
        // Still pending: another tab keeps an older version open.
        Err(error) => Err(fault(&error)),
    }
}

/// Ends when the transaction is complete. Called before its requests are made, so that no event is missed.
fn completed(transaction: &IdbTransaction) -> impl Future<Output = Result<(), StorageFault>> + use<> {
    let event = first_event(transaction, &["complete", "abort", "error"]);
    let transaction = transaction.clone();
    async move {
        match event.await.as_str() {
            "complete" => Ok(()),
            _ => Err(transaction.error().map_or(StorageFault::Full, |exception| fault(&exception))),
        }
    }
}

/// The name of the first of these events that happens. It listens from the call on.
fn first_event(target: &EventTarget, names: &'static [&'static str]) -> impl Future<Output = String> + use<> {
    let (sender, receiver) = oneshot::channel();
    let sender = RefCell::new(Some(sender));
    let heard = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        if let Some(sender) = sender.borrow_mut().take() {
            let _ = sender.send(event.type_());
        }
    });
    for name in names {
        // Refused only for targets that take no listeners.
        let _ = target.add_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
    }
    let target = target.clone();
    async move {
        let name = receiver.await.unwrap_or_default();
        for name in names {
            let _ = target.remove_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
        }
        name
    }
}
