//! A month as a small table of days to choose from.

use intent::Day;
use leptos::prelude::*;

use super::icon::Icon;
use super::part::part;
use crate::text::date;

/// Weeks in the table: enough for every month.
const WEEKS: i32 = 6;

/// A small month. Its days are links; it turns to the month of the chosen day by itself.
#[component]
pub fn MiniMonth(
    /// The day that is chosen.
    #[prop(into)]
    chosen: Signal<Day>,
    /// Today.
    #[prop(into)]
    today: Signal<Day>,
    /// The address of a day.
    #[prop(into)]
    address: Callback<Day, String>,
) -> impl IntoView {
    let shown = RwSignal::new((0_i32, Day::default()));
    // How many months the person leafed away from the chosen day; a new choice begins at its own month.
    let month = Memo::new(move |_| {
        let (leafed, from) = shown.get();
        let chosen = chosen.get();
        months_later(chosen, if from == chosen { leafed } else { 0 })
    });
    let leaf = move |by: i32| {
        let (leafed, from) = shown.get_untracked();
        let chosen = chosen.get_untracked();
        shown.set((if from == chosen { leafed } else { 0 } + by, chosen));
    };
    let weeks = move || {
        let first = month.get();
        let start = first.week_start(0);
        (0..WEEKS).map(|week| row(start.plus(week * 7), first, chosen.get(), today.get(), address)).collect::<Vec<_>>()
    };
    let name = move |by: i32| date::month(months_later(month.get(), by).ymd().1);
    view! {
        <section aria-label="Choose a date">
            <div class="mini-head">
                <h2 id="mini-title" aria-live="polite">{part(move || date::month_and_year(month.get()))}</h2>
                <span class="buttons">
                    <button type="button" class="button plain small square" aria-label=move || name(-1) on:click=move |_| leaf(-1)>
                        <Icon name="i-left" class="small turns" />
                    </button>
                    <button type="button" class="button plain small square" aria-label=move || name(1) on:click=move |_| leaf(1)>
                        <Icon name="i-right" class="small turns" />
                    </button>
                </span>
            </div>
            <table class="mini" aria-labelledby="mini-title">
                <thead>
                    <tr>
                        {(0..7).map(|index| {
                            let name = date::weekday(index);
                            view! { <th scope="col" abbr=name>{&name[..1]}</th> }
                        }).collect::<Vec<_>>()}
                    </tr>
                </thead>
                <tbody>{part(weeks)}</tbody>
            </table>
        </section>
    }
}

fn row(start: Day, month: Day, chosen: Day, today: Day, address: Callback<Day, String>) -> impl IntoView + use<> {
    let is_this = chosen.week_start(0) == start;
    let days: Vec<_> = (0..7)
        .map(|offset| {
            let day = start.plus(offset);
            let other = day.ymd().1 != month.ymd().1;
            let spoken = date::day_and_year(day);
            view! {
                <td>
                    <a
                        href=address.run(day)
                        class:other=other
                        aria-current=(day == today).then_some("date")
                        aria-label=spoken
                        tabindex=(day != chosen).then_some("-1")
                    >
                        {date::number(day)}
                    </a>
                </td>
            }
        })
        .collect();
    view! { <tr class:this=is_this>{days}</tr> }
}

/// The first day of the month so many months later.
fn months_later(day: Day, months: i32) -> Day {
    let (year, month, _) = day.ymd();
    let count = year * 12 + i32::from(month) - 1 + months;
    Day::from_ymd(count.div_euclid(12), (count.rem_euclid(12) + 1) as u8, 1).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leafing_crosses_years() {
        let day = Day::from_iso("2026-11-22").unwrap();
        assert_eq!(months_later(day, 0).iso(), "2026-11-01");
        assert_eq!(months_later(day, 2).iso(), "2027-01-01");
        assert_eq!(months_later(day, -11).iso(), "2025-12-01");
    }
}
