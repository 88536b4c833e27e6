//! The forms of absence sources.

use super::super::blocks::section;
use super::super::modal::{input, option, optional, text_input, view};
use super::super::names::{inert, title};
use domain::action::Field;
use domain::source::SourceInfo;
use domain::story::absence_source::{
    ConnectModal, LONGEST_VALUE, MOST_VALUES, Modal, WebhookModal,
};
use serde_json::{Value, json};

/// Returns a modal.
pub(in super::super) fn modal(modal: &Modal) -> Value {
    match modal {
        Modal::Connect(connect) => {
            let info = &connect.info;
            let submit = if connect.is_on { "Test and save" } else { "Test and connect" };
            let words = format!("Connect {}", info.name);
            let mut json = view("source_connect", &words, submit, &connect_blocks(connect));
            json["private_metadata"] = json!(info.code.as_str());
            json
        }
        Modal::Webhook(webhook) => {
            let mut json = view("source_webhook", "Webhook", "Save", &webhook_blocks(webhook));
            json["private_metadata"] = json!(webhook.source.as_str());
            json
        }
    }
}

fn connect_blocks(connect: &ConnectModal) -> Vec<Value> {
    let info = &connect.info;
    let grants: Vec<String> =
        info.grants.iter().map(|grant| format!("• {}", inert(grant))).collect();
    let mut blocks = vec![
        section(&inert(info.how), None),
        section(&format!("What I need to see there:\n{}", grants.join("\n")), None),
        section(
            &format!(
                "I look for the members of rotations by the e-mail addresses that they have in Slack, and keep none of them. Of what {} says I keep when somebody is away, and the kind of leave only where every colleague can see it there.",
                title(info.name)
            ),
            None,
        ),
    ];
    blocks.extend(host_input(info, connect.host.as_deref()));
    let fields = (0..MOST_VALUES).zip(info.fields);
    blocks.extend(fields.map(|(place, field)| {
        let known = connect.values.get(usize::from(place)).and_then(Option::as_deref);
        let hint = field.is_secret.then_some("It is kept encrypted, and never shown again.");
        let element = text_input(known.filter(|_| !field.is_secret), LONGEST_VALUE);
        input(Field::SourceValue(place), field.label, hint, element)
    }));
    blocks
}

/// Returns the choice of a host, where there is more than one.
fn host_input(info: &SourceInfo, chosen: Option<&str>) -> Option<Value> {
    let usual = info.hosts.first().filter(|_| info.hosts.len() > 1)?;
    let initial = info.hosts.iter().find(|(code, _)| Some(*code) == chosen).unwrap_or(usual);
    let options: Vec<Value> = info.hosts.iter().map(|(code, label)| option(code, label)).collect();
    let element = json!({
        "type": "static_select",
        "options": options,
        "initial_option": option(initial.0, initial.1),
    });
    Some(input(Field::SourceHost, "Host", None, element))
}

fn webhook_blocks(webhook: &WebhookModal) -> Vec<Value> {
    let name = title(&webhook.name);
    let hint = if webhook.has_secret {
        "I know one already. Leave it empty to keep that."
    } else {
        "It is kept encrypted, and never shown again. Leave it empty as long as none is shown there."
    };
    vec![
        section(
            &format!(
                "With a webhook {name} tells me at once that something changed. What that is, I ask it then. It works without as well, only later."
            ),
            None,
        ),
        section(&inert(&webhook.how), None),
        section(&format!("```{}```", webhook.address.filled().unwrap_or_default()), None),
        optional(input(
            Field::WebhookSecret,
            "Secret with which it signs",
            Some(hint),
            text_input(None, LONGEST_VALUE),
        )),
    ]
}
