//! `plan_mailbox`: every step of one look at a mailbox, as the server described would have it.

use calendar::sync::mailbox::{Known, Looked, Mailbox, Part, Selected, Step};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::field::fields;
use crate::{Answer, Operation};

/// The operations of this group.
pub(crate) const OPERATIONS: &[Operation] = &[("plan_mailbox", plan_mailbox)];

/// More steps than any look needs; a look that takes more goes round in circles.
const STEP_LIMIT: usize = 10_000;

/// The mailbox as the server has it.
#[derive(Deserialize)]
struct Server {
    uid_validity: u32,
    #[serde(default)]
    uid_next: Option<u32>,
    exists: u32,
    /// The day of the look.
    #[serde(default)]
    today: Option<String>,
    /// Mails, with their parts.
    #[serde(default)]
    mails: Vec<Mail>,
}

#[derive(Deserialize)]
struct Mail {
    uid: u32,
    #[serde(default)]
    size_bytes: Option<u32>,
    #[serde(default)]
    parts: Option<Vec<Part>>,
}

fn plan_mailbox(request: &Value) -> Answer {
    let known: Option<Known> = read(request, "known")?;
    let server: Server = read(request, "server")?.ok_or("server is missing")?;
    let today: Date = match &server.today {
        Some(today) => today.parse().map_err(|error| format!("today: {error}"))?,
        None => Date::constant(1970, 1, 1),
    };
    let mut mailbox = Mailbox::new(known.unwrap_or_default(), today);
    let mut steps = Vec::new();
    while steps.len() < STEP_LIMIT {
        let step = mailbox.next();
        steps.push(serde_json::to_value(&step).map_err(|error| error.to_string())?);
        match step {
            Step::Rest => break,
            Step::Select => {
                let Server { uid_validity, uid_next, exists, .. } = server;
                mailbox.push_selected(Selected { uid_validity, uid_next, exists });
            }
            // Which mails arrived when is not part of the description: all of them count as recent.
            Step::SearchSince { .. } => mailbox.push_found(server.mails.iter().map(|mail| mail.uid).collect()),
            Step::SearchFrom { uid } => {
                mailbox.push_found(server.mails.iter().map(|mail| mail.uid).filter(|it| *it >= uid).collect());
            }
            Step::Look { first, last } => {
                let in_range = server.mails.iter().filter(|mail| (first..=last).contains(&mail.uid));
                let looked =
                    |mail: &Mail| Looked { uid: mail.uid, size_bytes: mail.size_bytes, parts: mail.parts.clone() };
                mailbox.push_looked(last, in_range.map(looked).collect());
            }
            Step::Read { uids, .. } => uids.iter().for_each(|uid| mailbox.confirm(*uid, None)),
        }
    }
    let known = serde_json::to_value(mailbox.known()).map_err(|error| error.to_string())?;
    Ok(fields(json!({ "steps": steps, "known": known })))
}

/// A field that may be absent or null.
fn read<T: for<'a> Deserialize<'a>>(request: &Value, name: &str) -> Result<Option<T>, String> {
    match request.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => T::deserialize(value).map(Some).map_err(|error| format!("{name}: {error}")),
    }
}
