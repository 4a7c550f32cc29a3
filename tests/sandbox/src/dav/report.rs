//! REPORT: objects by time, by name, and by what changed (RFC 4791 section 7, RFC 6578).

use axum::http::StatusCode;
use ical::recur::IcalRecurDateTime;

use crate::dav::answer::{Answer, Multistatus, Said, empty, failed};
use crate::dav::path::Resource;
use crate::dav::property::{Subject, Wanted};
use crate::dav::xml::{CALDAV, DAV, Element};
use crate::ics::{Component, Ics};
use crate::provider::{Account, Calendar, Provider, Quirks};

/// Answers a report on a calendar.
pub(crate) fn report(provider: &Provider, resource: &Resource, root: &Element) -> Answer {
    let Resource::Calendar(owner, id) = resource else {
        return failed(StatusCode::FORBIDDEN, "<D:supported-report/>");
    };
    let quirks = provider.quirks();
    let answer = provider.read(owner, |account| {
        let calendar = account.calendars.get(id)?;
        let scope = Scope { account, calendar, owner, id, quirks };
        Some(match (root.name.namespace.as_str(), root.name.local.as_str()) {
            (CALDAV, "calendar-query") => scope.query(root),
            (CALDAV, "calendar-multiget") => scope.multiget(root),
            (DAV, "sync-collection") if !quirks.no_sync => scope.sync(root),
            _ => failed(StatusCode::FORBIDDEN, "<D:supported-report/>"),
        })
    });
    answer.flatten().unwrap_or_else(|| empty(StatusCode::NOT_FOUND))
}

/// The calendar that a report is about.
struct Scope<'a> {
    account: &'a Account,
    calendar: &'a Calendar,
    owner: &'a str,
    id: &'a str,
    quirks: Quirks,
}

impl Scope<'_> {
    fn object(&self, name: &str) -> Resource {
        Resource::Object(self.owner.to_owned(), self.id.to_owned(), name.to_owned())
    }

    fn add(&self, document: &mut Multistatus, name: &str, wanted: &Wanted) {
        let resource = self.object(name);
        let href = resource.href();
        let said = match self.calendar.objects().get(name) {
            Some(object) => Subject {
                resource,
                account: self.account,
                calendar: Some(self.calendar),
                object: Some(object),
                quirks: self.quirks,
            }
            .say(wanted),
            None => Said::Gone,
        };
        document.add(&href, &said);
    }

    fn query(&self, root: &Element) -> Answer {
        let Some(filter) = root.child(CALDAV, "filter").and_then(|filter| filter.child(CALDAV, "comp-filter")) else {
            return failed(StatusCode::FORBIDDEN, "<C:valid-filter/>");
        };
        let wanted = Wanted::of(Some(root));
        let mut document = Multistatus::default();
        for (name, object) in self.calendar.objects() {
            let Ok(ics) = Ics::read(&object.ics) else { continue };
            match meets_component(filter, &ics, &[&ics.calendar]) {
                Some(true) => self.add(&mut document, name, &wanted),
                Some(false) => {}
                None => return failed(StatusCode::FORBIDDEN, "<C:supported-filter/>"),
            }
        }
        document.finish(None)
    }

    fn multiget(&self, root: &Element) -> Answer {
        let wanted = Wanted::of(Some(root));
        let mut document = Multistatus::default();
        for href in root.all(DAV, "href") {
            // Some clients send whole addresses.
            let path = href.text.trim();
            let path =
                path.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..])).unwrap_or(path);
            match Resource::read(path) {
                Some(Resource::Object(owner, id, name)) if owner == self.owner && id == self.id => {
                    self.add(&mut document, &name, &wanted);
                }
                _ => document.add(path, &Said::Gone),
            }
        }
        document.finish(None)
    }

    fn sync(&self, root: &Element) -> Answer {
        let token = root.child(DAV, "sync-token").map(|token| token.text.trim()).unwrap_or_default();
        let wanted = Wanted::of(Some(root));
        let mut document = Multistatus::default();
        let (changed, removed) = if token.is_empty() {
            (self.calendar.objects().keys().cloned().collect(), Vec::new())
        } else {
            match self.calendar.changes_since(token) {
                Some(changes) => (changes.changed, changes.removed),
                None => return failed(StatusCode::FORBIDDEN, "<D:valid-sync-token/>"),
            }
        };
        let most = root.child(DAV, "limit").and_then(|limit| limit.child(DAV, "nresults"));
        let most = most.and_then(|most| most.text.trim().parse::<usize>().ok());
        if most.is_some_and(|most| changed.len() + removed.len() > most) {
            return failed(StatusCode::INSUFFICIENT_STORAGE, "<D:number-of-matches-within-limits/>");
        }
        for name in changed.iter().chain(&removed) {
            self.add(&mut document, name, &wanted);
        }
        document.finish(Some(&self.calendar.sync_token()))
    }
}

/// Whether any of the components meets a filter (RFC 4791 section 9.7.1). `None` where a filter is not known.
fn meets_component(filter: &Element, ics: &Ics, candidates: &[&Component]) -> Option<bool> {
    let name = filter.attribute("name")?.to_ascii_uppercase();
    let mut named = candidates.iter().filter(|component| component.name == name).peekable();
    if filter.child(CALDAV, "is-not-defined").is_some() {
        return Some(named.peek().is_none());
    }
    // The occurrences of a series and its overrides are asked together: a moved one is not where it was.
    if let Some(range) = filter.child(CALDAV, "time-range") {
        let bound = |name, open| match range.attribute(name) {
            Some(text) => IcalRecurDateTime::parse(text).ok().map(|time| time.seconds()),
            None => Some(open),
        };
        let happens = ics.happens_between(bound("start", i64::MIN)?, bound("end", i64::MAX)?);
        if named.peek().is_none() || !happens {
            return Some(false);
        }
    }
    for component in named {
        let inside: Vec<&Component> = component.components.iter().collect();
        let mut meets = true;
        for child in &filter.children {
            meets &= match child.name.local.as_str() {
                "comp-filter" => meets_component(child, ics, &inside)?,
                "prop-filter" => meets_property(child, component)?,
                "time-range" => true,
                _ => return None,
            };
        }
        if meets {
            return Some(true);
        }
    }
    Some(false)
}

fn meets_property(filter: &Element, component: &Component) -> Option<bool> {
    let name = filter.attribute("name")?.to_ascii_uppercase();
    let values: Vec<String> = component.all(&name).map(|property| property.text().to_lowercase()).collect();
    let Some(child) = filter.children.first() else { return Some(!values.is_empty()) };
    match child.name.local.as_str() {
        "is-not-defined" => Some(values.is_empty()),
        "text-match" => {
            let wanted = child.text.trim().to_lowercase();
            let contains = values.iter().any(|value| value.contains(&wanted));
            let negated = child.attribute("negate-condition") == Some("yes");
            Some(contains != negated)
        }
        _ => None,
    }
}
