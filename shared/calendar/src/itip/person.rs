//! Who is who in an object: me under all my addresses, the organizer, the guests.

use crate::ical::{Address, Component, Property};

/// The person whose calendar this is, under every address that reaches them.
#[derive(Clone, Debug)]
pub struct Me(Vec<Address>);

impl Me {
    /// The person with these addresses; the first is the one new events are organized under.
    #[must_use]
    pub fn new(addresses: impl IntoIterator<Item = Address>) -> Self {
        Self(addresses.into_iter().collect())
    }

    /// Whether an address reaches this person: one of theirs, or one of theirs with a `+tag`.
    #[must_use]
    pub fn is(&self, address: &Address) -> bool {
        self.0.contains(address) || self.0.contains(&address.without_tag())
    }

    /// The address new events are organized under.
    #[must_use]
    pub fn main(&self) -> Option<&Address> {
        self.0.first()
    }

    /// The ATTENDEE of a component that is this person; the exact address before one with a tag.
    #[must_use]
    pub fn attendee<'c>(&self, component: &'c Component) -> Option<&'c Property> {
        let exact = component.all("ATTENDEE").find(|attendee| self.0.contains(&attendee.address()));
        exact.or_else(|| component.all("ATTENDEE").find(|attendee| self.is(&attendee.address())))
    }

    /// Whether this person organizes what the property is the ORGANIZER of.
    #[must_use]
    pub fn organizes(&self, organizer: Option<&Property>) -> bool {
        organizer.is_some_and(|organizer| self.is(&organizer.address()))
    }
}

/// Whether two addresses are one mailbox: equal, or equal without their `+tag`.
#[must_use]
pub(super) fn is_same_mailbox(one: &Address, other: &Address) -> bool {
    one == other || one.without_tag() == other.without_tag()
}

/// The ATTENDEE of a component with an address; an exact one before one that differs by its tag.
pub(super) fn attendee<'c>(component: &'c Component, address: &Address) -> Option<&'c Property> {
    let exact = component.all("ATTENDEE").find(|attendee| attendee.address() == *address);
    exact.or_else(|| component.all("ATTENDEE").find(|attendee| is_same_mailbox(&attendee.address(), address)))
}

/// The same, to be changed in place.
pub(super) fn attendee_mut<'c>(component: &'c mut Component, address: &Address) -> Option<&'c mut Property> {
    let found = attendee(component, address)?.address();
    component.all_mut("ATTENDEE").find(|attendee| attendee.address() == found)
}

/// The PARTSTAT of an attendee in upper case; NEEDS-ACTION where there is none (RFC 5545 section 3.2.12).
pub(super) fn partstat(attendee: &Property) -> String {
    match attendee.parameter("PARTSTAT") {
        Some(partstat) if !partstat.trim().is_empty() => partstat.trim().to_ascii_uppercase(),
        _ => "NEEDS-ACTION".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_reached_under_every_alias_and_tag() {
        let me = Me::new(["ann@example.org".into(), "ann@example.com".into()]);
        assert!(me.is(&"mailto:ANN@example.com".into()));
        assert!(me.is(&"ann+work@example.org".into()));
        assert!(!me.is(&"anna@example.org".into()));
    }

    #[test]
    fn someone_listed_with_and_without_a_tag_is_found_exactly() {
        let mut event = Component::new("VEVENT");
        event.push(Property::new("ATTENDEE", "mailto:bob+x@example.org"));
        event.push(Property::new("ATTENDEE", "mailto:bob@example.org"));
        let found = attendee(&event, &"bob@example.org".into()).map(Property::address);
        assert_eq!(found, Some("bob@example.org".into()));
        let found = attendee(&event, &"bob+y@example.org".into()).map(Property::address);
        assert_eq!(found, Some("bob+x@example.org".into()));
    }

    #[test]
    fn no_answer_is_needs_action() {
        assert_eq!(partstat(&Property::new("ATTENDEE", "mailto:b@c")), "NEEDS-ACTION");
        assert_eq!(partstat(&Property::new("ATTENDEE", "mailto:b@c").with("PARTSTAT", "accepted")), "ACCEPTED");
    }
}
