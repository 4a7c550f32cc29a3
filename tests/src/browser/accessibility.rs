//! What keeps people out of a screen, found by axe-core.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::session::Session;
use super::text_of;
use crate::program;

/// Findings of these impacts fail a journey.
const GRAVE: &[&str] = &["serious", "critical"];

/// Each grave finding as a line: the rule, what is wrong, and where.
///
/// Nothing is found when axe-core was not fetched; the test run says so beforehand.
pub(super) fn findings(session: &Session) -> Result<Vec<String>, String> {
    let Ok(script) = fs::read_to_string(script_path()) else { return Ok(Vec::new()) };
    if session.run("return typeof axe", &json!([]))? != "object" {
        session.run(&script, &json!([]))?;
    }
    let report = session.post("execute/async", &json!({ "script": RUN, "args": [] }))?;
    if let Some(problem) = report.as_str() {
        return Err(format!("axe-core could not look: {problem}"));
    }
    let grave =
        report.as_array().into_iter().flatten().filter(|finding| GRAVE.contains(&text_of(&finding["impact"]).as_str()));
    Ok(grave.map(in_words).collect())
}

/// Animations are over at once, so that colours are judged as they stay.
const RUN: &str = "const done = arguments[arguments.length - 1];
for (const animation of document.getAnimations()) { try { animation.finish(); } catch {} }
axe.run(document, { resultTypes: ['violations'] }).then(
  (report) => done(report.violations.map(({ id, impact, help, nodes }) => (
    { id, impact, help, nodes: nodes.map((node) => node.html + ' ' + (node.failureSummary ?? '')) }))),
  (problem) => done(String(problem)));";

fn in_words(finding: &Value) -> String {
    let places: Vec<_> = finding["nodes"].as_array().into_iter().flatten().take(5).map(text_of).collect();
    let word = |name: &str| text_of(&finding[name]);
    format!("{} ({}): {}\n  {}", word("id"), word("impact"), word("help"), places.join("\n  "))
}

fn script_path() -> PathBuf {
    program::tools().join("node_modules/axe-core/axe.min.js")
}
