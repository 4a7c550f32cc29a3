//! Dovecot: everybody's mailbox, local delivery by LMTP, and the passwords Postfix asks for.

use std::process::Command;

use crate::certificate::{CERTIFICATE, KEY};
use crate::daemon::{Daemon, free_port};
use crate::folder::Folder;
use crate::person::Person;
use crate::program;
use crate::trouble::Trouble;

/// A running Dovecot.
pub(super) struct Dovecot {
    pub(super) daemon: Daemon,
    pub(super) imap_port: u16,
    pub(super) imaps_port: u16,
    pub(super) lmtp_port: u16,
    pub(super) auth_port: u16,
}

pub(super) fn start(folder: &Folder, people: &[Person]) -> Result<Dovecot, Trouble> {
    let program = program::system("dovecot", "dovecot-imapd")?;
    program::system("lmtp", "dovecot-lmtpd")?;
    let [imap_port, imaps_port, lmtp_port, auth_port] = std::array::from_fn(|_| free_port());
    let users: String =
        people.iter().map(|person| format!("{}:{{PLAIN}}{}::::::\n", person.address, person.password)).collect();
    folder.write("dovecot/users", &users);
    folder.make("dovecot/mail");
    let ports = Ports { imap_port, imaps_port, lmtp_port, auth_port };
    folder.write("dovecot/dovecot.conf", &configuration(folder, &ports)?);
    let mut command = Command::new(program);
    command.args(["-F", "-c", &folder.inside("dovecot/dovecot.conf")]);
    let daemon = Daemon::start("dovecot", &mut command, folder.path())?.listens_on(imap_port)?;
    Ok(Dovecot { daemon, imap_port, imaps_port, lmtp_port, auth_port })
}

struct Ports {
    imap_port: u16,
    imaps_port: u16,
    lmtp_port: u16,
    auth_port: u16,
}

fn configuration(folder: &Folder, ports: &Ports) -> Result<String, String> {
    let Ports { imap_port, imaps_port, lmtp_port, auth_port } = ports;
    let (home, certificate, key) = (folder.inside("dovecot"), folder.inside(CERTIFICATE), folder.inside(KEY));
    let (internal, user, group) = owners(folder)?;
    Ok(format!(
        "base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/dovecot.log
listen = 127.0.0.1
protocols = imap lmtp
{internal}first_valid_uid = {user}
first_valid_gid = {group}
mail_uid = {user}
mail_gid = {group}
mail_location = maildir:{home}/mail/%u
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
passdb {{
  driver = passwd-file
  args = {home}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp_port}
  }}
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {auth_port}
  }}
}}
"
    ))
}

/// Lines about Dovecot's own users, and the ids of who owns the mail: root may not, and others can be nobody but
/// themselves.
fn owners(folder: &Folder) -> Result<(String, String, String), String> {
    if program::is_root() {
        let mail = folder.inside("dovecot/mail");
        let changed = Command::new("chown").args(["-R", "mail:mail", &mail]).status();
        if !changed.is_ok_and(|status| status.success()) {
            return Err("the system has no user `mail`".to_owned());
        }
        return Ok((String::new(), id(&["-u", "mail"])?, id(&["-g", "mail"])?));
    }
    let (user, group) = (id(&["-un"])?, id(&["-gn"])?);
    let internal =
        format!("default_internal_user = {user}\ndefault_login_user = {user}\ndefault_internal_group = {group}\n");
    Ok((internal, id(&["-u"])?, id(&["-g"])?))
}

fn id(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("id").args(arguments).output().map_err(|error| format!("id: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
