//! The program `calpost`: reads its options, starts the relay, and stops it when asked to.

use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use relay::config::{Command, Config, help};
use relay::handler::{PROGRAM, Relay};
use relay::policy::Policy;
use relay::server;
use relay::upstream::{Network, SystemNames};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Why the relay does not start.
type Obstacle = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let arguments = std::env::args_os().skip(1);
    // A variable that is not text cannot be one of ours.
    let environment =
        std::env::vars_os().filter_map(|(name, value)| name.into_string().ok().zip(value.into_string().ok()));
    let (command, config) = match Config::read(arguments, environment, |path| std::fs::read_to_string(path)) {
        Ok(read) => read,
        Err(problems) => {
            for problem in problems {
                complain(&problem.to_string());
            }
            return ExitCode::from(2);
        }
    };
    match command {
        Command::Help => say(&help()),
        Command::Version => say(&format!("{PROGRAM}\n")),
        Command::CheckConfig => match prepare(&config) {
            Ok(_) => say("The configuration is in order.\n"),
            Err(obstacle) => {
                complain(&obstacle.to_string());
                return ExitCode::from(2);
            }
        },
        Command::Serve => {
            if let Err(obstacle) = run(config) {
                complain(&obstacle.to_string());
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

#[expect(clippy::print_stdout, reason = "what a person asks of a program on the command line is answered there")]
fn say(text: &str) {
    print!("{text}");
}

#[expect(clippy::print_stderr, reason = "the log is not there yet when the options are wrong")]
fn complain(text: &str) {
    eprintln!("calpost: {text}");
}

/// What is read from files before anything is opened.
struct Prepared {
    certificates: Vec<CertificateDer<'static>>,
    demo: Option<String>,
}

fn prepare(config: &Config) -> Result<Prepared, Obstacle> {
    let mut certificates = Vec::new();
    for path in &config.extra_ca {
        let found = CertificateDer::pem_file_iter(path)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        if found.is_empty() {
            return Err(format!("{}: there is no certificate in this file", path.display()).into());
        }
        certificates.extend(found);
    }
    let demo = config.demo.as_deref().map(read_demo).transpose()?;
    Ok(Prepared { certificates, demo })
}

fn read_demo(path: &Path) -> Result<String, Obstacle> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str::<serde_json::Value>(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(text)
}

fn run(config: Config) -> Result<(), Obstacle> {
    // Only lines of our own: what libraries say might name a person.
    let targets = Targets::new().with_target("relay", config.log).with_target("calpost", config.log);
    let lines = tracing_subscriber::fmt::layer()
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    tracing_subscriber::registry().with(targets).with(lines).init();
    let prepared = prepare(&config)?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve(config, prepared))
}

async fn serve(config: Config, prepared: Prepared) -> Result<(), Obstacle> {
    let network = Network::new(Policy::new(config.allow), Box::new(SystemNames::new()?), prepared.certificates)?;
    let (stop, stopping) = watch::channel(false);
    let relay = Arc::new(Relay {
        token: config.token,
        origins: config.origin,
        trusted_proxies: config.trusted_proxy,
        demo: prepared.demo,
        ..Relay::new(network, config.quota, stopping)
    });
    let bind = async |address| TcpListener::bind(address).await.map_err(|error| format!("{address}: {error}"));
    if let Some(address) = config.metrics {
        let listener = bind(address).await?;
        tracing::info!(address = %listener.local_addr()?, "serving numbers");
        tokio::spawn(server::serve_metrics(Arc::clone(&relay), listener));
    }
    let listener = bind(config.listen).await?;
    // The first word that whoever has started us may wait for.
    tracing::info!(address = %listener.local_addr()?, "serving pages");
    tokio::spawn(async move {
        asked_to_stop().await;
        tracing::info!("stopping: no new pages, running exchanges may end");
        stop.send_replace(true);
    });
    server::serve(relay, listener).await;
    tracing::info!("stopped");
    Ok(())
}

/// Waits for SIGTERM or Ctrl-C.
async fn asked_to_stop() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
