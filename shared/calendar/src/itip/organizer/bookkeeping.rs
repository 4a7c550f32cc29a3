//! The organizer's books: SEQUENCE, whose answer still holds, and what a stored invitation must have.

use std::collections::{BTreeMap, BTreeSet};

use super::super::facts::{Change, Facts, is_cancelled};
use super::super::object::Stored;
use super::super::outgoing::stamp;
use super::super::person::{Me, attendee, partstat};
use super::super::record::Record;
use super::super::revision::{MAX_SEQUENCE, sequence};
use super::super::timeline::Instance;
use super::super::view::Side;
use super::super::zone::define_zones;
use super::letter::is_told_by_others;
use super::{Edit, EditProblem, guests};
use crate::ical::{Address, Component, Property};
use crate::order::IntoOrdered as _;

/// A component of an object: the series, or the override of an occurrence.
pub(super) type Part = Option<Instance>;

/// What is stored after an edit, and what the edit changed.
#[derive(Debug)]
pub(super) struct Books {
    pub(super) stored: Stored,
    /// What changed in each component that was known before in some form.
    pub(super) changes: BTreeMap<Part, Change>,
    /// Guests to be sent the newest version although nothing changed for them.
    pub(super) resent: BTreeSet<Address>,
    /// Overrides that are gone while their occurrences take place as the series says.
    pub(super) reverted: BTreeMap<Instance, Reverted>,
}

/// What it means that an occurrence is again as its series says.
#[derive(Debug)]
pub(super) struct Reverted {
    pub(super) change: Change,
    /// Guests whose answer to that occurrence went with the override.
    pub(super) unanswered: BTreeSet<Address>,
}

/// What is decided about one component.
struct Entry {
    part: Part,
    sequence: u32,
    change: Option<Change>,
    /// The component that the guests knew, in some form.
    known: Option<Component>,
    /// Whether it is an override of what only the series spoke of before.
    is_new_override: bool,
    /// The SEQUENCE of an override that was there before.
    former_sequence: Option<u32>,
}

pub(super) fn keep_books(edit: Edit<'_>, before: Option<&Side<'_>>, after: &Stored) -> Result<Books, EditProblem> {
    let mut stored = after.clone();
    ensure_organizer(edit.me, &mut stored)?;
    let mut resent = BTreeSet::new();
    for component in stored.object_mut().components_mut() {
        take_resends(component, &mut resent);
    }

    let side = Side::of(after);
    let moves = before.map(|before| moved_overrides(before, &side)).unwrap_or_default();
    let reverted = before.map(|before| reverted(before, &side, &moves)).unwrap_or_default();
    let entries = entries(before, &side, &moves, &reverted);

    let mut changes = BTreeMap::new();
    let mut is_touched = false;
    for component in stored.object_mut().components_mut() {
        let part = side.timeline.instance_of(component);
        let Some(entry) = entries.iter().find(|entry| entry.part == part) else { continue };
        is_touched |= apply(edit, component, entry, before.is_none());
        if let Some(change) = entry.change {
            changes.insert(part, change);
        }
    }
    if !is_touched {
        return Ok(Books { stored, changes, resent, reverted });
    }
    let known = before.map_or(&**after, |side| side.object);
    define_zones(stored.object_mut().calendar_mut(), known.calendar(), edit.now);
    Ok(Books { stored, changes, resent, reverted })
}

/// Enters what was decided about a component; says whether that or the edit changed anything.
fn apply(edit: Edit<'_>, component: &mut Component, entry: &Entry, is_new_event: bool) -> bool {
    let has_guests = guests(component, edit.me).next().is_some();
    let mut is_touched = entry.change.is_none_or(|change| change != Change::default());
    if sequence(component) != entry.sequence || (is_new_event && has_guests) {
        component.set_value("SEQUENCE", &entry.sequence.to_string());
        is_touched = true;
    }
    if entry.is_new_override {
        forget_answers_to_the_series(component, entry);
    }
    if has_guests {
        is_touched |= ensure_organizer_attends(component, edit.me, is_new_event);
        is_touched |= welcome(component, edit.me, entry, is_new_event);
        if entry.change.is_some_and(Change::is_reschedule) || is_revived(component, entry) {
            reset(component, edit.me, entry.sequence);
        } else if let Some(former) = entry.former_sequence.filter(|former| *former < entry.sequence) {
            admit_former_answers(component, edit.after, former);
        }
    }
    if is_touched {
        // A number out of its range is written as it is understood.
        if component.property("SEQUENCE").is_some() {
            component.set_value("SEQUENCE", &entry.sequence.to_string());
        }
        component.set(stamp(edit.now));
    }
    is_touched
}

/// An override made from the series has its records, too; but nobody has answered that occurrence by itself.
fn forget_answers_to_the_series(component: &mut Component, entry: &Entry) {
    let Some(known) = &entry.known else { return };
    for line in component.all_mut("ATTENDEE") {
        let of_series = known.all("ATTENDEE").find(|it| it.address() == line.address()).and_then(Record::of);
        if of_series.is_some() && of_series == Record::of(line) {
            Record::erase(line);
        }
    }
}

/// An override that rises without being rescheduled: who answers what they knew of it is not late, even where their
/// answer to the series would have to be newer.
fn admit_former_answers(component: &mut Component, after: Option<&Stored>, former: u32) {
    let Some(series) = after.and_then(|after| after.series()) else { return };
    let lines = series.all("ATTENDEE").filter_map(|line| Some((line.address(), Record::of(line)?)));
    let later = lines.filter(|(_, record)| record.sequence > former).map(|(guest, _)| guest).into_set();
    for line in component.all_mut("ATTENDEE").filter(|line| later.contains(&line.address())) {
        if Record::of(line).is_none() {
            Record::reset(line, former);
        }
    }
}

/// Whether an event that was called off takes place after all.
fn is_revived(component: &Component, entry: &Entry) -> bool {
    entry.known.as_ref().is_some_and(is_cancelled) && !is_cancelled(component)
}

/// Names this person as the organizer where guests are invited and nobody is named.
fn ensure_organizer(me: &Me, stored: &mut Stored) -> Result<(), EditProblem> {
    let organizer = stored.organizer().map(Property::to_fresh);
    for component in stored.object_mut().components_mut() {
        if component.property("ORGANIZER").is_some() || guests(component, me).next().is_none() {
            continue;
        }
        let organizer = match &organizer {
            Some(organizer) => organizer.clone(),
            None => Property::new("ORGANIZER", &me.main().ok_or(EditProblem::NoAddress)?.to_value()),
        };
        component.push(organizer);
    }
    Ok(())
}

/// Lists the organizer among the attendees, who comes unless they say otherwise: Purelymail shows an event only to those
/// who do. Says whether it had to.
fn ensure_organizer_attends(component: &mut Component, me: &Me, is_new_event: bool) -> bool {
    let Some(organizer) = component.property("ORGANIZER") else { return false };
    let listed = attendee(component, &organizer.address()).or_else(|| me.attendee(component)).map(Property::address);
    if let Some(listed) = listed {
        let line = component.all_mut("ATTENDEE").find(|line| line.address() == listed);
        let Some(line) = line.filter(|line| is_new_event && partstat(line) == "NEEDS-ACTION") else { return false };
        line.set_parameter("PARTSTAT", "ACCEPTED");
        line.set_parameter("RSVP", "FALSE");
        return true;
    }
    let mut attendee = Property::new("ATTENDEE", organizer.value());
    if let Some(name) = organizer.parameter("CN") {
        attendee.set_parameter("CN", &name);
    }
    component.push(attendee.with("PARTSTAT", "ACCEPTED").with("RSVP", "FALSE"));
    true
}

/// Asks guests who were not invited before for an answer; says whether there are any.
fn welcome(component: &mut Component, me: &Me, entry: &Entry, is_new_event: bool) -> bool {
    let known = entry.known.iter().flat_map(|known| known.all("ATTENDEE"));
    let known = known.map(|guest| (guest.address(), is_told_by_others(guest))).into_map();
    let is_fresh = |guest: &&Property| match known.get(&guest.address()) {
        None => true,
        Some(was_told_by_others) => *was_told_by_others && !is_told_by_others(guest),
    };
    let fresh = guests(component, me).filter(is_fresh).map(Property::address).into_set();
    for attendee in component.all_mut("ATTENDEE").filter(|attendee| fresh.contains(&attendee.address())) {
        // Nobody has answered what was never sent; later an answer set by hand is kept.
        if is_new_event || attendee.parameter("PARTSTAT").is_none() {
            attendee.set_parameter("PARTSTAT", "NEEDS-ACTION");
        }
        if attendee.parameter("RSVP").is_none() {
            attendee.set_parameter("RSVP", "TRUE");
        }
        if is_new_event {
            Record::erase(attendee);
        }
    }
    !fresh.is_empty()
}

/// Asks every guest again, so that an answer to what was said before is stale.
fn reset(component: &mut Component, me: &Me, sequence: u32) {
    let asked = guests(component, me).map(Property::address).into_set();
    for attendee in component.all_mut("ATTENDEE").filter(|attendee| asked.contains(&attendee.address())) {
        // Who sent somebody else is not asked again; the one they sent is.
        if !attendee.parameter_is("PARTSTAT", "DELEGATED") {
            attendee.set_parameter("PARTSTAT", "NEEDS-ACTION");
            if !is_spectator(attendee) {
                attendee.set_parameter("RSVP", "TRUE");
            }
        }
        Record::reset(attendee, sequence);
    }
}

/// Whether no answer is expected of an attendee at any time: who only hears of it, a room, a thing.
fn is_spectator(attendee: &Property) -> bool {
    attendee.parameter_is("ROLE", "NON-PARTICIPANT")
        || ["ROOM", "RESOURCE"].iter().any(|kind| attendee.parameter_is("CUTYPE", kind))
}

/// Takes the marks that ask for a message to be sent again (RFC 6638 section 7.2); they are never stored.
fn take_resends(component: &mut Component, resent: &mut BTreeSet<Address>) {
    for attendee in component.all_mut("ATTENDEE").filter(|attendee| attendee.parameter("SCHEDULE-FORCE-SEND").is_some())
    {
        if attendee.parameter_is("SCHEDULE-FORCE-SEND", "REQUEST") {
            resent.insert(attendee.address());
        }
        attendee.remove_parameter("SCHEDULE-FORCE-SEND");
    }
}

fn entries(
    before: Option<&Side<'_>>,
    after: &Side<'_>,
    moves: &BTreeMap<Instance, Instance>,
    reverted: &BTreeMap<Instance, Reverted>,
) -> Vec<Entry> {
    let mut entries = Vec::new();
    if let Some(series) = after.series {
        let known = before.and_then(|before| before.series);
        let change = before.zip(known).map(|(before, known)| {
            let (known, newer) = (Facts::of(known, &before.timeline), Facts::of(series, &after.timeline));
            // Nobody has answered for an occurrence that takes place after all, unless its override says so.
            let has_more = known.reinstated(&newer).any(|instance| !after.overrides.contains_key(&instance));
            let change = known.change_to(&newer);
            Change { recurrence: change.recurrence || has_more, ..change }
        });
        // An occurrence that is called off or taken back must be newer than the override that is gone.
        let gone = before.into_iter().flat_map(|before| &before.overrides);
        let gone =
            gone.filter(|(instance, _)| !after.overrides.contains_key(instance) && !moves.contains_key(instance));
        let base = gone.map(|(_, component)| sequence(component)).chain(known.map(sequence)).max();
        let is_raised = change.is_some_and(Change::is_significant) || !reverted.is_empty();
        let own = known.map_or(0, sequence);
        let sequence = next_sequence(sequence(series), known.map(|_| own), base, is_raised);
        entries.push(Entry {
            part: None,
            sequence,
            change,
            known: known.cloned(),
            is_new_override: false,
            former_sequence: None,
        });
    }
    for (instance, component) in &after.overrides {
        let known = before.and_then(|before| known_override(before, *instance, moves));
        let change = before.zip(known.as_ref()).map(|(before, known)| {
            Facts::of(known, &before.timeline).change_to(&Facts::of(component, &after.timeline))
        });
        let own = known.as_ref().map(sequence);
        let of_series = before.and_then(|before| before.series).map(sequence);
        // An occurrence that nobody knew is as significant as a change of one.
        let is_raised = change.map_or(before.is_some() && of_series.is_some(), Change::is_significant)
            || before.is_some_and(|before| is_left_alone(component, before, after));
        let sequence = next_sequence(sequence(component), own.or(of_series), own.max(of_series), is_raised);
        // A guest who knows the series without this occurrence must not find the occurrence older than the series.
        let is_new_to_somebody = known.as_ref().is_some_and(|known| has_new_guest(component, known));
        let sequence = if is_new_to_somebody { sequence.max(of_series.unwrap_or_default()) } else { sequence };
        let is_kept = |instance| before.is_some_and(|before| before.overrides.contains_key(instance));
        let is_new_override = !is_kept(instance) && !moves.values().any(|to| to == instance);
        let former_sequence = own.filter(|_| !is_new_override);
        entries.push(Entry { part: Some(*instance), sequence, change, known, is_new_override, former_sequence });
    }
    entries
}

/// Whether a component lists somebody whom its former version did not list.
fn has_new_guest(component: &Component, known: &Component) -> bool {
    let known = known.all("ATTENDEE").map(Property::address).into_set();
    component.all("ATTENDEE").any(|attendee| !known.contains(&attendee.address()))
}

/// Whether a guest who loses the series keeps this occurrence: it must be newer than the end of the series.
fn is_left_alone(component: &Component, before: &Side<'_>, after: &Side<'_>) -> bool {
    let mut guests = component.all("ATTENDEE").map(Property::address);
    guests.any(|guest| before.invites(None, &guest) && !after.invites(None, &guest))
}

/// The SEQUENCE of a component: one that was raised already is kept, and it never falls.
fn next_sequence(given: u32, own: Option<u32>, base: Option<u32>, is_raised: bool) -> u32 {
    match own {
        Some(own) if given <= own && is_raised => base.unwrap_or(own).max(own).saturating_add(1).min(MAX_SEQUENCE),
        Some(own) => given.max(own),
        None => given,
    }
}

/// What was known of an occurrence: its override under this or its former RECURRENCE-ID, or what the series said of it.
fn known_override(before: &Side<'_>, instance: Instance, moves: &BTreeMap<Instance, Instance>) -> Option<Component> {
    let former = moves.iter().find(|(_, to)| **to == instance).map_or(instance, |(from, _)| *from);
    if let Some(component) = before.overrides.get(&former) {
        return Some((*component).clone());
    }
    before.series.filter(|_| before.timeline.has(instance))?;
    before.implied(instance)
}

/// The overrides whose RECURRENCE-ID moved along with the start of the series: from where, to where.
fn moved_overrides(before: &Side<'_>, after: &Side<'_>) -> BTreeMap<Instance, Instance> {
    let is_lost = |instance: &&Instance| !after.overrides.contains_key(*instance);
    let lost: Vec<Instance> = before.overrides.keys().filter(is_lost).copied().collect();
    let (Some(old), Some(new)) = (before.timeline.start(), after.timeline.start()) else { return BTreeMap::new() };
    let length = new.civil() - old.civil();
    let moved = |instance: Instance| {
        let civil = before.timeline.moment_of(instance).civil().saturating_add(length);
        after.timeline.instance(&new.with_civil(civil))
    };
    let pairs = lost.into_iter().map(|instance| (instance, moved(instance)));
    pairs.filter(|(from, to)| from != to && after.overrides.contains_key(to)).into_map()
}

/// The overrides that are gone while their occurrences still take place, where that matters to anybody.
fn reverted(before: &Side<'_>, after: &Side<'_>, moves: &BTreeMap<Instance, Instance>) -> BTreeMap<Instance, Reverted> {
    let gone = before.overrides.iter().filter(|(instance, _)| !after.overrides.contains_key(*instance));
    let gone = gone.filter(|(instance, _)| !moves.contains_key(*instance) && after.occurs(**instance));
    let reverted = gone.filter_map(|(instance, component)| {
        after.series?;
        let series = after.implied(*instance)?;
        let change = Facts::of(component, &before.timeline).change_to(&Facts::of(&series, &after.timeline));
        let answers = |component: &Component| -> BTreeMap<Address, String> {
            component.all("ATTENDEE").map(|line| (line.address(), partstat(line))).into_map()
        };
        let now = answers(&series);
        let mut own = answers(component);
        own.retain(|guest, answer| now.get(guest).is_some_and(|now| now != answer));
        Some((*instance, Reverted { change, unanswered: own.into_keys().into_set() }))
    });
    reverted.filter(|(_, it)| it.change.is_seen() || !it.unanswered.is_empty()).into_map()
}
