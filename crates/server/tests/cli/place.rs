//! A database that a command works on.

use crate::process::{COMPLETE, Ended, asyncbot};
use secrecy::{ExposeSecret, SecretString};
use store::testing::TestDatabase;
use tempfile::TempDir;

/// A database, a data folder, and the variables that name them.
pub(crate) struct Place {
    pub(crate) database: TestDatabase,
    pub(crate) folder: TempDir,
    url: String,
    system_url: Option<String>,
}

impl Place {
    pub(crate) fn of(database: TestDatabase) -> Self {
        let settings = database.settings();
        let text = |url: &SecretString| url.expose_secret().to_owned();
        let (url, system_url) = (text(&settings.url), settings.system_url.as_ref().map(text));
        Self { database, folder: tempfile::tempdir().unwrap(), url, system_url }
    }

    pub(crate) fn variables(&self) -> Vec<(&'static str, &str)> {
        let system = self.system_url.as_deref().map(|url| ("DATABASE_SYSTEM_URL", url));
        let folder = ("ASYNCBOT_DATA_DIR", self.folder.path().to_str().unwrap());
        [("DATABASE_URL", self.url.as_str()), folder].into_iter().chain(system).collect()
    }

    /// Runs a command on the database.
    pub(crate) fn runs(&self, arguments: &[&str]) -> Ended {
        asyncbot(arguments).with(COMPLETE).with(self.variables()).ends()
    }

    /// Runs a command with other keys.
    pub(crate) fn runs_with_keys(&self, keys: &str, arguments: &[&str]) -> Ended {
        asyncbot(arguments)
            .with(COMPLETE)
            .with(self.variables())
            .with([("ASYNCBOT_ENCRYPTION_KEYS", keys)])
            .ends()
    }
}

/// Makes two tests of each, one for each engine.
macro_rules! on_both {
    ($($name:ident)+) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let database = store::testing::TestDatabase::sqlite();
                database.open().await.close().await;
                super::$name($crate::place::Place::of(database)).await;
            })+
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name($crate::place::Place::of(store::testing::TestDatabase::postgres().await)).await;
            })+
        }
    };
}

pub(crate) use on_both;
