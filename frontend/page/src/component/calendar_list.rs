//! The calendars, each with a box that shows or hides it.

use intent::{Calendar, CalendarId};
use leptos::prelude::*;

use super::icon::Icon;

/// The class of a calendar's colour: it sets bar, tint and text at once.
pub fn colour_class(colour: u8) -> &'static str {
    const COLOURS: [&str; 8] = ["petrol", "moss", "ochre", "clay", "rose", "plum", "iris", "slate"];
    COLOURS[usize::from(colour) % COLOURS.len()]
}

/// The calendars.
#[component]
pub fn CalendarList(
    /// The calendars, in their order.
    #[prop(into)]
    calendars: Signal<Vec<Calendar>>,
    /// A calendar is to be shown or hidden.
    #[prop(into)]
    on_show: Callback<(CalendarId, bool)>,
) -> impl IntoView {
    view! {
        <section class="calendars" aria-labelledby="calendars-title">
            <h2 id="calendars-title">"Calendars"</h2>
            <For each=move || calendars.get() key=|calendar| (calendar.id.clone(), calendar.name.clone(), calendar.colour) let:calendar>
                {
                    let (id, same) = (calendar.id.clone(), calendar.id.clone());
                    let visible = Memo::new(move |_| calendars.with(|all| all.iter().any(|one| one.id == same && one.visible)));
                    view! {
                        <label class=colour_class(calendar.colour)>
                            <input
                                type="checkbox"
                                prop:checked=visible
                                on:change=move |event| on_show.run((id.clone(), event_target_checked(&event)))
                            />
                            <span class="name">{calendar.name.clone()}</span>
                            {(!calendar.writable).then(|| view! {
                                <span class="quiet" title="Only read">
                                    <Icon name="i-lock" class="small" />
                                    <span class="hidden-text">", only read"</span>
                                </span>
                            })}
                        </label>
                    }
                }
            </For>
        </section>
    }
}
