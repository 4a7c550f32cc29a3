//! An event on one line of a list.

use intent::{Calendar, Day, EventKey, Occurrence};
use leptos::prelude::*;

use super::calendar_list::colour_class;
use super::icon::Icon;
use super::occurrence::{look_class, look_icon};
use super::tally::TallyMarks;
use crate::text::{self, date};

/// An event of a day, on one line.
#[component]
pub fn AgendaLine(
    /// The event.
    occurrence: Occurrence,
    /// The day it is listed under.
    day: Day,
    /// Its calendar.
    calendar: Option<Calendar>,
    /// It was chosen.
    #[prop(into)]
    on_open: Callback<EventKey>,
) -> impl IntoView {
    let class = format!(
        "agenda-line {} {}",
        calendar.as_ref().map_or("slate", |calendar| colour_class(calendar.colour)),
        look_class(occurrence.look)
    );
    let (starts, ends) = (occurrence.start.day == day, occurrence.end.day == day);
    let when = match (occurrence.all_day, starts, ends) {
        (true, _, _) | (false, false, false) => "All day".to_owned(),
        (false, true, true) => date::times(occurrence.start.minute, occurrence.end.minute),
        (false, true, false) => format!("from {}", date::time(occurrence.start.minute)),
        (false, false, true) => format!("until {}", date::time(occurrence.end.minute)),
    };
    let hidden = text::agenda::hidden_words(&occurrence, calendar.as_ref());
    let key = occurrence.event.clone();
    view! {
        <li class=class>
            <button type="button" aria-haspopup="dialog" data-event=occurrence.event.uid.clone() on:click=move |_| on_open.run(key.clone())>
                <span class="when"><bdi dir="ltr">{when}</bdi></span>
                <i class="cal-dot"></i>
                <span class="title" dir="auto">
                    {look_icon(occurrence.look).map(|icon| view! { <Icon name=icon class="small" /> })}
                    {text::agenda::title(&occurrence).to_owned()}
                </span>
                <span class="where">{occurrence.place.clone()}</span>
                {occurrence.tally.map(|tally| view! { <TallyMarks tally /> })}
                <span class="hidden-text">{hidden}</span>
            </button>
        </li>
    }
}
