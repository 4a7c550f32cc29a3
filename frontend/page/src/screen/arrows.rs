//! Arrow keys between events: the focus goes to the nearest one in that direction, as the eye would.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::web_sys::{Element, HtmlElement};
use wasm_bindgen::JsCast as _;

/// Where something is on the screen: its middle.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    x: f64,
    y: f64,
}

/// Moves the focus from one event to the next when an arrow is pressed on one.
pub fn move_focus(event: &KeyboardEvent) {
    let direction = match event.key().as_str() {
        "ArrowRight" => (1.0, 0.0),
        "ArrowLeft" => (-1.0, 0.0),
        "ArrowDown" => (0.0, 1.0),
        "ArrowUp" => (0.0, -1.0),
        _ => return,
    };
    let focused = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let Some(focused) = focused.filter(|element| element.has_attribute("data-event")) else { return };
    let Ok(found) = document().query_selector_all("[data-event]") else { return };
    let others: Vec<HtmlElement> = (0..found.length())
        .filter_map(|at| found.item(at)?.dyn_into::<HtmlElement>().ok())
        .filter(|other| !other.is_same_node(Some(&focused)) && other.get_bounding_client_rect().width() > 0.0)
        .collect();
    let places: Vec<Place> = others.iter().map(|other| middle(other)).collect();
    if let Some(next) = nearest(middle(&focused), &places, direction).and_then(|at| others.get(at)) {
        event.prevent_default();
        let _unfocusable = next.focus();
    }
}

fn middle(element: &Element) -> Place {
    let place = element.get_bounding_client_rect();
    // The top instead of the middle: events of the same hour stand in one row, however long they are.
    Place { x: place.left() + place.width() / 2.0, y: place.top() }
}

/// Which place lies next in a direction: what is off to the side counts twice.
fn nearest(from: Place, places: &[Place], (right, down): (f64, f64)) -> Option<usize> {
    let distance = |to: &Place| {
        let (x, y) = (to.x - from.x, to.y - from.y);
        let (ahead, aside) = (x * right + y * down, (x * down).abs() + (y * right).abs());
        (ahead > 1.0).then_some(ahead + 2.0 * aside)
    };
    let measured = places.iter().enumerate().filter_map(|(at, place)| Some((at, distance(place)?)));
    measured.min_by(|(_, one), (_, other)| one.total_cmp(other)).map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_leads_to_what_is_ahead_and_not_aside() {
        let place = |x: f64, y: f64| Place { x, y };
        let places = [place(100.0, 300.0), place(220.0, 110.0), place(220.0, 600.0), place(-20.0, 100.0)];
        let from = place(100.0, 100.0);
        assert_eq!(nearest(from, &places, (0.0, 1.0)), Some(0));
        assert_eq!(nearest(from, &places, (1.0, 0.0)), Some(1));
        assert_eq!(nearest(from, &places, (-1.0, 0.0)), Some(3));
        assert_eq!(nearest(from, &places, (0.0, -1.0)), None);
    }
}
