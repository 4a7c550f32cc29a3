//! The table of options.

use std::fmt::Write;

/// One option.
#[derive(Debug)]
pub struct Opt {
    /// Its name in the file; `--NAME` as a flag, `CALPOST_NAME` with underscores in the environment.
    pub name: &'static str,
    /// What its value is.
    pub value: &'static str,
    /// Whether it may be given more than once.
    pub is_list: bool,
    /// What it does.
    pub help: &'static str,
}

const fn one(name: &'static str, value: &'static str, help: &'static str) -> Opt {
    Opt { name, value, is_list: false, help }
}

const fn list(name: &'static str, value: &'static str, help: &'static str) -> Opt {
    Opt { name, value, is_list: true, help }
}

/// All options, in the order of the help.
pub const OPTIONS: &[Opt] = &[
    one("config", "FILE", "Read further options from this TOML file"),
    one("listen", "ADDRESS:PORT", "Serve pages here [127.0.0.1:8025]"),
    list("allow", "HOST:PORT", "Connect to this server too, even at a private address"),
    list("extra-ca", "FILE", "Trust these certificate authorities too (PEM)"),
    list("origin", "ORIGIN", "Let pages of this origin connect too"),
    one("token", "TEXT", "Ask pages for this access token"),
    one("token-file", "FILE", "Ask pages for the access token in this file"),
    list("trusted-proxy", "ADDRESS", "Believe this proxy's X-Forwarded-For"),
    one("sessions-per-address", "NUMBER", "Sessions of one address at once [20]"),
    one("new-sessions-per-minute", "NUMBER", "New sessions of one address within a minute [30]"),
    one("sessions", "NUMBER", "Sessions in all [2000]"),
    one("metrics", "ADDRESS:PORT", "Serve numbers for Prometheus here, at /metrics"),
    one("demo", "FILE", "Offer the sandbox mailbox that this JSON file describes"),
    one("log", "LEVEL", "Log this and worse: error, warn, info, debug, trace [info]"),
];

/// What `--help` says.
pub fn help() -> String {
    let mut text = String::from(
        "Calpost relay: opens mail and calendar connections for the page it serves, and keeps nothing.\n\n\
         Usage: calpost [OPTIONS]               serve\n       \
                calpost check-config [OPTIONS]  say what is wrong with the options, or nothing\n       \
                calpost --help | --version\n\nOptions:\n",
    );
    let width = OPTIONS.iter().map(|option| option.name.len() + option.value.len() + 3).max().unwrap_or_default();
    for option in OPTIONS {
        let form = format!("--{} {}", option.name, option.value);
        let again = if option.is_list { " (repeat for more)" } else { "" };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {form:width$}  {}{again}", option.help);
    }
    text.push_str(
        "\nEach option can also be set in the environment (CALPOST_LISTEN; lists with commas) or in the file\n\
         (listen = \"127.0.0.1:8025\"). A flag wins over the environment, the environment over the file.\n\
         Mail and calendar servers: those of well-known providers, those that a mail domain names for itself,\n\
         and those allowed here. SIGTERM stops taking pages and lets running exchanges end.\n",
    );
    text
}
