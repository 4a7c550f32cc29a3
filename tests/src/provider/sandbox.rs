//! The sandbox as a process: what it prints about itself is all that is known of it.

use std::process::Command;

use serde_json::Value;

use super::Parts;
use crate::daemon::Daemon;
use crate::eventually::eventually;
use crate::folder::Folder;
use crate::person::Person;
use crate::program;
use crate::trouble::Trouble;

pub(super) fn start(folder: &Folder) -> Result<Parts, Trouble> {
    let mut command = Command::new(program::ours("sandbox")?);
    // Guests think as long as it takes a person to open the event they were invited to.
    command.args(["--delay", "2"]);
    let daemon = Daemon::start("sandbox", command.current_dir(folder.path()), folder.path())?;
    let line = eventually(|| {
        let log = daemon.log();
        log.lines()
            .find(|line| line.starts_with('{'))
            .map(str::to_owned)
            .ok_or_else(|| format!("no description: {log}"))
    })?;
    folder.write("sandbox.json", &line);
    let about: Value = serde_json::from_str(&line).map_err(|error| format!("the sandbox's line: {error}"))?;
    parts(folder, &about, daemon).ok_or_else(|| format!("the sandbox's line lacks something: {line}").into())
}

fn parts(folder: &Folder, about: &Value, daemon: Daemon) -> Option<Parts> {
    let text = |name: &str| about[name].as_str().map(str::to_owned);
    let port = |name: &str| about[name]["port"].as_u64().and_then(|port| u16::try_from(port).ok());
    let ann = Person { name: "Ann".into(), address: text("address")?, password: text("password")? };
    let guests = about["guests"].as_array()?.iter().filter_map(|guest| guest["address"].as_str().map(str::to_owned));
    folder.write("ca.pem", &text("ca")?);
    Some(Parts {
        guests: guests.collect(),
        smtps_port: port("submission")?,
        smtp_port: None,
        imaps_port: port("imap")?,
        imap_port: None,
        dav_url: text("caldav_url")?,
        daemons: vec![("sandbox", daemon)],
        description: Some(folder.path().join("sandbox.json")),
        authority: folder.path().join("ca.pem"),
        people: vec![ann],
    })
}
