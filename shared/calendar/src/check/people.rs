//! Who: organizer and attendees, and whether a guest's program will show buttons (RFC 5546 section 3.2, RFC 5545 sections
//! 3.8.4.1 and 3.8.4.3).

use crate::ical::{Address, Component, Parameter, Property};
use crate::mime::MailAddress;

use super::Object;
use super::event::is_one_of;
use super::finding::{Level, Report, Rule};

pub(super) static RULES: &[&Rule] = &[
    &ORGANIZER_MISSING,
    &ATTENDEE_MISSING,
    &REPLY_ATTENDEES,
    &REPLY_ANSWER,
    &NO_MAIL_ADDRESS,
    &ATTENDEE_REPEATED,
    &RSVP_MISSING,
    &READER_NOT_INVITED,
    &PARAMETER_UNKNOWN,
    &PARAMETER_SPLIT,
    &PUBLISH_ATTENDEES,
];

static ORGANIZER_MISSING: Rule = Rule {
    id: "organizer-missing",
    level: Level::Error,
    section: "RFC 5546 section 3.2",
    what: "ORGANIZER is missing.",
    effect: "Gmail and Outlook show no buttons, because nobody is there to answer to.",
    mend: "Add the ORGANIZER.",
};

static ATTENDEE_MISSING: Rule = Rule {
    id: "attendee-missing",
    level: Level::Error,
    section: "RFC 5546 section 3.2",
    what: "There is no ATTENDEE.",
    effect: "No program shows buttons, because nobody is asked.",
    mend: "Add the guests as ATTENDEEs.",
};

static REPLY_ATTENDEES: Rule = Rule {
    id: "reply-attendees",
    level: Level::Error,
    section: "RFC 5546 section 3.2.3",
    what: "An answer speaks for several attendees.",
    effect: "Organizers' programs ignore it, or believe the wrong one.",
    mend: "Keep the ATTENDEE who answers.",
};

static REPLY_ANSWER: Rule = Rule {
    id: "reply-without-answer",
    level: Level::Error,
    section: "RFC 5546 section 3.2.3",
    what: "An answer does not say what the answer is.",
    effect: "The organizer's program sets the guest back to \"not answered\".",
    mend: "Set PARTSTAT to ACCEPTED, DECLINED, TENTATIVE or DELEGATED.",
};

static NO_MAIL_ADDRESS: Rule = Rule {
    id: "no-mail-address",
    level: Level::Error,
    section: "RFC 6047 section 2.3",
    what: "A person is named by something that is no mail address.",
    effect: "Answers cannot be sent, and Gmail shows no buttons.",
    mend: "Write mailto: and the address.",
};

static ATTENDEE_REPEATED: Rule = Rule {
    id: "attendee-repeated",
    level: Level::Warning,
    section: "RFC 5545 section 3.8.4.1",
    what: "The same person is an ATTENDEE twice.",
    effect: "Programs show the guest twice, with different answers.",
    mend: "Keep one.",
};

static RSVP_MISSING: Rule = Rule {
    id: "rsvp-missing",
    level: Level::Warning,
    section: "RFC 5545 section 3.2.17",
    what: "A guest who has not answered is not asked to.",
    effect: "Gmail and Outlook show no buttons to this guest.",
    mend: "Add RSVP=TRUE beside PARTSTAT=NEEDS-ACTION.",
};

static READER_NOT_INVITED: Rule = Rule {
    id: "reader-not-invited",
    level: Level::Error,
    section: "RFC 5546 section 3.2.2",
    what: "The mail goes to somebody who is no ATTENDEE.",
    effect: "Gmail and Outlook show the reader no buttons.",
    mend: "Make the reader an ATTENDEE with the very address of the mail.",
};

static PARAMETER_UNKNOWN: Rule = Rule {
    id: "parameter-unknown",
    level: Level::Warning,
    section: "RFC 5545 section 3.2",
    what: "A parameter of a person has a value that it cannot have.",
    effect: "Programs take the default; strict ones drop the person.",
    mend: "Use one of the values that the RFC lists.",
};

static PARAMETER_SPLIT: Rule = Rule {
    id: "parameter-split",
    level: Level::Warning,
    section: "RFC 5545 section 3.2",
    what: "A comma outside quotes cuts the value of a parameter in two.",
    effect: "Programs show half of a name; strict ones drop the person.",
    mend: "Put the value in double quotes.",
};

static PUBLISH_ATTENDEES: Rule = Rule {
    id: "publish-attendees",
    level: Level::Warning,
    section: "RFC 5546 section 3.2.1",
    what: "An event that is only published has ATTENDEEs.",
    effect: "Some programs ask for an answer, some do not.",
    mend: "Send a REQUEST, or leave the ATTENDEEs out.",
};

/// The values that parameters of people have.
const PARAMETERS: [(&str, &[&str]); 4] = [
    ("PARTSTAT", &["NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED", "COMPLETED", "IN-PROCESS"]),
    ("ROLE", &["CHAIR", "REQ-PARTICIPANT", "OPT-PARTICIPANT", "NON-PARTICIPANT"]),
    ("CUTYPE", &["INDIVIDUAL", "GROUP", "RESOURCE", "ROOM", "UNKNOWN"]),
    ("RSVP", &["TRUE", "FALSE"]),
];

/// The parameters of people that have several values.
const LISTS: &[&str] = &["DELEGATED-FROM", "DELEGATED-TO", "MEMBER"];

pub(super) fn check(object: &Object<'_>, report: &mut Report<'_>) {
    let mut invited = Vec::new();
    for component in &object.components {
        let attendees: Vec<&Property> = component.all("ATTENDEE").collect();
        let addresses: Vec<Address> = attendees.iter().map(|attendee| attendee.address()).collect();
        let organizer = component.property("ORGANIZER").map(|organizer| (organizer, organizer.address()));
        check_presence(object, component, &attendees, report);
        let others = component.all("ORGANIZER").skip(1).map(|property| (property, property.address()));
        let all = organizer.clone().into_iter().chain(others);
        for (property, address) in all {
            check_person(property, &address, report);
        }
        for (attendee, address) in attendees.iter().zip(&addresses) {
            check_person(attendee, address, report);
        }
        for (index, (attendee, address)) in attendees.iter().zip(&addresses).enumerate().take(MAX_COMPARED) {
            if addresses[..index].contains(address) {
                report.at(&ATTENDEE_REPEATED, attendee, address.as_str());
            }
        }
        // A question about free time is answered by programs: it has no buttons.
        if object.is_method(&["REQUEST"]) && !component.is("VFREEBUSY") {
            let organizer = organizer.map(|(_, address)| address);
            check_buttons(object, organizer.as_ref(), attendees.iter().copied().zip(&addresses), report);
        }
        invited.extend(addresses);
    }
    check_readers(object, &invited, report);
}

/// The most attendees that are compared with one another.
const MAX_COMPARED: usize = 500;

fn check_presence(object: &Object<'_>, component: &Component, attendees: &[&Property], report: &mut Report<'_>) {
    let Some(method) = object.method.as_deref() else { return };
    if component.property("ORGANIZER").is_none() && method != "PUBLISH" {
        report.of(&ORGANIZER_MISSING, component, "");
    }
    match method {
        "REQUEST" | "REPLY" | "REFRESH" | "COUNTER" if attendees.is_empty() => {
            report.of(&ATTENDEE_MISSING, component, "")
        }
        "PUBLISH" => {
            if let Some(attendee) = attendees.first() {
                report.at(&PUBLISH_ATTENDEES, attendee, "");
            }
        }
        "REPLY" => {
            // Somebody who delegates names the delegate as a second ATTENDEE (RFC 5546 section 3.2.2.3).
            let delegates = attendees.iter().any(|attendee| attendee.parameter("DELEGATED-TO").is_some());
            if let Some(second) = attendees.get(1).filter(|_| !delegates) {
                report.at(&REPLY_ATTENDEES, second, "");
            }
            let first = attendees[0];
            let is_answer = !component.is("VFREEBUSY");
            if is_answer && first.parameter("PARTSTAT").is_none_or(|answer| is_one_of(&answer, &["", "NEEDS-ACTION"])) {
                report.at(&REPLY_ANSWER, first, "");
            }
        }
        _ => {}
    }
}

fn check_person(property: &Property, address: &Address, report: &mut Report<'_>) {
    let has_scheme = property.value().trim().get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
    if !has_scheme || !address.is_mail() {
        report.at(&NO_MAIL_ADDRESS, property, property.value());
    }
    // One walk along the line for all of them.
    let mut found: [Option<Parameter<'_>>; PARAMETERS.len()] = [None; PARAMETERS.len()];
    for parameter in property.parameters() {
        if parameter.raw.contains(',') && parameter.values().nth(1).is_some() && !is_one_of(parameter.name, LISTS) {
            report.at(&PARAMETER_SPLIT, property, format!("{}={}", parameter.name, parameter.raw));
        }
        if let Some(index) = PARAMETERS.iter().position(|(name, _)| name.eq_ignore_ascii_case(parameter.name)) {
            found[index].get_or_insert(parameter);
        }
    }
    for ((name, values), found) in PARAMETERS.iter().zip(found) {
        if let Some(value) = found.map(Parameter::first)
            && !is_one_of(&value, values)
            && !value.trim().get(..2).is_some_and(|prefix| prefix.eq_ignore_ascii_case("X-"))
        {
            report.at(&PARAMETER_UNKNOWN, property, format!("{name}={value}"));
        }
    }
}

/// Whether the guests who read the mail will see buttons.
fn check_buttons<'p>(
    object: &Object<'_>,
    organizer: Option<&Address>,
    attendees: impl Iterator<Item = (&'p Property, &'p Address)>,
    report: &mut Report<'_>,
) {
    for (attendee, address) in attendees {
        let reads = object.readers.is_empty() || object.readers.contains(address);
        if !reads || organizer == Some(address) {
            continue;
        }
        let is_person =
            attendee.parameter("CUTYPE").is_none_or(|kind| is_one_of(&kind, &["INDIVIDUAL", "GROUP", "UNKNOWN"]));
        let has_not_answered =
            attendee.parameter("PARTSTAT").is_none_or(|answer| is_one_of(&answer, &["NEEDS-ACTION"]));
        let is_informed_only = attendee.parameter_is("ROLE", "NON-PARTICIPANT");
        let is_asked = attendee.parameter_is("RSVP", "TRUE");
        if is_person && has_not_answered && !is_informed_only && !is_asked {
            report.at(&RSVP_MISSING, attendee, address.as_str());
        }
    }
}

fn check_readers(object: &Object<'_>, invited: &[Address], report: &mut Report<'_>) {
    if !object.is_method(&["REQUEST"]) || object.readers.is_empty() {
        return;
    }
    let is_invited = |reader: &&Address| {
        if invited.contains(reader) {
            return true;
        }
        let reader = mail_form(reader);
        invited.iter().map(mail_form).any(|address| address == reader || address.without_tag() == reader.without_tag())
    };
    if !invited.is_empty() && !object.readers.iter().any(|reader| is_invited(&reader)) {
        let readers: Vec<&str> = object.readers.iter().map(Address::as_str).collect();
        report.whole(&READER_NOT_INVITED, readers.join(", "));
    }
}

/// The address as a mail names it: a domain in another script in its ASCII form.
pub(super) fn mail_form(address: &Address) -> Address {
    MailAddress::parse(address.as_str()).map_or_else(|_| address.clone(), |mail| Address::new(mail.as_str()))
}
