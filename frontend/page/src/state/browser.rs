//! The few things of the browser that the page needs: storage, clock, zone, clipboard, files.

use intent::{Day, Point};
use js_sys::{Array, Date, Intl, Object, Reflect, Uint8Array};
use leptos::prelude::window;
use leptos::web_sys::{self, Blob, BlobPropertyBag, HtmlAnchorElement, Storage, Url};
use wasm_bindgen::{JsCast as _, JsValue};

fn storage() -> Option<Storage> {
    // A browser that forbids storage throws; then nothing is remembered, and nothing breaks.
    window().local_storage().ok().flatten()
}

/// What was remembered under a name.
pub fn recall(name: &str) -> Option<String> {
    storage()?.get_item(name).ok().flatten()
}

/// Remembers a small value on this device; an empty one is forgotten.
pub fn remember(name: &str, value: &str) {
    if let Some(storage) = storage() {
        let _unusable = if value.is_empty() { storage.remove_item(name) } else { storage.set_item(name, value) };
    }
}

/// The present moment on the person's clock.
pub fn now() -> Point {
    let date = Date::new_0();
    let day = Day::from_ymd(
        i32::try_from(date.get_full_year()).unwrap_or(1970),
        u8::try_from(date.get_month() + 1).unwrap_or(1),
        u8::try_from(date.get_date()).unwrap_or(1),
    );
    let minute = date.get_hours() * 60 + date.get_minutes();
    Point { day: day.unwrap_or_default(), minute: u16::try_from(minute).unwrap_or(0) }
}

/// Milliseconds on a clock that only goes forward.
pub fn milliseconds() -> f64 {
    window().performance().map_or_else(Date::now, |performance| performance.now())
}

/// The person's IANA zone; `UTC` if the browser does not say.
pub fn zone() -> String {
    let format = Intl::DateTimeFormat::new(&Array::new(), &Object::new());
    Reflect::get(&format.resolved_options(), &JsValue::from_str("timeZone"))
        .ok()
        .and_then(|zone| zone.as_string())
        .unwrap_or_else(|| "UTC".to_owned())
}

/// The person's locale, such as `en-GB`.
pub fn locale() -> String {
    window().navigator().language().unwrap_or_else(|| "en".to_owned())
}

/// The content of a `meta` element of the start file.
pub fn meta(name: &str) -> Option<String> {
    let selector = format!("meta[name=\"{name}\"]");
    leptos::prelude::document().query_selector(&selector).ok().flatten()?.get_attribute("content")
}

/// Puts a text on the clipboard.
pub fn copy(text: &str) {
    let _promise = window().navigator().clipboard().write_text(text);
}

/// Lets the person save bytes as a file.
pub fn save(bytes: &[u8], name: &str, media_type: &str) {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let Ok(blob) = Blob::new_with_u8_array_sequence_and_options(&parts, &options) else { return };
    let Ok(address) = Url::create_object_url_with_blob(&blob) else { return };
    let link = leptos::prelude::document().create_element("a").ok().and_then(|element| element.dyn_into().ok());
    if let Some(link) = link {
        let link: HtmlAnchorElement = link;
        link.set_href(&address);
        link.set_download(name);
        link.click();
    }
    let _released = Url::revoke_object_url(&address);
}

/// Moves the focus to the element with this id once the screen has been drawn, unless something has the focus.
pub fn refocus_soon(id: &'static str) {
    leptos::prelude::request_animation_frame(move || {
        let document = leptos::prelude::document();
        let is_lost =
            document.active_element().is_none_or(|focused| document.body().is_some_and(|body| *focused == **body));
        if is_lost {
            focus_soon(id);
        }
    });
}

/// Moves the focus to the element with this id once the screen has been drawn.
pub fn focus_soon(id: &'static str) {
    leptos::prelude::request_animation_frame(move || {
        let element = leptos::prelude::document().get_element_by_id(id);
        if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _unfocusable = element.focus();
        }
    });
}
