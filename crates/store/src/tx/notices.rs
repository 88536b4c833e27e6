//! What the one who runs the service tells a workspace's admins: its words are sealed here, and opened here.

use super::{Tx, run};
use crate::error::StoreError;
use chrono::{DateTime, Utc};
use crypto::{Place, Sealed};
use domain::ids::NoticeId;
use domain::story::notice::Breach;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use uuid::Uuid;

/// The one form of what is sealed that is written and read.
const FORM: u16 = 1;

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Plain<'a> {
    v: u16,
    what: Cow<'a, str>,
    when: Cow<'a, str>,
    next_steps: Cow<'a, str>,
    contact: Option<Cow<'a, str>>,
}

impl Tx {
    /// Deletes the notices from before an instant; returns how many.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn delete_notices_before(
        &mut self,
        before: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let workspace = self.workspace;
        run!(self, notices::delete_old_notices(workspace, before))
    }

    /// Stores a notice of a breach with its words sealed; returns `false` where it is there already.
    ///
    /// # Errors
    ///
    /// [`StoreError::Sealed`] where it cannot be sealed; otherwise what the database says.
    pub async fn insert_breach(
        &mut self,
        breach: &Breach,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let (workspace, notice) = (self.workspace, breach.id());
        let plain = Plain {
            v: FORM,
            what: Cow::Borrowed(&breach.what),
            when: Cow::Borrowed(&breach.when),
            next_steps: Cow::Borrowed(&breach.next_steps),
            contact: breach.contact.as_deref().map(Cow::Borrowed),
        };
        let text = serde_json::to_string(&plain).map_err(|fault| fault_of(&fault))?;
        let place = place(workspace.as_uuid(), notice.as_uuid());
        let sealed = self.keys.seal_text(&place.at(), &SecretString::from(text));
        let sealed = sealed.map_err(|fault| fault_of(&fault))?;
        run!(self, notices::insert_notice(workspace, notice, "breach", &sealed, now))
    }

    /// Returns a notice of a breach; `None` where it is not there any more.
    ///
    /// # Errors
    ///
    /// [`StoreError::Sealed`] where it does not open; otherwise what the database says.
    pub async fn find_breach(&mut self, notice: NoticeId) -> Result<Option<Breach>, StoreError> {
        let workspace = self.workspace;
        let Some(bytes) = run!(self, notices::find_notice(workspace, notice))? else {
            return Ok(None);
        };
        let sealed = Sealed::from_bytes(bytes).map_err(|fault| fault_of(&fault))?;
        let place = place(workspace.as_uuid(), notice.as_uuid());
        let opened = self.keys.open_text(&place.at(), &sealed).map_err(|fault| fault_of(&fault))?;
        let plain: Plain<'_> =
            // What such a fault says may hold some of the words.
            serde_json::from_str(opened.expose_secret()).map_err(|_| fault_of(&"it is no notice"))?;
        Ok(Some(Breach {
            what: plain.what.into_owned(),
            when: plain.when.into_owned(),
            next_steps: plain.next_steps.into_owned(),
            contact: plain.contact.map(Cow::into_owned),
        }))
    }
}

/// The two ids of a row, as bytes.
struct Row {
    workspace: [u8; 16],
    notice: [u8; 16],
}

impl Row {
    const fn at(&self) -> Place<'_> {
        Place { table: "notices", column: "sealed", workspace: &self.workspace, row: &self.notice }
    }
}

fn place(workspace: Uuid, notice: Uuid) -> Row {
    Row { workspace: *workspace.as_bytes(), notice: *notice.as_bytes() }
}

fn fault_of(fault: &dyn std::fmt::Display) -> StoreError {
    StoreError::Sealed { table: "notices", column: "sealed", reason: fault.to_string() }
}
