//! The guests' answers as small shapes: one for each guest up to five, then a number.

use intent::Tally;
use leptos::prelude::*;

use crate::text;

/// More guests than this are counted in words.
const SHAPES: u16 = 5;

/// The guests' answers; a reader that hears them is told in words elsewhere.
#[component]
pub fn TallyMarks(
    /// How many said what.
    tally: Tally,
) -> impl IntoView {
    let total = text::answer::total(tally);
    let shapes = [
        (tally.accepted, "#g-yes"),
        (tally.tentative, "#g-maybe"),
        (tally.declined, "#g-no"),
        (tally.waiting, "#g-wait"),
    ];
    let marks: Vec<&'static str> = if total > SHAPES {
        vec!["#g-yes"]
    } else {
        shapes.iter().flat_map(|(number, shape)| std::iter::repeat_n(*shape, usize::from(*number))).collect()
    };
    let drawn: Vec<_> = marks.into_iter().map(|shape| view! { <svg><use_ href=shape></use_></svg> }).collect();
    let words = (total > SHAPES).then(|| view! { <span>{format!("{} of {total}", tally.accepted)}</span> });
    view! { <span class="tally" aria-hidden="true">{drawn}{words}</span> }
}
