//! What a call may say: a schema of our own, and Stripe's refusals of what it does not allow.

use super::reply::Refusal;
use super::version::{Release, Version};
use serde_json::{Map, Value, json};

/// What a parameter holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// A text with so many characters at most.
    Text(usize),
    /// A text that may be empty, which takes a value away.
    Clearable(usize),
    /// A whole number.
    Whole,
    /// Seconds since 1970.
    Time,
    /// `true` or `false`.
    Flag,
    /// An address of a page.
    Address,
    /// One of some words.
    Word(&'static [&'static str]),
    /// Names with texts.
    Metadata,
    /// A list of some words: the objects that are shown in the place of their ids.
    Expand(&'static [&'static str]),
    /// Any number of the same.
    List(&'static Kind),
    /// Named parameters.
    Object(&'static [Field]),
}

/// A named parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) is_needed: bool,
    /// The release with which it came.
    pub(crate) since: Option<Release>,
    /// The release with which it went.
    pub(crate) until: Option<Release>,
}

pub(crate) const fn may(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, is_needed: false, since: None, until: None }
}

pub(crate) const fn must(name: &'static str, kind: Kind) -> Field {
    Field { is_needed: true, ..may(name, kind) }
}

impl Field {
    pub(crate) const fn since(self, release: Release) -> Self {
        Self { since: Some(release), ..self }
    }

    pub(crate) const fn until(self, release: Release) -> Self {
        Self { until: Some(release), ..self }
    }

    fn is_in(&self, version: &Version) -> bool {
        self.since.is_none_or(|release| version.has(release))
            && !self.until.is_some_and(|release| version.has(release))
    }
}

/// Checks what came against the fields and returns it with numbers, flags and lists as such.
pub(crate) fn check(fields: &[Field], came: &Value, version: &Version) -> Result<Value, Refusal> {
    object(fields, came, "", version)
}

fn object(fields: &[Field], came: &Value, at: &str, version: &Version) -> Result<Value, Refusal> {
    let came = came.as_object().ok_or_else(|| refuse("Invalid object", at))?;
    let known = |name: &str| fields.iter().find(|one| one.name == name && one.is_in(version));
    let unknown: Vec<String> =
        came.keys().filter(|name| known(name).is_none()).map(|name| inside(at, name)).collect();
    if let Some(first) = unknown.first() {
        let plural = if unknown.len() > 1 { "s" } else { "" };
        let message = format!("Received unknown parameter{plural}: {}", unknown.join(", "));
        return Err(refuse(message, first).code("parameter_unknown"));
    }
    for field in fields.iter().filter(|field| field.is_needed && field.is_in(version)) {
        if !came.contains_key(field.name) {
            let param = inside(at, field.name);
            let message = format!("Missing required param: {param}.");
            return Err(refuse(message, &param).code("parameter_missing"));
        }
    }
    let mut read = Map::new();
    for (name, value) in came {
        let Some(field) = known(name) else { continue };
        read.insert(name.clone(), one(&field.kind, value, &inside(at, name), version)?);
    }
    Ok(Value::Object(read))
}

fn one(kind: &Kind, came: &Value, at: &str, version: &Version) -> Result<Value, Refusal> {
    match kind {
        Kind::Object(fields) => object(fields, came, at, version),
        Kind::List(kind) => list(kind, came, at, version),
        Kind::Metadata => metadata(came, at),
        Kind::Expand(words) => expand(words, came, at, version),
        _ => {
            let text = came.as_str().ok_or_else(|| refuse("Invalid string: {...}", at))?;
            plain(kind, text, at)
        }
    }
}

fn plain(kind: &Kind, text: &str, at: &str) -> Result<Value, Refusal> {
    if text.is_empty() && !matches!(kind, Kind::Clearable(_)) {
        let message = format!(
            "You passed an empty string for '{at}'. We assume empty values are an attempt to unset a parameter; however '{at}' cannot be unset. You should remove '{at}' from your request or supply a non-empty value."
        );
        return Err(refuse(message, at).code("parameter_invalid_empty"));
    }
    match kind {
        Kind::Text(most) | Kind::Clearable(most) if text.chars().count() > *most => {
            let start: String = text.chars().take(12).collect();
            let message = format!("Invalid string: {start}...; must be at most {most} characters");
            Err(refuse(message, at))
        }
        Kind::Whole | Kind::Time => {
            let number: Option<i64> = text.parse().ok();
            let (what, code) = match kind {
                Kind::Time => ("timestamp", "parameter_invalid_integer"),
                _ => ("integer", "parameter_invalid_integer"),
            };
            let refusal = || refuse(format!("Invalid {what}: {text}"), at).code(code);
            number.map(|number| json!(number)).ok_or_else(refusal)
        }
        Kind::Flag => match text {
            "true" => Ok(json!(true)),
            "false" => Ok(json!(false)),
            _ => Err(refuse(format!("Invalid boolean: {text}"), at)),
        },
        Kind::Word(words) if !words.contains(&text) => {
            Err(refuse(format!("Invalid {at}: must be one of {}", in_words(words)), at))
        }
        Kind::Address if !is_address(text) => {
            let message = "Not a valid URL";
            Err(refuse(message, at).code("url_invalid"))
        }
        _ => Ok(json!(text)),
    }
}

/// Returns whether a text is the address of a page; the placeholder of a session's id counts as any other letters.
fn is_address(text: &str) -> bool {
    let text = text.replace("{CHECKOUT_SESSION_ID}", "cs");
    url::Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

fn list(kind: &Kind, came: &Value, at: &str, version: &Version) -> Result<Value, Refusal> {
    let came = came.as_object().ok_or_else(|| refuse("Invalid array", at))?;
    let mut items = Vec::new();
    for (name, value) in came {
        let place: usize = name.parse().map_err(|_| refuse("Invalid array", at))?;
        items.push((place, value));
    }
    items.sort_by_key(|(place, _)| *place);
    items
        .into_iter()
        .map(|(place, value)| one(kind, value, &format!("{at}[{place}]"), version))
        .collect()
}

fn expand(words: &[&str], came: &Value, at: &str, version: &Version) -> Result<Value, Refusal> {
    let read = list(&Kind::Text(5000), came, at, version)?;
    let asked = read.as_array().into_iter().flatten().filter_map(Value::as_str);
    match asked.into_iter().find(|path| !words.contains(path)) {
        Some(odd) => Err(refuse(format!("This property cannot be expanded ({odd})."), at)),
        None => Ok(read),
    }
}

/// Reads metadata: at most 50 names of 40 letters with texts of 500.
fn metadata(came: &Value, at: &str) -> Result<Value, Refusal> {
    if came.as_str() == Some("") {
        return Ok(json!({}));
    }
    let came = came.as_object().ok_or_else(|| refuse("Invalid object", at))?;
    if came.len() > 50 {
        return Err(refuse("You can only specify up to 50 metadata keys.", at));
    }
    for (name, value) in came {
        let param = inside(at, name);
        let text = value.as_str().ok_or_else(|| refuse("Invalid string: {...}", &param))?;
        if name.chars().count() > 40 {
            return Err(refuse("Metadata keys can have up to 40 characters.", &param));
        }
        if text.chars().count() > 500 {
            return Err(refuse("Metadata values can have up to 500 characters.", &param));
        }
    }
    Ok(json!(came))
}

fn inside(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}[{name}]") }
}

fn refuse(message: impl Into<String>, at: &str) -> Refusal {
    let refusal = Refusal::invalid(message);
    if at.is_empty() { refusal } else { refusal.param(at) }
}

fn in_words(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [one, two] => format!("{one} or {two}"),
        [first @ .., last] => format!("{}, or {last}", first.join(", ")),
    }
}
