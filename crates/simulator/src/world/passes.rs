//! What may be used once, or a few times, or for a while: codes, triggers and response addresses.

use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{ChannelId, TeamId, UserId};
use std::collections::BTreeMap;

/// A code of consent lives ten minutes.
const CODE_LIFE: TimeDelta = TimeDelta::minutes(10);

/// A trigger lives three seconds.
const TRIGGER_LIFE: TimeDelta = TimeDelta::seconds(3);

/// A response address lives half an hour.
const HOOK_LIFE: TimeDelta = TimeDelta::minutes(30);

/// A response address takes five posts.
const HOOK_USES: u32 = 5;

/// What a person agreed to on the page of consent.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) team: TeamId,
    pub(crate) user: UserId,
    pub(crate) scopes: Vec<String>,
    pub(crate) is_org_wide: bool,
    pub(crate) redirect_uri: String,
    pub(crate) until: DateTime<Utc>,
}

/// What a person did that lets the bot open a modal.
#[derive(Clone, Debug)]
pub(crate) struct Trigger {
    pub(crate) team: TeamId,
    pub(crate) user: UserId,
    until: DateTime<Utc>,
    is_used: bool,
    /// The views that it opened.
    pub(crate) opened: Vec<String>,
}

/// Why a trigger opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TriggerFault {
    Unknown,
    Expired,
    Used,
}

/// Where an answer to something that a person did may be posted later.
#[derive(Clone, Debug)]
pub(crate) struct Hook {
    pub(crate) team: TeamId,
    pub(crate) channel: ChannelId,
    pub(crate) user: UserId,
    /// The message that the person acted in; none for a command.
    pub(crate) message_ts: Option<String>,
    until: DateTime<Utc>,
    uses_left: u32,
}

/// Why a response address takes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HookFault {
    Unknown,
    Expired,
    UsedUp,
}

/// All codes, triggers and response addresses that were handed out.
#[derive(Debug, Default)]
pub(crate) struct Passes {
    grants: BTreeMap<String, Grant>,
    triggers: BTreeMap<String, Trigger>,
    hooks: BTreeMap<String, Hook>,
}

impl Passes {
    /// Keeps a grant under its code; `until` is set here.
    pub(crate) fn grant(&mut self, code: String, mut grant: Grant, now: DateTime<Utc>) {
        grant.until = now + CODE_LIFE;
        self.grants.insert(code, grant);
    }

    /// Takes the grant of a code: a second time there is none.
    pub(crate) fn take_grant(&mut self, code: &str, now: DateTime<Utc>) -> Option<Grant> {
        self.grants.remove(code).filter(|grant| now < grant.until)
    }

    pub(crate) fn hand_out_trigger(
        &mut self,
        id: String,
        (team, user): (&TeamId, &UserId),
        now: DateTime<Utc>,
    ) {
        let until = now + TRIGGER_LIFE;
        let (team, user) = (team.clone(), user.clone());
        let trigger = Trigger { team, user, until, is_used: false, opened: Vec::new() };
        self.triggers.insert(id, trigger);
    }

    /// Uses a trigger of this team, once.
    pub(crate) fn use_trigger(
        &mut self,
        id: &str,
        team: &TeamId,
        now: DateTime<Utc>,
    ) -> Result<&Trigger, TriggerFault> {
        let trigger = self.triggers.get_mut(id).filter(|trigger| &trigger.team == team);
        let trigger = trigger.ok_or(TriggerFault::Unknown)?;
        if trigger.is_used {
            return Err(TriggerFault::Used);
        }
        if now >= trigger.until {
            return Err(TriggerFault::Expired);
        }
        trigger.is_used = true;
        Ok(trigger)
    }

    /// Keeps that a trigger opened a view.
    pub(crate) fn add_opened(&mut self, id: &str, view: &str) {
        if let Some(trigger) = self.triggers.get_mut(id) {
            trigger.opened.push(view.into());
        }
    }

    /// Returns the views that a trigger opened.
    pub(crate) fn opened_by(&self, id: &str) -> Vec<String> {
        self.triggers.get(id).map(|trigger| trigger.opened.clone()).unwrap_or_default()
    }

    pub(crate) fn hand_out_hook(
        &mut self,
        secret: String,
        (team, channel, user): (&TeamId, &ChannelId, &UserId),
        message_ts: Option<String>,
        now: DateTime<Utc>,
    ) {
        let hook = Hook {
            team: team.clone(),
            channel: channel.clone(),
            user: user.clone(),
            message_ts,
            until: now + HOOK_LIFE,
            uses_left: HOOK_USES,
        };
        self.hooks.insert(secret, hook);
    }

    /// Lets the response addresses of a channel go on under its new id.
    pub(crate) fn follow_channel(&mut self, team: &TeamId, old: &ChannelId, new: &ChannelId) {
        let hooks = self.hooks.values_mut();
        for hook in hooks.filter(|hook| &hook.team == team && &hook.channel == old) {
            hook.channel = new.clone();
        }
    }

    /// Uses a response address, one of its five times.
    pub(crate) fn use_hook(&mut self, secret: &str, now: DateTime<Utc>) -> Result<Hook, HookFault> {
        let hook = self.hooks.get_mut(secret).ok_or(HookFault::Unknown)?;
        if now >= hook.until {
            return Err(HookFault::Expired);
        }
        if hook.uses_left == 0 {
            return Err(HookFault::UsedUp);
        }
        hook.uses_left -= 1;
        Ok(hook.clone())
    }
}
