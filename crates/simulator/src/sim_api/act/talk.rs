//! What people type, and what happens in Slack by itself.

use super::super::happening::make_true;
use super::super::refused::{Refused, channel};
use super::{Acted, Answer, Dms, HomeTab, Say, need_install, report};
use crate::block_kit::form::state_of;
use crate::sim::Sim;
use crate::to_bot::command::{self, Typed, with_mentions};
use crate::to_bot::reaction::{Place, show_answer};
use crate::to_bot::{Exchange, Miss, event, told};
use crate::world::journal::Kind as LineKind;
use crate::world::message::Message;
use crate::world::person::Person;
use crate::world::workspace::{Channel, Kind};
use crate::world::{COMMAND, World};
use axum::Json;
use chrono::{DateTime, Utc};
use domain::ids::{ChannelId, TeamId};
use serde_json::{Value, json};

pub(super) async fn type_command(
    sim: &Sim,
    team: &TeamId,
    user: &Person,
    (word, text): (&str, String),
    place: Option<&str>,
) -> Answer {
    let place = match place {
        Some(place) => channel(sim, team, Some(user), place)?,
        None => usual_channel(sim, team, user)?,
    };
    if word == "/invite" {
        return invite(sim, team, user, &place.id).await;
    }
    need_install(sim, team)?;
    if user.home.is_some() {
        let why =
            format!("{} belongs to another workspace, which does not have {word}.", user.name);
        return Err(Refused::conflict(why));
    }
    if word != COMMAND {
        return Err(Refused::not_found(format!("{word} is not a command here; {COMMAND} is.")));
    }
    let typed = Typed {
        team: team.clone(),
        user: user.id.clone(),
        channel: place.id,
        command: word.into(),
        text,
    };
    let (trigger, exchange) = command::send(sim, &typed).await;
    let (error, told) = sim.change(|world, now| take_answer(world, &typed, &exchange, now));
    if let Some(told) = told {
        event::tell_later(sim, team, &told);
    }
    let acted =
        Acted { exchange: Some(exchange), error, trigger: Some(trigger), ..Acted::default() };
    Ok(report(sim, team, acted))
}

/// Shows what the bot answered to a command, or that it did not.
fn take_answer(
    world: &mut World,
    typed: &Typed,
    exchange: &Exchange,
    now: DateTime<Utc>,
) -> (Option<String>, Option<Value>) {
    let shown = match &exchange.miss {
        None => {
            let line = format!("{} {}", typed.command, typed.text);
            let place = Place {
                team: &typed.team,
                channel: &typed.channel,
                user: &typed.user,
                original: None,
                command: Some(line.trim_end().to_owned()),
            };
            show_answer(world, &place, &exchange.response(), now)
                .map_err(|why| ("invalid_command_response", why))
        }
        Some((Miss::Timeout, why)) => Err(("operation_timeout", why.clone())),
        Some((_, why)) => Err(("dispatch_failed", why.clone())),
    };
    let (code, why) = match shown {
        Ok(told) => return (None, told),
        Err(failed) => failed,
    };
    let text = format!("Answer to {}: {why}", typed.command);
    world.journal.record(now, Some(&typed.team), LineKind::Refused, text);
    if let Some(workspace) = world.find_mut(&typed.team) {
        let said = format!("{} failed with the error \"{code}\": {why}.", typed.command);
        workspace.tell(&typed.user, &typed.channel, &said, now);
    }
    (Some(why), None)
}

/// Returns where a person types where nothing was said: #general, else the first channel they are in.
fn usual_channel(sim: &Sim, team: &TeamId, user: &Person) -> Result<Channel, Refused> {
    let found = sim.read(|world| {
        let channels = world.find(team)?.channels.iter();
        let mut theirs =
            channels.filter(|one| one.has_member(&user.id) && !matches!(one.kind, Kind::Direct(_)));
        let first = theirs.clone().next();
        theirs.find(|one| one.name == "general").or(first).cloned()
    });
    match found {
        Some(found) => Ok(found),
        None => channel(sim, team, Some(user), "dm"),
    }
}

/// Takes the bot into a channel, as `/invite @Asyncbot` does.
async fn invite(sim: &Sim, team: &TeamId, user: &Person, place: &ChannelId) -> Answer {
    need_install(sim, team)?;
    let told = sim.change(|world, now| {
        let workspace = world.find_mut(team)?;
        let bot = workspace.ensure_bot();
        let channel = workspace.channel_mut(place.as_str()).filter(|one| !one.has_member(&bot))?;
        channel.members.push(bot.clone());
        workspace.tell(&user.id, place, "Asyncbot is in this channel now.", now);
        told::joined(workspace, place, &bot, Some(&user.id), now)
    });
    tell(sim, team, told).await
}

/// Sends an event, if there is one, and reports what became of it.
async fn tell(sim: &Sim, team: &TeamId, told: Option<Value>) -> Answer {
    let exchange = match told {
        Some(told) => Some(event::tell_now(sim, team, &told).await),
        None => None,
    };
    Ok(report(sim, team, Acted { exchange, ..Acted::default() }))
}

pub(super) async fn happen(sim: &Sim, team: &TeamId, told: Value, is_raw: bool) -> Answer {
    if !told["type"].is_string() {
        return Err(Refused::unfit("An event needs a \"type\"."));
    }
    if is_raw {
        return tell(sim, team, Some(told)).await;
    }
    let told = sim.change(|world, now| make_true(world, team, told, now))?;
    tell_all(sim, team, told).await
}

/// Sends events, the first of which is waited for.
async fn tell_all(sim: &Sim, team: &TeamId, told: Vec<Value>) -> Answer {
    let mut told = told.into_iter();
    let first = told.next();
    let answer = tell(sim, team, first).await;
    for later in told {
        event::tell_later(sim, team, &later);
    }
    answer
}

/// Opens or closes a person's direct messages with the bot.
pub(super) fn turn_dms(sim: &Sim, team: &TeamId, user: &Person, dms: Dms) -> Json<Value> {
    sim.change(|world, _| {
        let person =
            world.find_mut(team).and_then(|workspace| workspace.person_mut(user.id.as_str()));
        if let Some(person) = person {
            person.has_closed_dms = dms == Dms::Closed;
        }
    });
    report(sim, team, Acted::default())
}

/// Switches the app's home on or off.
pub(super) fn turn_home_tab(sim: &Sim, team: &TeamId, tab: HomeTab) -> Json<Value> {
    sim.change(|world, _| {
        if let Some(workspace) = world.find_mut(team) {
            workspace.has_no_home_tab = tab == HomeTab::Off;
        }
    });
    report(sim, team, Acted::default())
}

pub(super) async fn uninstall(sim: &Sim, team: &TeamId) -> Answer {
    need_install(sim, team)?;
    let events = sim.change(|world, now| {
        let bot =
            world.find(team).and_then(|one| one.install().map(|install| install.bot_user.clone()));
        let revoked = json!({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [bot]}});
        let uninstalled = make_true(world, team, json!({"type": "app_uninstalled"}), now)?;
        Ok::<_, Refused>((make_true(world, team, revoked, now)?, uninstalled))
    });
    let (revoked, uninstalled) = events?;
    for revoked in &revoked {
        event::tell_later(sim, team, revoked);
    }
    tell_all(sim, team, uninstalled).await
}

pub(super) async fn open_home(sim: &Sim, team: &TeamId, user: &Person) -> Answer {
    need_install(sim, team)?;
    if user.home.is_some() {
        let why =
            format!("{} belongs to another workspace, which does not have the app.", user.name);
        return Err(Refused::conflict(why));
    }
    let told = sim.change(|world, now| {
        let workspace = world.find_mut(team)?;
        let channel = workspace.ensure_direct_channel(&user.id, now);
        let event_ts = workspace.next_ts(now);
        let mut told = json!({
            "type": "app_home_opened",
            "user": user.id,
            "channel": channel,
            "tab": "home",
            "event_ts": event_ts,
        });
        if let Some(home) = workspace.homes.get(&user.id) {
            let state = state_of(home.blocks(), &json!({})).unwrap_or_default();
            told["view"] = workspace.view_for_bot(home, &state);
        }
        Some(told)
    });
    tell(sim, team, told).await
}

pub(super) async fn say(sim: &Sim, team: &TeamId, user: &Person, words: Say) -> Answer {
    let place = channel(sim, team, Some(user), &words.channel)?;
    if place.is_archived {
        return Err(Refused::conflict(format!("#{} is archived.", place.name)));
    }
    if words.text.trim().is_empty() {
        return Err(Refused::unfit("There is nothing in the text."));
    }
    let told = sim.change(|world, now| {
        let gone = || Refused::not_found("The workspace is gone.");
        let workspace = world.find_mut(team).ok_or_else(gone)?;
        if let Some(thread) = &words.thread_ts
            && workspace.message(&place.id, thread).is_none()
        {
            return Err(Refused::not_found(format!(
                "There is no message {thread} in this channel."
            )));
        }
        // Whoever speaks in a public channel has come into it.
        if let Some(channel) =
            workspace.channel_mut(place.id.as_str()).filter(|one| !one.has_member(&user.id))
        {
            channel.members.push(user.id.clone());
        }
        let text = with_mentions(workspace, &words.text, false);
        let ts = workspace.next_ts(now);
        let mut message = Message::new(&place.id, ts, &user.id, &text);
        message.thread_ts = words.thread_ts;
        let told = workspace.message_event(&message);
        workspace.messages.push(message);
        Ok(told)
    })?;
    tell(sim, team, told).await
}
