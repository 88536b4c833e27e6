//! The workspace itself and its people.

use super::{Tx, run, run_touching};
use crate::error::StoreError;
use crate::records::{NewInstall, PersonRecord, WorkspaceRecord};
use chrono::{DateTime, Utc};
use crypto::{Place, Sealed};
use domain::ids::{UserId, WorkspaceId};
use domain::settings::{Preferences, WorkspaceSettings};
use secrecy::SecretString;
use uuid::Uuid;

impl Tx {
    /// Stores an installation, the first one or a later one, with its token sealed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Settings`] where the team is not this transaction's workspace; otherwise what the database says.
    pub async fn upsert_workspace(&mut self, install: &NewInstall) -> Result<(), StoreError> {
        if WorkspaceId::of_team(&install.team) != self.workspace {
            return Err(StoreError::Settings(String::from(
                "an installation was to be stored in the workspace of another team",
            )));
        }
        let sealed = self
            .keys
            .seal_text(&token_place(&self.workspace.as_uuid()), &install.bot_token)
            .map_err(|fault| token_fault(&fault))?;
        let workspace = self.workspace;
        run_touching!(self, workspaces::upsert_workspace(workspace, install, &sealed))
    }

    /// Returns the workspace, if it was ever installed.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_workspace(&mut self) -> Result<Option<WorkspaceRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, workspaces::find_workspace(workspace))
    }

    /// Returns the bot's token, if there is a working installation.
    ///
    /// # Errors
    ///
    /// [`StoreError::Sealed`] where it does not open; otherwise what the database says.
    pub async fn find_bot_token(&mut self) -> Result<Option<SecretString>, StoreError> {
        let workspace = self.workspace;
        let Some(bytes) = run!(self, workspaces::find_bot_token(workspace))? else {
            return Ok(None);
        };
        let sealed = Sealed::from_bytes(bytes).map_err(|fault| token_fault(&fault))?;
        self.keys
            .open_text(&token_place(&self.workspace.as_uuid()), &sealed)
            .map(Some)
            .map_err(|fault| token_fault(&fault))
    }

    /// Ends the installation and deletes its token, unless it was made at `at` or after it; returns whether it did.
    ///
    /// An installation made within the second of `at` stays, since Slack names no more than the second.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn deactivate_workspace(&mut self, at: DateTime<Utc>) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run_touching!(self, workspaces::deactivate_workspace(workspace, at))
    }

    /// Ends the installation that was made at `installed_at` and deletes its token; returns `false` where there is a
    /// newer one or none.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn end_install(
        &mut self,
        installed_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run_touching!(self, workspaces::end_install(workspace, installed_at, now))
    }

    /// Records until when what an ended installation left is kept; returns `false` where there is a working one or nothing.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_kept_until(&mut self, until: DateTime<Utc>) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run_touching!(self, workspaces::record_kept_until(workspace, until))
    }

    /// Stores a person, unless a later description of them is there already.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn upsert_person(&mut self, person: &PersonRecord) -> Result<(), StoreError> {
        let workspace = self.workspace;
        self.forget(|it| it.forget_person(&person.user));
        run_touching!(self, workspaces::upsert_person(workspace, person))
    }

    /// Returns those of these people who are known, in no order.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_people(&mut self, users: &[UserId]) -> Result<Vec<PersonRecord>, StoreError> {
        if let Some(known) = self.foresight().and_then(|it| it.people(users)) {
            return Ok(known);
        }
        let workspace = self.workspace;
        run!(self, workspaces::find_people(workspace, users))
    }

    /// Returns admins and owners of the Slack workspace as far as they are known and present, `limit` at most, by id.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_admins(&mut self, limit: u32) -> Result<Vec<UserId>, StoreError> {
        let workspace = self.workspace;
        run!(self, workspaces::list_admins(workspace, limit))
    }

    /// Stores what the admins chose; returns `false` where the workspace is not there.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_workspace_settings(
        &mut self,
        settings: &WorkspaceSettings,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run_touching!(self, workspaces::record_workspace_settings(workspace, settings))
    }

    /// Stores what a person chose for themselves.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_preferences(
        &mut self,
        user: &UserId,
        preferences: &Preferences,
    ) -> Result<(), StoreError> {
        let workspace = self.workspace;
        self.forget(|it| it.forget_preferences(user));
        run_touching!(self, workspaces::upsert_preferences(workspace, user, preferences))
    }

    /// Returns what a person chose for themselves; the usual where they chose nothing.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_preferences(&mut self, user: &UserId) -> Result<Preferences, StoreError> {
        let known = self.foresight().and_then(|it| it.preferences(std::slice::from_ref(user)));
        if let Some(known) = known {
            return Ok(known.into_iter().next().map(|(_, chosen)| chosen).unwrap_or_default());
        }
        let workspace = self.workspace;
        let found: Result<Option<Preferences>, StoreError> =
            run!(self, workspaces::find_preferences(workspace, user));
        Ok(found?.unwrap_or_default())
    }

    /// Returns what a person chose for themselves, and holds it against other writers until the transaction ends.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn lock_preferences(&mut self, user: &UserId) -> Result<Preferences, StoreError> {
        let workspace = self.workspace;
        self.forget(|it| it.forget_preferences(user));
        run_touching!(self, workspaces::lock_preferences(workspace, user))
    }

    /// Returns what those of these people chose who chose something, in no order.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_preferences_of(
        &mut self,
        users: &[UserId],
    ) -> Result<Vec<(UserId, Preferences)>, StoreError> {
        if let Some(known) = self.foresight().and_then(|it| it.preferences(users)) {
            return Ok(known);
        }
        let workspace = self.workspace;
        run!(self, workspaces::find_preferences_of(workspace, users))
    }

    /// Returns everybody who chose something, by id.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_preferences(&mut self) -> Result<Vec<(UserId, Preferences)>, StoreError> {
        let workspace = self.workspace;
        run!(self, workspaces::list_preferences(workspace))
    }
}

/// The workspace is its own row.
fn token_place(workspace: &Uuid) -> Place<'_> {
    Place { table: "workspaces", column: "bot_token", workspace: workspace.as_bytes(), row: &[] }
}

fn token_fault(fault: &dyn std::fmt::Display) -> StoreError {
    StoreError::Sealed { table: "workspaces", column: "bot_token", reason: fault.to_string() }
}
