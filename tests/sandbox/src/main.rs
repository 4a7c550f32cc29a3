//! The sandbox as a program: starts its servers, says where they are, and runs until it is ended.

use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use jiff::Zoned;
use jiff::civil::Date;
use sandbox::provider::Provider;
use sandbox::server::Ports;
use sandbox::{Sandbox, demo, guest};
use tokio::signal::unix::{SignalKind, signal};

const HELP: &str = "\
sandbox - an in-memory mailbox provider with guests that answer

A test instrument and a demonstration: SMTP, IMAP and CalDAV on 127.0.0.1 with a certificate authority of its own.
Everything is in memory and gone when it ends. No place for real mail.

When it is ready it prints one line of JSON: where the servers are, the demonstration account, and the guests.

usage: sandbox [options]

  --ca FILE          write the authority's certificate (PEM) there, for the relay's --extra-ca
  --date YYYY-MM-DD  the day whose week the demonstration calendars are filled with (today)
  --delay SECONDS    how long guests think before they answer (3)
  --empty            no demonstration account and no guests
  --while-stdin      end when standard input ends, so as not to outlive the program that started it
  --smtps PORT, --smtp PORT, --imaps PORT, --imap PORT, --dav PORT, --control PORT
                     the ports to listen on (any that is free)
  -h, --help         this
  -V, --version      the version
";

#[derive(Debug, PartialEq)]
struct Options {
    ca: Option<PathBuf>,
    day: Option<Date>,
    delay: Duration,
    is_empty: bool,
    while_stdin: bool,
    ports: Ports,
}

#[derive(Debug, PartialEq)]
enum Wish {
    Run(Options),
    Say(String),
}

fn main() -> ExitCode {
    let outcome = match read(std::env::args().skip(1)) {
        Ok(Wish::Say(text)) => say(&text),
        Ok(Wish::Run(options)) => match tokio::runtime::Runtime::new() {
            Ok(runtime) => runtime.block_on(run(options)),
            Err(problem) => Err(format!("cannot start: {problem}")),
        },
        Err(problem) => Err(format!("{problem}\nTry sandbox --help")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let _ = writeln!(std::io::stderr(), "sandbox: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn read(arguments: impl Iterator<Item = String>) -> Result<Wish, String> {
    let mut ports: HashMap<String, u16> = HashMap::new();
    let mut options = Options {
        ca: None,
        day: None,
        delay: Duration::from_secs(3),
        is_empty: false,
        while_stdin: false,
        ports: Ports::default(),
    };
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "-h" | "--help" => return Ok(Wish::Say(HELP.to_owned())),
            "-V" | "--version" => return Ok(Wish::Say(format!("sandbox {}\n", env!("CARGO_PKG_VERSION")))),
            "--empty" => options.is_empty = true,
            "--while-stdin" => options.while_stdin = true,
            "--ca" => options.ca = Some(value()?.into()),
            "--date" => {
                let text = value()?;
                options.day = Some(text.parse().map_err(|_| format!("{text} is no date such as 2026-11-22"))?);
            }
            "--delay" => {
                let text = value()?;
                let seconds = text.parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                options.delay = seconds.ok_or_else(|| format!("{text} is no number of seconds"))?;
            }
            "--smtps" | "--smtp" | "--imaps" | "--imap" | "--dav" | "--control" => {
                let text = value()?;
                ports.insert(argument.clone(), text.parse().map_err(|_| format!("{text} is no port"))?);
            }
            _ => return Err(format!("{argument} is not an option")),
        }
    }
    let port = |name: &str| ports.get(name).copied().unwrap_or_default();
    options.ports = Ports {
        smtps: port("--smtps"),
        smtp: port("--smtp"),
        imaps: port("--imaps"),
        imap: port("--imap"),
        dav: port("--dav"),
        control: port("--control"),
    };
    Ok(Wish::Run(options))
}

async fn run(options: Options) -> Result<(), String> {
    // Before anything is said: whoever reads the line may end the program at once.
    let mut terminated = signal(SignalKind::terminate()).map_err(|problem| problem.to_string())?;
    let provider = Provider::new();
    if !options.is_empty {
        demo::furnish(&provider, options.day.unwrap_or_else(|| Zoned::now().date()));
    }
    let guests = if options.is_empty { Vec::new() } else { guest::cast() };
    let sandbox = Sandbox::start_with_guests(provider, options.ports, guests, options.delay);
    let sandbox = sandbox.await.map_err(|problem| problem.to_string())?;
    if let Some(path) = &options.ca {
        std::fs::write(path, sandbox.certificate_pem()).map_err(|problem| format!("{}: {problem}", path.display()))?;
    }
    say(&format!("{}\n", sandbox.info()))?;
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
        () = input_ended(), if options.while_stdin => {}
    }
    Ok(())
}

async fn input_ended() {
    let (tell, told) = tokio::sync::oneshot::channel();
    // A thread of its own, because reading standard input cannot be broken off.
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = tell.send(());
    });
    let _ = told.await;
}

fn say(text: &str) -> Result<(), String> {
    let mut output = std::io::stdout().lock();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).map_err(|problem| problem.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Wish, String> {
        read(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_read() {
        let Ok(Wish::Run(options)) = parse("--ca /tmp/ca.pem --date 2026-11-22 --delay 0.5 --imaps 9993 --empty")
        else {
            panic!("not read");
        };
        assert_eq!(options.day, Some(jiff::civil::date(2026, 11, 22)));
        assert_eq!(options.delay, Duration::from_millis(500));
        assert_eq!((options.ports.imaps, options.ports.smtps), (9993, 0));
        assert!(options.is_empty && !options.while_stdin);
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for line in ["--nonsense", "--ca", "--date yesterday", "--delay -1", "--delay NaN", "--imaps 70000"] {
            assert!(parse(line).is_err(), "{line}");
        }
        assert!(matches!(parse("--help"), Ok(Wish::Say(text)) if text.contains("No place for real mail")));
    }
}
