//! A rule and a start: no rule walks for ever, and each start lies where the rule allows.
#![no_main]

use calendar::invite::rule_in_words;
use calendar::time::moment::Moment;
use calendar::time::recurrence::{Rule, Series};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (start, rule) = text.split_once('\n').unwrap_or(("20261119T150000", text));
    let (Ok(start), Ok(rule)) = (Moment::parse(start, None), rule.parse::<Rule>()) else { return };
    let again: Rule = rule.to_string().parse().expect("what we write can be read");
    assert_eq!(again, rule, "a rule means the same when it is read again");
    let _ = rule_in_words(&rule, start.date());
    if let Ok(series) = Series::new(&rule, &start, None) {
        let starts: Vec<_> = series.starts().take(50).collect();
        assert!(starts.windows(2).all(|pair| pair[0] < pair[1]), "starts come in their order, each once");
    }
});
