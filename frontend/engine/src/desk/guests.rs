//! What a person types or pastes into the guests' field, read as guests.

use std::collections::HashSet;

use calendar::draft::GUEST_LIMIT;
use calendar::ical::Address;
use calendar::mime::{AddressProblem, read_mailboxes};
use intent::{Form, Guest, GuestMark, GuestProblem, GuestProblemKind, GuestsRead};

/// Reads a text as guests of a form: those on the list already are folded, the person's own addresses left out.
pub fn read_guests(form: &Form, text: &str, own: &[String]) -> GuestsRead {
    let list = read_mailboxes(text);
    let mut read = GuestsRead {
        draft: form.draft.clone(),
        guests: Vec::new(),
        problems: list.problems.into_iter().map(|entry| problem(entry.text, &entry.problem)).collect(),
        folded: u16::try_from(list.duplicates).unwrap_or(u16::MAX),
        own_address: false,
    };
    let own: HashSet<Address> = own.iter().map(|address| Address::new(address)).collect();
    let listed = |guest: &&Guest| !matches!(guest.mark, GuestMark::Removed(_));
    let known: HashSet<Address> = form.guests.iter().filter(listed).map(|it| Address::new(&it.address)).collect();
    for mailbox in list.mailboxes {
        let address = Address::new(mailbox.address().as_str());
        if own.contains(&address) {
            read.own_address = true;
        } else if known.contains(&address) {
            read.folded = read.folded.saturating_add(1);
        } else if known.len() + read.guests.len() >= GUEST_LIMIT {
            read.problems.push(GuestProblem { text: mailbox.to_string(), kind: GuestProblemKind::TooMany });
        } else {
            read.guests.push(guest(form, mailbox.name().unwrap_or_default(), &address));
        }
    }
    read
}

/// A guest to add; somebody who was taken off the list comes back as they were.
fn guest(form: &Form, name: &str, address: &Address) -> Guest {
    let before = form.guests.iter().find(|guest| Address::new(&guest.address) == *address);
    match before {
        Some(Guest { mark: GuestMark::Removed(answer), name, optional, .. }) => Guest {
            name: name.clone(),
            address: address.as_str().to_owned(),
            optional: *optional,
            mark: GuestMark::Kept(*answer),
        },
        _ => Guest {
            name: name.to_owned(),
            address: address.as_str().to_owned(),
            optional: false,
            mark: GuestMark::Added,
        },
    }
}

fn problem(text: String, problem: &AddressProblem) -> GuestProblem {
    let kind = match problem {
        AddressProblem::NoAt | AddressProblem::Empty => GuestProblemKind::NoAt,
        AddressProblem::SecondAt => GuestProblemKind::SecondAt,
        AddressProblem::NoLocalPart => GuestProblemKind::LocalPart,
        AddressProblem::Domain => GuestProblemKind::Domain,
        AddressProblem::Character(_) => GuestProblemKind::ForbiddenCharacter,
        AddressProblem::TooLong => GuestProblemKind::TooLong,
    };
    GuestProblem { text, kind }
}

#[cfg(test)]
mod tests {
    use intent::PartStat;

    use super::*;

    fn form(guests: &[(&str, GuestMark)]) -> Form {
        let guest = |(address, mark): &(&str, GuestMark)| Guest {
            address: (*address).to_owned(),
            mark: *mark,
            ..Guest::default()
        };
        Form { guests: guests.iter().map(guest).collect(), ..Form::default() }
    }

    fn own() -> Vec<String> {
        vec!["ann@example.org".to_owned()]
    }

    #[test]
    fn twenty_mixed_entries_become_guests_once_each() {
        let text = "Bob <bob@example.net>, \"Cleo, Dr.\" <cleo@example.com>; dan@example.org\n\
                    BOB@example.net eve@example.org,, <fay@example.org>, Ann <Ann@Example.org>";
        let read = read_guests(&form(&[]), text, &own());
        let got: Vec<(&str, &str)> = read.guests.iter().map(|it| (it.name.as_str(), it.address.as_str())).collect();
        assert_eq!(
            got,
            [
                ("Bob", "bob@example.net"),
                ("Cleo, Dr.", "cleo@example.com"),
                ("", "dan@example.org"),
                ("", "eve@example.org"),
                ("", "fay@example.org"),
            ]
        );
        assert_eq!((read.folded, read.own_address, read.problems), (1, true, vec![]));
    }

    #[track_caller]
    fn check_problem(text: &str, kind: GuestProblemKind) {
        let read = read_guests(&form(&[]), text, &own());
        assert_eq!(read.guests, [], "{text:?}");
        assert_eq!(read.problems.iter().map(|it| it.kind).collect::<Vec<_>>(), [kind], "{text:?}");
    }

    #[test]
    fn a_bad_address_is_said_at_once() {
        check_problem("bob", GuestProblemKind::NoAt);
        check_problem("bob@ex@example.net", GuestProblemKind::SecondAt);
        check_problem("@example.net", GuestProblemKind::LocalPart);
        check_problem("bob@", GuestProblemKind::Domain);
        check_problem("bob\0@example.net", GuestProblemKind::ForbiddenCharacter);
        check_problem(&format!("{}@example.net", "b".repeat(65)), GuestProblemKind::TooLong);
    }

    #[test]
    fn a_guest_on_the_list_is_folded_and_one_taken_off_comes_back_with_the_answer() {
        let form = form(&[
            ("bob@example.net", GuestMark::Kept(PartStat::Accepted)),
            ("cleo@example.com", GuestMark::Removed(PartStat::Declined)),
        ]);
        let read = read_guests(&form, "bob@example.net cleo@example.com", &own());
        assert_eq!(read.folded, 1);
        assert_eq!(read.guests.len(), 1);
        assert_eq!(read.guests[0].mark, GuestMark::Kept(PartStat::Declined));
    }

    #[test]
    fn the_guest_limit_counts_those_on_the_list() {
        let many: Vec<String> = (0..GUEST_LIMIT).map(|i| format!("g{i}@example.net")).collect();
        let full: Vec<(&str, GuestMark)> = many.iter().map(|it| (it.as_str(), GuestMark::Added)).collect();
        let read = read_guests(&form(&full[1..]), "x@example.net y@example.net", &own());
        assert_eq!(read.guests.len(), 1);
        assert_eq!(read.problems[0].kind, GuestProblemKind::TooMany);
    }
}
