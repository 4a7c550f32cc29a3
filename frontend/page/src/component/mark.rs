//! The mark of a state: always icon, word and colour together.

use intent::{DeliveryState, PartStat};
use leptos::prelude::*;

use super::icon::Icon;

/// What a mark looks like: the class that colours it, and its icon.
pub type Look = (&'static str, &'static str);

/// How an answer looks.
pub fn answer_look(answer: PartStat) -> Look {
    match answer {
        PartStat::Accepted => ("accepted", "i-accepted"),
        PartStat::Tentative => ("tentative", "i-tentative"),
        PartStat::Declined => ("declined", "i-declined"),
        PartStat::Delegated => ("", "i-swap"),
        PartStat::NeedsAction => ("", "i-pending"),
    }
}

/// How a mail's fate looks. Taken is not delivered: it is never green.
pub fn delivery_look(state: &DeliveryState) -> Look {
    match state {
        DeliveryState::Queued => ("", "i-pending"),
        DeliveryState::Sending => ("sent", "i-sending"),
        DeliveryState::Taken { .. } => ("sent", "i-check"),
        DeliveryState::Refused { .. } => ("failed", "i-failed"),
        DeliveryState::Unknown => ("unknown", "i-unknown"),
    }
}

/// Icon, word and colour of a state.
#[component]
pub fn Mark(
    /// What it looks like.
    look: Look,
    /// Its word.
    #[prop(into)]
    word: String,
    /// The other side's own words, shown when the pointer rests on it and read after the word.
    #[prop(optional, into)]
    hover: String,
) -> impl IntoView {
    let (class, icon) = look;
    let turning = if icon == "i-sending" { "small spin" } else { "small" };
    view! {
        <span class=format!("state {class}") title=(!hover.is_empty()).then_some(hover)>
            <Icon name=icon class=turning />
            {word}
        </span>
    }
}
