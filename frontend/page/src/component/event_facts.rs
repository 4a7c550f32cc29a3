//! What an event is: when, where, who organizes it, how it repeats.

use intent::{EventView, Point};
use leptos::prelude::*;

use super::icon::Icon;
use crate::text::form::reminder;
use crate::text::{date, lower_start};

/// The facts of an event, one a line, each with its icon.
#[component]
pub fn EventFacts(
    /// The event.
    event: EventView,
    /// The present moment: a year is only named when it is another.
    now: Point,
) -> impl IntoView {
    let year = event.start.day.ymd().0;
    let year = if year == now.day.ymd().0 { String::new() } else { format!(" {year}") };
    let own = event.own_zone.as_ref().filter(|_| !event.all_day).map(|(zone, start, end)| {
        let times = date::times(start.minute, end.minute);
        let day =
            if start.day == event.start.day { String::new() } else { format!("{}, ", date::short_day(start.day)) };
        format!("{day}{times} in {}", date::city(zone))
    });
    let organizer = event.organizer.as_ref().map(|(name, address)| {
        let who = if name.trim().is_empty() || event.mine { address.clone() } else { format!("{name}, {address}") };
        if event.mine { format!("You organize as {who}") } else { format!("{who} organizes") }
    });
    let reminders: Vec<String> = event
        .reminders
        .iter()
        .filter_map(|minutes| u32::try_from(*minutes).ok())
        .map(|minutes| reminder(Some(minutes)))
        .collect();
    let line = |icon: &'static str, words: String| {
        (!words.trim().is_empty()).then(|| view! { <li><Icon name=icon /><span dir="auto">{words}</span></li> })
    };
    view! {
        <ul class="facts">
            <li>
                <Icon name="i-held" />
                <span>
                    <b>{date::when(event.start, event.end, event.all_day)}{year}</b>
                    {own.map(|own| view! { <br />{own} })}
                </span>
            </li>
            {(!event.repeats.is_empty()).then(|| line("i-repeat", format!("Repeats {}", lower_start(&event.repeats))))}
            {line("i-place", event.place.clone())}
            {organizer.and_then(|organizer| line("i-guests", organizer))}
            {line("i-calendar", event.calendar.clone())}
            {line("i-bell", reminders.join(", "))}
        </ul>
    }
}
