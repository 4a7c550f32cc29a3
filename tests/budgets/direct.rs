//! The relay beside a client without one: handing over mails, and fetching parts of mails, taking turns.
//!
//! The direct client is tuned the same way: the same libraries and TLS, one connection that is kept, the same commands.
//! Both end in this process, so that what differs is the way through the relay.

use std::rc::Rc;
use std::time::Instant;

use async_imap::Session;
use engine::link::{Link, MailSession};
use futures::TryStreamExt;
use journeys::control::Control;
use journeys::provider::Provider;
use journeys::trouble::Trouble;
use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials as Login, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;

use crate::idle::link;
use crate::reply::{OWNER, answer, guest};
use crate::tls::Tls;
use crate::{Figures, Stage, median};

/// Mails handed over on each way, after some to warm up.
const MAILS: usize = 200;
const WARM_UP: usize = 20;
/// Parts fetched on each way in one round, by one command as the engine does it.
const PARTS: u32 = 500;
const ROUNDS: usize = 11;

/// Every part is smaller than this.
const PART_BYTES: u32 = 64 * 1024;

pub(crate) fn measure(stage: &mut Stage) -> Result<Figures, Trouble> {
    stage.play(async |provider, relay| {
        let link: Rc<dyn Link> = Rc::new(link(relay));
        let submission = submissions(provider, &link).await?;
        let parts = parts(provider, link).await?;
        Ok(vec![("relay-submission", submission), ("relay-parts", parts)])
    })
}

/// How much longer a submission takes through the relay, in the middle.
async fn submissions(provider: &Provider, link: &Rc<dyn Link>) -> Result<f64, Trouble> {
    let mut direct = smtp(provider).await.map_err(|error| format!("the direct client: {error}"))?;
    let (mut through, mut past) = (Vec::new(), Vec::new());
    for number in 0..MAILS + WARM_UP {
        let mail = answer(number, "Handed over");
        let submit = wire::Submit {
            server: server(provider.smtps_port),
            credentials: credentials(provider),
            sender: OWNER.to_owned(),
            recipients: vec![guest(number)],
            size_bytes: u32::try_from(mail.len()).unwrap_or(u32::MAX),
        };
        let started = Instant::now();
        let submitted = link.submit(submit, mail.clone().into_bytes()).await;
        let took = started.elapsed().as_secs_f64();
        let submitted = submitted.map_err(|fault| format!("mail {number} through the relay: {fault:?}"))?;
        if submitted.message.is_none_or(|verdict| verdict.code != 250) {
            return Err(format!("mail {number} was not taken through the relay").into());
        }
        through.push(took);
        let started = Instant::now();
        hand_over(&mut direct, &guest(number), &mail).await.map_err(|error| format!("mail {number}: {error}"))?;
        past.push(started.elapsed().as_secs_f64());
    }
    Ok(median(through.split_off(WARM_UP)) / median(past.split_off(WARM_UP)))
}

/// How many times as many parts come through the relay in the same time; below 1 it is slower.
async fn parts(provider: &Provider, link: Rc<dyn Link>) -> Result<f64, Trouble> {
    let mut control = Control::of(provider)?;
    for number in 0..PARTS as usize {
        control.deliver(&guest(number), OWNER, &answer(number, "Fetched"))?;
    }
    let through = MailSession::open(link, imap_server(provider), credentials(provider)).await;
    let through = through.map_err(|fault| format!("IMAP through the relay: {fault:?}"))?;
    let selected = through.select("INBOX").await.map_err(|fault| format!("the inbox: {fault:?}"))?;
    let mut direct = imap(provider).await.map_err(|error| format!("the direct client: {error}"))?;
    direct.examine("INBOX").await.map_err(|error| error.to_string())?;
    // The newest are those that were delivered just now.
    let last = selected.uid_next.unwrap_or(selected.exists + 1);
    let first = last.saturating_sub(PARTS);
    let range = wire::UidRange { first, last: Some(last - 1) };
    let items = wire::FetchItems {
        parts: vec![wire::PartPath::Part(vec![2])],
        part_cap_bytes: PART_BYTES,
        ..wire::FetchItems::default()
    };
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let fetched = through.fetch(vec![range], items.clone()).await;
        let fetched = fetched.map_err(|fault| format!("parts through the relay: {fault:?}"))?;
        let relayed = started.elapsed().as_secs_f64();
        expect_calendars(fetched.iter().map(|mail| mail.parts.first().map_or(&b""[..], |part| &part.bytes)))?;
        let started = Instant::now();
        let query = format!("(UID RFC822.SIZE BODY.PEEK[2]<0.{PART_BYTES}>)");
        let fetched = direct.uid_fetch(format!("{first}:{}", last - 1), query).await;
        let fetched: Vec<_> = fetched.map_err(said)?.try_collect().await.map_err(said)?;
        ratios.push(started.elapsed().as_secs_f64() / relayed);
        let path = async_imap::imap_proto::SectionPath::Part(vec![2], None);
        expect_calendars(fetched.iter().map(|mail| mail.section(&path).unwrap_or_default()))?;
    }
    Ok(median(ratios))
}

fn said(error: async_imap::error::Error) -> Trouble {
    error.to_string().into()
}

fn expect_calendars<'p>(parts: impl ExactSizeIterator<Item = &'p [u8]>) -> Result<(), Trouble> {
    let (expected, found) = (PARTS as usize, parts.len());
    let right = parts.filter(|part| part.starts_with(b"BEGIN:VCALENDAR")).count();
    if right == expected {
        return Ok(());
    }
    Err(format!("of {expected} parts {found} came, {right} of them calendars").into())
}

fn server(port: u16) -> wire::Server {
    wire::Server { host: "localhost".to_owned(), port, security: wire::Security::Tls }
}

/// The IMAP server as the relay is told of it.
pub(crate) fn imap_server(provider: &Provider) -> wire::Server {
    server(provider.imaps_port)
}

/// Ann's, as the relay is told of them.
pub(crate) fn credentials(provider: &Provider) -> wire::Credentials {
    let ann = provider.person("Ann");
    wire::Credentials { user: ann.address, password: wire::Secret::new(ann.password) }
}

/// An error of any of the libraries, for a sentence.
type Failure = Box<dyn std::error::Error>;

async fn smtp(provider: &Provider) -> Result<AsyncSmtpConnection, Failure> {
    let stream = Tls::connect(provider, provider.smtps_port).await?;
    let hello = ClientId::Ipv4(std::net::Ipv4Addr::LOCALHOST);
    let mut connection = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await?;
    let ann = provider.person("Ann");
    connection.auth(&[Mechanism::Plain], &Login::new(ann.address, ann.password)).await?;
    Ok(connection)
}

async fn hand_over(connection: &mut AsyncSmtpConnection, recipient: &str, mail: &str) -> Result<(), Failure> {
    let sender: Address = OWNER.parse()?;
    connection.command(Mail::new(Some(sender), Vec::new())).await?;
    connection.command(Rcpt::new(recipient.parse()?, Vec::new())).await?;
    connection.command(Data).await?;
    connection.message(mail.strip_suffix("\r\n").unwrap_or(mail).as_bytes()).await?;
    Ok(())
}

async fn imap(provider: &Provider) -> Result<Session<Tls>, Failure> {
    let mut client = async_imap::Client::new(Tls::connect(provider, provider.imaps_port).await?);
    client.read_response().await?;
    let ann = provider.person("Ann");
    Ok(client.login(ann.address, ann.password).await.map_err(|(error, _)| error)?)
}
