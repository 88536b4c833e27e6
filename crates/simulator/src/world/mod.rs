//! Everything that the simulated Slack knows.

pub(crate) mod journal;
pub(crate) mod message;
pub(crate) mod passes;
pub(crate) mod person;
pub(crate) mod secrets;
pub(crate) mod view;
pub(crate) mod workspace;

use crate::faults::Faults;
use crate::hibob::Hibob;
use crate::limits::Limits;
use crate::stripe::Stripe;
use chrono::{DateTime, Utc};
use domain::ids::TeamId;
use journal::Journal;
use passes::Passes;
use secrets::Secrets;
use std::collections::HashMap;
use workspace::{Install, InstallState, Workspace};

/// The app's id, the same in every workspace.
pub(crate) const APP_ID: &str = "A0ASYNCBOT";

/// The app's name, as people see it.
pub(crate) const APP_NAME: &str = "Asyncbot";

/// The one slash command of the app.
pub(crate) const COMMAND: &str = "/rotation";

/// All workspaces, and what belongs to none of them.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) workspaces: Vec<Workspace>,
    /// Where each stands among `workspaces`: with hundreds of them a call is not to look at every one.
    places: HashMap<TeamId, usize>,
    /// The workspace of each token that was ever handed out.
    owners: HashMap<String, TeamId>,
    pub(crate) passes: Passes,
    pub(crate) faults: Faults,
    pub(crate) limits: Limits,
    pub(crate) journal: Journal,
    pub(crate) secrets: Secrets,
    pub(crate) hibob: Hibob,
    pub(crate) stripe: Stripe,
}

impl World {
    pub(crate) fn new(seed: &str) -> Self {
        Self {
            workspaces: Vec::new(),
            places: HashMap::new(),
            owners: HashMap::new(),
            passes: Passes::default(),
            faults: Faults::default(),
            limits: Limits::default(),
            journal: Journal::default(),
            secrets: Secrets::new(seed),
            hibob: Hibob::default(),
            stripe: Stripe::new(seed),
        }
    }

    pub(crate) fn find(&self, team: &TeamId) -> Option<&Workspace> {
        self.workspaces.get(*self.places.get(team)?)
    }

    pub(crate) fn find_mut(&mut self, team: &TeamId) -> Option<&mut Workspace> {
        self.workspaces.get_mut(*self.places.get(team)?)
    }

    /// Adds a workspace, whose id is new.
    pub(crate) fn add(&mut self, workspace: Workspace) {
        self.places.insert(workspace.team.clone(), self.workspaces.len());
        self.workspaces.push(workspace);
    }

    /// Returns the workspace whose bot has, or once had, this token.
    pub(crate) fn find_by_token(&self, token: &str) -> Option<(&Workspace, &Install)> {
        let workspace = self.find(self.owners.get(token)?)?;
        Some((workspace, workspace.find_install(token)?))
    }

    /// Installs the app, or installs it again with these scopes, and returns the installation.
    pub(crate) fn install(
        &mut self,
        team: &TeamId,
        scopes: Vec<String>,
        installer: &domain::ids::UserId,
        now: DateTime<Utc>,
    ) -> Option<&Install> {
        let token = format!("xoxb-{}", self.secrets.next("token"));
        let workspace = self.find_mut(team)?;
        let bot_user = workspace.ensure_bot();
        let fresh = Install {
            token: token.clone(),
            scopes,
            bot_user,
            installer: installer.clone(),
            at: now,
            state: InstallState::Active,
        };
        match workspace.installs.last_mut().filter(|last| last.state == InstallState::Active) {
            Some(last) => *last = Install { token: last.token.clone(), ..fresh },
            None => workspace.installs.push(fresh),
        }
        self.owners.insert(token, team.clone());
        self.find(team)?.installs.last()
    }
}
