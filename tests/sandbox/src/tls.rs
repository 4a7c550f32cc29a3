//! The sandbox's own certificate authority and the certificate its servers show.
//!
//! Both are made at start and live in memory, so nothing has to be renewed, and trusting one run trusts no other.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

/// The host names that the certificate is good for, besides `127.0.0.1` and `::1`.
pub const HOST_NAMES: [&str; 5] =
    ["localhost", "sandbox.test", "smtp.sandbox.test", "imap.sandbox.test", "dav.sandbox.test"];

/// Why no certificate could be made.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificate could not be made or signed.
    #[error("the sandbox's certificate could not be made: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The TLS library did not take the certificate.
    #[error("the sandbox's certificate was not accepted: {0}")]
    Configuration(#[from] rustls::Error),
}

/// A certificate authority and what its one server certificate needs to serve TLS.
#[derive(Clone)]
pub struct Authority {
    certificate_pem: String,
    acceptor: TlsAcceptor,
}

impl Authority {
    /// Makes a new authority and a certificate for [`HOST_NAMES`].
    ///
    /// # Errors
    ///
    /// When the cryptography behind it refuses, which no input can cause.
    pub fn new() -> Result<Self, TlsError> {
        let mut authority = CertificateParams::new(Vec::new())?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.distinguished_name.push(DnType::CommonName, "Calpost sandbox authority (test only)");
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority_key = KeyPair::generate()?;
        let authority_certificate = authority.self_signed(&authority_key)?;
        let issuer = Issuer::new(authority, authority_key);

        let mut names: Vec<String> = HOST_NAMES.iter().map(ToString::to_string).collect();
        names.extend(["127.0.0.1".to_owned(), "::1".to_owned()]);
        let mut server = CertificateParams::new(names)?;
        server.distinguished_name.push(DnType::CommonName, "Calpost sandbox");
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        server.use_authority_key_identifier_extension = true;
        let server_key = KeyPair::generate()?;
        let server_certificate = server.signed_by(&server_key, &issuer)?;

        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(server_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![server_certificate.der().clone()], key)?;
        Ok(Self { certificate_pem: authority_certificate.pem(), acceptor: TlsAcceptor::from(Arc::new(config)) })
    }

    /// The authority's certificate as PEM, for the programs that shall trust the sandbox.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    pub(crate) fn acceptor(&self) -> &TlsAcceptor {
        &self.acceptor
    }
}
