//! The bar above a calendar view: today, back and forth, the days it shows, and the other views.

use intent::Day;
use leptos::prelude::*;

use super::icon::Icon;
use super::part::part;
use crate::text::date;

/// The bar above a calendar view.
#[component]
pub fn ViewBar(
    /// The first day it shows.
    #[prop(into)]
    first: Signal<Day>,
    /// How many days it shows.
    days: u16,
    /// Addresses: today, the days before, the days after, the week and the agenda of the same day.
    #[prop(into)]
    addresses: Signal<[String; 5]>,
    /// Whether this is the agenda and not the week.
    is_agenda: bool,
    /// A new event is wanted.
    #[prop(into)]
    on_new: Callback<()>,
) -> impl IntoView {
    let title = Memo::new(move |_| date::range_title(first.get(), days));
    let address = move |at: usize| move || addresses.with(|all| all[at].clone());
    let (before, after) = if is_agenda { ("Earlier days", "Later days") } else { ("Previous week", "Next week") };
    view! {
        <div class="bar">
            <a class="button hide-narrow" href=address(0) aria-keyshortcuts="t">"Today"</a>
            <span class="step">
                <a class="button plain square" href=address(1) aria-label=before aria-keyshortcuts="k">
                    <Icon name="i-left" class="turns" />
                </a>
                <a class="button plain square" href=address(2) aria-label=after aria-keyshortcuts="j">
                    <Icon name="i-right" class="turns" />
                </a>
            </span>
            <h1>
                <b class="hide-narrow">{part(move || title.get().0)}</b>
                <b class="only-narrow">{part(move || date::short_range_title(first.get(), days))}</b>
                " " <span>{part(move || title.get().1)}</span>
            </h1>
            {(!is_agenda).then(|| view! {
                <span class="week-number hide-narrow">{part(move || format!("Week {}", first.get().iso_week()))}</span>
            })}
            <div class="end">
                <nav class="segments hide-narrow" aria-label="View">
                    <a href=address(3) aria-current=(!is_agenda).then_some("page")>"Week"</a>
                    <a href=address(4) aria-current=is_agenda.then_some("page")>"Agenda"</a>
                </nav>
                // A narrow bar has room for one button: it leads to the other view.
                <a
                    class="button plain square only-narrow" href=address(if is_agenda { 3 } else { 4 })
                    aria-label=if is_agenda { "Week" } else { "Agenda" }
                >
                    <Icon name=if is_agenda { "i-calendar" } else { "i-menu" } />
                </a>
                <button type="button" class="button main square only-narrow" aria-label="New event" on:click=move |_| on_new.run(())>
                    <Icon name="i-plus" />
                </button>
            </div>
        </div>
    }
}
