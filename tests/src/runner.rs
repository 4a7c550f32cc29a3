//! Runs the journeys one after the other and tells of each in the words of libtest.
//!
//! Not libtest itself, because a journey that cannot run on this machine must be counted as skipped, with its reason, and
//! because what a failed journey leaves behind is gathered here.

use std::cell::RefCell;
use std::fs;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Instant;

use crate::browser::{Browser, Chromedriver};
use crate::organizer::Organizer;
use crate::program;
use crate::provider::{Kind, Provider};
use crate::relay::Relay;
use crate::trouble::Trouble;

/// One story about people, and the providers it is told with.
pub struct Journey {
    /// A sentence that can be false, as a function's name.
    pub name: &'static str,
    /// The providers it runs against.
    pub kinds: &'static [Kind],
    /// The story.
    pub walk: fn(&mut Stage),
}

/// The surroundings of one journey: fresh servers, a fresh relay, and as many browsers as it opens.
pub struct Stage {
    /// The provider.
    pub provider: Provider,
    /// The relay.
    pub relay: Relay,
    chromedriver: Rc<Chromedriver>,
    browsers: Vec<Rc<Browser>>,
}

impl Stage {
    fn set(kind: Kind, chromedriver: &Rc<Chromedriver>) -> Result<Self, Trouble> {
        let provider = Provider::start(kind)?;
        let relay = Relay::start(&provider)?;
        Ok(Self { provider, relay, chromedriver: Rc::clone(chromedriver), browsers: Vec::new() })
    }

    /// A browser that was never here before, with the page open.
    ///
    /// # Panics
    ///
    /// When no browser can be started.
    #[track_caller]
    pub fn browser(&mut self) -> Rc<Browser> {
        let browser = Browser::start(&self.chromedriver, &self.relay.address()).map(Rc::new);
        let browser = browser.unwrap_or_else(|trouble| panic!("no browser: {trouble}"));
        self.browsers.push(Rc::clone(&browser));
        browser
    }

    /// Somebody of the provider at a browser of her own.
    ///
    /// # Panics
    ///
    /// When no browser can be started.
    #[track_caller]
    pub fn organizer(&mut self, name: &str) -> Organizer {
        let person = self.provider.person(name);
        Organizer::at(self.browser(), person)
    }

    /// Keeps what could tell why it failed.
    fn keep_evidence(&self, name: &str, why: &str) -> String {
        let folder = program::evidence().join("failed").join(name.replace("::", "-"));
        let _absent = fs::remove_dir_all(&folder);
        let _unwritable = fs::create_dir_all(&folder);
        let _unwritable = fs::write(folder.join("why.txt"), why);
        for (number, browser) in self.browsers.iter().enumerate() {
            browser.keep_evidence(&folder, &format!("browser-{}", number + 1));
        }
        self.provider.folder().keep(&folder);
        folder.display().to_string()
    }
}

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs all journeys whose name holds one of the words given to the program, or all.
#[must_use]
pub fn run(journeys: &[Journey]) -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    std::panic::set_hook(Box::new(|panic| {
        LAST_PANIC.with_borrow_mut(|last| *last = panic.to_string());
    }));
    let chromedriver = Chromedriver::start().map(Rc::new);
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for kind in Kind::ALL {
        for journey in journeys.iter().filter(|journey| journey.kinds.contains(kind)) {
            let name = format!("{}::{}", kind.name(), journey.name);
            if !words.is_empty() && !words.iter().any(|word| name.contains(word.as_str())) {
                continue;
            }
            let started = Instant::now();
            let outcome = match &chromedriver {
                Ok(chromedriver) => walk(journey, *kind, chromedriver, &name),
                Err(trouble) => Err(trouble.clone()),
            };
            let took = started.elapsed().as_secs_f32();
            match outcome {
                Ok(()) => {
                    passed += 1;
                    tell(&format!("test {name} ... ok ({took:.1} s)"));
                }
                Err(Trouble::Missing(reason)) => {
                    skipped += 1;
                    tell(&format!("test {name} ... ignored, {reason}"));
                }
                Err(Trouble::Broken(why)) => {
                    failed += 1;
                    tell(&format!("test {name} ... FAILED ({took:.1} s)\n{why}\n"));
                }
            }
        }
    }
    let word = if failed == 0 { "ok" } else { "FAILED" };
    tell(&format!("test result: {word}. {passed} passed; {failed} failed; {skipped} ignored"));
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn walk(journey: &Journey, kind: Kind, chromedriver: &Rc<Chromedriver>, name: &str) -> Result<(), Trouble> {
    let mut stage = Stage::set(kind, chromedriver)?;
    let ended = catch_unwind(AssertUnwindSafe(|| {
        (journey.walk)(&mut stage);
        for browser in &stage.browsers {
            browser.expect_clean_console();
        }
    }));
    if ended.is_ok() {
        return Ok(());
    }
    let why = LAST_PANIC.with_borrow(Clone::clone);
    let folder = stage.keep_evidence(name, &why);
    Err(Trouble::Broken(format!("{why}\nevidence: {folder}")))
}

fn tell(line: &str) {
    let _reader_left = writeln!(std::io::stdout().lock(), "{line}");
}
