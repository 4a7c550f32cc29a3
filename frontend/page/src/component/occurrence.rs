//! An event in the grid: a bar, a tint and words, in as many lines as its hours leave room for.

use intent::{Calendar, EventKey, EventLook, Occurrence};
use leptos::prelude::*;

use super::calendar_list::colour_class;
use super::icon::Icon;
use super::tally::TallyMarks;
use crate::text::{self, date};

/// Events shorter than this are drawn as if they lasted so long: one line of text has to fit.
const LEAST_MINUTES: u16 = 24;

/// The part of an occurrence that lies in one day.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The occurrence.
    pub occurrence: Occurrence,
    /// First minute of it within the day.
    pub start: u16,
    /// The minute behind its last within the day, at most 1440.
    pub end: u16,
}

impl Block {
    /// What tells blocks apart: any change makes another.
    pub fn key(&self) -> Vec<u8> {
        intent::encode(&(&self.occurrence, self.start, self.end))
    }
}

/// The classes that draw an event's state.
pub fn look_class(look: EventLook) -> &'static str {
    match look {
        EventLook::Firm => "",
        EventLook::Asked => "asked",
        EventLook::Maybe => "maybe",
        EventLook::Declined => "declined",
        EventLook::Cancelled => "cancelled",
    }
}

/// The icon that says an event's state by its shape, if it has one.
pub fn look_icon(look: EventLook) -> Option<&'static str> {
    match look {
        EventLook::Firm => None,
        EventLook::Asked => Some("i-pending"),
        EventLook::Maybe => Some("i-tentative"),
        EventLook::Declined | EventLook::Cancelled => Some("i-declined"),
    }
}

/// An event with hours, in its day.
#[component]
pub fn OccurrenceBlock(
    /// What lies in this day.
    block: Block,
    /// Its calendar.
    calendar: Option<Calendar>,
    /// It was chosen.
    #[prop(into)]
    on_open: Callback<EventKey>,
) -> impl IntoView {
    let Block { occurrence, start, end } = block;
    let minutes = end.saturating_sub(start).max(LEAST_MINUTES).min(1440 - start.min(1440 - LEAST_MINUTES));
    let room = match minutes {
        0..40 => "short",
        40..55 => "mid line1",
        55..75 => "mid",
        _ => "",
    };
    let class = format!(
        "event {} {} {room}",
        calendar.as_ref().map_or("slate", |calendar| colour_class(calendar.colour)),
        look_class(occurrence.look)
    );
    let lanes = occurrence.lanes.max(1);
    let when = match (occurrence.start.day == occurrence.end.day, lanes) {
        (true, 1) => date::times(occurrence.start.minute, occurrence.end.minute),
        _ => date::time(occurrence.start.minute),
    };
    let when = if occurrence.tally.is_some() { date::time(occurrence.start.minute) } else { when };
    let hidden = text::agenda::hidden_words(&occurrence, calendar.as_ref());
    let key = occurrence.event.clone();
    view! {
        <li
            class=class
            style=("--at", start.to_string())
            style=("--for", minutes.to_string())
            style=("--lane", occurrence.lane.min(lanes - 1).to_string())
            style=("--lanes", lanes.to_string())
        >
            <button type="button" aria-haspopup="dialog" data-event=occurrence.event.uid.clone() on:click=move |_| on_open.run(key.clone())>
                <span class="text">
                    <span class="title" dir="auto">
                        {look_icon(occurrence.look).map(|icon| view! { <Icon name=icon /> })}
                        {text::agenda::title(&occurrence).to_owned()}
                    </span>
                    <span class="when">
                        <bdi dir="ltr">{when}</bdi>
                        {occurrence.tally.map(|tally| view! { <TallyMarks tally /> })}
                    </span>
                    {(!occurrence.place.is_empty()).then(|| view! { <span class="where">{occurrence.place.clone()}</span> })}
                </span>
                <span class="hidden-text">{hidden}</span>
            </button>
        </li>
    }
}
