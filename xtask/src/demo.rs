//! The demo: a sandbox mailbox whose guests answer, a relay, and the page, on this machine alone.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

use crate::process::{Background, cargo, command, output};
use crate::project::{Outcome, Problem, say, target, write};
use crate::{process, tools, web as page};

/// Where the demo listens, unless `--listen` says otherwise.
const LISTEN: &str = "127.0.0.1:8025";

/// How often the demo looks whether its relay still runs.
const LOOK: Duration = Duration::from_millis(200);

/// `cargo xtask demo [--listen HOST:PORT]`.
pub(crate) fn run(words: &[String]) -> Outcome {
    let listen = match words {
        [] => LISTEN,
        [flag, address] if flag == "--listen" => address,
        _ => return Err(Problem("knows only --listen HOST:PORT".into())),
    };
    tools::for_build()?;
    page::build(page::Care::Release)?;
    say("building relay and sandbox (usually 3 minutes the first time)");
    let mut build = cargo();
    build.args(["build", "--quiet", "--release", "-p", "relay", "-p", "sandbox", "--bins"]);
    process::run(&mut build)?;

    // However this program is asked to end, what it started ends with it.
    let (ask_to_end, asked_to_end) = mpsc::channel();
    ctrlc::set_handler(move || ask_to_end.send(()).unwrap_or_default())
        .map_err(|error| Problem(format!("cannot listen for Ctrl-C: {error}")))?;

    let programs = target().join("release");
    let certificate = target().join("demo-ca.pem");
    let mut sandbox = Background::start(
        command(&programs.join("sandbox").to_string_lossy())
            // Its input ends with this program, however that ends.
            .arg("--while-stdin")
            .arg("--ca")
            .arg(&certificate)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped()),
    )?;
    let mut line = String::new();
    if let Some(out) = sandbox.child().stdout.take() {
        BufReader::new(out).read_line(&mut line)?;
    }
    let about: Value =
        serde_json::from_str(&line).map_err(|_| Problem("the sandbox ended before it told where it listens".into()))?;
    let description = target().join("demo.json");
    write(&description, line.as_bytes())?;

    let mut relay = command(&programs.join("calpost").to_string_lossy());
    relay.args(["--listen", listen, "--log", "warn", "--demo"]).arg(&description).arg("--extra-ca").arg(&certificate);
    for service in ["submission", "imap", "caldav"] {
        relay.args(["--allow", &format!("localhost:{}", about[service]["port"])]);
    }
    let mut relay = Background::start(relay.stdin(Stdio::null()))?;
    let address = format!("http://{listen}/");
    say(&format!("\n  Calpost is at {address}\n\n  Ctrl-C ends it.\n"));
    open(&address);
    let status = loop {
        if asked_to_end.recv_timeout(LOOK).is_ok() {
            // Both programs are stopped as their values go.
            return Ok(());
        }
        if let Some(status) = relay.child().try_wait()? {
            break status;
        }
    };
    // Ctrl-C reaches the relay as well, since it shares the terminal, and may reach it first.
    if status.success() || status.code().is_none() {
        Ok(())
    } else {
        Err(Problem(format!("the relay ended: {status}")))
    }
}

/// Shows the address in the person's browser, if there is a desktop.
fn open(address: &str) {
    let has_desktop = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    if cfg!(target_os = "macos") {
        let _not_opened = output("open", &[address]);
    } else if has_desktop {
        let _not_opened = output("xdg-open", &[address]);
    }
}
