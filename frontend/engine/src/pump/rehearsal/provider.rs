//! A provider behind the link: one calendar, an inbox, a Sent mailbox, and faults where a test wants them.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use futures::{FutureExt, StreamExt, channel::mpsc};
use wire::{
    Appended, Capability, Credentials, Criterion, DavHeader, DavMethod, DavReply, DavRequest, Discovered, Fetched,
    FetchedPart, FoundServer, MailRequest, Mailbox, MailboxRole, PartPath, Push, RecipientVerdict, Refusal, Reply,
    Secret, Security, Selected, Server, Service, SessionId, Source, Structure, StructurePart, Submit, Submitted,
    Verdict,
};

use crate::link::{DavAnswer, Fault, Link, MailAnswer, Outcome, Pushes};

pub(super) const PASSWORD: &str = "right";
pub(super) const CALENDAR: &str = "/cal/work/";

/// An act that changes something at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Put,
    Delete,
    Submit,
    Append,
}

/// What a test wants to go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Break {
    /// The connection breaks before the act arrives.
    Before,
    /// The act happens, and the connection breaks before its answer comes.
    After,
}

/// A mail in the inbox: header fields, one part, and perhaps more behind it.
#[derive(Clone, Debug, Default)]
pub(super) struct InboxMail {
    pub(super) headers: String,
    pub(super) media_type: &'static str,
    pub(super) body: String,
    pub(super) more: Vec<(&'static str, String)>,
}

#[derive(Default)]
pub(super) struct Provider {
    /// Version and bytes by address.
    pub(super) objects: BTreeMap<String, (u32, String)>,
    pub(super) version: u32,
    pub(super) inbox: Vec<InboxMail>,
    pub(super) sent: Vec<String>,
    pub(super) submitted: Vec<(String, String)>,
    pub(super) acts: Vec<Act>,
    pub(super) requests: Vec<String>,
    /// The so many-th act breaks.
    pub(super) breaking: Option<(usize, Break)>,
    pub(super) refused: Vec<&'static str>,
    pub(super) hangs: bool,
    pub(super) away: bool,
    /// Somebody else writes this object just before the next PUT.
    pub(super) meanwhile: Option<(String, String)>,
    idle: Vec<mpsc::UnboundedSender<Result<Push, Fault>>>,
}

/// A link that leads to it.
#[derive(Clone, Default)]
pub(super) struct Straight(pub(super) Rc<RefCell<Provider>>);

impl Straight {
    pub(super) fn store(&self, name: &str, ics: &str) {
        self.0.borrow_mut().store(&format!("{CALENDAR}{name}"), ics);
    }

    /// A mail arrives, and whoever waits is told.
    pub(super) fn deliver(&self, mail: InboxMail) {
        let mut provider = self.0.borrow_mut();
        provider.inbox.push(mail);
        let exists = provider.inbox.len() as u32;
        provider.idle.retain(|waiting| waiting.unbounded_send(Ok(Push::Exists(exists))).is_ok());
    }

    pub(super) fn object(&self, href: &str) -> Option<String> {
        self.0.borrow().objects.get(href).map(|(_, ics)| ics.clone())
    }

    fn answer<T: 'static>(
        &self,
        act: Option<Act>,
        credentials: Option<&Credentials>,
        work: impl FnOnce(&mut Provider) -> Result<T, Fault>,
    ) -> Outcome<T> {
        let mut provider = self.0.borrow_mut();
        let fault = if provider.away {
            Some(Fault::Away)
        } else if provider.hangs {
            Some(Fault::TimedOut { all_sent: act.is_some() })
        } else if credentials.is_some_and(|credentials| credentials.password.reveal() != PASSWORD) {
            Some(Fault::Refused(Refusal::WrongPassword { server_said: "no".to_owned() }))
        } else {
            None
        };
        if let Some(fault) = fault {
            return std::future::ready(Err(fault)).boxed_local();
        }
        let breaking = act.and_then(|act| {
            provider.acts.push(act);
            provider.breaking.filter(|(at, _)| *at + 1 == provider.acts.len()).map(|(_, how)| how)
        });
        let result = match breaking {
            Some(Break::Before) => Err(Fault::Broken { all_sent: false }),
            Some(Break::After) => work(&mut provider).and(Err(Fault::Broken { all_sent: true })),
            None => work(&mut provider),
        };
        std::future::ready(result).boxed_local()
    }
}

impl Link for Straight {
    fn aim(&self, _url: &str, _token: Option<Secret>) {}

    fn hurry(&self) {}

    fn try_submission(&self, _server: Server, credentials: Credentials) -> Outcome<()> {
        self.answer(None, Some(&credentials), |_| Ok(()))
    }

    fn submit(&self, envelope: Submit, message: Vec<u8>) -> Outcome<Submitted> {
        self.answer(Some(Act::Submit), Some(&envelope.credentials), |provider| {
            let recipient = envelope.recipients[0].clone();
            let verdict = |code: u16| Verdict { code, text: "words".to_owned() };
            if provider.refused.contains(&recipient.as_str()) {
                let recipients = vec![RecipientVerdict { recipient, verdict: verdict(550) }];
                return Ok(Submitted { recipients, message: None, final_dot_written: false });
            }
            provider.submitted.push((recipient.clone(), String::from_utf8(message).unwrap()));
            let recipients = vec![RecipientVerdict { recipient, verdict: verdict(250) }];
            Ok(Submitted { recipients, message: Some(verdict(250)), final_dot_written: true })
        })
    }

    fn mail(&self, request: MailRequest, body: Vec<u8>) -> Outcome<MailAnswer> {
        let credentials = match &request {
            MailRequest::Open { credentials, .. } => Some(credentials.clone()),
            _ => None,
        };
        let act = matches!(request, MailRequest::Append { .. }).then_some(Act::Append);
        self.answer(act, credentials.as_ref(), |provider| Ok(provider.mail(request, body)))
    }

    fn leave(&self, _session: SessionId) {}

    fn idle(&self, _session: SessionId) -> Outcome<Pushes> {
        let (sender, receiver) = mpsc::unbounded();
        self.0.borrow_mut().idle.push(sender);
        std::future::ready(Ok(receiver.boxed_local())).boxed_local()
    }

    fn dav(&self, request: DavRequest, body: Vec<u8>) -> Outcome<DavAnswer> {
        let act = match request.method {
            DavMethod::Put => Some(Act::Put),
            DavMethod::Delete => Some(Act::Delete),
            _ => None,
        };
        let wrong = request.credentials.as_ref().is_none_or(|credentials| credentials.password.reveal() != PASSWORD);
        if wrong {
            return std::future::ready(Ok(status(401))).boxed_local();
        }
        self.answer(act, None, |provider| Ok(provider.dav(&request, &String::from_utf8(body).unwrap())))
    }

    fn discover(&self, _domain: String) -> Outcome<Discovered> {
        let server = |service, port| FoundServer {
            service,
            server: Server { host: "a.example".to_owned(), port, security: Security::Tls },
            path: "/".to_owned(),
            source: Source::Srv,
            allowed: true,
        };
        let servers = vec![server(Service::Submission, 465), server(Service::Imap, 993), server(Service::CalDav, 443)];
        self.answer(None, None, |_| Ok(Discovered { provider: None, servers }))
    }
}

impl Provider {
    fn store(&mut self, href: &str, ics: &str) {
        self.version += 1;
        self.objects.insert(href.to_owned(), (self.version, ics.to_owned()));
    }

    fn mail(&mut self, request: MailRequest, body: Vec<u8>) -> MailAnswer {
        let name = format!("{request:?}");
        self.requests.push(name.split([' ', '{']).next().unwrap().to_owned());
        let mut pushes = Vec::new();
        let reply = match request {
            MailRequest::Open { .. } => Reply::Opened { session: SessionId(1), capabilities: vec![Capability::Idle] },
            MailRequest::List { .. } => {
                let sent = Mailbox {
                    name: "Sent".to_owned(),
                    delimiter: None,
                    role: Some(MailboxRole::Sent),
                    selectable: true,
                };
                Reply::Mailboxes(vec![sent])
            }
            MailRequest::Select { mailbox, .. } => {
                let exists = if mailbox == "INBOX" { self.inbox.len() } else { self.sent.len() } as u32;
                Reply::Selected(Selected { uid_validity: 1, uid_next: Some(exists + 1), highest_modseq: None, exists })
            }
            MailRequest::Search { criteria, .. } => match &criteria[0] {
                Criterion::Header { contains, .. } => {
                    let found = self.sent.iter().position(|mail| mail.contains(contains.as_str()));
                    Reply::Uids(found.map(|index| index as u32 + 1).into_iter().collect())
                }
                _ => Reply::Uids((1..=self.inbox.len() as u32).collect()),
            },
            MailRequest::Fetch { uids, items, .. } => {
                for (index, mail) in self.inbox.iter().enumerate() {
                    let uid = index as u32 + 1;
                    if uids.iter().any(|range| range.first <= uid && range.last.is_none_or(|last| uid <= last)) {
                        pushes.push(Push::Fetched(Box::new(mail.fetched(uid, items.structure))));
                    }
                }
                Reply::Fetching
            }
            MailRequest::Append { .. } => {
                self.sent.push(String::from_utf8(body).unwrap());
                Reply::Appended(Appended { place: None })
            }
            _ => Reply::Done,
        };
        MailAnswer { reply, pushes, body: Vec::new() }
    }

    fn dav(&mut self, request: &DavRequest, body: &str) -> DavAnswer {
        let header = |name| request.headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str());
        let stored = self.objects.get(&request.path).cloned();
        let version = stored.as_ref().map(|(version, _)| format!("\"{version}\""));
        match request.method {
            DavMethod::Propfind if request.path == "/" => multistatus(
                "<d:response><d:href>/</d:href><d:propstat><d:prop><d:current-user-principal><d:href>/me/</d:href>\
                 </d:current-user-principal></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>",
            ),
            DavMethod::Propfind if request.path == "/me/" => multistatus(
                "<d:response><d:href>/me/</d:href><d:propstat><d:prop><c:calendar-home-set><d:href>/cal/</d:href>\
                 </c:calendar-home-set></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>",
            ),
            DavMethod::Propfind if request.path == "/cal/" => multistatus(&format!(
                "<d:response><d:href>{CALENDAR}</d:href><d:propstat><d:prop><d:resourcetype><d:collection/>\
                 <c:calendar/></d:resourcetype><d:displayname>Work</d:displayname><s:getctag>{0}</s:getctag></d:prop>\
                 <d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>",
                self.version
            )),
            DavMethod::Propfind | DavMethod::Report => {
                let objects = self.objects.iter().map(|(href, (version, ics))| {
                    let ics = ics.replace('&', "&amp;").replace('<', "&lt;");
                    format!(
                        "<d:response><d:href>{href}</d:href><d:propstat><d:prop><d:getetag>\"{version}\"</d:getetag>\
                         <c:calendar-data>{ics}</c:calendar-data></d:prop><d:status>HTTP/1.1 200 OK</d:status>\
                         </d:propstat></d:response>"
                    )
                });
                multistatus(&objects.collect::<String>())
            }
            DavMethod::Get => match stored {
                Some((version, ics)) => answer(200, &[(DavHeader::ETag, format!("\"{version}\""))], ics),
                None => status(404),
            },
            DavMethod::Put => {
                if let Some((href, ics)) = self.meanwhile.take() {
                    self.store(&href, &ics);
                    return self.dav(request, body);
                }
                let holds = match (header(DavHeader::IfNoneMatch), header(DavHeader::IfMatch)) {
                    (Some("*"), None) => version.is_none(),
                    (None, Some(etag)) => version.as_deref() == Some(etag),
                    _ => panic!("a write without a condition"),
                };
                if !holds {
                    return status(412);
                }
                self.store(&request.path, body);
                status(201)
            }
            DavMethod::Delete => match version.as_deref() == header(DavHeader::IfMatch) {
                true => {
                    self.version += 1;
                    self.objects.remove(&request.path);
                    status(204)
                }
                false => status(412),
            },
            DavMethod::Options | DavMethod::Proppatch | DavMethod::Mkcalendar => {
                answer(200, &[(DavHeader::Dav, "1, calendar-access".to_owned())], String::new())
            }
        }
    }
}

impl InboxMail {
    fn fetched(&self, uid: u32, with_structure: bool) -> Fetched {
        let all =
            std::iter::once((self.media_type, &self.body)).chain(self.more.iter().map(|(kind, body)| (*kind, body)));
        let part = |path: &PartPath, media_type: &str, parameter: (&str, &str), size: usize| StructurePart {
            path: path.clone(),
            media_type: media_type.to_owned(),
            parameters: vec![(parameter.0.to_owned(), parameter.1.to_owned())],
            encoding: "8bit".to_owned(),
            disposition: None,
            file_name: None,
            size_bytes: size as u32,
        };
        let (mut parts, mut read) = (Vec::new(), Vec::new());
        // Only reports have more than one part here.
        if !self.more.is_empty() {
            parts.push(part(&PartPath::Whole, "multipart/report", ("report-type", "delivery-status"), 0));
        }
        for (number, (media_type, body)) in (1..).zip(all) {
            let path = PartPath::Part(vec![number]);
            parts.push(part(&path, media_type, ("charset", "utf-8"), body.len()));
            read.push(FetchedPart { path, bytes: body.clone().into_bytes(), cut: false });
        }
        Fetched {
            uid,
            structure: with_structure.then_some(Structure { parts, cut: false }),
            headers: (!with_structure).then(|| self.headers.clone().into_bytes()),
            parts: if with_structure { Vec::new() } else { read },
            ..Fetched::default()
        }
    }
}

fn answer(status: u16, headers: &[(DavHeader, String)], body: String) -> DavAnswer {
    DavAnswer { head: DavReply { status, headers: headers.to_vec() }, body: body.into_bytes() }
}

fn status(status: u16) -> DavAnswer {
    answer(status, &[], String::new())
}

fn multistatus(responses: &str) -> DavAnswer {
    let body = format!(
        "<d:multistatus xmlns:d='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav' \
         xmlns:s='http://calendarserver.org/ns/'>{responses}</d:multistatus>"
    );
    answer(207, &[], body)
}
