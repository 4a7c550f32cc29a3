//! The three servers, typed by hand: for providers whose domain does not name them.

use intent::{Protection, ServerChoice, Servers};
use leptos::prelude::*;

/// What is typed for one server.
#[derive(Clone, Copy)]
struct Typed {
    host: RwSignal<String>,
    port: RwSignal<String>,
    protection: RwSignal<Protection>,
}

impl Typed {
    fn new(known: Option<&ServerChoice>, host: String, port: u16) -> Self {
        let (host, port, protection) = match known {
            Some(known) => (known.host.clone(), known.port, known.protection),
            None => (host, port, Protection::Tls),
        };
        Self { host: RwSignal::new(host), port: RwSignal::new(port.to_string()), protection: RwSignal::new(protection) }
    }

    fn read(self, path: String) -> Option<ServerChoice> {
        let host = self.host.get().trim().to_owned();
        let port = self.port.get().trim().parse().ok().filter(|port| *port > 0)?;
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | ':' | '[' | ']');
        (!host.is_empty() && host.chars().all(is_plain)).then(|| ServerChoice {
            host,
            port,
            protection: self.protection.get(),
            path,
        })
    }
}

/// The form for three servers. It writes `servers` as soon as all three can be read.
#[component]
pub fn ServerForm(
    /// The mail address, for first guesses.
    address: RwSignal<String>,
    /// The servers: read for first values, written at every change.
    servers: RwSignal<Option<Servers>>,
    /// The login name where it is not the address.
    user: RwSignal<String>,
) -> impl IntoView {
    let known = servers.get_untracked();
    let domain = address.with_untracked(|address| address.rsplit_once('@').map(|(_, domain)| domain.trim().to_owned()));
    let guess = |name: &str| domain.as_ref().map(|domain| format!("{name}.{domain}")).unwrap_or_default();
    let submission = Typed::new(known.as_ref().map(|known| &known.submission), guess("smtp"), 465);
    let imap = Typed::new(known.as_ref().map(|known| &known.imap), guess("imap"), 993);
    let calendar = RwSignal::new(match known.as_ref().map(|known| &known.caldav) {
        Some(caldav) if caldav.port == 443 => format!("https://{}{}", caldav.host, caldav.path),
        Some(caldav) => format!("https://{}:{}{}", caldav.host, caldav.port, caldav.path),
        None => domain.map(|domain| format!("https://{domain}/.well-known/caldav")).unwrap_or_default(),
    });
    Effect::new(move || {
        let read = (submission.read(String::new()), imap.read(String::new()), read_address(&calendar.get()));
        servers.set(match read {
            (Some(submission), Some(imap), Some(caldav)) => Some(Servers { submission, imap, caldav }),
            _ => None,
        });
    });
    view! {
        <div class="by-hand">
            <TypedServer heading="Send mail (SMTP)" id="smtp" typed=submission />
            <TypedServer heading="Read mail (IMAP)" id="imap" typed=imap />
            <div class="field">
                <label for="caldav">"Calendar address (CalDAV)"</label>
                <input
                    class="input" id="caldav" type="url" spellcheck="false" prop:value=calendar
                    aria-invalid=move || read_address(&calendar.get()).is_none().then_some("true")
                    on:input=move |event| calendar.set(event_target_value(&event))
                />
            </div>
            <div class="field">
                <label for="user">"Login name, if it is not the address"</label>
                <input
                    class="input" id="user" autocomplete="off" autocapitalize="none" spellcheck="false" prop:value=user
                    on:input=move |event| user.set(event_target_value(&event))
                />
            </div>
        </div>
    }
}

#[component]
fn TypedServer(
    /// What the server does.
    heading: &'static str,
    /// The beginning of its fields' ids.
    id: &'static str,
    /// What is typed.
    typed: Typed,
) -> impl IntoView {
    let is_tls = move || typed.protection.get() == Protection::Tls;
    view! {
        <fieldset class="field">
            <legend class="label">{heading}</legend>
            <div class="row wraps">
                <input
                    class="input grow" aria-label=format!("{heading}: host") id=format!("{id}-host") spellcheck="false" autocapitalize="none"
                    prop:value=typed.host on:input=move |event| typed.host.set(event_target_value(&event))
                />
                <input
                    class="input time" aria-label=format!("{heading}: port") inputmode="numeric"
                    prop:value=typed.port on:input=move |event| typed.port.set(event_target_value(&event))
                />
                <select
                    class="input fit" aria-label=format!("{heading}: protection")
                    on:change=move |event| {
                        let is_tls = event_target_value(&event) == "tls";
                        typed.protection.set(if is_tls { Protection::Tls } else { Protection::StartTls });
                    }
                >
                    <option value="tls" selected=is_tls>"TLS"</option>
                    <option value="starttls" selected=move || !is_tls()>"STARTTLS"</option>
                </select>
            </div>
        </fieldset>
    }
}

/// Reads the address of a calendar server: `https` only, host, port if it is another than 443, path.
fn read_address(text: &str) -> Option<ServerChoice> {
    let text = text.trim();
    let rest = text.strip_prefix("https://").or_else(|| (!text.contains("://")).then_some(text))?;
    let (server, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = match server.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok().filter(|port| *port > 0)?),
        None => (server, 443),
    };
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-');
    (!host.is_empty() && host.chars().all(is_plain)).then(|| ServerChoice {
        host: host.to_owned(),
        port,
        protection: Protection::Tls,
        path: format!("/{path}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, u16, &str)>) {
        let read = read_address(text);
        let got = read.as_ref().map(|server| (server.host.as_str(), server.port, server.path.as_str()));
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn a_calendar_address_is_taken_apart() {
        check("https://dav.example/cal/ann/", Some(("dav.example", 443, "/cal/ann/")));
        check(" dav.example:8443 ", Some(("dav.example", 8443, "/")));
        check("http://dav.example/", None);
        check("https://dav.example:0/", None);
        check("https://ann:pw@dav.example/", None);
        check("https://da v.example/", None);
        check("", None);
    }
}
