//! The password on this device, if the person wants it there: wrapped by a key that cannot leave the browser.
//!
//! Whoever copies the device's files has the wrapped password and no key that can be read out; whoever runs code in
//! this page's origin can use the key. That is as much as a browser offers, and the page says so.

use wire::Secret;

use super::Kept;

/// Where a password is kept.
pub trait Vault {
    /// Keeps this password, instead of the one before.
    fn keep(&self, password: &Secret) -> Kept<()>;
    /// The password, if there is one that can be unwrapped.
    fn open(&self) -> Kept<Option<Secret>>;
    /// Forgets it, and the key that wrapped it.
    fn forget(&self) -> Kept<()>;
}

#[cfg(target_arch = "wasm32")]
pub use browser::BrowserVault;

#[cfg(target_arch = "wasm32")]
mod browser {
    use futures::FutureExt;
    use js_sys::{Array, Object, Reflect, Uint8Array};
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{CryptoKey, SubtleCrypto, WorkerGlobalScope};
    use wire::Secret;

    use super::{
        super::{IndexedDb, StorageFault, Store},
        Kept, Vault,
    };

    const KEY: &str = "password-key";
    const WRAPPED: &str = "password";
    /// The length of an initialisation vector of AES-GCM (NIST SP 800-38D section 5.2.1.1).
    const VECTOR_BYTES: usize = 12;

    /// AES-GCM by WebCrypto, the key and what it wraps in IndexedDB.
    #[derive(Clone)]
    pub struct BrowserVault {
        database: IndexedDb,
    }

    impl BrowserVault {
        /// A vault in this database; nothing where the browser offers no WebCrypto, as on a page without TLS.
        pub fn of(database: &IndexedDb) -> Option<Self> {
            subtle().map(|_| Self { database: database.clone() })
        }

        async fn wrap(self, password: Secret) -> Result<(), StorageFault> {
            let subtle = subtle().ok_or(StorageFault::Absent)?;
            let algorithm = algorithm(&[("name", "AES-GCM".into()), ("length", 256.into())])?;
            let usages = Array::of2(&"encrypt".into(), &"decrypt".into());
            // Not extractable: no code can read this key, ours included.
            let made = subtle.generate_key_with_object(&algorithm, false, &usages).map_err(fault)?;
            let key: CryptoKey = JsFuture::from(made).await.map_err(fault)?.dyn_into().map_err(fault)?;
            let mut vector = [0; VECTOR_BYTES];
            let crypto = scope().and_then(|scope| scope.crypto().ok()).ok_or(StorageFault::Absent)?;
            crypto.get_random_values_with_u8_array(&mut vector).map_err(fault)?;
            let encrypted = subtle
                .encrypt_with_object_and_u8_array(&with_vector(&vector)?, &key, password.reveal().as_bytes())
                .map_err(fault)?;
            let encrypted = Uint8Array::new(&JsFuture::from(encrypted).await.map_err(fault)?).to_vec();
            let wrapped = [vector.as_slice(), &encrypted].concat();
            self.database.put_value(Store::Accounts, KEY, &key).await?;
            self.database.put_value(Store::Accounts, WRAPPED, &Uint8Array::from(wrapped.as_slice())).await
        }

        async fn unwrap(self) -> Result<Option<Secret>, StorageFault> {
            let subtle = subtle().ok_or(StorageFault::Absent)?;
            let key = self.database.get_value(Store::Accounts, KEY).await?.dyn_into::<CryptoKey>();
            let wrapped = self.database.get_value(Store::Accounts, WRAPPED).await?.dyn_into::<Uint8Array>();
            let (Ok(key), Ok(wrapped)) = (key, wrapped) else { return Ok(None) };
            let wrapped = wrapped.to_vec();
            let Some((vector, encrypted)) = wrapped.split_at_checked(VECTOR_BYTES) else { return Ok(None) };
            let decrypted =
                subtle.decrypt_with_object_and_u8_array(&with_vector(vector)?, &key, encrypted).map_err(fault)?;
            let Ok(decrypted) = JsFuture::from(decrypted).await else { return Ok(None) };
            Ok(String::from_utf8(Uint8Array::new(&decrypted).to_vec()).ok().map(Secret::new))
        }

        async fn remove(self) -> Result<(), StorageFault> {
            self.database.put_value(Store::Accounts, KEY, &JsValue::NULL).await?;
            self.database.put_value(Store::Accounts, WRAPPED, &JsValue::NULL).await
        }
    }

    impl Vault for BrowserVault {
        fn keep(&self, password: &Secret) -> Kept<()> {
            self.clone().wrap(password.clone()).boxed_local()
        }

        fn open(&self) -> Kept<Option<Secret>> {
            self.clone().unwrap().boxed_local()
        }

        fn forget(&self) -> Kept<()> {
            self.clone().remove().boxed_local()
        }
    }

    fn scope() -> Option<WorkerGlobalScope> {
        js_sys::global().dyn_into().ok()
    }

    fn subtle() -> Option<SubtleCrypto> {
        // Outside of secure contexts the property is missing, whatever its type says.
        let crypto = scope()?.crypto().ok()?;
        Reflect::get(&crypto, &"subtle".into()).ok()?.dyn_into().ok()
    }

    fn algorithm(fields: &[(&str, JsValue)]) -> Result<Object, StorageFault> {
        let object = Object::new();
        for (name, value) in fields {
            Reflect::set(&object, &(*name).into(), value).map_err(fault)?;
        }
        Ok(object)
    }

    fn with_vector(vector: &[u8]) -> Result<Object, StorageFault> {
        algorithm(&[("name", "AES-GCM".into()), ("iv", Uint8Array::from(vector).into())])
    }

    /// The browser's words could hold what they are about, so none are passed on.
    fn fault(_: JsValue) -> StorageFault {
        StorageFault::Broken("the browser's key store did not work".to_owned())
    }
}
