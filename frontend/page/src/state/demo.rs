//! The sandbox mailbox that a relay may offer: `GET /demo.json`, or nothing.

use intent::{DemoMailbox, Protection, ServerChoice, Servers};
use js_sys::{Array, JSON, Reflect};
use leptos::prelude::window;
use leptos::web_sys::Response;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

/// What the relay offers.
pub async fn fetch() -> Option<DemoMailbox> {
    let response: Response = JsFuture::from(window().fetch_with_str("/demo.json")).await.ok()?.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    let text = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
    read(&JSON::parse(&text).ok()?)
}

fn read(demo: &JsValue) -> Option<DemoMailbox> {
    let guests = Array::from(&field(demo, "guests")?);
    Some(DemoMailbox {
        address: text(demo, "address")?,
        password: text(demo, "password")?,
        name: text(demo, "name")?,
        servers: Servers {
            submission: server(&field(demo, "submission")?)?,
            imap: server(&field(demo, "imap")?)?,
            caldav: server(&field(demo, "caldav")?)?,
        },
        guests: guests
            .iter()
            .filter_map(|guest| Some((text(&guest, "name")?, text(&guest, "address")?, text(&guest, "does")?)))
            .collect(),
    })
}

fn server(server: &JsValue) -> Option<ServerChoice> {
    let port = field(server, "port")?.as_f64()?;
    Some(ServerChoice {
        host: text(server, "host")?,
        port: port as u16,
        protection: match text(server, "protection").as_deref() {
            Some("starttls") => Protection::StartTls,
            _ => Protection::Tls,
        },
        path: text(server, "path").unwrap_or_default(),
    })
}

fn field(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &JsValue::from_str(name)).ok().filter(|value| !value.is_undefined())
}

fn text(object: &JsValue, name: &str) -> Option<String> {
    field(object, name)?.as_string()
}
