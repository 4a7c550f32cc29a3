//! What a calendar shows: the occurrences of a range of time.

use calendar::agenda::Timetable;
use calendar::time::moment::Moment;
use calendar::time::recurrence::MAX_OCCURRENCES;
use calendar::time::zone::Zone;
use serde_json::{Value, json};

use crate::field::{self, document, fields};
use crate::{Answer, Operation};

/// The operations of this group.
pub(crate) const OPERATIONS: &[Operation] = &[("expand", expand)];

fn expand(request: &Value) -> Answer {
    let document = document(request, "ics")?;
    let calendar = document.calendar().ok_or("ics: there is no VCALENDAR")?;
    let table = Timetable::read(calendar, &Zone::utc());
    let limit = request["limit"].as_u64().map_or(MAX_OCCURRENCES, |limit| limit as usize);
    let found = table.occurrences(field::instant(request, "from")?, field::instant(request, "to")?, limit);
    let absolute = |moment: Moment| match moment {
        Moment::Zoned { .. } => field::moment_text(&Moment::Utc(table.instant(&moment))),
        moment => field::moment_text(&moment),
    };
    let occurrences: Vec<Value> = found
        .occurrences
        .iter()
        .map(|occurrence| {
            let component = calendar.components().nth(occurrence.component);
            let summary = component.and_then(|component| component.property("SUMMARY"));
            json!({
                "start": table.start(occurrence).map(absolute),
                "end": table.end(occurrence).map(absolute),
                "recurrence_id": table.recurrence_id(occurrence).map(absolute),
                "uid": table.uid(occurrence),
                "summary": summary.map(|summary| summary.text()),
                "all_day": table.is_all_day(occurrence),
            })
        })
        .collect();
    Ok(fields(json!({ "occurrences": occurrences, "truncated": found.is_truncated })))
}
