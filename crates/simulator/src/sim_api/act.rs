//! Acting as a person: commands, clicks, forms, talk, and the events of Slack itself.

use super::people::make_true;
use super::refused::{Refused, channel, person, read, workspace};
use crate::block_kit::form::{action_of, find_element, refusal_of_client, state_of};
use crate::sim::Sim;
use crate::to_bot::command::{self, Typed, with_mentions};
use crate::to_bot::interaction::{self, Actor};
use crate::to_bot::reaction::{Place, react_to_submission, show_answer};
use crate::to_bot::{Exchange, Miss, event};
use crate::world::journal::Kind as LineKind;
use crate::world::message::Message;
use crate::world::view::View;
use crate::world::workspace::{Kind, Person};
use crate::world::{COMMAND, World};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::ids::{ChannelId, TeamId};
use serde::Deserialize;
use serde_json::{Value, json};

/// One thing that a person does, or that happens in Slack.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Act {
    team: String,
    user: Option<String>,
    channel: Option<String>,
    command: Option<String>,
    #[serde(default)]
    text: String,
    click: Option<Click>,
    submit: Option<Submit>,
    close: Option<Close>,
    #[serde(default)]
    open_home: bool,
    say: Option<Say>,
    #[serde(default)]
    uninstall: bool,
    event: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Click {
    channel: Option<String>,
    ts: Option<String>,
    view_id: Option<String>,
    action_id: String,
    block_id: Option<String>,
    value: Option<Value>,
    #[serde(default)]
    values: Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Submit {
    view_id: String,
    #[serde(default)]
    values: Value,
    #[serde(default)]
    force: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Close {
    view_id: Option<String>,
    #[serde(default)]
    all: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Say {
    channel: String,
    text: String,
    thread_ts: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Closing {
    team: String,
    user: String,
    view_id: Option<String>,
    #[serde(default)]
    all: bool,
}

/// What came of an act.
#[derive(Default)]
struct Acted {
    exchange: Option<Exchange>,
    /// Why Slack would show an error, where the exchange does not say it.
    error: Option<String>,
    trigger: Option<String>,
    changed_views: Vec<String>,
}

type Answer = Result<Json<Value>, Refused>;

pub(crate) async fn act(State(sim): State<Sim>, body: Bytes) -> Answer {
    let act: Act = read(&body)?;
    let _busy = sim.clock().busy();
    let team =
        sim.read(|world| workspace(world, &act.team).map(|workspace| workspace.team.clone()))?;
    if let Some(told) = act.event {
        return happen(&sim, &team, told).await;
    }
    let user = act.user.as_deref().ok_or_else(|| Refused::unfit("Say which \"user\" acts."))?;
    let user = sim.read(|world| person(workspace(world, &act.team)?, user).cloned())?;
    if user.is_bot {
        return Err(Refused::unfit("The bot acts by itself; choose a person."));
    }
    if let Some(typed) = act.command {
        return type_command(&sim, &team, &user, (&typed, act.text), act.channel.as_deref()).await;
    }
    if let Some(click) = act.click {
        return match click.view_id.clone() {
            Some(view) => click_in_view(&sim, &team, &user, &view, &click).await,
            None => click_in_message(&sim, &team, &user, &click).await,
        };
    }
    if let Some(form) = act.submit {
        return submit(&sim, &team, &user, &form).await;
    }
    if let Some(close) = act.close {
        return close_views(&sim, &team, &user, close.view_id.as_deref(), close.all).await;
    }
    if let Some(words) = act.say {
        return say(&sim, &team, &user, words).await;
    }
    if act.open_home {
        return open_home(&sim, &team, &user).await;
    }
    if act.uninstall {
        return uninstall(&sim, &team).await;
    }
    Err(Refused::unfit(
        "Say what to do: command, click, submit, close, open_home, say, uninstall or event.",
    ))
}

pub(crate) async fn close(State(sim): State<Sim>, body: Bytes) -> Answer {
    let asked: Closing = read(&body)?;
    let _busy = sim.clock().busy();
    let (team, user) = sim.read(|world| {
        let workspace = workspace(world, &asked.team)?;
        Ok::<_, Refused>((workspace.team.clone(), person(workspace, &asked.user)?.clone()))
    })?;
    close_views(&sim, &team, &user, asked.view_id.as_deref(), asked.all).await
}

/// Returns what scripts are told of an act.
fn report(sim: &Sim, team: &TeamId, acted: Acted) -> Json<Value> {
    let exchange = acted.exchange;
    let status =
        exchange.as_ref().and_then(|one| one.answer.as_ref()).map(|one| one.status.as_u16());
    let missed = exchange.as_ref().and_then(|one| one.miss.as_ref()).map(|(_, why)| sentence(why));
    let response = exchange.as_ref().map_or(Value::Null, Exchange::response);
    let ack_ms = exchange.and_then(|one| one.ack_ms);
    let views: Vec<Value> = sim.read(|world| {
        let opened =
            acted.trigger.as_deref().map(|id| world.passes.opened_by(id)).unwrap_or_default();
        let workspace = world.find(team);
        let ids = opened.iter().chain(&acted.changed_views);
        ids.filter_map(|id| Some(workspace?.view(id)?.1.for_page())).collect()
    });
    Json(json!({
        "status": status,
        "ack_ms": ack_ms,
        "response": response,
        "error": missed.or(acted.error.as_deref().map(sentence)),
        "trigger_id": acted.trigger,
        "views_opened": views,
    }))
}

/// Returns a reason as a sentence.
fn sentence(why: &str) -> String {
    let mut letters = why.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

fn need_install(sim: &Sim, team: &TeamId) -> Result<(), Refused> {
    let is_installed =
        sim.read(|world| world.find(team).is_some_and(|one| one.install().is_some()));
    let why = "The app is not installed in this workspace.";
    if is_installed { Ok(()) } else { Err(Refused::conflict(why)) }
}

async fn type_command(
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
fn usual_channel(
    sim: &Sim,
    team: &TeamId,
    user: &Person,
) -> Result<crate::world::workspace::Channel, Refused> {
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
        event::joined(workspace, place, &bot, Some(&user.id), now)
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

async fn happen(sim: &Sim, team: &TeamId, told: Value) -> Answer {
    if !told["type"].is_string() {
        return Err(Refused::unfit("An event needs a \"type\"."));
    }
    let told = sim.change(|world, now| make_true(world, team, told, now));
    tell(sim, team, Some(told)).await
}

async fn uninstall(sim: &Sim, team: &TeamId) -> Answer {
    need_install(sim, team)?;
    let events = sim.change(|world, now| {
        let bot =
            world.find(team).and_then(|one| one.install().map(|install| install.bot_user.clone()));
        let revoked = json!({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [bot]}});
        let uninstalled = make_true(world, team, json!({"type": "app_uninstalled"}), now);
        [make_true(world, team, revoked, now), uninstalled]
    });
    let [revoked, uninstalled] = events;
    event::tell_later(sim, team, &revoked);
    tell(sim, team, Some(uninstalled)).await
}

async fn open_home(sim: &Sim, team: &TeamId, user: &Person) -> Answer {
    need_install(sim, team)?;
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

async fn say(sim: &Sim, team: &TeamId, user: &Person, words: Say) -> Answer {
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

async fn click_in_message(sim: &Sim, team: &TeamId, user: &Person, click: &Click) -> Answer {
    let (Some(place), Some(ts)) = (&click.channel, &click.ts) else {
        return Err(Refused::unfit("A click needs \"channel\" and \"ts\", or a \"view_id\"."));
    };
    need_install(sim, team)?;
    let place = channel(sim, team, Some(user), place)?;
    let url = sim.url().clone();
    let (trigger, payload) = sim.change(|world, now| {
        let missing =
            || Refused::not_found(format!("There is no message {ts} that {} can see.", user.name));
        let workspace = world.find_mut(team).ok_or_else(missing)?;
        let message =
            workspace.message(&place.id, ts).filter(|one| one.is_visible_to(Some(&user.id)));
        let message = message.cloned().ok_or_else(missing)?;
        let blocks = message.blocks.clone().unwrap_or_else(|| json!([]));
        let action = make_action(&blocks, click, &workspace.next_ts(now))?;
        let state = state_of(&blocks, &click.values).map_err(Refused::unfit)?;
        let actor = Actor { team: team.clone(), user: user.id.clone() };
        let at = (&state, url.as_str(), now);
        Ok::<_, Refused>(interaction::click_in_message(world, &actor, &message, &action, at))
    })?;
    let exchange = interaction::send(sim, &payload).await;
    let acted = Acted { exchange: Some(exchange), trigger: Some(trigger), ..Acted::default() };
    Ok(report(sim, team, acted))
}

fn make_action(blocks: &Value, click: &Click, ts: &str) -> Result<Value, Refused> {
    let found =
        find_element(blocks, &click.action_id, click.block_id.as_deref(), click.value.as_ref());
    let (block_id, element) = found.ok_or_else(|| {
        Refused::not_found(format!(
            "There is nothing with the action_id {:?} to click on here.",
            click.action_id
        ))
    })?;
    action_of(block_id, element, click.value.as_ref(), ts).map_err(Refused::unfit)
}

/// Finds a view that a person has before them.
fn find_view(world: &World, team: &TeamId, user: &Person, id: &str) -> Result<View, Refused> {
    let found = world.find(team).and_then(|workspace| workspace.view(id));
    let found = found.filter(|(seen_by, _)| *seen_by == &user.id).map(|(_, view)| view.clone());
    found.ok_or_else(|| Refused::not_found(format!("{} has no view {id} open.", user.name)))
}

async fn click_in_view(sim: &Sim, team: &TeamId, user: &Person, id: &str, click: &Click) -> Answer {
    need_install(sim, team)?;
    let (trigger, payload) = sim.change(|world, now| {
        let view = find_view(world, team, user, id)?;
        let ts = world.find_mut(team).map(|workspace| workspace.next_ts(now)).unwrap_or_default();
        let action = make_action(view.blocks(), click, &ts)?;
        let state = state_of(view.blocks(), &click.values).map_err(Refused::unfit)?;
        let actor = Actor { team: team.clone(), user: user.id.clone() };
        Ok::<_, Refused>(interaction::click_in_view(world, &actor, &view, &action, (&state, now)))
    })?;
    let exchange = interaction::send(sim, &payload).await;
    let acted = Acted { exchange: Some(exchange), trigger: Some(trigger), ..Acted::default() };
    Ok(report(sim, team, acted))
}

async fn submit(sim: &Sim, team: &TeamId, user: &Person, form: &Submit) -> Answer {
    need_install(sim, team)?;
    let (trigger, payload) = sim.change(|world, now| {
        let view = find_view(world, team, user, &form.view_id)?;
        let top =
            world.find(team).and_then(|one| one.modals_of(&user.id).last()).map(|top| &top.id);
        if top != Some(&view.id) {
            return Err(Refused::conflict("Only the modal on top can be submitted."));
        }
        if view.body["submit"].is_null() {
            return Err(Refused::conflict("This modal has no button to submit it."));
        }
        let state = state_of(view.blocks(), &form.values).map_err(Refused::unfit)?;
        if let Some(why) = refusal_of_client(view.blocks(), &state).filter(|_| !form.force) {
            return Err(Refused::unfit(why));
        }
        let actor = Actor { team: team.clone(), user: user.id.clone() };
        Ok(interaction::submission(world, &actor, &view, (&state, now)))
    })?;
    let exchange = interaction::send(sim, &payload).await;
    let mut acted = Acted { trigger: Some(trigger), ..Acted::default() };
    if exchange.miss.is_none() {
        let response = exchange.response();
        let done = sim.change(|world, now| {
            let done = react_to_submission(world, (team, &user.id), &form.view_id, &response, now);
            if let Err(why) = &done {
                let text = format!("Answer to a submission: {why}");
                world.journal.record(now, Some(team), LineKind::Refused, text);
            }
            done
        });
        match done {
            Ok(changed) => acted.changed_views = changed,
            Err(why) => acted.error = Some(why),
        }
    }
    acted.exchange = Some(exchange);
    Ok(report(sim, team, acted))
}

/// Closes the top modal or all, and tells the bot where it wants to know.
async fn close_views(
    sim: &Sim,
    team: &TeamId,
    user: &Person,
    id: Option<&str>,
    all: bool,
) -> Answer {
    let closed: Vec<View> = sim.change(|world, _| {
        let Some(stack) = world.find_mut(team).and_then(|one| one.modals.get_mut(&user.id)) else {
            return Err(Refused::not_found(format!("{} has no modal open.", user.name)));
        };
        let top = stack.last().map(|view| view.id.clone());
        if id.is_some_and(|id| !stack.iter().any(|view| view.id == id)) {
            return Err(Refused::not_found(format!(
                "{} has no view {} open.",
                user.name,
                id.unwrap_or_default()
            )));
        }
        // A modal that says so takes the whole stack with it.
        let takes_all = stack.last().is_some_and(|view| view.is_flagged("clear_on_close"));
        if all || takes_all {
            return Ok(stack.drain(..).rev().collect());
        }
        let which = id.map(str::to_owned).or(top).unwrap_or_default();
        let at = stack.iter().position(|view| view.id == which);
        Ok(at.map(|at| stack.remove(at)).into_iter().collect())
    })?;
    let mut acted = Acted::default();
    for view in closed.iter().filter(|view| view.is_flagged("notify_on_close")) {
        let actor = Actor { team: team.clone(), user: user.id.clone() };
        let payload = sim.read(|world| interaction::closing(world, &actor, view, closed.len() > 1));
        acted.exchange = Some(interaction::send(sim, &payload).await);
    }
    Ok(report(sim, team, acted))
}
