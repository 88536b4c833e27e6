//! Forms with brackets, as Stripe reads them: `items[0][price]=...`.

use super::reply::Refusal;
use serde_json::{Map, Value};

/// Reads a form into objects of texts; lists are objects whose names are numbers.
pub(crate) fn parse(text: &str) -> Result<Value, Refusal> {
    let mut root = Map::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        let keys = split(&name)
            .ok_or_else(|| Refusal::invalid(format!("Invalid parameter name: {name}")))?;
        put(&mut root, &keys, &value).ok_or_else(|| {
            let message = format!("Parameter {name} was given as a value and as a hash.");
            Refusal::invalid(message).param(name.as_ref())
        })?;
    }
    Ok(Value::Object(root))
}

/// Splits `a[b][0]` into its names.
fn split(name: &str) -> Option<Vec<&str>> {
    let Some((first, rest)) = name.split_once('[') else {
        return (!name.is_empty() && !name.contains(']')).then(|| vec![name]);
    };
    let inner = rest.strip_suffix(']').filter(|_| !first.is_empty())?;
    let mut keys = vec![first];
    keys.extend(inner.split("]["));
    (!keys.iter().any(|key| key.contains(['[', ']']))).then_some(keys)
}

fn put(map: &mut Map<String, Value>, keys: &[&str], value: &str) -> Option<()> {
    let (first, rest) = keys.split_first()?;
    let key = if first.is_empty() { map.len().to_string() } else { (*first).to_owned() };
    if rest.is_empty() {
        let is_new = !map.get(&key).is_some_and(Value::is_object);
        map.insert(key, Value::String(value.into()));
        return is_new.then_some(());
    }
    let inner = map.entry(key).or_insert_with(|| Value::Object(Map::new()));
    put(inner.as_object_mut()?, rest, value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn brackets_make_objects_and_numbers_make_lists() {
        for (text, read) in [
            ("", Some(json!({}))),
            ("a=1&b=x%20y", Some(json!({"a": "1", "b": "x y"}))),
            ("a[b][c]=1&a[b][d]=2", Some(json!({"a": {"b": {"c": "1", "d": "2"}}}))),
            ("a[0][p]=x&a[1][p]=y", Some(json!({"a": {"0": {"p": "x"}, "1": {"p": "y"}}}))),
            ("a[]=x&a[]=y", Some(json!({"a": {"0": "x", "1": "y"}}))),
            ("a%5Bb%5D=1", Some(json!({"a": {"b": "1"}}))),
            ("a=1&a=2", Some(json!({"a": "2"}))),
            ("a=1&a[b]=2", None),
            ("a[b]=1&a=2", None),
            ("a[b=1", None),
            ("[b]=1", None),
            ("a]=1", None),
        ] {
            assert_eq!(parse(text).ok(), read, "{text}");
        }
    }
}
