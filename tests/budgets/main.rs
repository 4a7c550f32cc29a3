//! What the running product costs: the engine natively, the built relay and the sandbox, measured one after the other.
//!
//! `cargo xtask bench` builds the programs, runs this and puts each figure beside its limit. Each is printed as
//! `budget NAME VALUE`, or `budget NAME - WHY` where it cannot be measured on this machine. Words given choose groups.

mod direct;
mod idle;
mod mailbox;
mod reply;
mod shelf;
mod tls;

use std::io::Write as _;

use journeys::provider::{Kind, Provider};
use journeys::relay::Relay;
use journeys::trouble::Trouble;

/// Figures by name.
type Figures = Vec<(&'static str, f64)>;

/// A group of figures that are measured together.
struct Group {
    name: &'static str,
    figures: &'static [&'static str],
    measure: fn(&mut Stage) -> Result<Figures, Trouble>,
    /// More options for the relay.
    options: &'static [&'static str],
}

const GROUPS: &[Group] = &[
    Group {
        name: "mailbox",
        figures: &["poll-commands", "poll-bytes", "replies-commands", "replies-bytes"],
        measure: mailbox::measure,
        options: &[],
    },
    Group { name: "answers", figures: &["answer-shown", "answers-applied"], measure: shelf::measure, options: &[] },
    Group {
        name: "relay",
        figures: &["relay-memory", "relay-page-memory", "relay-page-cpu"],
        measure: idle::measure,
        options: &["--sessions-per-address", "2000", "--new-sessions-per-minute", "2000"],
    },
    Group { name: "direct", figures: &["relay-submission", "relay-parts"], measure: direct::measure, options: &[] },
];

/// A provider and a relay that reaches it.
struct Stage {
    provider: Provider,
    relay: Relay,
    runtime: tokio::runtime::Runtime,
}

impl Stage {
    fn set(options: &[&str]) -> Result<Self, Trouble> {
        let provider = Provider::start(Kind::Sandbox)?;
        let relay = Relay::start_with(&provider, options)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Ok(Self { provider, relay, runtime: runtime.map_err(|error| error.to_string())? })
    }

    /// Runs a story on one thread, as the engine does in its worker.
    fn play<T>(&mut self, story: impl AsyncFnOnce(&Provider, &mut Relay) -> Result<T, Trouble>) -> Result<T, Trouble> {
        let Self { provider, relay, runtime } = self;
        tokio::task::LocalSet::new().block_on(runtime, story(provider, relay))
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    for group in GROUPS.iter().filter(|group| words.is_empty() || words.iter().any(|word| word == group.name)) {
        match Stage::set(group.options).and_then(|mut stage| (group.measure)(&mut stage)) {
            Ok(figures) => figures.iter().for_each(|(name, value)| tell(&format!("budget {name} {value}"))),
            Err(trouble) => {
                let why = trouble.to_string().replace('\n', " ");
                group.figures.iter().for_each(|name| tell(&format!("budget {name} - {why}")));
            }
        }
    }
}

fn tell(line: &str) {
    let _reader_left = writeln!(std::io::stdout().lock(), "{line}");
}

/// The value in the middle.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
