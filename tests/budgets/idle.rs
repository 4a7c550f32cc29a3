//! What a page that only waits costs the relay: its memory with one IDLE over TLS, and its share of the processor.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use engine::link::{Fault, Link, MailSession, Pushes, Relay as RelayLink};
use journeys::relay::Relay;
use journeys::trouble::Trouble;
use journeys::world::{Machine, Socket};

use crate::direct::{credentials, imap_server};
use crate::{Figures, Stage};

const PAGES: usize = 500;

/// Every page has been asked once whether it is still there within this time.
const WATCHED: Duration = Duration::from_secs(50);

/// Longer than the first renewal of an IDLE is away.
const SETTLING: Duration = Duration::from_secs(4);

const KIB: f64 = 1024.0;

pub(crate) fn measure(stage: &mut Stage) -> Result<Figures, Trouble> {
    stage.play(async |provider, relay| {
        let alone_kib = memory_kib(relay)?;
        let server = imap_server(provider);
        let mut pages = Vec::new();
        for number in 0..PAGES {
            let page = Page::open(relay, server.clone(), credentials(provider)).await;
            pages.push(page.map_err(|fault| format!("page {number} of {PAGES} was not served: {fault:?}"))?);
        }
        tokio::time::sleep(SETTLING).await;
        let full_kib = memory_kib(relay)?;
        let (before, started) = (processor(relay)?, Instant::now());
        tokio::time::sleep(WATCHED).await;
        let share = (processor(relay)? - before).as_secs_f64() / started.elapsed().as_secs_f64();
        drop(pages);
        Ok(vec![
            ("relay-memory", alone_kib / KIB),
            ("relay-page-memory", (full_kib - alone_kib) / PAGES as f64),
            ("relay-page-cpu", share * 1e3 * 1e3 / PAGES as f64),
        ])
    })
}

/// A page with one mail session that waits for mail.
struct Page {
    _pushes: Pushes,
    _session: MailSession,
    _link: RelayLink,
}

impl Page {
    async fn open(relay: &Relay, server: wire::Server, credentials: wire::Credentials) -> Result<Self, Fault> {
        let link = link(relay);
        let session = MailSession::open(Rc::new(link.clone()), server, credentials).await?;
        session.select("INBOX").await?;
        let pushes = session.idle().await?;
        Ok(Self { _pushes: pushes, _session: session, _link: link })
    }
}

/// A page's connection to the relay.
pub(crate) fn link(relay: &Relay) -> RelayLink {
    let link = RelayLink::new(Machine::shared(), Box::new(Socket), Box::new(|_| {}));
    link.aim(&format!("{}/relay", relay.address().replacen("http", "ws", 1)), None);
    link
}

fn process(relay: &Relay) -> Result<PathBuf, Trouble> {
    let pid = relay.pid().ok_or_else(|| "the relay does not run".to_owned())?;
    Ok(PathBuf::from(format!("/proc/{pid}")))
}

/// The memory of the relay's process that lies in RAM.
fn memory_kib(relay: &Relay) -> Result<f64, Trouble> {
    let path = process(relay)?.join("status");
    let status = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = resident.and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse().ok());
    kib.ok_or_else(|| Trouble::Missing("this system does not say how much memory a process has".to_owned()))
}

/// The time on a processor of all threads of the relay so far.
fn processor(relay: &Relay) -> Result<Duration, Trouble> {
    let tasks = process(relay)?.join("task");
    let listed = std::fs::read_dir(&tasks).map_err(|error| format!("{}: {error}", tasks.display()))?;
    let mut sum = Duration::ZERO;
    for task in listed.flatten() {
        // Nanoseconds on a processor, nanoseconds in the queue, slices.
        let schedule = std::fs::read_to_string(task.path().join("schedstat"));
        let nanoseconds = schedule.ok().and_then(|text| text.split(' ').next()?.parse().ok());
        let nanoseconds =
            nanoseconds.ok_or_else(|| Trouble::Missing("this system does not count a thread's time".to_owned()))?;
        sum += Duration::from_nanos(nanoseconds);
    }
    Ok(sum)
}
