//! Cyrus: the strictest CalDAV server there is, and one that would invite by itself.
//!
//! Its `cyrus-imapd` package cannot stand beside Dovecot's, and yet only `imapd` makes mailboxes; so that one program is
//! unpacked from the package (`cargo xtask tools`), and everybody logs in once, whereupon Cyrus makes their mailbox.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, io::Write as _};

use super::CalendarServer;
use crate::certificate::{CERTIFICATE, KEY};
use crate::daemon::{Daemon, free_port};
use crate::folder::Folder;
use crate::person::Person;
use crate::program;
use crate::trouble::Trouble;

const PROGRAMS: &str = "/usr/lib/cyrus/bin";

pub(super) fn start(folder: &Folder, people: &[Person]) -> Result<CalendarServer, Trouble> {
    program::system("httpd", "cyrus-caldav")?;
    let master = program::system("master", "cyrus-common")?;
    let saslpasswd = program::system("saslpasswd2", "sasl2-bin")?;
    let imapd = imapd()?;
    if !program::is_root() {
        return Err(Trouble::Missing("cyrus can only be started by root".into()));
    }
    let [imap_port, dav_port] = std::array::from_fn(|_| free_port());
    for name in ["db", "socket", "proc", "log", "msg"] {
        folder.make(&format!("cyrus/conf/{name}"));
    }
    for name in [CERTIFICATE, KEY] {
        // The daemons are of the user `cyrus`, who reads no file of root's.
        fs::copy(folder.path().join(name), folder.inside(&format!("cyrus/{name}")))
            .map_err(|error| error.to_string())?;
    }
    fs::copy(imapd, folder.inside("cyrus/imapd")).map_err(|error| format!("imapd: {error}"))?;
    folder.write("cyrus/imapd.conf", &configuration(&folder.inside("cyrus")));
    folder.write("cyrus/cyrus.conf", &services(&folder.inside("cyrus"), imap_port, dav_port));
    for person in people {
        set_password(&saslpasswd, folder, person)?;
    }
    let owned = Command::new("chown").args(["-R", "cyrus:mail", &folder.inside("cyrus")]).status();
    if !owned.is_ok_and(|status| status.success()) {
        return Err("the system has no user `cyrus`".to_owned().into());
    }
    let mut command = Command::new(master);
    let (cyrus_conf, imapd_conf) = (folder.inside("cyrus/cyrus.conf"), folder.inside("cyrus/imapd.conf"));
    command.args(["-M", &cyrus_conf, "-C", &imapd_conf, "-D", "-p", &folder.inside("cyrus/master.pid")]);
    let daemon = Daemon::start("cyrus", &mut command, folder.path())?.listens_on(dav_port)?;
    for person in people {
        log_in_once(imap_port, person)?;
    }
    Ok(CalendarServer { url: format!("https://localhost:{dav_port}/"), daemon })
}

/// `imapd` of the package, or unpacked by `cargo xtask tools`.
fn imapd() -> Result<PathBuf, Trouble> {
    let unpacked = program::tools().join("cyrus/usr/lib/cyrus/bin/imapd");
    [Path::new(PROGRAMS).join("imapd"), unpacked]
        .into_iter()
        .find(|path| path.is_file())
        .ok_or_else(|| Trouble::Missing("cyrus-imapd was not unpacked (`cargo xtask tools`)".into()))
}

fn configuration(home: &str) -> String {
    format!(
        "configdirectory: {home}/conf
partition-default: {home}/spool
defaultpartition: default
sievedir: {home}/sieve
mboxname_lockpath: {home}/conf/lock
proc_path: {home}/conf/proc
idlesocket: {home}/conf/socket/idle
lmtpsocket: {home}/conf/socket/lmtp
notifysocket: {home}/conf/socket/notify
admins: cyrus
virtdomains: userid
defaultdomain: internal.invalid
unixhierarchysep: yes
httpmodules: caldav
caldav_allowscheduling: on
calendar_user_address_set: calpost.test
autocreate_quota: 0
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {home}/sasldb2
sasl_mech_list: PLAIN
allowplaintext: yes
tls_server_cert: {home}/{CERTIFICATE}
tls_server_key: {home}/{KEY}
tls_sessions_db_path: {home}/conf/tls_sessions.db
"
    )
}

fn services(home: &str, imap_port: u16, dav_port: u16) -> String {
    format!(
        "START {{
  recover cmd=\"{PROGRAMS}/ctl_cyrusdb -C {home}/imapd.conf -r\"
}}
SERVICES {{
  imap cmd=\"{home}/imapd -C {home}/imapd.conf\" listen=\"127.0.0.1:{imap_port}\" prefork=0
  https cmd=\"{PROGRAMS}/httpd -C {home}/imapd.conf -s\" listen=\"127.0.0.1:{dav_port}\" prefork=1
}}
EVENTS {{
}}
"
    )
}

fn set_password(saslpasswd: &Path, folder: &Folder, person: &Person) -> Result<(), String> {
    let (local, domain) = person.address.split_once('@').ok_or("an address has an @")?;
    let mut child = Command::new(saslpasswd)
        .args(["-c", "-p", "-f", &folder.inside("cyrus/sasldb2"), "-u", domain, local])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .map_err(|error| format!("saslpasswd2: {error}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        writeln!(stdin, "{}", person.password).map_err(|error| format!("saslpasswd2: {error}"))?;
    }
    let status = child.wait().map_err(|error| format!("saslpasswd2: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("saslpasswd2 ended with {status}")) }
}

fn log_in_once(port: u16, person: &Person) -> Result<(), String> {
    let problem = |error: &dyn std::fmt::Display| format!("{} cannot log in to cyrus: {error}", person.name);
    let stream = std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).map_err(|error| problem(&error))?;
    let mut client = imap::Client::new(stream);
    client.read_greeting().map_err(|error| problem(&error))?;
    let mut session = client.login(&person.address, &person.password).map_err(|(error, _)| problem(&error))?;
    session.logout().map_err(|error| problem(&error))
}
