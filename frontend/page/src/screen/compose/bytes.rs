//! The Inspector's other tabs: every byte of the calendar file, of the mail, and of what will be stored.

use std::ops::Range;
use std::sync::Arc;

use intent::{CodeText, Inspection, Letter};
use leptos::prelude::*;

use super::inspector::NothingHere;
use crate::component::bytes_bar::{BytesBar, Take};
use crate::component::code::Code;
use crate::component::mail_tree::MailTree;
use crate::component::part::part;
use crate::state::browser;
use crate::text::inspection as words;

/// Puts bytes on the clipboard or into a file.
pub fn take(take: Take) {
    match take {
        Take::Copy(text) => browser::copy(&text),
        Take::Save { bytes, name, media_type } => browser::save(&bytes, &name, media_type),
    }
}

/// Reads from the chosen letter; the last one if there are fewer by now.
fn of_letter<T: Default>(inspection: &Inspection, at: usize, read: impl FnOnce(&Letter) -> T) -> T {
    inspection.letters.get(at.min(inspection.letters.len().saturating_sub(1))).map(read).unwrap_or_default()
}

/// The letters to choose from, in words.
fn choices(inspection: Signal<Arc<Inspection>>) -> Signal<Vec<String>> {
    Memo::new(move |_| {
        inspection.with(|inspection| {
            (0..inspection.letters.len()).map(|at| words::choice(inspection, at)).collect::<Vec<_>>()
        })
    })
    .into()
}

/// The calendar file of a letter.
#[component]
pub fn LetterBytes(
    /// What sending would do.
    inspection: Signal<Arc<Inspection>>,
    /// Whose letter.
    letter: RwSignal<usize>,
) -> impl IntoView {
    let code =
        Memo::new(move |_| inspection.with(|all| of_letter(all, letter.get(), |letter| letter.calendar.clone())));
    let choices = choices(inspection);
    let file = Signal::derive(move || {
        inspection.with(|all| of_letter(all, letter.get(), |letter| words::file_name("invite", &letter.address, "ics")))
    });
    view! {
        {part(move || if choices.with(Vec::is_empty) {
            view! { <NothingHere words="Nobody gets mail, so there is no calendar file to send." /> }.into_any()
        } else {
            view! {
                <BytesBar choices chosen=letter on_choose=move |at| letter.set(at) code file media_type="text/calendar" leaves=true on_take=take />
                <div class="sheet"><Code code label="Calendar file" /></div>
            }.into_any()
        })}
    }
}

/// The whole mail of a letter: its parts, and every byte.
#[component]
pub fn MailBytes(
    /// What sending would do.
    inspection: Signal<Arc<Inspection>>,
    /// Whose letter.
    letter: RwSignal<usize>,
) -> impl IntoView {
    let choices = choices(inspection);
    let mail = Memo::new(move |_| {
        inspection.with(|all| {
            of_letter(all, letter.get(), |letter| {
                Some((letter.raw.clone(), letter.parts.clone(), letter.address.clone()))
            })
        })
    });
    view! {
        {part(move || if choices.with(Vec::is_empty) {
            view! { <NothingHere words="Nobody gets mail." /> }.into_any()
        } else {
            view! { <Mail mail choices letter /> }.into_any()
        })}
    }
}

type MailParts = Option<(CodeText, Vec<intent::MailPart>, String)>;

#[component]
fn Mail(
    /// The mail, its parts, and whose it is.
    mail: Memo<MailParts>,
    /// The letters to choose from.
    choices: Signal<Vec<String>>,
    /// Which is chosen.
    letter: RwSignal<usize>,
) -> impl IntoView {
    let code = Memo::new(move |_| mail.with(|mail| mail.as_ref().map(|mail| mail.0.clone()).unwrap_or_default()));
    let parts = Signal::derive(move || mail.with(|mail| mail.as_ref().map(|mail| mail.1.clone()).unwrap_or_default()));
    let file = Signal::derive(move || {
        mail.with(|mail| mail.as_ref().map(|mail| words::file_name("mail", &mail.2, "eml")).unwrap_or_default())
    });
    let part = RwSignal::new(0_usize);
    let range = Signal::derive(move || chosen_range(&parts.get(), part.get()));
    let choose = move |at: usize| {
        part.set(at);
        if let Some(range) = range.get_untracked() {
            scroll_to(range.start);
        }
    };
    view! {
        <BytesBar choices chosen=letter on_choose=move |at| letter.set(at) code file media_type="message/rfc822" leaves=true on_take=take />
        <div class="sheet mime">
            <MailTree parts chosen=part on_choose=choose />
            <Code code has_margin=false chosen=range label="The whole mail" />
        </div>
    }
}

/// The bytes of a part; none for the mail itself, which would tint everything.
fn chosen_range(parts: &[intent::MailPart], at: usize) -> Option<Range<u32>> {
    parts.get(at).filter(|part| part.depth > 0).map(|part| part.start..part.end)
}

/// Brings the line that holds a byte into view.
fn scroll_to(byte: u32) {
    let Ok(lines) = document().query_selector_all(".mime .code li") else { return };
    let mut found = None;
    for at in 0..lines.length() {
        let line =
            lines.item(at).and_then(|line| wasm_bindgen::JsCast::dyn_into::<leptos::web_sys::Element>(line).ok());
        match line {
            Some(line)
                if line.get_attribute("data-at").and_then(|at| at.parse::<u32>().ok()).is_some_and(|at| at <= byte) =>
            {
                found = Some(line);
            }
            _ => break,
        }
    }
    if let Some(line) = found {
        line.scroll_into_view_with_bool(true);
    }
}

/// The object that will be stored.
#[component]
pub fn StoredBytes(
    /// What sending would do.
    inspection: Signal<Arc<Inspection>>,
) -> impl IntoView {
    let stored = Memo::new(move |_| inspection.with(|inspection| inspection.stored.clone()));
    let is_there = Memo::new(move |_| stored.with(Option::is_some));
    let code = Memo::new(move |_| stored.get().unwrap_or_default());
    view! {
        {part(move || if is_there.get() {
            view! {
                <BytesBar
                    choices=Signal::derive(Vec::new) chosen=Signal::derive(|| 0) on_choose=|_| () code
                    file=Signal::derive(|| words::file_name("stored", "", "ics")) media_type="text/calendar" leaves=false
                    on_take=take
                />
                <div class="sheet"><Code code label="Stored copy" /></div>
            }.into_any()
        } else {
            view! { <NothingHere words="The event will be removed from your calendar; no copy is stored." /> }.into_any()
        })}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_part_is_pointed_out_never_the_whole_mail() {
        let part = |depth, start, end| intent::MailPart {
            depth,
            content_type: String::new(),
            encoding: String::new(),
            start,
            end,
            gloss: String::new(),
        };
        let parts = [part(0, 0, 900), part(1, 100, 200)];
        assert_eq!(chosen_range(&parts, 0), None);
        assert_eq!(chosen_range(&parts, 1), Some(100..200));
        assert_eq!(chosen_range(&parts, 7), None);
    }
}
