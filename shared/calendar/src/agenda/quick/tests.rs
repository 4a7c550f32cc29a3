//! What people type and what they mean by it, in two languages. It is Sunday, 22 November 2026, ten in the morning.

use proptest::prelude::*;

use super::{Draft, Language, Part, read};
use crate::time::zone::Zone;

fn draft(locale: &str, text: &str) -> Draft {
    let zone = Zone::iana("Europe/Berlin").unwrap();
    let now = "2026-11-22T09:00:00Z".parse().unwrap();
    read(text, now, &zone, "Europe/Berlin", Language::of_locale(locale))
}

/// Compares each text with `title | start/end | place | guests | rule`, empty parts at the end left out.
#[track_caller]
fn check(locale: &str, rows: &[(&str, &str)]) {
    let mut wrong = String::new();
    for (text, expected) in rows {
        let draft = draft(locale, text);
        let when = draft.start.zip(draft.end).map(|(start, end)| format!("{start}/{end}")).unwrap_or_default();
        let rule = draft.rule.map(|rule| rule.to_string()).unwrap_or_default();
        let found =
            [draft.summary, when, draft.location.unwrap_or_default(), draft.attendees.join(" "), rule].join(" | ");
        let found = found.trim_end_matches([' ', '|']);
        if found != *expected {
            wrong += &format!("\n{text}\n  is       {found}\n  and not  {expected}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn days_in_english() {
    check(
        "en",
        &[
            ("Lunch tomorrow", "Lunch | 20261123/20261124"),
            ("Today: laundry", "laundry | 20261122/20261123"),
            ("Dentist on Friday", "Dentist | 20261127/20261128"),
            ("Dentist Fri", "Dentist | 20261127/20261128"),
            ("Review next Tuesday", "Review | 20261124/20261125"),
            ("Review Tuesday next week", "Review | 20261124/20261125"),
            ("Walk Sunday", "Walk | 20261122/20261123"),
            ("Visit the day after tomorrow", "Visit | 20261124/20261125"),
            ("Report in 3 days", "Report | 20261125/20261126"),
            ("Report in two weeks", "Report | 20261206/20261207"),
            ("Party 2026-12-24", "Party | 20261224/20261225"),
            ("Party Dec 24", "Party | 20261224/20261225"),
            ("Party on December 24th, 2027", "Party | 20271224/20271225"),
            ("Party 24 December", "Party | 20261224/20261225"),
            ("Party on the 24th of December", "Party | 20261224/20261225"),
            ("Party 12/24", "Party | 20261224/20261225"),
            ("Party 1/2/27", "Party | 20270102/20270103"),
            ("Rent on the 1st", "Rent | 20261201/20261202"),
            ("Taxes May 31", "Taxes | 20270531/20270601"),
            ("Friday, Dec 25: brunch", "brunch | 20261225/20261226"),
            ("Hike this weekend", "Hike | 20261122/20261123"),
            ("May I call?", "May I call?"),
        ],
    );
    check("en-GB", &[("Party 1/2/27", "Party | 20270201/20270202")]);
    check("en-GB", &[("Party 24/12", "Party | 20261224/20261225")]);
    check("en-GB", &[("Party 12/24", "Party | 20261224/20261225")]);
}

#[test]
fn what_cannot_be_meant_is_not_guessed() {
    check(
        "en",
        &[
            ("Meeting 31 Feb 10:00", "Meeting 31 Feb"),
            ("Meeting Feb 30", "Meeting Feb 30"),
            ("Call at 25:00", "Call at 25:00"),
            ("24/7 support", "24/7 support"),
            ("1/2 day off", "1/2 day off"),
            ("Lunch for 2 hours", "Lunch"),
            ("Talk about \"Monday at 5\"", "Talk about \"Monday at 5\""),
            ("\"Friday\" premiere Saturday 8pm", "\"Friday\" premiere | 20261128T200000/20261128T210000"),
        ],
    );
    check(
        "de",
        &[
            ("Treffen 30.2.", "Treffen 30.2."),
            ("Treffen 31.4. 10 Uhr", "Treffen 31.4."),
            ("Guten Morgen", "Guten Morgen"),
            ("Der Morgen danach", "Der Morgen danach"),
            ("„Morgen“ lesen", "„Morgen“ lesen"),
            (
                "Kurs jeden Dienstag 18 Uhr 10 mal",
                "Kurs | 20261124T180000/20261124T190000 |  |  | FREQ=WEEKLY;COUNT=10;BYDAY=TU",
            ),
        ],
    );
}

#[test]
fn the_last_of_a_weekday_has_been() {
    check(
        "en",
        &[("Notes from last Friday", "Notes | 20261120/20261121"), ("Call last Sunday", "Call | 20261115/20261116")],
    );
    check("de", &[("Notizen letzten Freitag", "Notizen | 20261120/20261121")]);
}

#[test]
fn hours_after_midnight_end_on_the_next_day() {
    check(
        "en",
        &[
            ("Night shift 22:00-6:00", "Night shift | 20261122T220000/20261123T060000"),
            ("Gig tomorrow 11pm-2", "Gig | 20261123T230000/20261124T020000"),
            ("Party Sat 8pm - Sun 2am", "Party | 20261128T200000/20261129T020000"),
            ("Flight Dec 24 22:00 - Dec 25 9:30", "Flight | 20261224T220000/20261225T093000"),
        ],
    );
    check("de", &[("Party Sa 20 Uhr - So 2 Uhr", "Party | 20261128T200000/20261129T020000")]);
}

#[test]
fn an_hour_in_another_zone_is_that_instant() {
    check(
        "en",
        &[
            ("Call 10:00 UTC", "Call | 20261122T110000/20261122T120000"),
            ("Call tomorrow 10am PST", "Call | 20261123T190000/20261123T200000"),
            ("Call tomorrow 3-4pm ET", "Call | 20261123T210000/20261123T220000"),
            ("Discuss EST tomorrow", "Discuss EST | 20261123/20261124"),
        ],
    );
}

#[test]
fn a_number_before_a_unit_is_how_many_of_them() {
    check(
        "en",
        &[
            ("Yoga every 3rd day at 7am", "Yoga | 20261123T070000/20261123T080000 |  |  | FREQ=DAILY;INTERVAL=3"),
            ("Yoga every 2nd week", "Yoga | 20261122/20261123 |  |  | FREQ=WEEKLY;INTERVAL=2"),
            ("Payday last day of every month", "Payday | 20261130/20261201 |  |  | FREQ=MONTHLY;BYMONTHDAY=-1"),
            ("Payday every last day of the month", "Payday | 20261130/20261201 |  |  | FREQ=MONTHLY;BYMONTHDAY=-1"),
            ("Review fortnightly on Tuesday", "Review | 20261124/20261125 |  |  | FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
            ("Report quarterly on the 1st", "Report | 20261201/20261202 |  |  | FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1"),
        ],
    );
    check(
        "de",
        &[(
            "Bericht vierteljährlich am 1.",
            "Bericht | 20261201/20261202 |  |  | FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1",
        )],
    );
}

#[test]
fn small_words_and_signs_around_a_time_are_part_of_it() {
    check(
        "en",
        &[
            ("Doctor: tomorrow @ 10", "Doctor | 20261123T100000/20261123T110000"),
            ("Coffee @ 3pm @ Luna", "Coffee | 20261122T150000/20261122T160000 | Luna"),
            ("Coffee tomorrow @ 12 Main Street", "Coffee | 20261123/20261124 | 12 Main Street"),
            ("Birthday 5 May all day", "Birthday | 20270505/20270506"),
            ("All-day hike tomorrow", "hike | 20261123/20261124"),
            ("Collect all days tomorrow", "Collect all days | 20261123/20261124"),
            ("Rent on the 1st of every month", "Rent | 20261201/20261202 |  |  | FREQ=MONTHLY;BYMONTHDAY=1"),
            ("Call 2026-12-03T10:00", "Call | 20261203T100000/20261203T110000"),
            ("Call at 14h30 tomorrow", "Call | 20261123T143000/20261123T153000"),
            ("Call tomorrow 3h", "Call | 20261123T090000/20261123T120000"),
            ("Party 24.12.2026", "Party | 20261224/20261225"),
            ("Party 3.12. something", "Party 3.12. something"),
            ("See you in May", "See you in May"),
        ],
    );
    check(
        "de",
        &[
            ("Miete am 1. jeden Monats", "Miete | 20261201/20261202 |  |  | FREQ=MONTHLY;BYMONTHDAY=1"),
            ("Ausflug morgen den ganzen Tag", "Ausflug | 20261123/20261124"),
            ("Besprechung Mittwoch um 10h", "Besprechung | 20261125T100000/20261125T110000"),
        ],
    );
}

#[test]
fn an_ordinal_in_digits_before_a_weekday_counts_weekdays_and_not_days_of_the_month() {
    check(
        "en",
        &[
            ("Sync every 2nd Tuesday of the month", "Sync | 20261208/20261209 |  |  | FREQ=MONTHLY;BYDAY=2TU"),
            ("Sync every 3rd Tuesday", "Sync | 20261215/20261216 |  |  | FREQ=MONTHLY;BYDAY=3TU"),
            ("Sync every 2nd Tuesday", "Sync | 20261124/20261125 |  |  | FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
            ("Sync monthly on the 1st Friday", "Sync | 20261204/20261205 |  |  | FREQ=MONTHLY;BYDAY=1FR"),
            ("Sync 1st Friday of every month", "Sync | 20261204/20261205 |  |  | FREQ=MONTHLY;BYDAY=1FR"),
            ("Sync every 15th", "Sync | 20261215/20261216 |  |  | FREQ=MONTHLY;BYMONTHDAY=15"),
        ],
    );
    check(
        "de",
        &[
            ("Runde jeden 2. Dienstag im Monat", "Runde | 20261208/20261209 |  |  | FREQ=MONTHLY;BYDAY=2TU"),
            ("Runde jeden 2. Dienstag", "Runde | 20261124/20261125 |  |  | FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
        ],
    );
}

#[test]
fn dates_are_read_after_any_word_that_leads_to_one() {
    check("en", &[("Party 2026/12/24", "Party | 20261224/20261225")]);
    check(
        "de",
        &[
            ("Urlaub für 2 Wochen ab 20.12.", "Urlaub | 20261220/20270103"),
            ("Kino ab 20 Uhr", "Kino | 20261122T200000/20261122T210000"),
            ("Zahnarzt am 3.12 um 15 Uhr", "Zahnarzt | 20261203T150000/20261203T160000"),
        ],
    );
}

#[test]
fn a_comma_between_parts_and_brackets_around_an_address_are_where_they_belong() {
    let text = "Sync on Monday, 10:30 <a@example.org>, b@example.org";
    let spans: Vec<&str> = draft("en", text).spans.iter().map(|span| &text[span.start..span.end]).collect();
    assert_eq!(spans, ["Sync", "on Monday", "10:30", "<a@example.org>", "b@example.org"]);
}

#[test]
fn several_days_in_english() {
    check(
        "en",
        &[
            ("Conference Dec 7-9", "Conference | 20261207/20261210"),
            ("Conference from Dec 30 to Jan 2", "Conference | 20261230/20270103"),
            ("Conference 7-9 December", "Conference | 20261207/20261210"),
            ("Trip Mon to Wed", "Trip | 20261123/20261126"),
            ("Trip from tomorrow until Friday", "Trip | 20261123/20261128"),
            ("Holiday until Wednesday", "Holiday | 20261122/20261126"),
            ("Camp for 3 days on Dec 7", "Camp | 20261207/20261210"),
        ],
    );
}

#[test]
fn hours_in_english() {
    check(
        "en",
        &[
            ("Lunch tomorrow at half past 12 pm", "Lunch | 20261123T123000/20261123T133000"),
            ("Shift tomorrow at quarter to 6 am", "Shift | 20261123T054500/20261123T064500"),
            ("Lunch tomorrow at 1430", "Lunch | 20261123T143000/20261123T153000"),
            ("Shift tomorrow from 0900 to 1030", "Shift | 20261123T090000/20261123T103000"),
            ("Tour at 1600 Pennsylvania Avenue", "Tour |  | 1600 Pennsylvania Avenue"),
            ("Coffee this afternoon", "Coffee | 20261122T150000/20261122T160000"),
            ("Coffee this evening at 7", "Coffee | 20261122T190000/20261122T200000"),
            ("Lunch tomorrow at 12:30", "Lunch | 20261123T123000/20261123T133000"),
            ("Lunch tomorrow 12:30-14:00", "Lunch | 20261123T123000/20261123T140000"),
            ("Call at 3pm", "Call | 20261122T150000/20261122T160000"),
            ("Call at 3 p.m. on Monday", "Call | 20261123T150000/20261123T160000"),
            ("Call at 9am", "Call | 20261123T090000/20261123T100000"),
            ("Call at 3", "Call | 20261122T150000/20261122T160000"),
            ("Call at 10", "Call | 20261122T100000/20261122T110000"),
            ("Call 3-4pm tomorrow", "Call | 20261123T150000/20261123T160000"),
            ("Call from 11 to 1pm tomorrow", "Call | 20261123T110000/20261123T130000"),
            ("Call tomorrow 9-10", "Call | 20261123T090000/20261123T100000"),
            ("Work from 9 to 5 on Monday", "Work | 20261123T090000/20261123T170000"),
            ("Call between 2 and 3:30 pm on Mon", "Call | 20261123T140000/20261123T153000"),
            ("Lunch at noon tomorrow", "Lunch | 20261123T120000/20261123T130000"),
            ("Train tomorrow at 07:05", "Train | 20261123T070500/20261123T080500"),
            ("Call half past three", "Call | 20261122T153000/20261122T163000"),
            ("Call at quarter to four", "Call | 20261122T154500/20261122T164500"),
            ("Run tomorrow morning", "Run | 20261123T090000/20261123T100000"),
            ("Run tomorrow morning at 7", "Run | 20261123T070000/20261123T080000"),
            ("Drinks tonight", "Drinks | 20261122T200000/20261122T210000"),
            ("Drinks tonight at 9", "Drinks | 20261122T210000/20261122T220000"),
            ("Dinner at 8 in the evening", "Dinner | 20261122T200000/20261122T210000"),
            ("Night shift tomorrow 22:00-06:00", "Night shift | 20261123T220000/20261124T060000"),
            ("Tea in 20 minutes", "Tea | 20261122T102000/20261122T112000"),
            ("Tea in an hour for 15 min", "Tea | 20261122T110000/20261122T111500"),
            ("Flight Dec 7 23:00 until Dec 8", "Flight | 20261207T230000/20261209T000000"),
        ],
    );
}

#[test]
fn lengths_in_english() {
    check(
        "en",
        &[
            ("Call at 3pm for 45 minutes", "Call | 20261122T150000/20261122T154500"),
            ("Call at 3pm 30m", "Call | 20261122T150000/20261122T153000"),
            ("Call at 3pm for 2 hours", "Call | 20261122T150000/20261122T170000"),
            ("Call at 3pm for 1.5h", "Call | 20261122T150000/20261122T163000"),
            ("Call at 3pm for an hour and a half", "Call | 20261122T150000/20261122T163000"),
            ("Call at 3pm for half an hour", "Call | 20261122T150000/20261122T153000"),
            ("Call at 3pm (1h30)", "Call | 20261122T150000/20261122T163000"),
            ("Call tomorrow for 2 hours", "Call | 20261123T090000/20261123T110000"),
        ],
    );
}

#[test]
fn people_and_places() {
    check(
        "en",
        &[
            (
                "Lunch with Anna@Example.org and bob@example.org tomorrow",
                "Lunch | 20261123/20261124 |  | anna@example.org bob@example.org",
            ),
            (
                "Lunch with Anna <anna@example.org>, bob@example.org",
                "Lunch with Anna |  |  | anna@example.org bob@example.org",
            ),
            ("Lunch at Café Central tomorrow at 1pm", "Lunch | 20261123T130000/20261123T140000 | Café Central"),
            ("Lunch tomorrow at 1pm at Café Central", "Lunch | 20261123T130000/20261123T140000 | Café Central"),
            ("Lunch @ Zoom, Friday", "Lunch | 20261127/20261128 | Zoom"),
            ("Review in Room 5 on Monday", "Review | 20261123/20261124 | Room 5"),
            ("Review in detail on Monday", "Review in detail | 20261123/20261124"),
            ("Review location: Board room", "Review |  | Board room"),
            (
                "Call https://meet.example.org/a?b=c tomorrow",
                "Call | 20261123/20261124 | https://meet.example.org/a?b=c",
            ),
            ("Call with Anna tomorrow", "Call with Anna | 20261123/20261124"),
            ("Mail a@b", "Mail a |  | b"),
        ],
    );
}

#[test]
fn repetition_in_english() {
    check(
        "en",
        &[
            ("Anniversary every June 5", "Anniversary | 20270605/20270606 |  |  | FREQ=YEARLY"),
            ("Party every 24th of December at 6pm", "Party | 20261224T180000/20261224T190000 |  |  | FREQ=YEARLY"),
            ("Standup every day at 9:15", "Standup | 20261123T091500/20261123T101500 |  |  | FREQ=DAILY"),
            (
                "Standup every weekday at 9am for 15 minutes",
                "Standup | 20261123T090000/20261123T091500 |  |  | FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
            ),
            (
                "Yoga every Tuesday and Thursday 18:00",
                "Yoga | 20261124T180000/20261124T190000 |  |  | FREQ=WEEKLY;BYDAY=TU,TH",
            ),
            ("Yoga every Mon, Wed, Fri", "Yoga | 20261123/20261124 |  |  | FREQ=WEEKLY;BYDAY=MO,WE,FR"),
            ("Yoga Mondays at 6pm", "Yoga | 20261123T180000/20261123T190000 |  |  | FREQ=WEEKLY;BYDAY=MO"),
            ("Sync weekly on Tue at 10", "Sync | 20261124T100000/20261124T110000 |  |  | FREQ=WEEKLY;BYDAY=TU"),
            ("Sync every other Friday", "Sync | 20261127/20261128 |  |  | FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"),
            ("Sync every 2 weeks on Friday", "Sync | 20261127/20261128 |  |  | FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"),
            ("Rent every month on the 1st", "Rent | 20261201/20261202 |  |  | FREQ=MONTHLY;BYMONTHDAY=1"),
            ("Rent every 15th", "Rent | 20261215/20261216 |  |  | FREQ=MONTHLY;BYMONTHDAY=15"),
            (
                "Board every first Monday of the month at 10",
                "Board | 20261207T100000/20261207T110000 |  |  | FREQ=MONTHLY;BYDAY=1MO",
            ),
            ("Board last Friday of every month", "Board | 20261127/20261128 |  |  | FREQ=MONTHLY;BYDAY=-1FR"),
            ("Birthday Dec 24 yearly", "Birthday | 20261224/20261225 |  |  | FREQ=YEARLY"),
            (
                "Course Mondays at 6pm until Dec 14",
                "Course | 20261123T180000/20261123T190000 |  |  | FREQ=WEEKLY;UNTIL=20261214T225959Z;BYDAY=MO",
            ),
            ("Course Mondays until Dec 14", "Course | 20261123/20261124 |  |  | FREQ=WEEKLY;UNTIL=20261214;BYDAY=MO"),
            ("Course every week 10 times starting Monday", "Course | 20261123/20261124 |  |  | FREQ=WEEKLY;COUNT=10"),
            ("Pills every day for 2 weeks", "Pills | 20261122/20261123 |  |  | FREQ=DAILY;UNTIL=20261205"),
            ("Pills every morning", "Pills | 20261123T090000/20261123T100000 |  |  | FREQ=DAILY"),
        ],
    );
}

#[test]
fn german() {
    check(
        "de-DE",
        &[
            ("Mittagessen morgen um 12:30", "Mittagessen | 20261123T123000/20261123T133000"),
            ("Mittagessen morgen 12 Uhr", "Mittagessen | 20261123T120000/20261123T130000"),
            ("Zahnarzt am Freitag um 14.30 Uhr", "Zahnarzt | 20261127T143000/20261127T153000"),
            ("Zahnarzt Fr. 9 Uhr", "Zahnarzt | 20261127T090000/20261127T100000"),
            ("Zahnarzt nächsten Freitag von 14 bis 16 Uhr", "Zahnarzt | 20261127T140000/20261127T160000"),
            ("Zahnarzt Freitag 14-16 Uhr", "Zahnarzt | 20261127T140000/20261127T160000"),
            ("Besuch übermorgen", "Besuch | 20261124/20261125"),
            ("Besuch in zwei Wochen", "Besuch | 20261206/20261207"),
            ("Besuch am 24.12.", "Besuch | 20261224/20261225"),
            ("Besuch am 24.12.2027 um 18 Uhr", "Besuch | 20271224T180000/20271224T190000"),
            ("Besuch am 24. Dezember", "Besuch | 20261224/20261225"),
            ("Besuch am 15. um 10 Uhr", "Besuch | 20261215T100000/20261215T110000"),
            ("Urlaub vom 24.12. bis 6.1.", "Urlaub | 20261224/20270107"),
            ("Urlaub 24.-26.12.", "Urlaub | 20261224/20261227"),
            ("Urlaub vom 24. bis 26. Dezember", "Urlaub | 20261224/20261227"),
            ("Urlaub bis Freitag", "Urlaub | 20261122/20261128"),
            ("Anruf um halb drei", "Anruf | 20261122T143000/20261122T153000"),
            ("Anruf um halb drei nachmittags", "Anruf | 20261122T143000/20261122T153000"),
            ("Anruf heute Abend um 8", "Anruf | 20261122T200000/20261122T210000"),
            ("Anruf heute Abend", "Anruf | 20261122T190000/20261122T200000"),
            ("Anruf morgen früh", "Anruf | 20261123T080000/20261123T090000"),
            ("Anruf in einer Stunde", "Anruf | 20261122T110000/20261122T120000"),
            ("Anruf morgen um 9 für eine halbe Stunde", "Anruf | 20261123T090000/20261123T093000"),
            ("Anruf morgen um 9 für anderthalb Stunden", "Anruf | 20261123T090000/20261123T103000"),
            ("Anruf morgen um 9, 90 Minuten", "Anruf | 20261123T090000/20261123T103000"),
            ("Yoga jeden Montag um 18 Uhr", "Yoga | 20261123T180000/20261123T190000 |  |  | FREQ=WEEKLY;BYDAY=MO"),
            (
                "Yoga montags und donnerstags 18:00",
                "Yoga | 20261123T180000/20261123T190000 |  |  | FREQ=WEEKLY;BYDAY=MO,TH",
            ),
            ("Team alle zwei Wochen dienstags", "Team | 20261124/20261125 |  |  | FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
            ("Team jede zweite Woche am Dienstag", "Team | 20261124/20261125 |  |  | FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
            (
                "Vorstand jeden ersten Montag im Monat um 10 Uhr",
                "Vorstand | 20261207T100000/20261207T110000 |  |  | FREQ=MONTHLY;BYDAY=1MO",
            ),
            (
                "Standup werktags 9:15",
                "Standup | 20261123T091500/20261123T101500 |  |  | FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
            ),
            ("Tabletten täglich bis 31.12.", "Tabletten | 20261122/20261123 |  |  | FREQ=DAILY;UNTIL=20261231"),
            ("Miete monatlich am 1.", "Miete | 20261201/20261202 |  |  | FREQ=MONTHLY;BYMONTHDAY=1"),
            (
                "Essen mit anna@example.org und bob@example.org im Café Central morgen um 19 Uhr",
                "Essen | 20261123T190000/20261123T200000 | Café Central | anna@example.org bob@example.org",
            ),
            ("Essen bei Müllers am Samstag", "Essen | 20261128/20261129 | Müllers"),
            ("So ein Mist, das do it yourself", "So ein Mist, das do it yourself"),
            ("Meeting tomorrow at 3pm", "Meeting | 20261123T150000/20261123T160000"),
        ],
    );
}

#[test]
fn what_means_nothing_is_the_title() {
    for text in
        ["", "Call Anna", "Version 3.5 of the 12 steps", "Chapter 9", "100% of a", "Buy 3 eggs", "Plan B: to do"]
    {
        check("en", &[(text, text)]);
    }
}

#[test]
fn what_became_what_is_said_by_the_bytes_of_the_text() {
    let text = "Lünch with a@b.example at Café tomorrow at 1pm for 2 hours every week";
    let spans: Vec<(Part, &str)> =
        draft("en", text).spans.iter().map(|span| (span.part, &text[span.start..span.end])).collect();
    assert_eq!(
        spans,
        [
            (Part::Title, "Lünch"),
            (Part::Guest, "with a@b.example"),
            (Part::Place, "at Café"),
            (Part::Day, "tomorrow"),
            (Part::Hours, "at 1pm"),
            (Part::Length, "for 2 hours"),
            (Part::Repetition, "every week"),
        ]
    );
}

#[test]
fn a_very_long_text_is_a_title() {
    let text = "word ".repeat(2_000);
    assert_eq!(draft("en", &text).summary, text.trim());
}

proptest! {
    #[test]
    fn any_text_is_a_draft_and_its_spans_are_in_it(
        text in "(\\PC{0,6}|[0-9]{1,5}|[-.,:/@<>]|at|on|from|to|in|every|for|half|a|of|the|next|Mon|Dec|pm|h|um|am|bis|halb|Uhr|1st|weeks?| ){0,30}",
        locale in "en|de|en-GB",
    ) {
        let draft = draft(&locale, &text);
        for span in &draft.spans {
            prop_assert!(!text[span.start..span.end].is_empty());
        }
        prop_assert!(draft.spans.windows(2).all(|pair| pair[0].end <= pair[1].start));
        prop_assert_eq!(draft.start.is_some(), draft.end.is_some());
    }
}

#[test]
fn a_text_is_read_as_far_as_the_limit() {
    let text = |characters: usize| format!("{} tomorrow", "x".repeat(characters - " tomorrow".len()));
    assert!(draft("en", &text(super::token::MAX_CHARACTERS)).start.is_some());
    assert!(draft("en", &text(super::token::MAX_CHARACTERS + 1)).start.is_none());
}
