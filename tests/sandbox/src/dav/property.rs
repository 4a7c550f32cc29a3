//! The properties of what the CalDAV server has (RFC 4918, 4791, 3744, 5397, 6578).

use crate::dav::answer::Said;
use crate::dav::path::Resource;
use crate::dav::xml::{APPLE, CALDAV, CALENDARSERVER, DAV, Element, Name, escape};
use crate::limit;
use crate::provider::{Account, Calendar, CalendarObject, Quirks};

/// Which properties a client asks for.
pub(crate) enum Wanted {
    /// These.
    Named(Vec<Name>),
    /// Those that a client without a better idea gets.
    Usual,
    /// The names of those there are.
    Names,
}

impl Wanted {
    /// Reads the body of PROPFIND or what a report asks for; an empty one asks for the usual (RFC 4918 section 9.1).
    pub(crate) fn of(root: Option<&Element>) -> Self {
        let Some(root) = root else { return Self::Usual };
        if root.child(DAV, "propname").is_some() {
            return Self::Names;
        }
        match root.child(DAV, "prop") {
            Some(prop) => Self::Named(prop.children.iter().map(|child| child.name.clone()).collect()),
            None => Self::Usual,
        }
    }
}

/// Something that has properties.
pub(crate) struct Subject<'a> {
    pub(crate) resource: Resource,
    pub(crate) account: &'a Account,
    pub(crate) calendar: Option<&'a Calendar>,
    pub(crate) object: Option<&'a CalendarObject>,
    pub(crate) quirks: Quirks,
}

/// The properties that a client without a better idea gets.
const USUAL: [(&str, &str); 7] = [
    (DAV, "resourcetype"),
    (DAV, "displayname"),
    (DAV, "getetag"),
    (DAV, "getcontenttype"),
    (DAV, "current-user-principal"),
    (CALENDARSERVER, "getctag"),
    (APPLE, "calendar-color"),
];

impl Subject<'_> {
    /// What is said about the wanted properties.
    pub(crate) fn say(&self, wanted: &Wanted) -> Said {
        let usual = || USUAL.map(|(namespace, local)| Name { namespace: namespace.into(), local: local.into() });
        match wanted {
            Wanted::Named(names) => {
                let mut found = Vec::new();
                let mut missing = Vec::new();
                for name in names {
                    match self.property(name) {
                        Some(property) => found.push(property),
                        None => missing.push(name.clone()),
                    }
                }
                Said::Properties { found, missing }
            }
            Wanted::Usual => {
                let found = usual().iter().filter_map(|name| self.property(name)).collect();
                Said::Properties { found, missing: Vec::new() }
            }
            Wanted::Names => {
                let names = usual().into_iter().filter(|name| self.property(name).is_some());
                let found = names.map(|name| crate::dav::answer::empty_element(&name)).collect();
                Said::Properties { found, missing: Vec::new() }
            }
        }
    }

    fn property(&self, name: &Name) -> Option<String> {
        let (prefix, value) = match name.namespace.as_str() {
            DAV => ("D", self.dav(&name.local)?),
            CALDAV => ("C", self.caldav(&name.local)?),
            CALENDARSERVER if name.local == "getctag" && !self.quirks.no_ctag => ("CS", self.calendar()?.ctag()),
            APPLE if name.local == "calendar-color" => ("A", escape(self.calendar()?.color.as_deref()?)),
            _ => return None,
        };
        let local = &name.local;
        Some(if value.is_empty() {
            format!("<{prefix}:{local}/>")
        } else {
            format!("<{prefix}:{local}>{value}</{prefix}:{local}>")
        })
    }

    /// The calendar, when the subject is one and not an object in it.
    fn calendar(&self) -> Option<&Calendar> {
        self.calendar.filter(|_| self.object.is_none())
    }

    fn principal(&self) -> String {
        href(&Resource::Principal(self.account.address.clone()))
    }

    fn dav(&self, local: &str) -> Option<String> {
        Some(match local {
            "resourcetype" => match self.resource {
                Resource::Principal(_) => "<D:collection/><D:principal/>".to_owned(),
                Resource::Calendar(..) => "<D:collection/><C:calendar/>".to_owned(),
                Resource::Object(..) => String::new(),
                Resource::Root | Resource::Home(_) => "<D:collection/>".to_owned(),
            },
            "displayname" => match self.resource {
                Resource::Principal(_) => escape(&self.account.display_name),
                Resource::Calendar(..) => escape(&self.calendar()?.display_name),
                _ => return None,
            },
            "current-user-principal" => self.principal(),
            "principal-URL" if matches!(self.resource, Resource::Principal(_)) => self.principal(),
            "owner" if self.resource != Resource::Root => self.principal(),
            "principal-collection-set" => format!("<D:href>{}principals/</D:href>", crate::dav::path::ROOT),
            "current-user-privilege-set" => {
                let writable = self.calendar.is_none_or(|calendar| calendar.writable);
                let mut privileges = vec!["read", "read-current-user-privilege-set"];
                if writable {
                    privileges.extend(["write", "write-content", "write-properties", "bind", "unbind"]);
                }
                privileges.iter().map(|name| format!("<D:privilege><D:{name}/></D:privilege>")).collect()
            }
            "supported-report-set" => {
                self.calendar()?;
                let mut reports = vec!["<C:calendar-query/>", "<C:calendar-multiget/>"];
                if !self.quirks.no_sync {
                    reports.push("<D:sync-collection/>");
                }
                let said =
                    |report: &&str| format!("<D:supported-report><D:report>{report}</D:report></D:supported-report>");
                reports.iter().map(said).collect()
            }
            "sync-token" if !self.quirks.no_sync => self.calendar()?.sync_token(),
            "getetag" => escape(&self.object?.etag),
            "getcontenttype" => {
                self.object?;
                "text/calendar; charset=utf-8; component=VEVENT".to_owned()
            }
            "getcontentlength" => self.object?.ics.len().to_string(),
            _ => return None,
        })
    }

    fn caldav(&self, local: &str) -> Option<String> {
        Some(match local {
            "calendar-data" => escape(&self.object?.ics),
            "calendar-home-set" if matches!(self.resource, Resource::Principal(_)) => {
                href(&Resource::Home(self.account.address.clone()))
            }
            "calendar-user-address-set" if matches!(self.resource, Resource::Principal(_)) => {
                let addresses = std::iter::once(&self.account.address).chain(&self.account.aliases);
                addresses.map(|address| format!("<D:href>mailto:{}</D:href>", escape(address))).collect()
            }
            "calendar-description" => escape(self.calendar()?.description.as_deref()?),
            "supported-calendar-component-set" => {
                self.calendar()?;
                "<C:comp name=\"VEVENT\"/><C:comp name=\"VTODO\"/>".to_owned()
            }
            "supported-calendar-data" => {
                self.calendar()?;
                "<C:calendar-data content-type=\"text/calendar\" version=\"2.0\"/>".to_owned()
            }
            "max-resource-size" => {
                self.calendar()?;
                limit::OBJECT_BYTES.to_string()
            }
            _ => return None,
        })
    }
}

fn href(resource: &Resource) -> String {
    format!("<D:href>{}</D:href>", escape(&resource.href()))
}

/// Sets or, without a value, removes a property of a calendar; false when it cannot be set.
pub(crate) fn set(calendar: &mut Calendar, name: &Name, value: Option<&str>) -> bool {
    match (name.namespace.as_str(), name.local.as_str()) {
        (DAV, "displayname") => calendar.display_name = value.unwrap_or_default().to_owned(),
        (APPLE, "calendar-color") => calendar.color = value.map(|value| value.trim().to_owned()),
        (CALDAV, "calendar-description") => calendar.description = value.map(str::to_owned),
        _ => return false,
    }
    calendar.touch();
    true
}
