//! The Debian packages of the tests: real servers, a real browser, and the compiler of libFuzzer.

use std::path::Path;

use crate::process::{command, output, run};
use crate::project::{Outcome, Problem, files_below, say};

/// A program the tests use and the package that has it.
///
/// Looked for by program, because a machine may have it from elsewhere (a `node` of its own, a newer Chromium).
const WANTED: &[(&str, &str)] = &[
    ("dovecot", "dovecot-imapd"),
    ("/usr/lib/dovecot/lmtp", "dovecot-lmtpd"),
    ("postfix", "postfix"),
    ("radicale", "radicale"),
    ("/usr/lib/cyrus/bin/httpd", "cyrus-caldav"),
    ("/usr/lib/cyrus/bin/cyr_expire", "cyrus-common"),
    ("saslpasswd2", "sasl2-bin"),
    ("chromium", "chromium"),
    ("chromedriver", "chromium-driver"),
    ("c++", "g++"),
    ("node", "nodejs"),
    ("npm", "npm"),
];

/// Installs the missing packages as root on Debian; otherwise names them.
pub(super) fn install_missing() -> Outcome {
    let missing: Vec<&str> =
        WANTED.iter().filter(|(program, _)| !is_there(program)).map(|(_, package)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    let is_root = output("id", &["-u"]).as_deref() == Some("0");
    if !is_root || output("apt-get", &["--version"]).is_none() {
        return Err(Problem(format!("some tests need more than is installed here: apt-get install {names}")));
    }
    say(&format!("installing {names} with apt-get (usually 2 minutes)"));
    // A stale list of packages is enough where the network is closed, so a failed update is not the end.
    let _stale = run(apt_get().args(["update", "-qq"]));
    run(apt_get().args(["install", "-y", "-qq", "--no-install-recommends"]).args(&missing))
        .map_err(|problem| Problem(format!("what needs them is skipped; {problem}")))
}

/// Unpacks `imapd` of Cyrus into `target/tools/cyrus`: its package cannot be installed beside Dovecot's.
pub(super) fn unpack_cyrus_imapd() -> Outcome {
    const PACKAGE: &str = "cyrus-imapd";
    let folder = super::folder().join("cyrus");
    if folder.join("usr/lib/cyrus/bin/imapd").exists() || Path::new("/usr/lib/cyrus/bin/imapd").exists() {
        return Ok(());
    }
    if output("dpkg-deb", &["--version"]).is_none() {
        return Err(Problem(format!("{PACKAGE} is not to be had: this is no Debian")));
    }
    say(&format!("fetching {PACKAGE} with apt-get (usually 2 seconds)"));
    std::fs::create_dir_all(&folder)?;
    run(apt_get().args(["download", "-qq", "-o", "APT::Sandbox::User=root", PACKAGE]).current_dir(&folder))?;
    let packages = files_below(&folder);
    let package = packages.iter().find(|path| path.extension().is_some_and(|extension| extension == "deb"));
    let package = package.ok_or_else(|| Problem(format!("apt-get fetched no {PACKAGE}")))?;
    run(command("dpkg-deb").arg("-x").arg(package).arg(&folder))
}

fn apt_get() -> std::process::Command {
    let mut apt = command("apt-get");
    // Postfix asks questions; nothing may start by itself.
    apt.env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1").stdout(std::process::Stdio::null());
    apt
}

fn is_there(program: &str) -> bool {
    if program.starts_with('/') {
        return Path::new(program).exists();
    }
    output("sh", &["-c", &format!("command -v {program}")]).is_some()
}
