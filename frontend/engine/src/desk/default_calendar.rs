//! Which calendar a new event goes to, unless the person says another.

use intent::CalendarId;

use crate::view::ShelfCalendar;

/// Names that people and programs give the calendar that everything goes to.
const USUAL_NAMES: [&str; 4] = ["calendar", "personal", "default", "work"];

/// The calendar for a new event: the server's default, else the one last used, else one with a usual name, else the
/// first; a hidden one only where no other can be written to.
pub fn default_calendar<'s>(
    calendars: &'s [ShelfCalendar],
    last_used: Option<&CalendarId>,
) -> Option<&'s ShelfCalendar> {
    let usual = |calendar: &ShelfCalendar| USUAL_NAMES.iter().any(|name| calendar.name.eq_ignore_ascii_case(name));
    calendars.iter().filter(|calendar| calendar.writable).min_by_key(|calendar| {
        (!calendar.visible, !calendar.is_default, last_used != Some(&calendar.id), !usual(calendar))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(calendars: &[ShelfCalendar], last_used: &str, expected: &str) {
        let chosen = default_calendar(calendars, Some(&CalendarId(last_used.to_owned())));
        assert_eq!(chosen.map(|calendar| calendar.name.as_str()), Some(expected));
    }

    #[test]
    fn the_servers_word_counts_before_habit_and_habit_before_a_name() {
        let all = ["Choir", "Home", "Work"].map(ShelfCalendar::plain);
        check(&all, "", "Work");
        check(&all, "Home", "Home");
        let [choir, home, work] = all;
        check(&[ShelfCalendar { is_default: true, ..choir }, home, work], "Home", "Choir");
        check(&["Choir", "Chess"].map(ShelfCalendar::plain), "gone", "Choir");
    }

    #[test]
    fn what_cannot_be_seen_or_written_is_not_where_an_event_goes_by_itself() {
        let hidden = ShelfCalendar { visible: false, is_default: true, ..ShelfCalendar::plain("Work") };
        check(&[hidden.clone(), ShelfCalendar::plain("Choir")], "Work", "Choir");
        let read_only = ShelfCalendar { writable: false, ..ShelfCalendar::plain("Work") };
        check(&[read_only.clone(), hidden], "", "Work");
        assert_eq!(default_calendar(&[read_only], None), None);
    }
}
