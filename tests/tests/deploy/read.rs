//! How the files are read.

use crate::yaml;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Returns the root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests have a folder of their own")
}

/// Returns a file's text, by its path from the root.
#[track_caller]
pub(crate) fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|fault| panic!("{path}: {fault}"))
}

/// Returns the documents in a file of YAML.
#[track_caller]
pub(crate) fn documents(path: &str) -> Vec<Value> {
    let text = text(path);
    let read = text.split("\n---\n").map(yaml::read);
    read.map(|document| document.unwrap_or_else(|fault| panic!("{path}: {fault}"))).collect()
}

/// Returns the one document in a file of YAML.
#[track_caller]
pub(crate) fn document(path: &str) -> Value {
    let mut documents = documents(path);
    assert_eq!(documents.len(), 1, "{path}");
    documents.remove(0)
}

/// Returns the paths of all files below a folder, from the root; what nobody commits is left out.
pub(crate) fn files_below(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root().join(&folder)).expect("the folder is there") {
            let entry = entry.expect("an entry");
            let path = folder.join(entry.file_name());
            let is_ours = !path.ends_with("deploy/secrets") && !path.ends_with("deploy/.env");
            if entry.path().is_dir() && is_ours {
                folders.push(path);
            } else if is_ours {
                found.push(path.to_str().expect("a name of letters").to_owned());
            }
        }
    }
    found.sort();
    found
}

/// Returns all that stands under this key, however deep.
pub(crate) fn find_all<'a>(value: &'a Value, key: &str) -> Vec<&'a Value> {
    let mut found = Vec::new();
    match value {
        Value::Object(map) => {
            found.extend(map.get(key));
            found.extend(map.values().flat_map(|inner| find_all(inner, key)));
        }
        Value::Array(items) => found.extend(items.iter().flat_map(|inner| find_all(inner, key))),
        _ => {}
    }
    found
}

/// Returns the text at a path in a document.
#[track_caller]
pub(crate) fn at<'a>(value: &'a Value, pointer: &str) -> &'a str {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("{pointer} is no text in {value}"))
}

/// Returns the texts in a list.
pub(crate) fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Returns the words in a text that begin with `start` and go on with letters, digits and `_`.
pub(crate) fn words<'a>(text: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(move |c: char| !is_part(c)).filter(move |word| word.starts_with(start))
}
