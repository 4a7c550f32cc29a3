//! Conversations as text: each file in `tests/itip` tells one story, named by the section of the RFC it is about.
//!
//! A story is a list of steps that begin a line, each with a block of indented lines below it:
//!
//! ```text
//! me ann@example.org                      whose calendar it is; all aliases on one line
//! now 2026-11-22T10:00:00Z
//! stored | stored nothing                 what is in the calendar, as lines of components
//! organize | organize silently | delete   an edit by `- line`, `+ line`, `= line`; `[20261201T090000Z]` chooses
//! receive [from ADDRESS] [unverified]     a message, as lines of components below METHOD
//! answer PARTSTAT [to TIME], ...          `comment TEXT` or `counter START END` may stand in the block
//! delegate to ADDRESS [at TIME]           somebody else comes instead; `comment TEXT` may stand in the block
//! classify                                a message, only looked at
//! split PART at TIME                      what is stored afterwards is the past or the future
//! agree                                   the person says yes to the question that the last message became
//! decline-counter                         with the proposal as the block
//! expect ...                              what must be so afterwards, see `Story::expect`
//! ```
//!
//! A component in a block begins with its first line and ends at a line `--`; it is a VEVENT unless its first line is
//! `VTODO`. Expected lines match when name, value and the parameters that are written are the same; `!` before a line
//! says that there is none like it. The property `UID:1` and an old DTSTAMP are added where they are missing.

mod story;

use std::path::Path;

#[test]
fn every_story_ends_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/itip");
    let mut files: Vec<_> =
        std::fs::read_dir(&folder).expect("the stories").map(|it| it.expect("a file").path()).collect();
    files.sort();
    let mut failures = Vec::new();
    let mut count = 0;
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "txt")) {
        count += 1;
        let text = std::fs::read_to_string(file).expect("a text");
        if let Err(failure) = story::tell(&text) {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            failures.push(format!("{name}:{failure}"));
        }
    }
    assert!(count > 0, "no stories in {}", folder.display());
    assert!(failures.is_empty(), "\n{}", failures.join("\n\n"));
}
