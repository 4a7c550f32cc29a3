//! Postfix: submission with passwords from Dovecot, delivery to its LMTP, and one recipient it refuses.

use std::process::Command;

use super::dovecot::Dovecot;
use crate::certificate::{CERTIFICATE, KEY};
use crate::daemon::{Daemon, free_port};
use crate::folder::Folder;
use crate::person::{DOMAIN, FULL, FULL_CODE, FULL_WORDS, Person};
use crate::program;
use crate::trouble::Trouble;

/// A running Postfix.
pub(super) struct Postfix {
    pub(super) daemon: Daemon,
    pub(super) smtp_port: u16,
    pub(super) smtps_port: u16,
}

pub(super) fn start(folder: &Folder, people: &[Person], dovecot: &Dovecot) -> Result<Postfix, Trouble> {
    let program = program::system("postfix", "postfix")?;
    if !program::is_root() {
        return Err(Trouble::Missing("postfix can only be started by root".into()));
    }
    let [smtp_port, smtps_port] = std::array::from_fn(|_| free_port());
    let mailboxes: String = people.iter().map(|person| format!("{} x\n", person.address)).collect();
    folder.write("postfix/etc/mailboxes", &format!("{mailboxes}{FULL} x\n"));
    folder.write("postfix/etc/refused", &format!("{FULL} {FULL_CODE} {FULL_WORDS}\n"));
    folder.write("postfix/etc/main.cf", &main_configuration(folder, dovecot));
    folder.write("postfix/etc/master.cf", &services(smtp_port, smtps_port));
    folder.make("postfix/queue");
    folder.make("postfix/data");
    let owned = Command::new("chown").args(["postfix", &folder.inside("postfix/data")]).status();
    if !owned.is_ok_and(|status| status.success()) {
        return Err("the system has no user `postfix`".to_owned().into());
    }
    let mut command = Command::new(program);
    command.args(["-c", &folder.inside("postfix/etc"), "start-fg"]);
    let daemon = Daemon::start("postfix", &mut command, folder.path())?.listens_on(smtps_port)?;
    Ok(Postfix { daemon, smtp_port, smtps_port })
}

fn main_configuration(folder: &Folder, dovecot: &Dovecot) -> String {
    let (home, certificate, key) = (folder.inside("postfix"), folder.inside(CERTIFICATE), folder.inside(KEY));
    let Dovecot { lmtp_port, auth_port, .. } = dovecot;
    format!(
        "compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = {home}/postfix.log
maillog_file_prefixes = {home}
myhostname = mail.{DOMAIN}
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
disable_dns_lookups = yes
lmtp_host_lookup = native
smtpd_peername_lookup = no
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = {DOMAIN}
virtual_mailbox_maps = texthash:{home}/etc/mailboxes
virtual_transport = lmtp:inet:127.0.0.1:{lmtp_port}
default_transport = error:5.4.4 nothing leaves this machine
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth_port}
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = may
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access texthash:{home}/etc/refused
"
    )
}

fn services(smtp_port: u16, smtps_port: u16) -> String {
    format!(
        "127.0.0.1:{smtps_port} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
127.0.0.1:{smtp_port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"
    )
}
