//! The canary: a sealed value that tells at start whether the keys are those of this database.

use crate::error::StoreError;
use crate::store::Store;
use crate::tx::{Tx, run};
use crypto::{KeyRing, OpenFault, Place, Sealed};
use secrecy::ExposeSecret;

pub(crate) const NAME: &str = "canary";
const SONG: &[u8] = b"asyncbot";
pub(crate) const PLACE: Place<'static> =
    Place { table: "meta", column: "value", workspace: &[], row: NAME.as_bytes() };

/// Opens the canary, which the first start writes.
pub(crate) async fn check(store: &Store, keys: &KeyRing) -> Result<(), StoreError> {
    if let Some(bytes) = find(store).await? {
        return open(bytes, keys);
    }
    insert(store, keys).await?;
    // Another process may have been faster, with other keys.
    open(find(store).await?.unwrap_or_default(), keys)
}

pub(crate) async fn find(store: &Store) -> Result<Option<Vec<u8>>, StoreError> {
    let mut tx: Tx = store.read(crate::store::NO_WORKSPACE).await?;
    run!(&mut tx, meta::find_meta(NAME))
}

async fn insert(store: &Store, keys: &KeyRing) -> Result<(), StoreError> {
    let sealed = keys.seal(&PLACE, SONG).map_err(|fault| StoreError::Sealed {
        table: "meta",
        column: "value",
        reason: fault.to_string(),
    })?;
    let mut tx = store.write(crate::store::NO_WORKSPACE).await?;
    run!(&mut tx, meta::insert_meta(NAME, sealed.as_bytes()))?;
    tx.commit().await
}

/// Refuses keys that do not open the canary.
pub(crate) fn open(bytes: Vec<u8>, keys: &KeyRing) -> Result<(), StoreError> {
    let opened = match Sealed::from_bytes(bytes) {
        Ok(sealed) => keys.open(&PLACE, &sealed),
        Err(_) => Err(OpenFault::Closed),
    };
    match opened {
        Ok(song) if song.expose_secret() == SONG => Ok(()),
        Err(OpenFault::UnknownKey { id }) => Err(StoreError::Settings(format!(
            "the database was sealed with key {id}, which is not among ASYNCBOT_ENCRYPTION_KEYS; add that key behind the current one"
        ))),
        _ => Err(StoreError::Settings(String::from(
            "ASYNCBOT_ENCRYPTION_KEYS does not open this database: a key has the right id but other bytes, or the database was changed",
        ))),
    }
}
