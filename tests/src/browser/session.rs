//! WebDriver and, through it, Chromium's own protocol: the few commands that journeys need, over plain HTTP.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::daemon::{Daemon, free_port};
use crate::folder::Folder;
use crate::program;
use crate::trouble::Trouble;

/// The longest a single command may take; a page that hangs is a failure, not a wait.
const LONGEST: Duration = Duration::from_secs(60);

/// Everything a test's browser must not do by itself.
const SWITCHES: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--lang=en-GB",
    // Larger than any screen that is looked at, or the picture shows the window's own scroll bars.
    "--window-size=1600,1200",
];

/// Keys by the names people give them, as WebDriver writes them.
const KEYS: &[(&str, char)] = &[
    ("Backspace", '\u{E003}'),
    ("Tab", '\u{E004}'),
    ("Enter", '\u{E007}'),
    ("Shift", '\u{E008}'),
    ("Control", '\u{E009}'),
    ("Alt", '\u{E00A}'),
    ("Escape", '\u{E00C}'),
    ("Space", ' '),
    ("End", '\u{E010}'),
    ("Home", '\u{E011}'),
    ("Left", '\u{E012}'),
    ("Up", '\u{E013}'),
    ("Right", '\u{E014}'),
    ("Down", '\u{E015}'),
    ("Delete", '\u{E017}'),
];

/// A running chromedriver, which starts browsers.
pub struct Chromedriver {
    port: u16,
    chromium: String,
    _daemon: Daemon,
    _folder: Folder,
}

impl Chromedriver {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// When there is no chromedriver or no Chromium.
    pub fn start() -> Result<Self, Trouble> {
        let program = program::system("chromedriver", "chromium-driver")?;
        let chromium = program::system("chromium", "chromium")?.display().to_string();
        let (folder, port) = (Folder::new(), free_port());
        let mut command = Command::new(program);
        // One zone and one language, whatever the machine's.
        command.arg(format!("--port={port}")).env("TZ", "Europe/Amsterdam").env("LANG", "en_GB.UTF-8");
        let daemon = Daemon::start("chromedriver", &mut command, folder.path())?.listens_on(port)?;
        Ok(Self { port, chromium, _daemon: daemon, _folder: folder })
    }
}

/// One browser.
pub(super) struct Session {
    port: u16,
    id: String,
}

impl Session {
    pub(super) fn start(chromedriver: &Chromedriver) -> Result<Self, String> {
        let options = json!({ "binary": chromedriver.chromium, "args": SWITCHES });
        let wanted = json!({
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL" },
            "unhandledPromptBehavior": "accept",
        });
        let body = json!({ "capabilities": { "alwaysMatch": wanted } });
        let answer = ask(chromedriver.port, "POST", "/session", &body)?;
        let id = answer["sessionId"].as_str().ok_or("chromedriver gave no session")?.to_owned();
        Ok(Self { port: chromedriver.port, id })
    }

    pub(super) fn get(&self, command: &str) -> Result<Value, String> {
        ask(self.port, "GET", &format!("/session/{}/{command}", self.id), &Value::Null)
    }

    pub(super) fn post(&self, command: &str, body: &Value) -> Result<Value, String> {
        ask(self.port, "POST", &format!("/session/{}/{command}", self.id), body)
    }

    /// Runs a script in the page; it is not bound by the page's policy.
    pub(super) fn run(&self, script: &str, arguments: &Value) -> Result<Value, String> {
        self.post("execute/sync", &json!({ "script": script, "args": arguments }))
    }

    /// A command of Chromium's own protocol.
    pub(super) fn cdp(&self, command: &str, parameters: &Value) -> Result<Value, String> {
        self.post("goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }

    pub(super) fn press(&self, key: &str) -> Result<(), String> {
        let names: Vec<&str> = if key == "+" { vec![key] } else { key.split('+').collect() };
        let mut codes = Vec::new();
        for name in names {
            let known = KEYS.iter().find(|(known, _)| *known == name).map(|(_, code)| *code);
            let plain = || name.chars().next().filter(|_| name.chars().count() == 1);
            codes.push(known.or_else(plain).ok_or_else(|| format!("there is no key {name:?}"))?);
        }
        let down = codes.iter().map(|code| json!({ "type": "keyDown", "value": code }));
        let up = codes.iter().rev().map(|code| json!({ "type": "keyUp", "value": code }));
        self.keyboard(down.chain(up).collect())
    }

    pub(super) fn type_text(&self, text: &str) -> Result<(), String> {
        let strokes = text.chars().flat_map(|letter| {
            [json!({ "type": "keyDown", "value": letter }), json!({ "type": "keyUp", "value": letter })]
        });
        self.keyboard(strokes.collect())
    }

    fn keyboard(&self, actions: Vec<Value>) -> Result<(), String> {
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.post("actions", &json!({ "actions": [keyboard] })).map(|_| ())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _gone_already = ask(self.port, "DELETE", &format!("/session/{}", self.id), &Value::Null);
    }
}

/// One request to chromedriver and the `value` of its answer.
fn ask(port: u16, method: &str, path: &str, body: &Value) -> Result<Value, String> {
    let problem = |error: std::io::Error| format!("chromedriver does not answer {method} {path}: {error}");
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).map_err(problem)?;
    stream.set_read_timeout(Some(LONGEST)).map_err(problem)?;
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).map_err(problem)?;
    let json = body_of(stream).map_err(problem)?;
    let mut answer: Value = serde_json::from_slice(&json).map_err(|error| format!("{method} {path}: {error}"))?;
    let value = answer["value"].take();
    match value["error"].as_str() {
        Some(error) => Err(format!("{error}: {}", value["message"].as_str().unwrap_or_default())),
        None => Ok(value),
    }
}

/// The body of an answer whose length is told; chromedriver keeps the connection open.
fn body_of(stream: TcpStream) -> std::io::Result<Vec<u8>> {
    let mut reader = BufReader::new(stream);
    let mut length_bytes = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(length) = line.strip_prefix("content-length:") {
            length_bytes = length.trim().parse().map_err(std::io::Error::other)?;
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length_bytes];
    reader.read_exact(&mut body)?;
    Ok(body)
}
