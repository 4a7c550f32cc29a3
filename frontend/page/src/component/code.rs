//! Bytes as they are: numbered lines in five inks, with what they mean in the margin.

use std::ops::Range;

use intent::{CodeLine, CodeText, Ink, Span};
use leptos::prelude::*;

use super::part::part;

/// The class of an ink.
fn ink_class(ink: Ink) -> &'static str {
    match ink {
        Ink::Name => "n",
        Ink::Param => "p",
        Ink::Value => "",
        Ink::Time => "d",
        Ink::Quiet => "q",
    }
}

/// Text with its inks and notes.
#[component]
pub fn Code(
    /// What is shown.
    #[prop(into)]
    code: Signal<CodeText>,
    /// Whether there is a margin for notes.
    #[prop(default = true)]
    has_margin: bool,
    /// The bytes to point out, if any.
    #[prop(optional, into)]
    chosen: Signal<Option<Range<u32>>>,
    /// What it is, for those who do not see it.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let lines = move || {
        code.with(|code| {
            let chosen = chosen.get();
            let lines = lines(code);
            let drawn = |(at, drawn)| line(code, drawn, has_room(&lines, at), chosen.as_ref());
            lines.iter().enumerate().map(drawn).collect::<Vec<_>>()
        })
    };
    view! { <ol class="code" class:plain-code=!has_margin aria-label=label tabindex="0">{part(lines)}</ol> }
}

/// Letters of a note that fit on one line of the margin.
const NOTE_LETTERS: usize = 34;

/// Whether the note of a line may hang beside the lines below it: none of them has a note of its own.
fn has_room(lines: &[CodeLine], at: usize) -> bool {
    let needed = lines[at].gloss.as_ref().map_or(0, |gloss| gloss.chars().count().div_ceil(NOTE_LETTERS));
    let below = lines.get(at + 1..(at + needed).min(lines.len())).unwrap_or_default();
    at + needed <= lines.len() && below.iter().all(|line| line.gloss.is_none())
}

fn line(code: &CodeText, line: &CodeLine, has_room: bool, chosen: Option<&Range<u32>>) -> impl IntoView + use<> {
    let mut at = line.start;
    let mut runs = Vec::with_capacity(line.spans.len() + 1);
    for Span { len, ink } in &line.spans {
        let end = at.saturating_add(*len).min(line.end);
        runs.push((ink_class(*ink), words(code, at..end)));
        at = end;
    }
    // What no span covers is the line break, or a line without inks.
    runs.push(("", words(code, at..line.end).trim_end_matches(['\r', '\n']).to_owned()));
    runs.retain(|(_, text)| !text.is_empty());
    let is_chosen = chosen.is_some_and(|chosen| line.start < chosen.end && line.end > chosen.start);
    let spans: Vec<_> = runs
        .into_iter()
        .map(|(class, text)| match class {
            "" => text.into_any(),
            class => view! { <span class=class>{text}</span> }.into_any(),
        })
        .collect();
    let gloss = line.gloss.clone().map(|gloss| view! { <span class="gloss">{gloss}</span> });
    view! {
        <li class:noted=line.gloss.is_some() class:tight=!has_room class:changed=line.particular class:chosen=is_chosen data-at=line.start.to_string()>
            <code>{spans}</code>
            {gloss}
        </li>
    }
}

fn words(code: &CodeText, range: Range<u32>) -> String {
    let bytes = code.bytes.get(range.start as usize..range.end as usize).unwrap_or_default();
    String::from_utf8_lossy(bytes).into_owned()
}

/// The lines as told; or, for bytes that came without, as their line breaks say.
fn lines(code: &CodeText) -> Vec<CodeLine> {
    if !code.lines.is_empty() {
        return code.lines.clone();
    }
    let mut start = 0;
    code.bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(|bytes| {
            let end = start + bytes.len() as u32;
            let line = CodeLine { start, end, spans: Vec::new(), gloss: None, particular: false };
            start = end;
            line
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_without_lines_are_cut_at_their_breaks_and_none_is_left_out() {
        let code = CodeText { bytes: b"A:1\r\nB:2\r\n\r\nC".to_vec(), lines: Vec::new() };
        let lines = lines(&code);
        assert_eq!(
            lines.iter().map(|line| (line.start, line.end)).collect::<Vec<_>>(),
            [(0, 5), (5, 10), (10, 12), (12, 13)]
        );
    }

    #[test]
    fn a_range_beyond_the_bytes_shows_nothing_instead_of_failing() {
        let code = CodeText { bytes: b"A".to_vec(), lines: Vec::new() };
        assert_eq!(words(&code, 0..9), "");
    }
}
