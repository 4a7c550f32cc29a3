//! Radicale: a CalDAV server without scheduling of its own. It makes no collection by itself.

use std::process::Command;

use super::CalendarServer;
use crate::certificate::{CERTIFICATE, KEY};
use crate::daemon::{Daemon, free_port};
use crate::folder::Folder;
use crate::person::Person;
use crate::program;
use crate::trouble::Trouble;

/// What Radicale keeps beside a collection.
const PROPERTIES: &str = r##"{"C:supported-calendar-component-set": "VEVENT", "D:displayname": "Calendar",
"ICAL:calendar-color": "#2f6f4f", "tag": "VCALENDAR"}"##;

pub(super) fn start(folder: &Folder, people: &[Person]) -> Result<CalendarServer, Trouble> {
    let program = program::system("radicale", "radicale")?;
    let port = free_port();
    let users: String = people.iter().map(|person| format!("{}:{}\n", person.address, person.password)).collect();
    folder.write("radicale/users", &users);
    folder.write("radicale/radicale.conf", &configuration(folder, port));
    for person in people {
        let collection = format!("radicale/store/collection-root/{}/calendar/.Radicale.props", person.address);
        folder.write(&collection, PROPERTIES);
    }
    let mut command = Command::new(program);
    command.args(["-C", &folder.inside("radicale/radicale.conf")]);
    let daemon = Daemon::start("radicale", &mut command, folder.path())?.listens_on(port)?;
    Ok(CalendarServer { url: format!("https://localhost:{port}/"), daemon })
}

fn configuration(folder: &Folder, port: u16) -> String {
    let (home, certificate, key) = (folder.inside("radicale"), folder.inside(CERTIFICATE), folder.inside(KEY));
    format!(
        "[server]
hosts = 127.0.0.1:{port}
ssl = True
certificate = {certificate}
key = {key}
[auth]
type = htpasswd
htpasswd_filename = {home}/users
htpasswd_encryption = plain
delay = 0
[rights]
type = owner_only
[storage]
filesystem_folder = {home}/store
[logging]
level = info
"
    )
}
