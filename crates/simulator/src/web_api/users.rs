//! `users.*` and `auth.*`: who people are, and who the caller is.

use super::answer::{Outcome, Refusal};
use super::context::{Context, Part};
use crate::to_bot::told::describe_person;
use crate::world::workspace::InstallState;
use serde_json::{Value, json};

pub(crate) fn auth_test(context: &Context<'_>) -> Value {
    let workspace = context.workspace();
    json!({
        "url": format!("https://{}.slack.com/", workspace.domain),
        "team": workspace.name,
        "user": "asyncbot",
        "team_id": workspace.team,
        "user_id": context.install.bot_user,
        "bot_id": workspace.bot_id(),
        "is_enterprise_install": false,
    })
}

pub(crate) fn auth_revoke(context: &mut Context<'_>) -> Value {
    if context.arguments.flag("test") {
        return json!({"revoked": false});
    }
    context.workspace_mut().end_install(InstallState::Revoked);
    json!({"revoked": true})
}

pub(crate) fn info(context: &mut Context<'_>) -> Outcome {
    let id = context.text("user")?;
    let person = context.workspace().person(id);
    let person =
        person.ok_or_else(|| Refusal::new("user_not_found", format!("no person {id:?}")))?;
    let with_email = context.install.has_scope("users:read.email");
    Ok(json!({"user": describe_person(&context.team, person, with_email, context.now)}))
}

pub(crate) fn list(context: &mut Context<'_>) -> Outcome {
    let with_email = context.install.has_scope("users:read.email");
    let people = &context.workspace().people;
    let shown: Vec<Value> = people
        .iter()
        .map(|person| describe_person(&context.team, person, with_email, context.now))
        .collect();
    let Part { items, next_cursor } = context.part(shown, 200, 1000)?;
    Ok(json!({
        "members": items,
        "cache_ts": context.now.timestamp(),
        "response_metadata": {"next_cursor": next_cursor},
    }))
}
