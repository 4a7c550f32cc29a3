//! A dialog in which a time zone is found by typing a part of its name.

use intent::Zone;
use leptos::prelude::*;

use super::dialog::Dialog;
use super::icon::Icon;
use super::part::part;
use crate::text::date;

/// So many zones are listed at once; typing narrows them down.
const LISTED: usize = 60;

/// The dialog.
#[component]
pub fn ZonePicker(
    /// All zones, the person's own first.
    #[prop(into)]
    zones: Signal<Vec<Zone>>,
    /// The zone that is set.
    chosen: String,
    /// A zone was chosen.
    #[prop(into)]
    on_choose: Callback<String>,
    /// The dialog was left.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let found = Memo::new(move |_| zones.with(|zones| find(zones, &typed.get())));
    let choose = move |index: usize| {
        if let Some(zone) = found.with_untracked(|found| found.get(index).cloned()) {
            on_choose.run(zone.id);
        }
    };
    let step = move |by: isize| {
        let last = found.with_untracked(Vec::len).saturating_sub(1);
        at.update(|at| *at = at.saturating_add_signed(by).min(last));
        if let Some(row) = document().get_element_by_id(&format!("zone-{}", at.get_untracked())) {
            row.scroll_into_view_with_bool(false);
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        match event.key().as_str() {
            "ArrowDown" => step(1),
            "ArrowUp" => step(-1),
            "PageDown" => step(8),
            "PageUp" => step(-8),
            "Enter" => choose(at.get_untracked()),
            _ => return,
        }
        event.prevent_default();
    };
    let rows = move || {
        let current = chosen.clone();
        found
            .get()
            .into_iter()
            .enumerate()
            .map(|(index, zone)| {
                let is_set = zone.id == current;
                view! {
                    <li
                        role="option" id=format!("zone-{index}") aria-selected=move || (at.get() == index).to_string()
                        on:click=move |_| choose(index)
                    >
                        <span>{date::city(&zone.id)}" "<small>{zone.id.clone()}</small></span>
                        {is_set.then(|| view! { <Icon name="i-check" class="small" /><span class="hidden-text">"set"</span> })}
                        <span class="offset">{date::offset(zone.offset_minutes)}</span>
                    </li>
                }
            })
            .collect::<Vec<_>>()
    };
    view! {
        <Dialog labelled_by="zones-title" class="zones" on_close>
            <div class="dialog-head">
                <h2 id="zones-title">"Time zone"</h2>
                <button type="button" class="button plain square" aria-label="Close" on:click=move |_| on_close.run(())>
                    <Icon name="i-close" />
                </button>
            </div>
            <div class="find">
                <Icon name="i-search" />
                <input
                    autofocus role="combobox" aria-label="Find a zone" aria-expanded="true" aria-autocomplete="list" aria-controls="zones"
                    aria-activedescendant=move || format!("zone-{}", at.get()) placeholder="City or region" spellcheck="false" autocomplete="off"
                    prop:value=typed
                    on:input=move |event| { typed.set(event_target_value(&event)); at.set(0); }
                    on:keydown=on_key
                />
            </div>
            <ul id="zones" role="listbox" aria-label="Time zones">{part(rows)}</ul>
            <p class="hint" role="status">{part(move || match found.with(Vec::len) {
                0 => "No zone has that in its name.".to_owned(),
                LISTED => format!("The first {LISTED}. Type more to narrow them down."),
                number => crate::text::count(number, "zone", "zones"),
            })}</p>
        </Dialog>
    }
}

/// The zones whose name holds all typed words; those whose city begins with the text first.
fn find(zones: &[Zone], typed: &str) -> Vec<Zone> {
    let words: Vec<String> = typed.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let name =
        |zone: &Zone| format!("{} {}", zone.id, date::offset(zone.offset_minutes)).to_lowercase().replace('_', " ");
    let start = typed.trim().to_lowercase();
    let mut found: Vec<&Zone> =
        zones.iter().filter(|zone| words.iter().all(|word| name(zone).contains(word.as_str()))).collect();
    // A stable sort: otherwise the order stays as it was told, the person's own zone first.
    found.sort_by_key(|zone| !(start.is_empty() || date::city(&zone.id).to_lowercase().starts_with(&start)));
    found.into_iter().take(LISTED).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, expected: &[&str]) {
        let ids =
            ["Europe/Berlin", "Africa/Lagos", "America/New_York", "America/Argentina/Buenos_Aires", "Asia/Kolkata"];
        let zones: Vec<Zone> = ids
            .iter()
            .zip([60, 60, -300, -180, 330])
            .map(|(id, offset_minutes)| Zone { id: (*id).to_owned(), offset_minutes })
            .collect();
        assert_eq!(find(&zones, typed).iter().map(|zone| zone.id.as_str()).collect::<Vec<_>>(), expected, "{typed}");
    }

    #[test]
    fn a_zone_is_found_by_city_region_or_offset() {
        check("new y", &["America/New_York"]);
        check("america", &["America/New_York", "America/Argentina/Buenos_Aires"]);
        check("utc+5:30", &["Asia/Kolkata"]);
        check("LAG", &["Africa/Lagos"]);
        check("atlantis", &[]);
        assert_eq!(find(&[Zone { id: "Europe/Berlin".into(), offset_minutes: 60 }], "").len(), 1);
    }
}
