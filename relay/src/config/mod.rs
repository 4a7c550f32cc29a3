//! What an operator can set, by flag, environment or file under the same name. Without any of them the relay starts.

mod option;
mod source;

use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use thiserror::Error;
use tracing::Level;
use wire::Secret;

use crate::policy::{Endpoint, Quota};

pub use option::{OPTIONS, Opt, help};
pub use source::{Command, Source, Values};

/// Everything that is set.
#[derive(Debug)]
pub struct Config {
    /// Where pages connect.
    pub listen: SocketAddr,
    /// Where numbers are served, if anywhere.
    pub metrics: Option<SocketAddr>,
    /// Servers that may be connected to beside the bundled and the derived ones.
    pub allow: Vec<Endpoint>,
    /// Files with further certificate authorities, as PEM.
    pub extra_ca: Vec<PathBuf>,
    /// Origins whose pages may connect beside the relay's own.
    pub origin: Vec<String>,
    /// What a page must know.
    pub token: Option<Secret>,
    /// Proxies whose word on the visitor's address counts.
    pub trusted_proxy: Vec<IpAddr>,
    /// How many sessions are admitted.
    pub quota: Quota,
    /// The file that `/demo.json` serves.
    pub demo: Option<PathBuf>,
    /// The least severe lines of the log that are written.
    pub log: Level,
}

/// Something that is set wrongly.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ConfigProblem {
    /// No option has this name.
    #[error("{origin}: there is no option {name}")]
    Unknown {
        /// Where it stands.
        origin: Source,
        /// The name.
        name: String,
    },
    /// An option that needs a value has none, or one that has only one value has more.
    #[error("{origin}: {name} needs exactly one value")]
    Count {
        /// Where it stands.
        origin: Source,
        /// The name.
        name: &'static str,
    },
    /// A value cannot be read.
    #[error("{origin}: {name}: {because}")]
    Value {
        /// Where it stands.
        origin: Source,
        /// The name.
        name: &'static str,
        /// What is wrong with it, without the value: it might be a secret.
        because: String,
    },
    /// The file cannot be read.
    #[error("{path}: {because}")]
    File {
        /// The file.
        path: String,
        /// What is wrong with it.
        because: String,
    },
    /// The command line cannot be read.
    #[error("{0}")]
    Line(String),
}

impl Config {
    /// Reads the command line, the environment and the file that one of them names.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn read(
        arguments: impl IntoIterator<Item = OsString>,
        environment: impl IntoIterator<Item = (String, String)>,
        read_file: impl FnOnce(&Path) -> std::io::Result<String>,
    ) -> Result<(Command, Self), Vec<ConfigProblem>> {
        let (command, mut values, mut problems) = source::read_line(arguments);
        problems.extend(values.add_environment(environment));
        if let Some((path, _)) = values.one("config", &mut problems) {
            let path = PathBuf::from(path);
            match read_file(&path) {
                Ok(text) => problems.extend(values.add_file(&path, &text)),
                Err(error) => {
                    problems.push(ConfigProblem::File { path: path.display().to_string(), because: error.to_string() });
                }
            }
        }
        let config = Self::interpret(&values, &mut problems);
        if problems.is_empty() { Ok((command, config)) } else { Err(problems) }
    }

    fn interpret(values: &Values, problems: &mut Vec<ConfigProblem>) -> Self {
        let default = Quota::default();
        let mut reader = Reader { values, problems };
        let token_file = reader.one::<PathBuf>("token-file", "a file").map(|path| std::fs::read_to_string(&path));
        let token = match token_file {
            Some(Ok(text)) => Some(text.trim().to_owned()),
            Some(Err(error)) => {
                reader.complain("token-file", error.to_string());
                None
            }
            None => reader.one::<String>("token", "a text"),
        };
        Self {
            listen: reader
                .one("listen", "an address and a port, such as 127.0.0.1:8025")
                .unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8025))),
            metrics: reader.one("metrics", "an address and a port, such as 127.0.0.1:9025"),
            allow: reader.many("allow", "a host and a port, such as mail.example.org:993, and never port 25"),
            extra_ca: reader.many("extra-ca", "a file"),
            origin: reader
                .many::<Origin>("origin", "an origin, such as https://calendar.example.org")
                .into_iter()
                .map(|Origin(origin)| origin)
                .collect(),
            token: token.filter(|token| !token.is_empty()).map(Secret::new),
            trusted_proxy: reader.many("trusted-proxy", "an address"),
            quota: Quota {
                per_address: reader.one("sessions-per-address", "a number").unwrap_or(default.per_address),
                per_minute: reader.one("new-sessions-per-minute", "a number").unwrap_or(default.per_minute),
                in_all: reader.one("sessions", "a number").unwrap_or(default.in_all),
            },
            demo: reader.one("demo", "a file"),
            log: reader.one("log", "error, warn, info, debug or trace").unwrap_or(Level::INFO),
        }
    }
}

/// An origin as browsers send it: scheme, host and perhaps a port, without a path.
struct Origin(String);

impl FromStr for Origin {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or(())?;
        let is_origin = !host.is_empty() && !host.contains(['/', ' ', '?', '#', '@', ',']);
        if is_origin { Ok(Self(text.to_ascii_lowercase())) } else { Err(()) }
    }
}

/// Reads values and remembers what is wrong with them.
struct Reader<'a> {
    values: &'a Values,
    problems: &'a mut Vec<ConfigProblem>,
}

impl Reader<'_> {
    fn one<T: FromStr>(&mut self, name: &'static str, expected: &str) -> Option<T> {
        let (text, origin) = self.values.one(name, self.problems)?;
        self.parse(name, text, origin, expected)
    }

    fn many<T: FromStr>(&mut self, name: &'static str, expected: &str) -> Vec<T> {
        let found = self.values.many(name).to_vec();
        found.iter().filter_map(|(text, origin)| self.parse(name, text, *origin, expected)).collect()
    }

    fn parse<T: FromStr>(&mut self, name: &'static str, text: &str, origin: Source, expected: &str) -> Option<T> {
        let parsed = text.parse().ok();
        if parsed.is_none() {
            let because = format!("must be {expected}");
            self.problems.push(ConfigProblem::Value { origin, name, because });
        }
        parsed
    }

    fn complain(&mut self, name: &'static str, because: String) {
        let origin = self.values.many(name).first().map_or(Source::Line, |(_, origin)| *origin);
        self.problems.push(ConfigProblem::Value { origin, name, because });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &[&str], environment: &[(&str, &str)], file: &str) -> Result<(Command, Config), Vec<ConfigProblem>> {
        let line = line.iter().map(OsString::from);
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::read(line, environment, |_| Ok(file.to_owned()))
    }

    #[track_caller]
    fn check_problem(line: &[&str], environment: &[(&str, &str)], file: &str, words: &str) {
        let problems = read(line, environment, file).unwrap_err();
        assert!(problems.iter().any(|problem| problem.to_string().contains(words)), "{problems:?}");
    }

    #[test]
    fn nothing_needs_to_be_set() {
        let (command, config) = read(&[], &[], "").unwrap();
        assert_eq!(command, Command::Serve);
        assert_eq!(config.listen.to_string(), "127.0.0.1:8025");
        assert!(config.allow.is_empty() && config.token.is_none() && config.demo.is_none());
        assert_eq!(config.quota, Quota::default());
    }

    #[test]
    fn a_flag_wins_over_the_environment_and_that_over_the_file() {
        let file = "listen = \"127.0.0.1:1\"\nmetrics = \"127.0.0.1:2\"\nsessions = 7\nallow = [\"a.example:993\", \"b.example:465\"]";
        let environment = [("CALPOST_LISTEN", "127.0.0.1:3"), ("CALPOST_METRICS", "127.0.0.1:4"), ("HOME", "/")];
        let (_, config) = read(&["--config", "x.toml", "--listen=127.0.0.1:5"], &environment, file).unwrap();
        assert_eq!(config.listen.port(), 5);
        assert_eq!(config.metrics.map(|address| address.port()), Some(4));
        assert_eq!(config.quota.in_all, 7);
        assert_eq!(config.allow.len(), 2);
    }

    #[test]
    fn lists_are_given_by_repeating_or_with_commas() {
        let (_, config) = read(&["--allow", "a.example:993", "--allow", "b.example:465"], &[], "").unwrap();
        assert_eq!(config.allow.len(), 2);
        let (_, config) = read(&[], &[("CALPOST_ALLOW", "a.example:993, b.example:465")], "").unwrap();
        assert_eq!(config.allow.len(), 2);
        let origins = [("CALPOST_ORIGIN", "https://A.example,http://b.example:8080")];
        assert_eq!(read(&[], &origins, "").unwrap().1.origin, ["https://a.example", "http://b.example:8080"]);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place_and_without_its_value() {
        check_problem(&["--nonsense", "1"], &[], "", "there is no option --nonsense");
        check_problem(&[], &[("CALPOST_NONSENSE", "1")], "", "there is no option CALPOST_NONSENSE");
        check_problem(&["--config", "x"], &[], "nonsense = 1", "there is no option nonsense");
        check_problem(&["--config", "x"], &[], "listen = [", "x");
        check_problem(&["--listen", "8025"], &[], "", "listen: must be an address and a port");
        check_problem(&["--listen", "a:1", "--listen", "b:2"], &[], "", "exactly one");
        check_problem(&["--listen"], &[], "", "--listen");
        check_problem(&["--allow", "mail.example.org:25"], &[], "", "never port 25");
        check_problem(&["--origin", "calendar.example.org"], &[], "", "must be an origin");
        check_problem(&["--origin", "https://calendar.example.org/"], &[], "", "must be an origin");
        check_problem(&["--sessions", "-1"], &[], "", "must be a number");
        check_problem(&["--token-file", "/nonexistent/calpost"], &[], "", "token-file");
        check_problem(&["serv"], &[], "", "serv");
        let problems = read(&[], &[("CALPOST_METRICS", "hunter2")], "").unwrap_err();
        assert!(!format!("{problems:?}").contains("hunter2"));
    }

    #[test]
    fn all_problems_are_told_at_once() {
        assert_eq!(read(&["--listen", "x", "--metrics", "y"], &[], "").unwrap_err().len(), 2);
    }

    #[test]
    fn a_token_is_never_printed() {
        let (_, config) = read(&["--token", "hunter2"], &[], "").unwrap();
        assert_eq!(config.token.as_ref().map(Secret::reveal), Some("hunter2"));
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn commands_are_read() {
        for (line, command) in [
            (&["--help"][..], Command::Help),
            (&["-h"], Command::Help),
            (&["--version"], Command::Version),
            (&["-V"], Command::Version),
            (&["check-config", "--listen", "127.0.0.1:1"], Command::CheckConfig),
            (&["--listen", "127.0.0.1:1", "check-config"], Command::CheckConfig),
        ] {
            assert_eq!(read(line, &[], "").unwrap().0, command, "{line:?}");
        }
    }

    #[test]
    fn the_help_names_every_option() {
        let help = help();
        for option in OPTIONS {
            assert!(help.contains(&format!("--{}", option.name)), "{}", option.name);
        }
    }
}
