//! How an event repeats, in words, as its card and its form tell it.

use calendar::ical::Component;
use calendar::invite::rule_in_words;
use calendar::time::recurrence::Rule;

use super::moment_of;

/// How an event repeats, in words; empty if it does not.
pub fn repeats_in_words(event: &Component) -> String {
    let Some(rule) = event.value("RRULE") else {
        return if event.property("RDATE").is_some() { "On listed days".to_owned() } else { String::new() };
    };
    let parsed = rule.parse::<Rule>().ok();
    let words = parsed.zip(moment_of(event, "DTSTART")).and_then(|(rule, start)| rule_in_words(&rule, start.date()));
    words.map_or_else(|| format!("By a rule that no short sentence tells: {rule}"), capitalised)
}

fn capitalised(words: String) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
