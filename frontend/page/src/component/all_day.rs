//! The row of events that last whole days, each over its days, in as few lines as they need.

use intent::{Calendar, Day, EventKey, Occurrence};
use leptos::prelude::*;

use super::calendar_list::colour_class;
use super::icon::Icon;
use super::occurrence::{look_class, look_icon};
use crate::text;

/// Where an event stands in the row.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// The event.
    pub occurrence: Occurrence,
    /// Its first column, from 0.
    pub column: u16,
    /// How many columns it covers.
    pub span: u16,
    /// Its line, from 0.
    pub line: usize,
}

/// Puts events of whole days (or of many) over the days from `first`; longer ones first, each in the highest free line.
pub fn bars(occurrences: &[Occurrence], first: Day, days: u16) -> Vec<Bar> {
    let behind = first.plus(i32::from(days));
    let mut bars: Vec<Bar> = occurrences
        .iter()
        .filter(|one| is_bar(one) && one.start.day < behind && last_day(one) >= first)
        .map(|one| {
            let start = one.start.day.max(first);
            let end = last_day(one).min(behind.plus(-1));
            let (column, span) = ((start.0 - first.0) as u16, (end.0 - start.0 + 1) as u16);
            Bar { occurrence: one.clone(), column, span, line: 0 }
        })
        .collect();
    bars.sort_by(|one, other| (one.column, other.span).cmp(&(other.column, one.span)));
    let mut taken_until: Vec<u16> = Vec::new();
    for bar in &mut bars {
        let free = taken_until.iter().position(|until| *until <= bar.column);
        bar.line = free.unwrap_or(taken_until.len());
        if free.is_none() {
            taken_until.push(0);
        }
        taken_until[bar.line] = bar.column + bar.span;
    }
    bars
}

/// Whether an event stands in the row of whole days: it lasts whole days, or more than one.
pub fn is_bar(occurrence: &Occurrence) -> bool {
    let minutes = (occurrence.end.day.0 - occurrence.start.day.0).saturating_mul(1440)
        + i32::from(occurrence.end.minute)
        - i32::from(occurrence.start.minute);
    occurrence.all_day || minutes >= 1440
}

/// The last day an event touches.
fn last_day(occurrence: &Occurrence) -> Day {
    let ends_at_midnight = occurrence.end.minute == 0;
    occurrence.end.day.plus(if ends_at_midnight { -1 } else { 0 }).max(occurrence.start.day)
}

/// One event in the row.
#[component]
pub fn AllDayBar(
    /// Where it stands.
    bar: Bar,
    /// Its calendar.
    calendar: Option<Calendar>,
    /// Whether it touches the day that a narrow screen shows.
    #[prop(into)]
    is_on_shown_day: Signal<bool>,
    /// It was chosen.
    #[prop(into)]
    on_open: Callback<EventKey>,
) -> impl IntoView {
    let occurrence = bar.occurrence;
    let colour = calendar.as_ref().map_or("slate", |calendar| colour_class(calendar.colour));
    let class = format!("event {colour} {}", look_class(occurrence.look));
    let hidden = text::agenda::hidden_words(&occurrence, calendar.as_ref());
    let key = occurrence.event.clone();
    view! {
        <li
            class=class
            class:on-shown=is_on_shown_day
            style=("--column", (bar.column + 2).to_string())
            style=("--span", bar.span.to_string())
            style=("--line", (bar.line + 1).to_string())
        >
            <button type="button" aria-haspopup="dialog" data-event=occurrence.event.uid.clone() on:click=move |_| on_open.run(key.clone())>
                <span class="title" dir="auto">
                    {look_icon(occurrence.look).map(|icon| view! { <Icon name=icon /> })}
                    {text::agenda::title(&occurrence).to_owned()}
                </span>
                <span class="hidden-text">{hidden}</span>
            </button>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use intent::{CalendarId, Point};

    use super::*;

    fn whole_days(start: i32, end: i32) -> Occurrence {
        Occurrence {
            event: EventKey {
                calendar: CalendarId::default(),
                uid: format!("{start}-{end}"),
                occurrence: String::new(),
            },
            title: String::new(),
            place: String::new(),
            start: Point { day: Day(start), minute: 0 },
            end: Point { day: Day(end), minute: 0 },
            all_day: true,
            calendar: 0,
            look: intent::EventLook::Firm,
            tally: None,
            my_answer: None,
            repeats: false,
            lane: 0,
            lanes: 1,
        }
    }

    #[track_caller]
    fn check(events: &[(i32, i32)], expected: &[(u16, u16, usize)]) {
        let events: Vec<_> = events.iter().map(|(start, end)| whole_days(*start, *end)).collect();
        let got: Vec<_> = bars(&events, Day(100), 7).iter().map(|bar| (bar.column, bar.span, bar.line)).collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn events_of_other_days_stay_away() {
        check(&[(98, 100), (107, 108)], &[]);
        check(&[(98, 101), (106, 120)], &[(0, 1, 0), (6, 1, 0)]);
    }

    #[test]
    fn events_that_overlap_stand_below_each_other_and_the_longer_one_first() {
        check(&[(100, 101), (100, 103), (101, 102), (103, 104)], &[(0, 3, 0), (0, 1, 1), (1, 1, 1), (3, 1, 0)]);
    }
}
