//! What a method works on: the world, the caller, its arguments.

use super::answer::Refusal;
use super::arguments::Arguments;
use super::catalogue::Method;
use crate::world::World;
use crate::world::workspace::{Channel, Install, Kind, Workspace};
use chrono::{DateTime, Utc};
use domain::ids::TeamId;
use serde_json::{Value, json};

/// A call that was authorised and whose arguments are in order.
pub(crate) struct Context<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) team: TeamId,
    pub(crate) install: Install,
    pub(crate) arguments: Arguments,
    pub(crate) now: DateTime<Utc>,
    /// What the bot is to be told of in consequence.
    pub(crate) events: Vec<Value>,
}

/// A part of a list, and where the next part begins.
pub(crate) struct Part<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next_cursor: String,
}

impl Context<'_> {
    pub(crate) fn workspace(&self) -> &Workspace {
        self.world.find(&self.team).expect("the token was found in this workspace")
    }

    pub(crate) fn workspace_mut(&mut self) -> &mut Workspace {
        self.world.find_mut(&self.team).expect("the token was found in this workspace")
    }

    /// Checks the scopes of a method; those of `conversations.*` depend on the channel and are checked there.
    pub(crate) fn check_scopes(&self, name: &str, method: &Method) -> Result<(), Refusal> {
        let wanted = method.bot_scopes.as_deref().unwrap_or_default();
        if wanted.is_empty() || name.contains("conversations") {
            return Ok(());
        }
        if wanted.iter().any(|scope| self.install.has_scope(scope)) {
            return Ok(());
        }
        Err(self.missing_scope(&wanted.join(",")))
    }

    pub(crate) fn need_scope(&self, scope: &str) -> Result<(), Refusal> {
        if self.install.has_scope(scope) { Ok(()) } else { Err(self.missing_scope(scope)) }
    }

    fn missing_scope(&self, needed: &str) -> Refusal {
        let provided = self.install.scopes.join(",");
        Refusal::new("missing_scope", format!("needs the scope {needed}"))
            .with(json!({"needed": needed, "provided": provided}))
    }

    /// Returns the text of an argument that must be there.
    pub(crate) fn text(&self, name: &str) -> Result<&str, Refusal> {
        let missing =
            || Refusal::new("invalid_arguments", format!("the argument {name:?} is required"));
        self.arguments.text(name).ok_or_else(missing)
    }

    /// Returns the channel that `channel` names, as far as the bot can see it.
    pub(crate) fn channel(&self) -> Result<Channel, Refusal> {
        let id = self.text("channel")?;
        let found = self.workspace().channel(id);
        let found =
            found.filter(|one| one.kind == Kind::Public || one.has_member(&self.install.bot_user));
        let why =
            || format!("there is no channel {id:?}, or it is private and the bot is not in it");
        let found = found.ok_or_else(|| Refusal::new("channel_not_found", why()))?;
        if let Kind::Direct(user) = &found.kind
            && self.workspace().person(user.as_str()).is_some_and(|person| person.has_closed_dms)
        {
            let why = format!("{user} takes no direct messages");
            return Err(Refusal::new("channel_not_found", why));
        }
        Ok(found.clone())
    }

    /// Cuts the part out of a list that `limit` and `cursor` ask for.
    pub(crate) fn part<T>(
        &self,
        items: Vec<T>,
        default: i64,
        most: i64,
    ) -> Result<Part<T>, Refusal> {
        let limit = self.arguments.number("limit").unwrap_or(default);
        let limit = if limit == 0 { default } else { limit };
        if !(1..=most).contains(&limit) {
            return Err(Refusal::new("invalid_limit", format!("the limit must be 1 to {most}")));
        }
        let from = match self.arguments.text("cursor") {
            None => 0,
            Some(cursor) => {
                let place = cursor.strip_prefix("after:").and_then(|place| place.parse().ok());
                let bad =
                    || Refusal::new("invalid_cursor", "the cursor is none that was handed out");
                place.filter(|place| *place <= items.len()).ok_or_else(bad)?
            }
        };
        let until =
            from.saturating_add(usize::try_from(limit).unwrap_or(usize::MAX)).min(items.len());
        let next_cursor =
            if until < items.len() { format!("after:{until}") } else { String::new() };
        let items = items.into_iter().skip(from).take(until - from).collect();
        Ok(Part { items, next_cursor })
    }
}
