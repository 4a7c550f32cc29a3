//! A person who is asked to come.

use crate::ical::{Address, Property};

/// The most guests one event holds: what keeps an invitation well below the size that readers accept.
pub const GUEST_LIMIT: usize = 500;

/// A person who is asked to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guest {
    /// The person's mail address.
    pub address: Address,
    /// The person's name; may be empty.
    pub name: String,
    /// Whether they may stay away.
    pub optional: bool,
}

impl Guest {
    /// The ATTENDEE property of somebody who has not answered yet (RFC 5545 section 3.8.4.1).
    pub(super) fn to_property(&self) -> Property {
        let mut property = Property::new("ATTENDEE", &self.address.to_value());
        if !self.name.is_empty() {
            property.set_parameter("CN", &self.name);
        }
        property.set_parameter("CUTYPE", "INDIVIDUAL");
        property.set_parameter("ROLE", self.role());
        property.set_parameter("PARTSTAT", "NEEDS-ACTION");
        property.set_parameter("RSVP", "TRUE");
        property
    }

    /// Their ROLE parameter.
    pub(super) fn role(&self) -> &'static str {
        if self.optional { "OPT-PARTICIPANT" } else { "REQ-PARTICIPANT" }
    }
}
