//! `views.*`: modals and homes.

use super::answer::{Outcome, Refusal};
use super::context::Context;
use crate::block_kit::Surface;
use crate::block_kit::form::state_of;
use crate::block_kit::view::{ViewFault, check_view};
use crate::views::{make_view, replace_view};
use crate::world::passes::TriggerFault;
use crate::world::view::View;
use crate::world::workspace::Workspace;
use domain::ids::UserId;
use serde_json::{Value, json};

/// The most modals that lie on each other.
const DEEPEST: usize = 3;

pub(crate) fn open(context: &mut Context<'_>) -> Outcome {
    let body = checked_view(context, Surface::Modal)?;
    let (user, id) = use_trigger(context)?;
    check_external_id(context.workspace(), &body, None)?;
    // A modal that opens where one is open takes its place, as Slack's clients show one stack.
    let view = make_view(context.world, body, false, None, context.now);
    add_opened(context, &id, &view);
    let shown = shown(context.workspace(), &view);
    context.workspace_mut().modals.insert(user, vec![view]);
    Ok(json!({"view": shown}))
}

pub(crate) fn push(context: &mut Context<'_>) -> Outcome {
    let body = checked_view(context, Surface::Modal)?;
    let (user, id) = use_trigger(context)?;
    check_external_id(context.workspace(), &body, None)?;
    let stack = context.workspace().modals_of(&user);
    if stack.is_empty() {
        return Err(Refusal::new("not_found", "there is no open modal to push on"));
    }
    if stack.len() >= DEEPEST {
        return Err(Refusal::new("push_limit_reached", "three modals lie on each other already"));
    }
    let below = stack.last().map(|view| (view.id.clone(), view.root.clone()));
    let view = make_view(context.world, body, false, below, context.now);
    add_opened(context, &id, &view);
    let shown = shown(context.workspace(), &view);
    context.workspace_mut().modals.entry(user).or_default().push(view);
    Ok(json!({"view": shown}))
}

pub(crate) fn update(context: &mut Context<'_>) -> Outcome {
    let body = checked_view(context, Surface::Modal)?;
    let workspace = context.workspace();
    let by_id = context.arguments.text("view_id");
    let by_name = context.arguments.text("external_id");
    if by_id.is_none() && by_name.is_none() {
        return Err(Refusal::new("invalid_arguments", "needs a view_id or an external_id"));
    }
    let mut modals = workspace.modals.values().flatten();
    let found = modals.find(|view| match by_id {
        Some(id) => view.id == id,
        None => view.external_id() == by_name,
    });
    let found = found.ok_or_else(|| Refusal::new("not_found", "no such view is open"))?;
    if context.arguments.text("hash").is_some_and(|hash| hash != found.hash) {
        return Err(Refusal::new("hash_conflict", "the view was changed since"));
    }
    let id = found.id.clone();
    check_external_id(workspace, &body, Some(&id))?;
    let view = replace_view(context.world, &context.team, &id, body, context.now);
    let view = view.ok_or_else(|| Refusal::new("not_found", "no such view is open"))?;
    Ok(json!({"view": shown(context.workspace(), &view)}))
}

pub(crate) fn publish(context: &mut Context<'_>) -> Outcome {
    if context.workspace().has_no_home_tab {
        return Err(Refusal::new("not_enabled", "the app's home is switched off"));
    }
    let body = checked_view(context, Surface::Home)?;
    let user = UserId::new(context.text("user_id")?);
    if context.workspace().person(user.as_str()).is_none_or(|person| person.is_bot) {
        return Err(Refusal::new("invalid_arguments", format!("no person {user}")));
    }
    let old = context.workspace().homes.get(&user).cloned();
    let hash = context.arguments.text("hash");
    if hash.is_some_and(|hash| old.as_ref().is_none_or(|old| old.hash != hash)) {
        return Err(Refusal::new("hash_conflict", "the home was published since"));
    }
    let mut view = make_view(context.world, body, true, None, context.now);
    if let Some(old) = old {
        (view.id, view.root) = (old.id, old.root);
    }
    let shown = shown(context.workspace(), &view);
    context.workspace_mut().homes.insert(user, view);
    Ok(json!({"view": shown}))
}

fn checked_view(context: &Context<'_>, surface: Surface) -> Result<Value, Refusal> {
    let missing = || Refusal::new("invalid_arguments", "the argument \"view\" is required");
    let view = context.arguments.json("view").cloned().ok_or_else(missing)?;
    check_view(&view, surface).map_err(|fault| match fault {
        ViewFault::TooLarge => Refusal::new("view_too_large", "the view is larger than 250 KB"),
        ViewFault::Invalid(fault) => Refusal::of_blocks("invalid_arguments", &fault),
    })?;
    Ok(view)
}

fn check_external_id(
    workspace: &Workspace,
    body: &Value,
    own: Option<&str>,
) -> Result<(), Refusal> {
    let Some(name) = body["external_id"].as_str().filter(|name| !name.is_empty()) else {
        return Ok(());
    };
    let mut others = workspace.modals.values().flatten().chain(workspace.homes.values());
    let is_taken =
        others.any(|view| view.external_id() == Some(name) && Some(view.id.as_str()) != own);
    if is_taken {
        Err(Refusal::new("duplicate_external_id", format!("{name:?} is in use")))
    } else {
        Ok(())
    }
}

fn use_trigger(context: &mut Context<'_>) -> Result<(UserId, String), Refusal> {
    if context.arguments.text("interactivity_pointer").is_some() {
        return Err(Refusal::new(
            "invalid_arguments",
            "interactivity pointers belong to workflows",
        ));
    }
    let id = context.text("trigger_id")?.to_owned();
    let opening = context.world.passes.use_trigger(&id, &context.team, context.now);
    let opening = opening.map(|trigger| trigger.user.clone());
    let user = opening.map_err(|fault| match fault {
        TriggerFault::Unknown => {
            Refusal::new("invalid_trigger_id", "no such trigger was handed out here")
        }
        TriggerFault::Expired => Refusal::new("expired_trigger_id", "a trigger lives 3 seconds"),
        TriggerFault::Used => Refusal::new("exchanged_trigger_id", "a trigger is for one use"),
    })?;
    Ok((user, id))
}

fn add_opened(context: &mut Context<'_>, trigger: &str, view: &View) {
    context.world.passes.add_opened(trigger, &view.id);
}

fn shown(workspace: &Workspace, view: &View) -> Value {
    let state = state_of(view.blocks(), &json!({})).unwrap_or_else(|_| json!({}));
    workspace.view_for_bot(view, &state)
}
