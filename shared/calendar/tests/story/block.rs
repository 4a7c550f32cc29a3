//! The blocks of a story: lines that stand for components, edits of them, and what is expected of them.

use calendar::ical::{Component, Document, Property};
use calendar::itip::{Object, Stored};

use super::select;

/// The text of a calendar with the components of a block. A line `METHOD:…` or `X-WR-…` before the first component
/// stands in the calendar itself.
fn calendar_of(block: &[&str]) -> Vec<u8> {
    let mut text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Story//EN\r\n".to_owned();
    let is_outside = |line: &&&str| line.starts_with("METHOD:") || line.starts_with("X-WR-");
    let outside = block.iter().take_while(is_outside).count();
    block[..outside].iter().for_each(|line| text += &format!("{line}\r\n"));
    for component in block[outside..].split(|line| *line == "--") {
        let (name, lines) = match component.split_first() {
            Some((name @ (&"VTODO" | &"VJOURNAL" | &"VTIMEZONE" | &"VFREEBUSY"), rest)) => (*name, rest),
            _ => ("VEVENT", component),
        };
        text += &format!("BEGIN:{name}\r\n");
        let has = |start: &str| lines.iter().any(|line| line.starts_with(start));
        if name != "VTIMEZONE" && !has("UID:") {
            text += "UID:1\r\n";
        }
        if name != "VTIMEZONE" && !has("DTSTAMP:") {
            text += "DTSTAMP:20261101T000000Z\r\n";
        }
        lines.iter().for_each(|line| text += &format!("{line}\r\n"));
        text += &format!("END:{name}\r\n");
    }
    (text + "END:VCALENDAR\r\n").into_bytes()
}

pub(super) fn stored_of(block: &[&str]) -> Result<Stored, String> {
    Stored::read(&calendar_of(block)).map_err(|problem| problem.to_string())
}

pub(super) fn message_of(block: &[&str]) -> Vec<u8> {
    calendar_of(block)
}

/// An object edited by lines: `- line`, `+ line` and `= line` (replaces those of its name) in the component
/// chosen by the last `[…]`. `[+TIME]` makes an
/// override of what the following `+` lines say, `[-TIME]` removes one.
pub(super) fn apply_edit(stored: &Stored, block: &[&str]) -> Result<Stored, String> {
    let mut document = Document::read(&stored.write()).map_err(|problem| problem.to_string())?;
    let calendar = document.calendar_mut().ok_or("no calendar")?;
    let mut selector = String::new();
    for line in block {
        if let Some(id) = line.strip_prefix("[+").and_then(|rest| rest.strip_suffix(']')) {
            let mut component = Component::new("VEVENT");
            component.push(Property::new("UID", "1"));
            component.push(read_line(&format!("RECURRENCE-ID{}", id_line(id)))?);
            calendar.push_component(component);
            selector = format!("[{id}]");
            continue;
        }
        if let Some(id) = line.strip_prefix("[-").and_then(|rest| rest.strip_suffix(']')) {
            calendar.retain_components(|component| !has_id(component, id));
            continue;
        }
        if line.starts_with('[') {
            selector = (*line).to_owned();
            continue;
        }
        let (sign, line) = line.split_at(1);
        let line = line.trim();
        let id = selector.trim_matches(['[', ']']).to_owned();
        let component = calendar
            .components_mut()
            .find(|component| is_event(component) && has_id(component, &id))
            .ok_or_else(|| format!("there is no component {selector}"))?;
        match sign {
            "-" => {
                let before = component.properties().count();
                component.retain_properties(|property| !matches(property, line));
                if component.properties().count() == before {
                    return Err(format!("there is no line {line}"));
                }
            }
            "=" => component.set(read_line(line)?),
            "+" if line == "VALARM" => component.push_component(Component::new("VALARM")),
            "+" => component.push(read_line(line)?),
            _ => return Err(format!("no edit: {sign}{line}")),
        }
    }
    Stored::read(&document.write()).map_err(|problem| problem.to_string())
}

/// Checks the lines that are expected of a component, and of the whole text those that begin with `calendar`.
pub(super) fn check_component(object: &Object, selector: &str, block: &[&str]) -> Result<(), String> {
    let whole = String::from_utf8_lossy(&object.write()).into_owned();
    let mut component = if selector.is_empty() && block.iter().all(|line| line.starts_with('[')) {
        None
    } else {
        Some(select(object, selector)?)
    };
    for line in block {
        if let Some(absent) = line.strip_prefix("![").and_then(|rest| rest.strip_suffix(']')) {
            if object.components().any(|component| has_id(component, absent)) {
                return Err(format!("there is a component [{absent}] in\n{whole}"));
            }
            continue;
        }
        if line.starts_with('[') {
            component = Some(select(object, line)?);
            continue;
        }
        let (is_wanted, wanted) = match line.strip_prefix('!') {
            Some(rest) => (false, rest.trim()),
            None => (true, *line),
        };
        let component = component.ok_or("no component is chosen")?;
        let is_found = match wanted.split_once(' ') {
            Some(("calendar", wanted)) => object.calendar().properties().any(|property| matches(property, wanted)),
            Some(("component", name)) => component.components().any(|inner| inner.is(name)),
            Some(("zone", name)) => {
                let mut zones = object.calendar().components().filter(|component| component.is("VTIMEZONE"));
                zones.any(|zone| zone.value("TZID") == Some(name))
            }
            _ => component.properties().any(|property| matches(property, wanted)),
        };
        if is_found != is_wanted {
            return Err(format!("expected {line} in\n{whole}"));
        }
    }
    Ok(())
}

pub(super) fn component_of<'c>(
    components: impl Iterator<Item = &'c Component>,
    selector: &str,
) -> Option<&'c Component> {
    let components: Vec<&Component> = components.collect();
    let id = selector.trim_matches(['[', ']']);
    let found = components.iter().find(|component| has_id(component, id)).copied();
    found.or_else(|| components.first().copied().filter(|_| id.is_empty() && components.len() == 1))
}

/// Whether a component speaks of the occurrence with this RECURRENCE-ID value; of the series if it is empty.
fn has_id(component: &Component, id: &str) -> bool {
    match component.property("RECURRENCE-ID") {
        Some(property) => property.line() == format!("RECURRENCE-ID{}", id_line(id)) || property.value() == id,
        None => id.is_empty(),
    }
}

fn id_line(id: &str) -> String {
    if id.contains(':') { id.to_owned() } else { format!(":{id}") }
}

fn is_event(component: &Component) -> bool {
    ["VEVENT", "VTODO", "VJOURNAL"].iter().any(|name| component.is(name))
}

fn read_line(line: &str) -> Result<Property, String> {
    let text = format!("BEGIN:VCALENDAR\r\n{line}\r\nEND:VCALENDAR\r\n");
    let document = Document::read(text.as_bytes()).map_err(|problem| problem.to_string())?;
    let property = document.calendar().and_then(|calendar| calendar.properties().next()).map(Property::to_fresh);
    property.ok_or_else(|| format!("no property: {line}"))
}

/// Whether a property is the one a line describes: the same name, the parameters of the line, and the value unless the
/// line has none. `NAME` alone matches every property of the name, `NAME;X=` one without the parameter.
fn matches(property: &Property, line: &str) -> bool {
    if !line.contains(':') && !line.contains(';') {
        return property.is(line);
    }
    let Ok(wanted) = read_line(line) else { return false };
    property.is(wanted.name())
        && property.value().eq_ignore_ascii_case(wanted.value())
        && wanted.parameters().all(|parameter| match parameter.raw {
            "" => property.parameter(parameter.name).is_none(),
            _ => property.parameter_values(parameter.name).eq(parameter.values()),
        })
}
