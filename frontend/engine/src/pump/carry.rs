//! One request to the calendar server, carried by the link.

use calendar::dav;
use intent::{Problem, ProblemKind, Service};
use wire::{Credentials, DavHeader, DavMethod, DavRequest, Refusal, Security, Server};

use super::Engine;
use crate::link::Fault;

impl Engine {
    /// Carries the request out as this person.
    ///
    /// # Errors
    /// If the link fails; a refusal by the server is a reply.
    pub(super) async fn carry(&self, credentials: Credentials, request: &dav::Request) -> Result<dav::Reply, Fault> {
        let headers = request.headers().into_iter();
        let headers = headers.map(|(name, value)| Ok((header_of(name).ok_or(Fault::Nonsense)?, value)));
        let body = request.body.as_ref().map(|(_, text)| text.clone().into_bytes()).unwrap_or_default();
        let carried = DavRequest {
            server: Server {
                host: request.at.origin.host().to_owned(),
                port: request.at.origin.port(),
                security: Security::Tls,
            },
            credentials: Some(credentials),
            method: method_of(request.method),
            path: request.at.href.as_str().to_owned(),
            headers: headers.collect::<Result<_, Fault>>()?,
            size_bytes: u32::try_from(body.len())
                .map_err(|_| Fault::Refused(Refusal::TooLarge { limit_bytes: u32::MAX }))?,
        };
        let answer = self.link.dav(carried, body).await?;
        let headers = answer.head.headers.into_iter().map(|(name, value)| (name_of(name).to_owned(), value)).collect();
        Ok(dav::Reply { status: answer.head.status, headers, body: answer.body })
    }
}

fn method_of(method: dav::Method) -> DavMethod {
    match method {
        dav::Method::Options => DavMethod::Options,
        dav::Method::Propfind => DavMethod::Propfind,
        dav::Method::Report => DavMethod::Report,
        dav::Method::Get => DavMethod::Get,
        dav::Method::Put => DavMethod::Put,
        dav::Method::Delete => DavMethod::Delete,
    }
}

const HEADERS: [(DavHeader, &str); 12] = [
    (DavHeader::ContentType, "Content-Type"),
    (DavHeader::Depth, "Depth"),
    (DavHeader::IfMatch, "If-Match"),
    (DavHeader::IfNoneMatch, "If-None-Match"),
    (DavHeader::Prefer, "Prefer"),
    (DavHeader::ETag, "ETag"),
    (DavHeader::ScheduleTag, "Schedule-Tag"),
    (DavHeader::Dav, "DAV"),
    (DavHeader::Allow, "Allow"),
    (DavHeader::Location, "Location"),
    (DavHeader::RetryAfter, "Retry-After"),
    (DavHeader::LastModified, "Last-Modified"),
];

fn header_of(name: &str) -> Option<DavHeader> {
    HEADERS.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(header, _)| *header)
}

fn name_of(header: DavHeader) -> &'static str {
    HEADERS.iter().find(|(known, _)| *known == header).map_or("", |(_, name)| name)
}

/// A calendar server's refusal as the page has words for it.
pub(super) fn problem_of(outcome: &dav::Outcome) -> Problem {
    let (kind, detail) = match outcome {
        dav::Outcome::SignIn => (ProblemKind::WrongPassword, String::new()),
        dav::Outcome::Changed | dav::Outcome::Gone => (ProblemKind::ChangedElsewhere, String::new()),
        dav::Outcome::TooLarge | dav::Outcome::Refused(dav::Precondition::MaxResourceSize) => {
            (ProblemKind::TooLarge, String::new())
        }
        dav::Outcome::Refused(rule) => (ProblemKind::ServerRefused, words_of(rule)),
        dav::Outcome::Conflict => (ProblemKind::ServerRefused, "409 Conflict".to_owned()),
        dav::Outcome::Forbidden => (ProblemKind::ServerRefused, "403 Forbidden".to_owned()),
        dav::Outcome::Moved(place) => (ProblemKind::ServerRefused, format!("moved to {place}")),
        dav::Outcome::TryLater { .. } => (ProblemKind::ServerRefused, "busy".to_owned()),
        dav::Outcome::Unexpected { status } => (ProblemKind::ServerRefused, status.to_string()),
        dav::Outcome::Unsupported | dav::Outcome::Done { .. } => (ProblemKind::Garbled, String::new()),
    };
    Problem { service: Some(Service::CalDav), kind, detail }
}

/// A rule by the name a server's operator knows it by.
fn words_of(rule: &dav::Precondition) -> String {
    match rule {
        dav::Precondition::Other(name) => name.clone(),
        known => format!("{known:?}").split([' ', '{']).next().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_header_of_a_request_can_be_carried() {
        for (header, name) in HEADERS {
            assert_eq!((header_of(name), name_of(header)), (Some(header), name));
        }
    }

    #[test]
    fn a_rule_is_named_without_its_particulars() {
        let rule = dav::Precondition::NoUidConflict { href: None };
        assert_eq!(problem_of(&dav::Outcome::Refused(rule)).detail, "NoUidConflict");
    }
}
