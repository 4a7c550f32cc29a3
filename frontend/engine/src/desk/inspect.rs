//! What sending a form would do, and the plan that does exactly that.

use std::collections::HashSet;

use calendar::draft::{self, Draft, DraftProblem, FieldProblem, Guest, Organizer, SeriesProblem};
use calendar::ical::{Address, Component, Document, Property};
use calendar::itip::{self, Edit, Me, Organized, Stored, Telling};
use calendar::merge;
use calendar::time::moment::Moment;
use intent::{
    CalendarId, CodeText, EventKey, Field, Form, FormProblem, GuestMark, Inspection, LetterKind, Quiet, QuietReason,
    Step,
};

use super::form::guests_of;
use super::letter::{Written, annotate, write_letters};
use super::plan::{SendPlan, StoreAct};
use super::{Inspected, Tell, Writer, findings, times};
use crate::view::{Shelf, StoredObject, calendar_code, moment_of, point_of_moment};

/// What an inspection is made from: the shelf as it is now, and the object as it was when writing began.
pub(super) struct Matter<'a> {
    form: &'a Form,
    stored: Option<(&'a CalendarId, &'a StoredObject)>,
    base: Option<Document>,
}

/// Inspects a form. `base` is the stored object as it was when writing began; what changed on the server since is
/// merged in, and what contradicts the form is a problem.
pub fn inspect(form: &Form, base: Option<&[u8]>, shelf: &Shelf, writer: &Writer, tell: Tell) -> Inspected {
    match decide(form, base, shelf, writer, tell) {
        Ok(inspected) => inspected,
        Err(problems) => Inspected {
            inspection: Inspection {
                draft: form.draft.clone(),
                revision: form.revision,
                problems,
                ..Inspection::default()
            },
            plan: None,
        },
    }
}

fn decide(
    form: &Form,
    base: Option<&[u8]>,
    shelf: &Shelf,
    writer: &Writer,
    tell: Tell,
) -> Result<Inspected, Vec<FormProblem>> {
    let matter = matter(form, base, shelf)?;
    let before = matter.stored.map(|(_, object)| read_stored(&object.bytes)).transpose()?;
    let after = if form.cancels { None } else { Some(after(&matter, writer)?) };
    let me = Me::new(writer.addresses());
    let edit = Edit {
        me: &me,
        now: writer.now,
        before: before.as_ref(),
        after: after.as_ref(),
        telling: match tell {
            Tell::Everyone => Telling::Guests,
            Tell::Nobody => Telling::Nobody,
        },
    };
    let Organized { stored, outgoing } = itip::organize(edit).map_err(|_| vec![FormProblem::ReadOnly])?;
    let written =
        write_letters(&outgoing, form, writer).map_err(|()| vec![FormProblem::TooLong(Field::Description)])?;
    let bytes = stored.map(|stored| stored_bytes(&stored, &matter, shelf, writer));
    let subject = after.as_ref().or(before.as_ref());
    let event = subject.and_then(|object| object.series()).or_else(|| subject.and_then(|it| it.components().next()));
    let plan = plan(&matter, event, bytes.clone(), &written, writer);
    let title = matter.calendar(shelf).map(|calendar| calendar.name.clone()).unwrap_or_default();
    let inspection = Inspection {
        draft: form.draft.clone(),
        revision: form.revision,
        problems: Vec::new(),
        quiet: quiet(event, &written, &matter, writer),
        stored: bytes.as_deref().map(|bytes| annotated(bytes, writer)),
        findings: findings::of(&written, bytes.as_deref()),
        steps: steps(&written, title, writer),
        letters: written.into_iter().map(|it| it.letter).collect(),
        losses: Vec::new(),
    };
    Ok(Inspected { inspection, plan: Some(plan) })
}

fn matter<'a>(form: &'a Form, base: Option<&[u8]>, shelf: &'a Shelf) -> Result<Matter<'a>, Vec<FormProblem>> {
    let mut problems = Vec::new();
    if !form.guest_text.trim().is_empty() && !form.cancels {
        problems.push(FormProblem::GuestsNotRead);
    }
    if !shelf.calendar(&form.calendar).is_some_and(|calendar| calendar.writable) {
        problems.push(FormProblem::NoCalendar);
    }
    let stored = form.event.as_ref().and_then(|event| shelf.by_uid(&event.uid));
    if form.event.is_some() && stored.is_none() {
        problems.push(FormProblem::Gone);
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let base = base.and_then(|bytes| Document::read(bytes).ok());
    Ok(Matter { form, stored, base })
}

impl Matter<'_> {
    fn calendar<'s>(&self, shelf: &'s Shelf) -> Option<&'s crate::view::ShelfCalendar> {
        shelf.calendar(self.stored.map_or(&self.form.calendar, |(calendar, _)| calendar))
    }
}

/// The object as the form makes it, before scheduling has looked at it.
fn after(matter: &Matter<'_>, writer: &Writer) -> Result<Stored, Vec<FormProblem>> {
    let form = matter.form;
    let organizer = Organizer { address: Address::new(&writer.address), name: writer.name.clone() };
    let Some((_, object)) = matter.stored else {
        let draft = draft_of(form, None);
        let document = draft::create(&draft, &writer.uid(), writer.now, &organizer).map_err(problems)?;
        return read_stored(&document.write());
    };
    let current = object.document.as_ref().map_err(|_| vec![FormProblem::ReadOnly])?;
    let base = matter.base.as_ref().unwrap_or(current);
    let start = base
        .calendar()
        .into_iter()
        .flat_map(Component::components)
        .find(|it| it.is("VEVENT") && it.property("RECURRENCE-ID").is_none())
        .and_then(|master| moment_of(master, "DTSTART"));
    let changed = draft::change(base, &draft_of(form, start.as_ref()), writer.now, &organizer).map_err(problems)?;
    let mut changed = without_idle_zones(changed, base);
    ask_to_send_again(&mut changed, form);
    if changed.write() == base.write() {
        return Err(vec![FormProblem::NothingChanged]);
    }
    let merged = merge::merge(base, Some(&changed), Some(current));
    match merged.document {
        Some(document) if merged.conflicts.is_empty() => read_stored(&document.write()),
        _ => Err(vec![FormProblem::ChangedElsewhere]),
    }
}

/// Marks who is to be sent the event again; the mark is taken when the letters are decided, and never stored.
fn ask_to_send_again(changed: &mut Document, form: &Form) {
    let again: HashSet<Address> = form
        .guests
        .iter()
        .filter(|guest| matches!(guest.mark, GuestMark::Again(_)))
        .map(|guest| Address::new(&guest.address))
        .collect();
    for component in changed.calendars_mut().flat_map(Component::components_mut) {
        for attendee in component.all_mut("ATTENDEE").filter(|line| again.contains(&line.address())) {
            attendee.set_parameter("SCHEDULE-FORCE-SEND", "REQUEST");
        }
    }
}

/// The changed object, without the zones that were written out although nothing else is different.
fn without_idle_zones(changed: Document, base: &Document) -> Document {
    let mut without_new_zones = changed.clone();
    let zones: HashSet<String> = base
        .calendar()
        .into_iter()
        .flat_map(Component::components)
        .filter(|it| it.is("VTIMEZONE"))
        .filter_map(|zone| zone.value("TZID").map(str::to_owned))
        .collect();
    if let Some(calendar) = without_new_zones.calendar_mut() {
        calendar.retain_components(|it| !it.is("VTIMEZONE") || it.value("TZID").is_some_and(|id| zones.contains(id)));
    }
    if without_new_zones.write() == base.write() { without_new_zones } else { changed }
}

fn draft_of(form: &Form, stored_start: Option<&Moment>) -> Draft {
    let (start, end) = times::moments_of(form, stored_start);
    let stays = |guest: &&intent::Guest| !matches!(guest.mark, GuestMark::Removed(_));
    Draft {
        title: form.title.clone(),
        start,
        end,
        place: form.place.clone(),
        description: form.description.clone(),
        guests: form
            .guests
            .iter()
            .filter(stays)
            .map(|guest| Guest {
                address: Address::new(&guest.address),
                name: guest.name.clone(),
                optional: guest.optional,
            })
            .collect(),
        reminder_minutes: form.reminder,
    }
}

fn read_stored(bytes: &[u8]) -> Result<Stored, Vec<FormProblem>> {
    Stored::read(bytes).map_err(|_| vec![FormProblem::ReadOnly])
}

/// What is PUT. A server that would invite by itself is told that the client does (RFC 6638 section 7.1).
fn stored_bytes(stored: &Stored, matter: &Matter<'_>, shelf: &Shelf, writer: &Writer) -> Vec<u8> {
    let bytes = stored.write();
    if !matter.calendar(shelf).is_some_and(|calendar| calendar.server_schedules) {
        return bytes;
    }
    let Ok(mut document) = Document::read(&bytes) else { return bytes };
    let own = Address::new(&writer.address);
    for component in document.calendars_mut().flat_map(Component::components_mut) {
        for attendee in component.all_mut("ATTENDEE").filter(|it| it.address() != own) {
            if attendee.parameter("SCHEDULE-AGENT").is_none() {
                attendee.set_parameter("SCHEDULE-AGENT", "CLIENT");
            }
        }
    }
    document.write()
}

fn plan(
    matter: &Matter<'_>,
    event: Option<&Component>,
    bytes: Option<Vec<u8>>,
    written: &[Written],
    writer: &Writer,
) -> SendPlan {
    let uid = event.and_then(|event| event.property("UID")).map(|uid| uid.text().into_owned()).unwrap_or_default();
    let calendar = matter.stored.map_or(&matter.form.calendar, |(calendar, _)| calendar).clone();
    let store = match (matter.stored, bytes) {
        (None, bytes) => StoreAct::Create { name: calendar::dav::object_name(&uid), bytes: bytes.unwrap_or_default() },
        (Some((_, object)), Some(bytes)) => StoreAct::Replace {
            href: object.href.clone(),
            etag: object.etag.clone(),
            bytes,
            base: object.bytes.clone(),
        },
        (Some((_, object)), None) => {
            StoreAct::Remove { href: object.href.clone(), etag: object.etag.clone(), base: object.bytes.clone() }
        }
    };
    let starts = event.and_then(|event| moment_of(event, "DTSTART"));
    SendPlan {
        event: EventKey { calendar: calendar.clone(), uid, occurrence: String::new() },
        calendar,
        title: event.and_then(|it| it.property("SUMMARY")).map(|it| it.text().into_owned()).unwrap_or_default(),
        starts: starts.map(|start| point_of_moment(&start, &writer.viewer())).unwrap_or_default(),
        store,
        letters: written.iter().map(|it| it.planned.clone()).collect(),
        sender: writer.address.clone(),
    }
}

/// Guests who get no mail, and why.
fn quiet(event: Option<&Component>, written: &[Written], matter: &Matter<'_>, writer: &Writer) -> Vec<Quiet> {
    let Some(event) = event else { return Vec::new() };
    let told: HashSet<&str> = written.iter().map(|it| it.planned.recipient.as_str()).collect();
    let agent = |address: &str| {
        let is_theirs = |line: &&Property| line.address().as_str() == address;
        event.all("ATTENDEE").find(is_theirs).and_then(|line| line.parameter("SCHEDULE-AGENT"))
    };
    guests_of(event, &writer.viewer())
        .into_iter()
        .filter(|guest| !told.contains(guest.address.as_str()))
        .map(|guest| Quiet {
            why: match agent(&guest.address) {
                Some(agent) if !agent.eq_ignore_ascii_case("CLIENT") => QuietReason::ToldByOthers,
                _ if matter.stored.is_none() => QuietReason::NeverInvited,
                _ => QuietReason::NothingNew,
            },
            name: guest.name,
            address: guest.address,
        })
        .collect()
}

fn steps(written: &[Written], calendar: String, writer: &Writer) -> Vec<Step> {
    let count = u16::try_from(written.len()).unwrap_or(u16::MAX);
    let mut steps = Vec::new();
    if count > 0 && writer.hold_seconds > 0 {
        steps.push(Step::Held { seconds: writer.hold_seconds });
    }
    steps.push(Step::Saved { calendar });
    if count > 0 {
        steps.push(Step::Mailed { from: writer.address.clone(), count });
        steps.push(Step::Filed { mailbox: writer.sent_mailbox.clone() });
    }
    steps
}

fn problems(problem: DraftProblem) -> Vec<FormProblem> {
    let field = |field: draft::Field| match field {
        draft::Field::Title => Field::Title,
        draft::Field::Place => Field::Place,
        draft::Field::Description => Field::Description,
    };
    vec![match problem {
        DraftProblem::EndsBeforeStart => FormProblem::EndsBeforeStart,
        DraftProblem::Field(FieldProblem::TooLong(which)) => FormProblem::TooLong(field(which)),
        DraftProblem::Field(FieldProblem::ForbiddenCharacter(which)) => FormProblem::ForbiddenCharacter(field(which)),
        DraftProblem::TooManyGuests => FormProblem::TooLong(Field::Guests),
        DraftProblem::UnknownZone => FormProblem::UnknownZone,
        DraftProblem::ReadOnly => FormProblem::ReadOnly,
        DraftProblem::Series(SeriesProblem::RuleNamesDays) => FormProblem::SeriesDay,
        DraftProblem::Series(SeriesProblem::FormWithExceptions) => FormProblem::SeriesForm,
    }]
}

/// The object that will be stored, with notes for the person who stores it.
fn annotated(bytes: &[u8], writer: &Writer) -> CodeText {
    let mut code = calendar_code(bytes);
    annotate(&mut code, None, writer);
    code
}

/// What a letter is to its reader.
pub(super) fn kind_of(reason: itip::Reason) -> LetterKind {
    match reason {
        itip::Reason::New => LetterKind::Invitation,
        itip::Reason::Rescheduled | itip::Reason::Updated | itip::Reason::Refresh => LetterKind::Update,
        itip::Reason::Removed | itip::Reason::Cancelled | itip::Reason::OccurrenceCancelled => LetterKind::Cancellation,
        itip::Reason::Answer | itip::Reason::Counter | itip::Reason::CounterDeclined => LetterKind::Answer,
    }
}
