//! Where options come from: the command line, the environment, a file.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::Path;

use lexopt::{Arg, Parser};

use super::{ConfigProblem, OPTIONS};

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Serve pages.
    Serve,
    /// Say whether the options are in order.
    CheckConfig,
    /// Say how the program is used.
    Help,
    /// Say which version this is.
    Version,
}

/// Where an option stands; later ones win.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// In the file.
    File,
    /// In the environment.
    Environment,
    /// On the command line.
    Line,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "in the file",
            Self::Environment => "in the environment",
            Self::Line => "on the command line",
        })
    }
}

/// The values of all options as texts.
#[derive(Default)]
pub struct Values(BTreeMap<&'static str, Vec<(String, Source)>>);

impl Values {
    /// The values of an option, all of one source: the strongest that has any.
    pub(super) fn many(&self, name: &str) -> &[(String, Source)] {
        self.0.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// The one value of an option.
    pub(super) fn one(&self, name: &'static str, problems: &mut Vec<ConfigProblem>) -> Option<(&str, Source)> {
        match self.many(name) {
            [] => None,
            [(text, origin)] => Some((text, *origin)),
            [(_, origin), ..] => {
                problems.push(ConfigProblem::Count { origin: *origin, name });
                None
            }
        }
    }

    /// Adds a value, unless a stronger source has spoken.
    fn add(&mut self, name: &'static str, text: &str, origin: Source) {
        let values = self.0.entry(name).or_default();
        if values.iter().all(|(_, other)| *other <= origin) {
            values.retain(|(_, other)| *other == origin);
            values.push((text.to_owned(), origin));
        }
    }

    /// Adds what `CALPOST_*` says.
    pub(super) fn add_environment(
        &mut self,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Vec<ConfigProblem> {
        let origin = Source::Environment;
        let mut problems = Vec::new();
        for (variable, text) in environment {
            let Some(name) = variable.strip_prefix("CALPOST_") else { continue };
            // That one is for whoever builds the relay.
            if name == "WEB_DIR" {
                continue;
            }
            let name = name.to_ascii_lowercase().replace('_', "-");
            match OPTIONS.iter().find(|option| option.name == name) {
                None => problems.push(ConfigProblem::Unknown { origin, name: variable }),
                Some(option) if option.is_list => {
                    for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
                        self.add(option.name, item, origin);
                    }
                }
                Some(option) => self.add(option.name, &text, origin),
            }
        }
        problems
    }

    /// Adds what a TOML file says.
    pub(super) fn add_file(&mut self, path: &Path, text: &str) -> Vec<ConfigProblem> {
        let origin = Source::File;
        let table = match text.parse::<toml::Table>() {
            Ok(table) => table,
            Err(error) => {
                // The message alone: the whole error shows the line, which might hold a secret.
                return vec![ConfigProblem::File {
                    path: path.display().to_string(),
                    because: error.message().to_owned(),
                }];
            }
        };
        let mut problems = Vec::new();
        for (name, value) in table {
            let Some(option) = OPTIONS.iter().find(|option| option.name == name && name != "config") else {
                problems.push(ConfigProblem::Unknown { origin, name });
                continue;
            };
            let items = match value {
                toml::Value::Array(items) if option.is_list => items,
                value => vec![value],
            };
            for item in items {
                match item {
                    toml::Value::String(text) => self.add(option.name, &text, origin),
                    toml::Value::Integer(number) => self.add(option.name, &number.to_string(), origin),
                    _ => problems.push(ConfigProblem::Count { origin, name: option.name }),
                }
            }
        }
        problems
    }
}

/// Reads the command line, without the program's name.
pub(super) fn read_line(arguments: impl IntoIterator<Item = OsString>) -> (Command, Values, Vec<ConfigProblem>) {
    let mut parser = Parser::from_args(arguments);
    let mut command = Command::Serve;
    let mut values = Values::default();
    let mut problems = Vec::new();
    loop {
        match parser.next() {
            Ok(None) => return (command, values, problems),
            Ok(Some(Arg::Short('h') | Arg::Long("help"))) => command = Command::Help,
            Ok(Some(Arg::Short('V') | Arg::Long("version"))) => command = Command::Version,
            Ok(Some(Arg::Long(name))) => match OPTIONS.iter().find(|option| option.name == name) {
                Some(option) => match parser.value().map(OsString::into_string) {
                    Ok(Ok(text)) => values.add(option.name, &text, Source::Line),
                    _ => problems.push(ConfigProblem::Line(format!("--{} needs a value", option.name))),
                },
                None => {
                    let name = format!("--{name}");
                    problems.push(ConfigProblem::Unknown { origin: Source::Line, name });
                    // Whatever follows belongs to it, as far as anybody can tell.
                    let _ = parser.optional_value();
                }
            },
            Ok(Some(Arg::Value(word))) if word == "check-config" && command == Command::Serve => {
                command = Command::CheckConfig;
            }
            Ok(Some(other)) => problems.push(ConfigProblem::Line(other.unexpected().to_string())),
            Err(error) => {
                problems.push(ConfigProblem::Line(error.to_string()));
                return (command, values, problems);
            }
        }
    }
}
