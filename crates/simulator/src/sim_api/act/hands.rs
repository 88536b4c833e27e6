//! What people do with the mouse: clicks, submissions, closings.

use super::super::refused::{Refused, channel};
use super::{Acted, Answer, Click, Submit, need_install, report};
use crate::block_kit::form::{action_of, add_to_state, find_element, refusal_of_client, state_of};
use crate::sim::Sim;
use crate::to_bot::interaction::{self, Actor};
use crate::to_bot::reaction::react_to_submission;
use crate::world::World;
use crate::world::journal::Kind as LineKind;
use crate::world::person::Person;
use crate::world::view::View;

use domain::ids::TeamId;
use serde_json::{Value, json};

pub(super) async fn click_in_message(
    sim: &Sim,
    team: &TeamId,
    user: &Person,
    click: &Click,
) -> Answer {
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
        let mut state = state_of(&blocks, &click.values).map_err(Refused::unfit)?;
        add_to_state(&mut state, &action);
        let mut actor = actor(team, user);
        if let Some(home) = &click.home_team {
            actor.home = TeamId::new(home);
        }
        let at = (&state, url.as_str(), now);
        Ok::<_, Refused>(interaction::click_in_message(world, &actor, &message, &action, at))
    })?;
    let exchange = interaction::send(sim, &payload).await;
    let acted = Acted { exchange: Some(exchange), trigger: Some(trigger), ..Acted::default() };
    Ok(report(sim, team, acted))
}

fn actor(team: &TeamId, user: &Person) -> Actor {
    let home = user.home.as_ref().unwrap_or(team).clone();
    Actor { team: team.clone(), user: user.id.clone(), home }
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

pub(super) async fn click_in_view(
    sim: &Sim,
    team: &TeamId,
    user: &Person,
    id: &str,
    click: &Click,
) -> Answer {
    need_install(sim, team)?;
    let (trigger, payload) = sim.change(|world, now| {
        let view = find_view(world, team, user, id)?;
        let ts = world.find_mut(team).map(|workspace| workspace.next_ts(now)).unwrap_or_default();
        let action = make_action(view.blocks(), click, &ts)?;
        let mut state = state_of(view.blocks(), &click.values).map_err(Refused::unfit)?;
        add_to_state(&mut state, &action);
        let actor = actor(team, user);
        Ok::<_, Refused>(interaction::click_in_view(world, &actor, &view, &action, (&state, now)))
    })?;
    let exchange = interaction::send(sim, &payload).await;
    let hash = sim.read(|world| Some(world.find(team)?.view(id)?.1.hash.clone()));
    let is_changed = hash.is_some_and(|hash| payload["view"]["hash"] != hash.as_str());
    let changed_views = is_changed.then(|| id.to_owned()).into_iter().collect();
    let trigger = Some(trigger);
    let acted = Acted { exchange: Some(exchange), trigger, changed_views, ..Acted::default() };
    Ok(report(sim, team, acted))
}

pub(super) async fn submit(sim: &Sim, team: &TeamId, user: &Person, form: &Submit) -> Answer {
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
        let actor = actor(team, user);
        Ok(interaction::submission(world, &actor, &view, (&state, now)))
    })?;
    let (exchange, again) = if form.twice {
        let both = tokio::join!(interaction::send(sim, &payload), interaction::send(sim, &payload));
        (both.0, Some(both.1))
    } else {
        (interaction::send(sim, &payload).await, None)
    };
    let mut acted = Acted { again, trigger: Some(trigger), ..Acted::default() };
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
pub(super) async fn close_views(
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
        let actor = actor(team, user);
        let payload = sim.read(|world| interaction::closing(world, &actor, view, closed.len() > 1));
        acted.exchange = Some(interaction::send(sim, &payload).await);
    }
    Ok(report(sim, team, acted))
}
