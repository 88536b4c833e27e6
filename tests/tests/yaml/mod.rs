//! The little of YAML that our own files use, read strictly: whatever else stands there is an error.
//!
//! Maps and lists indented by two spaces, plain or "quoted" text, whole numbers, `true` and `false`, lists on one line as
//! JSON writes them, `{}`, folded text (`>-`), and comments on lines of their own. What YAML's versions read differently
//! has to be quoted.

use serde_json::{Map, Value};

/// Reads a file.
pub(crate) fn read(text: &str) -> Result<Value, String> {
    let lines: Vec<Line<'_>> = (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
        .map(|(number, line)| Line { number, indent: indent(line), text: line.trim_start() })
        .collect();
    let mut reader = Reader { lines: &lines };
    let value = reader.block(0)?;
    match reader.lines.first() {
        None => Ok(value),
        Some(line) => Err(line.fault("it is indented in a way that is not understood")),
    }
}

#[derive(Clone, Copy)]
struct Line<'a> {
    number: usize,
    indent: usize,
    text: &'a str,
}

impl Line<'_> {
    fn fault(&self, what: &str) -> String {
        format!("line {}: {what}: {:?}", self.number, self.text)
    }
}

struct Reader<'a> {
    lines: &'a [Line<'a>],
}

impl<'a> Reader<'a> {
    /// Takes the next line if it is indented exactly so.
    fn next_at(&mut self, indent: usize) -> Option<Line<'a>> {
        let (first, rest) = self.lines.split_first()?;
        (first.indent == indent).then(|| {
            self.lines = rest;
            *first
        })
    }

    fn block(&mut self, indent: usize) -> Result<Value, String> {
        let is_list = self.lines.first().is_some_and(|line| line.text.starts_with("- "));
        if is_list { self.list(indent) } else { self.map(indent, Map::new()) }
    }

    fn list(&mut self, indent: usize) -> Result<Value, String> {
        let mut items = Vec::new();
        while let Some(line) = self.next_at(indent) {
            let Some(item) = line.text.strip_prefix("- ") else {
                return Err(line.fault("a list goes on with \"- \""));
            };
            if is_entry(item) {
                let mut map = Map::new();
                self.entry(Line { indent: indent + 2, text: item, ..line }, &mut map)?;
                items.push(self.map(indent + 2, map)?);
            } else {
                items.push(scalar(&line, item)?);
            }
        }
        Ok(Value::Array(items))
    }

    fn map(&mut self, indent: usize, mut map: Map<String, Value>) -> Result<Value, String> {
        while let Some(line) = self.next_at(indent) {
            self.entry(line, &mut map)?;
        }
        Ok(Value::Object(map))
    }

    fn entry(&mut self, line: Line<'a>, map: &mut Map<String, Value>) -> Result<(), String> {
        let (key, value) =
            line.text.split_once(':').ok_or_else(|| line.fault("\"key: value\" is expected"))?;
        let is_plain = key.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c));
        if !key.starts_with(|c: char| c.is_ascii_alphabetic())
            || !is_plain
            || (!value.is_empty() && !value.starts_with(' '))
        {
            return Err(line.fault("\"key: value\" is expected"));
        }
        let value = match value.trim() {
            "" => self.block(line.indent + 2)?,
            ">-" => self.folded(line.indent + 2),
            text => scalar(&line, text)?,
        };
        match map.insert(key.to_owned(), value) {
            None => Ok(()),
            Some(_) => Err(line.fault("the key is there already")),
        }
    }

    fn folded(&mut self, indent: usize) -> Value {
        let lines = std::iter::from_fn(|| self.next_at(indent)).map(|line| line.text);
        Value::String(lines.collect::<Vec<_>>().join(" "))
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn is_entry(item: &str) -> bool {
    !item.starts_with('"') && (item.contains(": ") || item.ends_with(':'))
}

fn scalar(line: &Line<'_>, text: &str) -> Result<Value, String> {
    match text {
        "true" => return Ok(Value::Bool(true)),
        "false" => return Ok(Value::Bool(false)),
        "{}" => return Ok(Value::Object(Map::new())),
        _ => {}
    }
    if text.starts_with(['"', '[']) {
        let read = serde_json::from_str(text).ok().filter(|value: &Value| is_flat(value));
        return read.ok_or_else(|| line.fault("the quotation or the list is not as in JSON"));
    }
    if let Some(number) = number(text) {
        return Ok(number);
    }
    if is_plain(text) {
        Ok(Value::from(text))
    } else {
        Err(line.fault("put it in quotation marks"))
    }
}

/// Whether this is a text, or a list of texts.
fn is_flat(value: &Value) -> bool {
    value.is_string() || value.as_array().is_some_and(|items| items.iter().all(Value::is_string))
}

/// Returns a whole number without a sign; one that begins with 0 is octal to some.
fn number(text: &str) -> Option<Value> {
    let is_whole = text == "0" || !text.starts_with('0');
    let is_number = is_whole && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse::<u64>().ok().map(Value::from)).flatten()
}

/// Whether every version of YAML reads this as the text that stands there.
fn is_plain(text: &str) -> bool {
    const OTHERWISE: [&str; 7] = ["yes", "no", "on", "off", "y", "n", "null"];
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
    // A number with a unit, such as 30s or 64Mi; an `e` may be an exponent.
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_amount = !text.starts_with('0')
        && !unit.is_empty()
        && !unit.starts_with(['e', 'E'])
        && unit.chars().all(|c| c.is_ascii_alphabetic());
    let is_path = text == ".." || text.starts_with("./");
    (begins || is_amount || is_path)
        && !text.contains(": ")
        && !text.contains(" #")
        && !OTHERWISE.contains(&text.to_ascii_lowercase().as_str())
}
