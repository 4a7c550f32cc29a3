//! Mails and server answers in the style of each producer that is known, and what is read out of each.
//!
//! The files in `corpus` were written for these tests; they are the seeds of the fuzz targets as well.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use calendar::check::{Finding, check_ics, check_mail};
use calendar::dav::{Location, Multistatus, outcome};
use calendar::invite::{Reader, Reading, read_mail};
use calendar::mime::MailAddress;

/// The files of one folder of the corpus, by their names.
fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus").join(folder);
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).expect("the corpus").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let name = |path: &PathBuf| path.file_stem().expect("a name").to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), fs::read(path).expect("a file"))).collect()
}

fn list(findings: &[Finding]) -> String {
    findings
        .iter()
        .map(|finding| format!("  {} {} at {}\n", finding.rule.level.as_str(), finding.rule.id, finding.place))
        .collect()
}

fn describe(reading: &Reading) -> String {
    let mut out = String::new();
    for found in &reading.found {
        let summary = found.ics.lines().find(|line| line.starts_with("SUMMARY")).unwrap_or("(no summary)");
        writeln!(out, "found {} in part {}: {summary}", found.method.as_deref().unwrap_or("no method"), found.place)
            .expect("written");
    }
    let person = reading.sender.person().map_or_else(|| "nobody".to_owned(), ToString::to_string);
    writeln!(out, "sender {person}: {:?}, {:?}", reading.sender.verdict, reading.sender.authentication)
        .expect("written");
    for recipient in reading.bounce.iter().flat_map(|bounce| &bounce.recipients) {
        let status = recipient.status.as_deref().unwrap_or("no status");
        writeln!(out, "report {} {:?} {status}", recipient.address, recipient.action).expect("written");
    }
    if let Some(about) = reading.bounce.as_ref().and_then(|bounce| bounce.message_id.as_deref()) {
        writeln!(out, "about {about}").expect("written");
    }
    for note in &reading.notes {
        writeln!(out, "note {note:?}").expect("written");
    }
    out
}

#[test]
fn every_mail_is_read() {
    let me = [MailAddress::parse("ann@own.example").expect("an address")];
    for (name, mail) in files("invite") {
        let reading = read_mail(&mail, &Reader::of(&me)).expect("small enough");
        let findings = list(&check_mail(&mail));
        insta::assert_snapshot!(format!("invite-{name}"), format!("{}findings\n{findings}", describe(&reading)));
    }
}

#[test]
fn every_calendar_is_checked() {
    for (name, ics) in files("ical") {
        insta::assert_snapshot!(format!("ical-{name}"), list(&check_ics(&ics)));
    }
}

#[test]
fn every_answer_of_a_server_is_read() {
    let at = Location::parse("https://dav.example/cal/").expect("an address");
    for (name, body) in files("dav") {
        let answer = Multistatus::read(&body, &at);
        let reply = calendar::dav::Reply { status: 409, headers: Vec::new(), body };
        insta::assert_debug_snapshot!(format!("dav-{name}"), (answer, outcome(&reply, &at)));
    }
}
