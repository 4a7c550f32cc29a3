//! When the event is: day, times or length, zone, or whole days.

use intent::{Day, Field, Form};
use leptos::prelude::*;

use super::details::{is_all_day, is_bad};
use super::{complaints, field};
use crate::component::icon::Icon;
use crate::component::part::part;
use crate::component::zone_picker::ZonePicker;
use crate::state::{browser, use_app};
use crate::text::date;

/// Lengths to choose from, in minutes.
const LENGTHS: [u32; 9] = [15, 30, 45, 60, 90, 120, 180, 240, 480];
const DAY_MINUTES: i64 = 1_440;

/// The fields of the form that say when.
#[component]
pub fn WhenField() -> impl IntoView {
    let app = use_app();
    let start_day = field(app, |form| form.start_day);
    let end_day = field(app, |form| form.end_day);
    let start = field(app, |form| form.start_minute);
    let end = field(app, |form| form.end_minute);
    let all_day = is_all_day(app);
    let (of_end, of_start) = (complaints(app, Field::End), complaints(app, Field::Start));
    let complaint = Memo::new(move |_| [of_start.get(), of_end.get()].concat());
    view! {
        <fieldset class="field">
            <legend class="label">"When"</legend>
            <div class="when">
                <DayInput label="Starts on" day=start_day complaint=of_start on_day=move |day| app.draft.edit(|form| move_start(form, day, form.start_minute)) />
                {part(move || (!all_day.get()).then(|| view! {
                    <TimeInput label="Starts at" minute=start complaint=of_start on_time=move |minute| app.draft.edit(|form| move_start(form, form.start_day, minute)) />
                }))}
                <DayInput label="Ends on" day=end_day complaint=of_end on_day=move |day| app.draft.edit(|form| form.end_day = day) />
                {part(move || (!all_day.get()).then(|| view! {
                    <TimeInput label="Ends at" minute=end complaint=of_end on_time=move |minute| app.draft.edit(|form| form.end_minute = minute) />
                }))}
            </div>
            <span class="complaint" id="when-complaint" role="alert">{complaint}</span>
            <div class="row hint wraps">
                {part(move || (!all_day.get()).then(|| view! { <ZoneButton /><LengthField /> }))}
                <label class="check-line">
                    <input
                        type="checkbox" prop:checked=all_day
                        on:change=move |event| { let on = event_target_checked(&event); app.draft.edit(|form| form.all_day = on); }
                    />
                    "All day"
                </label>
            </div>
        </fieldset>
    }
}

/// A day, with the browser's own way to pick one.
#[component]
fn DayInput(
    /// Which day it is.
    label: &'static str,
    /// The day that is set.
    day: Memo<Day>,
    /// What is wrong with it.
    complaint: Memo<String>,
    /// Another was picked.
    #[prop(into)]
    on_day: Callback<Day>,
) -> impl IntoView {
    view! {
        <input
            class="input" type="date" aria-label=label required prop:value=move || day.get().iso()
            aria-invalid=move || is_bad(complaint) aria-describedby="when-complaint"
            on:input=move |event| if let Some(day) = Day::from_iso(&event_target_value(&event)) { on_day.run(day) }
        />
    }
}

/// A time of day, typed as people type times. What is none is said at once and changes nothing.
#[component]
fn TimeInput(
    /// Which time it is.
    label: &'static str,
    /// The minute that is set.
    minute: Memo<u16>,
    /// What is wrong with it.
    complaint: Memo<String>,
    /// Another was typed.
    #[prop(into)]
    on_time: Callback<u16>,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let is_typing = RwSignal::new(false);
    let is_none = Memo::new(move |_| is_typing.get() && date::read_time(&typed.get()).is_none());
    let shown = move || if is_typing.get() { typed.get() } else { date::time(minute.get()) };
    view! {
        <input
            class="input time" aria-label=label inputmode="numeric" autocomplete="off" prop:value=shown
            aria-invalid=move || if is_none.get() { Some("true") } else { is_bad(complaint) } aria-describedby="when-complaint"
            title=move || is_none.get().then_some("A time such as 15:00")
            on:input=move |event| {
                typed.set(event_target_value(&event));
                is_typing.set(true);
                if let Some(minute) = date::read_time(&typed.get_untracked()).filter(|_| typed.with_untracked(|typed| typed.len() > 2)) {
                    on_time.run(minute);
                }
            }
            on:change=move |_| {
                if let Some(minute) = date::read_time(&typed.get_untracked()) {
                    on_time.run(minute);
                }
                is_typing.set(false);
            }
        />
    }
}

/// The zone of the times, and below it what that means on the person's own clock.
#[component]
fn ZoneButton() -> impl IntoView {
    let app = use_app();
    let zone = field(app, |form| form.zone.clone());
    let complaint = complaints(app, Field::Zone);
    let is_open = RwSignal::new(false);
    let zones = Signal::derive(move || app.zones.with(|zones| zones.zones.clone()));
    view! {
        <button
            type="button" class="button plain small" aria-haspopup="dialog" title=move || zone.get()
            on:click=move |_| is_open.set(true)
        >
            <Icon name="i-globe" class="small" />
            <span class="hidden-text">"Time zone: "</span>
            {part(move || date::city(&zone.get()))}
        </button>
        {part(move || (zone.get() != browser::zone()).then(|| view! { <span>{format!("not your own, {}", date::city(&browser::zone()))}</span> }))}
        <span class="complaint" role="alert">{complaint}</span>
        {part(move || is_open.get().then(|| view! {
            <ZonePicker
                zones chosen=zone.get_untracked() on_close=move |()| is_open.set(false)
                on_choose=move |chosen| { is_open.set(false); app.draft.edit(|form| form.zone = chosen); }
            />
        }))}
    }
}

#[component]
fn LengthField() -> impl IntoView {
    let app = use_app();
    let length = field(app, length);
    let options = move || {
        let length = length.get();
        let other = length.filter(|minutes| !LENGTHS.contains(minutes));
        let none = length.is_none().then(|| view! { <option value="" selected=true>"–"</option> });
        let known = LENGTHS.into_iter().chain(other).map(|minutes| {
            view! { <option value=minutes.to_string() selected=length == Some(minutes)>{date::duration(minutes)}</option> }
        });
        (none, known.collect::<Vec<_>>())
    };
    view! {
        <select
            class="input small" aria-label="Duration"
            on:change=move |event| if let Ok(minutes) = event_target_value(&event).parse() {
                app.draft.edit(|form| set_length(form, minutes));
            }
        >
            {part(options)}
        </select>
    }
}

/// How long the event lasts on the clock of its zone; nothing if it ends before it starts.
fn length(form: &Form) -> Option<u32> {
    u32::try_from(clock(form.end_day, form.end_minute) - clock(form.start_day, form.start_minute)).ok()
}

fn clock(day: Day, minute: u16) -> i64 {
    i64::from(day.0) * DAY_MINUTES + i64::from(minute)
}

/// Moves the start; the end follows, so that the event stays as long as it was.
fn move_start(form: &mut Form, day: Day, minute: u16) {
    let moved = clock(day, minute) - clock(form.start_day, form.start_minute);
    let was_in_order = length(form).is_some();
    (form.start_day, form.start_minute) = (day, minute);
    if was_in_order || form.all_day {
        set_end(form, clock(form.end_day, form.end_minute) + moved);
    }
}

fn set_length(form: &mut Form, minutes: u32) {
    set_end(form, clock(form.start_day, form.start_minute) + i64::from(minutes));
}

fn set_end(form: &mut Form, clock: i64) {
    form.end_day = Day(clock.div_euclid(DAY_MINUTES) as i32);
    form.end_minute = clock.rem_euclid(DAY_MINUTES) as u16;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(start: (i32, u16), end: (i32, u16)) -> Form {
        Form {
            start_day: Day(start.0),
            start_minute: start.1,
            end_day: Day(end.0),
            end_minute: end.1,
            ..Form::default()
        }
    }

    #[track_caller]
    fn check(mut form: Form, change: impl FnOnce(&mut Form), end: (i32, u16)) {
        change(&mut form);
        assert_eq!((form.end_day.0, form.end_minute), end);
    }

    #[test]
    fn the_end_follows_the_start() {
        check(form((10, 900), (10, 990)), |form| move_start(form, Day(12), 900), (12, 990));
        check(form((10, 900), (10, 990)), |form| move_start(form, Day(10), 1_410), (11, 60));
        check(form((10, 60), (10, 120)), |form| move_start(form, Day(9), 1_430), (10, 50));
    }

    #[test]
    fn an_end_before_the_start_stays_where_it_was_typed() {
        check(form((10, 900), (10, 800)), |form| move_start(form, Day(10), 930), (10, 800));
        assert_eq!(length(&form((10, 900), (10, 800))), None);
    }

    #[test]
    fn a_length_sets_the_end() {
        check(form((10, 1_400), (10, 1_420)), |form| set_length(form, 90), (11, 50));
        assert_eq!(length(&form((10, 1_400), (11, 50))), Some(90));
    }
}
