//! What a calendar shows: the occurrences of a range of time.

use calendar::agenda::Timetable;
use calendar::agenda::quick::{self, Language, Part};
use calendar::time::moment::Moment;
use calendar::time::recurrence::MAX_OCCURRENCES;
use calendar::time::zone::{Zone, identify};
use serde_json::{Value, json};

use crate::field::{self, document, fields, required_text};
use crate::{Answer, Operation};

/// The operations of this group.
pub(crate) const OPERATIONS: &[Operation] = &[("expand", expand), ("quick", quick)];

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
            // A wall clock does not tell the two instants apart that it shows when it is put back.
            let exact = |moment: Moment, instant| match moment {
                Moment::Zoned { .. } => field::moment_text(&Moment::Utc(instant)),
                moment => field::moment_text(&moment),
            };
            json!({
                "start": table.start(occurrence).map(|start| exact(start, occurrence.begins)),
                "end": table.end(occurrence).map(|end| exact(end, occurrence.ends)),
                "recurrence_id": table.recurrence_id(occurrence).map(absolute),
                "uid": table.uid(occurrence),
                "summary": summary.map(|summary| summary.text()),
                "all_day": table.is_all_day(occurrence),
            })
        })
        .collect();
    Ok(fields(json!({ "occurrences": occurrences, "truncated": found.is_truncated })))
}

fn quick(request: &Value) -> Answer {
    let text = required_text(request, "text")?;
    let tzid = required_text(request, "zone")?;
    let zone = identify(tzid, None).zone.ok_or_else(|| format!("no zone is called {tzid:?}"))?;
    let language = Language::of_locale(field::optional_text(request, "locale").unwrap_or_default());
    let draft = quick::read(text, field::instant(request, "now")?, &zone, tzid, language);
    let moment = |moment: &Moment| match moment {
        Moment::Zoned { local, .. } => field::moment_text(&Moment::Utc(zone.instant(*local))),
        moment => field::moment_text(moment),
    };
    // Places in the text are counted in characters.
    let characters = |byte: usize| text[..byte].chars().count();
    let spans = draft.spans.iter().map(|span| {
        let part = match span.part {
            Part::Title => "summary",
            Part::Day => "date",
            Part::Hours => "time",
            Part::Length => "duration",
            Part::Repetition => "rrule",
            Part::Guest => "attendee",
            Part::Place => "location",
        };
        json!({ "what": part, "from": characters(span.start), "to": characters(span.end), "text": &text[span.start..span.end] })
    });
    let draft_fields = json!({
        "summary": draft.summary,
        "start": draft.start.as_ref().map(moment),
        "end": draft.end.as_ref().map(moment),
        "all_day": draft.start.as_ref().is_some_and(Moment::is_date),
        "location": draft.location,
        "attendees": draft.attendees,
        "rrule": draft.rule.as_ref().map(ToString::to_string),
    });
    Ok(fields(json!({ "draft": draft_fields, "spans": spans.collect::<Vec<_>>() })))
}
