//! The arguments of a call: read from query, form or JSON, each in the form that Slack documents.

use super::answer::Refusal;
use super::catalogue::{Form, Method, form_of};
use http::{HeaderMap, header};
use serde_json::{Map, Value, json};

/// The arguments of a call, checked for names and types.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arguments(Map<String, Value>);

impl Arguments {
    /// Returns a text; `None` where it is missing or empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.0.get(name) == Some(&Value::Bool(true))
    }

    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name)?.as_i64()
    }

    pub(crate) fn json(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// Returns the arguments as the journal keeps them: no token, no secret, no code.
    pub(crate) fn without_secrets(raw: &Map<String, Value>) -> Value {
        let secret =
            ["token", "client_secret", "code", "refresh_token", "code_verifier", "assertion"];
        let mut kept = raw.clone();
        for (name, value) in &mut kept {
            if secret.contains(&name.as_str()) {
                *value = json!("***");
            }
        }
        Value::Object(kept)
    }
}

/// Reads what was sent, before anything is known of the method; JSON only where the method documents it.
pub(crate) fn read_raw(
    method: Option<&Method>,
    headers: &HeaderMap,
    query: &str,
    body: &[u8],
) -> Result<Map<String, Value>, Refusal> {
    let mut raw = read_pairs(query.as_bytes());
    let kind =
        headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    match kind {
        _ if body.is_empty() => {}
        "application/x-www-form-urlencoded" => raw.extend(read_pairs(body)),
        "application/json" if method.is_some_and(|method| method.json_body == Some(true)) => {
            let value = serde_json::from_slice(body).map_err(|error| {
                Refusal::new("invalid_json", format!("the body is no JSON: {error}"))
            })?;
            let Value::Object(object) = value else {
                return Err(Refusal::new("json_not_object", "the body is JSON but no object"));
            };
            raw.extend(object);
        }
        "application/json" => {
            return Err(Refusal::new(
                "invalid_post_type",
                "a JSON body is not documented for this method",
            ));
        }
        other => {
            return Err(Refusal::new("invalid_post_type", format!("a body of type {other:?}")));
        }
    }
    Ok(raw)
}

fn read_pairs(text: &[u8]) -> Map<String, Value> {
    let pairs = form_urlencoded::parse(text);
    pairs.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect()
}

/// Checks names, types and presence.
pub(crate) fn check(method: &Method, raw: &Map<String, Value>) -> Result<Arguments, Refusal> {
    let mut checked = Map::new();
    for (name, value) in raw {
        if name == "token" {
            continue;
        }
        if !method.arguments.contains(name) {
            let reason = format!("there is no argument {name:?}");
            return Err(Refusal::new("invalid_arguments", reason));
        }
        if let Some(value) = check_form(name, value)? {
            checked.insert(name.clone(), value);
        }
    }
    for name in &method.required {
        if !checked.contains_key(name) {
            let reason = format!("the argument {name:?} is required");
            return Err(Refusal::new("invalid_arguments", reason.clone()).with(json!({
                "response_metadata": {"messages": [format!("[ERROR] missing required field: {name}")]}
            })));
        }
    }
    Ok(Arguments(checked))
}

/// Returns the value in the form of its argument; nothing where it is null.
fn check_form(name: &str, value: &Value) -> Result<Option<Value>, Refusal> {
    let wrong = |what: &str| {
        Refusal::new("invalid_arguments", format!("the argument {name:?} must be {what}"))
    };
    let checked = match (form_of(name), value) {
        (_, Value::Null) => return Ok(None),
        (Form::Text, Value::String(_))
        | (Form::Flag, Value::Bool(_))
        | (Form::List, Value::Array(_))
        | (Form::Object, Value::Object(_)) => value.clone(),
        (Form::Number, Value::Number(number)) if number.is_i64() => value.clone(),
        (Form::Text, Value::Array(_)) => {
            return Err(Refusal::new(
                "invalid_array_arg",
                format!("the argument {name:?} is a list; Slack documents a string"),
            ));
        }
        (Form::Text, _) => return Err(wrong("a string")),
        (Form::Flag, Value::String(word)) => match word.as_str() {
            "true" | "1" => json!(true),
            "false" | "0" => json!(false),
            "" => return Ok(None),
            _ => return Err(wrong("true or false")),
        },
        (Form::Flag, _) => return Err(wrong("true or false")),
        (Form::Number, Value::String(text)) => match text.parse::<i64>() {
            Ok(number) => json!(number),
            Err(_) => return Err(wrong("a whole number")),
        },
        (Form::Number, _) => return Err(wrong("a whole number")),
        (Form::List | Form::Object, Value::String(text)) if text.is_empty() => return Ok(None),
        (form @ (Form::List | Form::Object), Value::String(text)) => {
            match serde_json::from_str::<Value>(text) {
                Ok(held) if form == Form::List && held.is_array() => held,
                Ok(held) if form == Form::Object && held.is_object() => held,
                _ if name == "blocks" => {
                    return Err(Refusal::new(
                        "invalid_blocks_format",
                        "the blocks are no list in JSON",
                    ));
                }
                _ => return Err(wrong("JSON")),
            }
        }
        (Form::List, _) if name == "blocks" => {
            return Err(Refusal::new("invalid_blocks_format", "the blocks are no list"));
        }
        (Form::List, _) => return Err(wrong("a list")),
        (Form::Object, _) if name == "metadata" => {
            return Err(Refusal::new("invalid_metadata_format", "the metadata is no object"));
        }
        (Form::Object, _) => return Err(wrong("an object")),
    };
    Ok(Some(checked))
}
