//! The agenda: the events of four weeks as a list, day after day.

use intent::{Day, Occurrence, Window};
use leptos::prelude::*;

use crate::component::part::{flag, part};

use super::arrows::move_focus;
use super::calendar::{addresses_around, new_event, open_event};
use crate::component::agenda_line::AgendaLine;
use crate::component::view_bar::ViewBar;
use crate::state::places::AGENDA_DAYS as DAYS;
use crate::state::use_app;
use crate::text::date;

/// The agenda screen.
#[component]
pub fn AgendaScreen() -> impl IntoView {
    let app = use_app();
    let day = Memo::new(move |_| app.places.day());
    let today = Memo::new(move |_| app.clock.now.get().day);
    let on_open = open_event(app);
    Effect::new(move || app.agenda.show(Window { first: day.get(), days: DAYS }));
    let addresses = Signal::derive(move || addresses_around(day.get(), today.get(), i32::from(DAYS), true));
    let days = Memo::new(move |_| app.agenda.view.with(|view| by_day(&view.occurrences, day.get())));
    let calendars = Memo::new(move |_| app.agenda.view.with(|view| view.calendars.clone()));
    let is_loaded = Memo::new(move |_| app.agenda.view.with(|view| view.loaded));
    view! {
        <main class="content" id="main" tabindex="-1">
            <ViewBar first=day days=DAYS addresses is_agenda=true on_new=move |()| new_event(app) />
            <div class="scroll" tabindex="0" role="region" aria-label="Agenda" on:keydown=|event| move_focus(&event)>
                <div class="column agenda">
                    {part(move || (is_loaded.get() && days.with(Vec::is_empty)).then(|| view! {
                        <div class="empty">
                            <h2>"Nothing in these four weeks"</h2>
                            <p>"Events of your visible calendars appear here, day after day."</p>
                        </div>
                    }))}
                    <For each=move || days.get() key=|(day, list)| (day.0, intent::encode(list)) let((listed, list))>
                        <section class="part" aria-labelledby=format!("agenda-{}", listed.iso())>
                            <h2 id=format!("agenda-{}", listed.iso()) class:today=flag(move || listed == today.get())>
                                {date::day(listed)}
                                {part(move || (listed == today.get()).then(|| view! { <span class="quiet">"today"</span> }))}
                            </h2>
                            <ul class="sheet">
                                {list.into_iter().map(|occurrence| {
                                    let calendar = calendars.with_untracked(|all| all.get(usize::from(occurrence.calendar)).cloned());
                                    view! { <AgendaLine occurrence day=listed calendar on_open /> }
                                }).collect::<Vec<_>>()}
                            </ul>
                        </section>
                    </For>
                </div>
            </div>
        </main>
    }
}

/// The occurrences of each day that has any, those of whole days first.
fn by_day(occurrences: &[Occurrence], first: Day) -> Vec<(Day, Vec<Occurrence>)> {
    (0..i32::from(DAYS))
        .map(|offset| first.plus(offset))
        .map(|day| (day, occurrences.iter().filter(|one| touches(one, day)).cloned().collect::<Vec<_>>()))
        .filter(|(_, list)| !list.is_empty())
        .map(|(day, mut list)| {
            list.sort_by_key(|one| (!one.all_day, one.start.max(intent::Point { day, minute: 0 }), one.end));
            (day, list)
        })
        .collect()
}

fn touches(occurrence: &Occurrence, day: Day) -> bool {
    let ends_before = occurrence.end.day < day || (occurrence.end.day == day && occurrence.end.minute == 0);
    occurrence.start.day == day || (occurrence.start.day < day && !ends_before)
}
