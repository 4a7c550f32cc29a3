//! Why a request to the link has no result.

use intent::{Problem, ProblemKind, Service};
use wire::Refusal;

/// Why a request has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The relay cannot be reached; the request never left.
    Away,
    /// The connection to the relay broke while the request was under way.
    Broken {
        /// Whether everything had been sent by then: without it, nothing can have happened at the far end.
        all_sent: bool,
    },
    /// No answer came in time.
    TimedOut {
        /// Whether everything had been sent by then.
        all_sent: bool,
    },
    /// The relay, or the server behind it, said no.
    Refused(Refusal),
    /// The answer is none to what was asked.
    Nonsense,
}

impl Fault {
    /// Whether the same request may work later without anybody doing anything.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Away | Self::Broken { .. } | Self::TimedOut { .. } => true,
            Self::Refused(refusal) => matches!(
                refusal,
                Refusal::Unreachable
                    | Refusal::TimedOut
                    | Refusal::Closed
                    | Refusal::SessionGone
                    | Refusal::Busy { .. }
                    | Refusal::ShuttingDown
                    | Refusal::Cancelled
            ),
            Self::Nonsense => false,
        }
    }

    /// The fault as the page has words for it.
    pub fn problem(&self, service: Service) -> Problem {
        let with_service = |kind, detail: &str| Problem { service: Some(service), kind, detail: detail.to_owned() };
        let of_relay = |kind, detail: &str| Problem { service: None, kind, detail: detail.to_owned() };
        match self {
            Self::Away | Self::Broken { .. } => of_relay(ProblemKind::RelayAway, ""),
            Self::TimedOut { .. } => with_service(ProblemKind::TimedOut, ""),
            Self::Nonsense => with_service(ProblemKind::Garbled, ""),
            Self::Refused(refusal) => match refusal {
                Refusal::WrongPassword { server_said } => with_service(ProblemKind::WrongPassword, server_said),
                Refusal::NoSuchHost => with_service(ProblemKind::NoSuchHost, ""),
                Refusal::NotAllowed { because } => with_service(ProblemKind::NotAllowed, because),
                Refusal::Tls { because } => with_service(ProblemKind::Tls, because),
                Refusal::Unreachable => with_service(ProblemKind::Unreachable, ""),
                Refusal::TimedOut => with_service(ProblemKind::TimedOut, ""),
                Refusal::Closed | Refusal::SessionGone => with_service(ProblemKind::Closed, ""),
                Refusal::ServerRefused { code: Some(code), server_said } => {
                    with_service(ProblemKind::ServerRefused, format!("{code} {server_said}").trim_end())
                }
                Refusal::ServerRefused { code: None, server_said } => {
                    with_service(ProblemKind::ServerRefused, server_said)
                }
                Refusal::Garbled => with_service(ProblemKind::Garbled, ""),
                Refusal::TooLarge { limit_bytes } => {
                    with_service(ProblemKind::TooLarge, &format!("{limit_bytes} bytes"))
                }
                Refusal::BadRequest { because } => of_relay(ProblemKind::Fault, because),
                Refusal::Busy { .. } => of_relay(ProblemKind::RelayBusy, ""),
                Refusal::VersionMismatch { .. } => of_relay(ProblemKind::RelayVersion, ""),
                Refusal::TokenNeeded => of_relay(ProblemKind::RelayToken, ""),
                Refusal::ShuttingDown | Refusal::Cancelled => of_relay(ProblemKind::RelayAway, ""),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_password_never_mends_itself() {
        let fault = Fault::Refused(Refusal::WrongPassword { server_said: "535 no".to_owned() });
        assert!(!fault.is_passing());
        let problem = fault.problem(Service::Imap);
        assert_eq!((problem.kind, problem.service), (ProblemKind::WrongPassword, Some(Service::Imap)));
        assert_eq!(problem.detail, "535 no");
    }

    #[test]
    fn a_relay_that_is_away_is_no_fault_of_the_server() {
        assert_eq!(Fault::Away.problem(Service::CalDav).service, None);
        assert!(Fault::Away.is_passing());
    }
}
