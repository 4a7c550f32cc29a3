//! What became of one guest's mail, with the server's own words.

use intent::Delivery;
use leptos::prelude::*;

use super::mark::{Mark, delivery_look};
use crate::text::{self, outbox};

/// One guest's mail.
#[component]
pub fn DeliveryRow(
    /// The mail.
    delivery: Delivery,
) -> impl IntoView {
    let (word, said) = outbox::delivery(&delivery.state);
    let word = if delivery.filed { "In Sent" } else { word };
    let who = text::name_or(&delivery.name, &delivery.address).to_owned();
    let address = (who != delivery.address).then(|| delivery.address.clone());
    let said = said.to_owned();
    view! {
        <li>
            <span><span dir="auto">{who}</span>{address.map(|address| view! { " " <span class="quiet">{address}</span> })}</span>
            <Mark look=delivery_look(&delivery.state) word hover=said.clone() />
            {(!said.is_empty()).then(|| view! { <small class="reply" dir="ltr">{said}</small> })}
        </li>
    }
}
