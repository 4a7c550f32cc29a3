//! What mail programs will make of the letters: the linter's findings, each told once.

use std::collections::BTreeSet;

use calendar::check::{self, Level, check_ics, check_mail};
use intent::{Finding, FindingLevel, LetterKind};

use super::letter::Written;

/// What the linter says of the letters and of the stored object; and, where it says nothing, what that means.
pub(super) fn of(written: &[Written], stored: Option<&[u8]>) -> Vec<Finding> {
    let letters = written.iter().flat_map(|it| check_mail(&it.planned.bytes));
    let mut seen = BTreeSet::new();
    let mut findings: Vec<Finding> = letters
        .chain(stored.into_iter().flat_map(check_ics))
        .filter(|finding| seen.insert((finding.rule.id, finding.detail.clone())))
        .map(|finding| told(&finding))
        .collect();
    if findings.iter().all(|finding| finding.level == FindingLevel::Note) {
        findings.splice(0..0, all_is_well(written));
    }
    findings
}

fn told(finding: &check::Finding) -> Finding {
    let rule = finding.rule;
    let what = match finding.detail.as_str() {
        "" => rule.what.to_owned(),
        detail => format!("{}: {detail}.", rule.what.trim_end_matches('.')),
    };
    Finding {
        level: match rule.level {
            Level::Note => FindingLevel::Note,
            Level::Warning => FindingLevel::Warning,
            Level::Error => FindingLevel::Error,
        },
        rule: rule.id.to_owned(),
        what: format!("{what} {}", rule.effect),
        mend: rule.mend.to_owned(),
    }
}

/// What it means that nothing stands in the way.
fn all_is_well(written: &[Written]) -> Vec<Finding> {
    let has = |kinds: &[LetterKind]| written.iter().any(|it| kinds.contains(&it.letter.kind));
    let good = |rule: &str, what: &str| Finding {
        level: FindingLevel::Good,
        rule: rule.to_owned(),
        what: what.to_owned(),
        mend: String::new(),
    };
    let mut findings = Vec::new();
    if has(&[LetterKind::Invitation, LetterKind::Update]) {
        findings.push(good("buttons", "Gmail, Outlook, Apple Mail and Thunderbird show answer buttons."));
    }
    if has(&[LetterKind::Cancellation]) {
        findings.push(good("cancellation", "The event leaves the calendars of those who are told that it is off."));
    }
    if written.iter().any(|it| it.letter.calendar.bytes.windows(16).any(|bytes| bytes == b"BEGIN:VTIMEZONE\r")) {
        findings.push(good("zone", "The time zone is written out in full, so no program has to guess the hour."));
    }
    findings
}
