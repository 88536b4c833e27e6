//! `people/search`: people by id or address, and what of them may be seen.

use super::company::{Company, Employee, Grant, Hidden, is_same_address};
use super::reply::Reply;
use serde_json::{Map, Value, json};

/// The most fields that a search may ask for.
const MOST_FIELDS: usize = 400;

/// The fields of a person that there are. Any other is dropped without a word, as if it were not permitted.
const FIELDS: [&str; 5] =
    ["root.id", "root.email", "root.fullName", "root.displayName", "work.site"];

/// The fields by which people are found.
const FILTERS: [&str; 2] = ["root.id", "root.email"];

/// A search, read.
struct Search {
    fields: Vec<&'static str>,
    has_inactive: bool,
    filter: Option<(&'static str, Vec<String>)>,
    human: Human,
}

/// Whether values are told in words, too.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Human {
    No,
    Append,
    Replace,
}

pub(super) fn search(company: &Company, body: &Value) -> Result<Reply, Reply> {
    let search = read(body)?;
    let employees: Vec<Value> = company
        .people
        .iter()
        .filter(|person| person.visible && (person.active || search.has_inactive))
        .filter(|person| is_found(company, &search, person))
        .map(|person| show(company, &search, person))
        .collect();
    Ok(Reply::ok(json!({"employees": employees})))
}

/// Returns a search as the journal keeps it: of what people are looked for by, only how much.
pub(super) fn without_values(body: &Value) -> Value {
    let mut kept = Map::new();
    for name in ["fields", "showInactive", "humanReadable"] {
        if let Some(value) = body.get(name) {
            kept.insert(name.into(), value.clone());
        }
    }
    let filters = body.get("filters").and_then(Value::as_array);
    if let Some(filters) = filters {
        let filters = filters.iter().map(|filter| {
            json!({"fieldPath": filter["fieldPath"], "operator": filter["operator"],
                   "values": filter["values"].as_array().map(Vec::len)})
        });
        kept.insert("filters".into(), filters.collect());
    }
    Value::Object(kept)
}

fn read(body: &Value) -> Result<Search, Reply> {
    let body = body.as_object().ok_or_else(|| Reply::bad_request("the body is no object"))?;
    let fields = match body.get("fields") {
        None | Some(Value::Null) => FIELDS[..4].into(),
        Some(Value::Array(fields)) if fields.len() > MOST_FIELDS => {
            return Err(Reply::bad_request(format!("there are more than {MOST_FIELDS} fields")));
        }
        Some(Value::Array(fields)) if fields.iter().all(Value::is_string) => {
            fields.iter().filter_map(|field| known(field.as_str()?, &FIELDS)).collect()
        }
        Some(_) => return Err(Reply::bad_request("fields is no list of texts")),
    };
    let has_inactive = match body.get("showInactive") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(wanted)) => *wanted,
        Some(_) => return Err(Reply::bad_request("showInactive is neither true nor false")),
    };
    let human = match body.get("humanReadable").map(Value::as_str) {
        None | Some(Some("")) => Human::No,
        Some(Some("APPEND")) => Human::Append,
        Some(Some("REPLACE")) => Human::Replace,
        Some(_) => return Err(Reply::bad_request("humanReadable is no word that there is")),
    };
    let filter = match body.get("filters") {
        None | Some(Value::Null) => None,
        Some(filters) => Some(read_filter(filters)?),
    };
    Ok(Search { fields, has_inactive, filter, human })
}

fn read_filter(filters: &Value) -> Result<(&'static str, Vec<String>), Reply> {
    let filters = filters.as_array().ok_or_else(|| Reply::bad_request("filters is no list"))?;
    let filter = match filters.as_slice() {
        [] => return Err(Reply::bad_request("filters must not be empty")),
        [filter] => filter,
        _ => return Err(Reply::bad_request("there is more than one filter")),
    };
    let path = filter["fieldPath"].as_str().and_then(|path| known(path, &FILTERS));
    let path =
        path.ok_or_else(|| Reply::bad_request("people are found by root.id and root.email only"))?;
    if filter["operator"] != "equals" {
        return Err(Reply::bad_request("the one operator is equals"));
    }
    let values = filter["values"].as_array().filter(|values| !values.is_empty());
    // An id as a number has lost digits before it came here.
    let values: Option<Vec<String>> =
        values.and_then(|values| values.iter().map(|one| Some(one.as_str()?.to_owned())).collect());
    let values = values.ok_or_else(|| Reply::bad_request("values is no list of texts"))?;
    Ok((path, values))
}

/// Returns a field by any of its spellings: with dots, with slashes, and for those of the root without it.
fn known(path: &str, fields: &[&'static str]) -> Option<&'static str> {
    let dotted = path.strip_prefix('/').map_or(path.to_owned(), |path| path.replace('/', "."));
    let is_it = |field: &&&str| {
        **field == dotted || field.strip_prefix("root.").is_some_and(|short| short == dotted)
    };
    fields.iter().find(is_it).copied()
}

fn is_found(company: &Company, search: &Search, person: &Employee) -> bool {
    let Some((path, values)) = &search.filter else { return true };
    if *path == "root.id" {
        return values.contains(&person.id);
    }
    let is_hidden = !company.may(Grant::Email) && company.switches.email == Hidden::Nobody;
    !is_hidden && values.iter().any(|value| is_same_address(value, &person.email))
}

fn show(company: &Company, search: &Search, person: &Employee) -> Value {
    // The id comes along without being asked for.
    let mut shown = json!({"id": person.id});
    let mut human = json!({});
    for field in &search.fields {
        let value = match *field {
            "root.id" => &person.id,
            "root.email" if !company.may(Grant::Email) => continue,
            "root.email" => &person.email,
            "work.site" => match &person.site {
                Some(site) => site,
                None => continue,
            },
            _ => &person.name,
        };
        let path = format!("/{}", field.replace('.', "/"));
        shown[path] = json!({"value": value});
        let nested = match field.split_once('.') {
            Some(("root", name)) => vec![name],
            Some((room, name)) => vec![room, name],
            None => continue,
        };
        put(&mut shown, &nested, value);
        put(&mut human, &nested, value);
    }
    // With REPLACE the values themselves are in words, which names and sites are anyway.
    if search.human == Human::Append {
        shown["humanReadable"] = human;
    }
    shown
}

fn put(into: &mut Value, path: &[&str], value: &str) {
    match path {
        [name] => into[*name] = json!(value),
        [room, rest @ ..] => put(&mut into[*room], rest, value),
        [] => {}
    }
}
