//! A certificate authority of the tests' own, and one certificate for every server of this machine.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use crate::folder::Folder;

/// File of the authority's certificate, as the relay is given it.
pub const AUTHORITY: &str = "ca.pem";
/// File of the servers' certificate.
pub const CERTIFICATE: &str = "cert.pem";
/// File of the servers' key.
pub const KEY: &str = "key.pem";

/// The names and addresses the certificate is good for.
const NAMES: &[&str] = &["localhost", "127.0.0.1"];

/// Writes authority, certificate and key into the folder.
///
/// # Errors
///
/// When no key can be made.
pub fn write(folder: &Folder) -> Result<(), String> {
    let made = make().map_err(|error| format!("no certificate: {error}"))?;
    for (name, pem) in [AUTHORITY, CERTIFICATE, KEY].into_iter().zip(made) {
        folder.write(name, &pem);
    }
    Ok(())
}

fn make() -> Result<[String; 3], rcgen::Error> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(DnType::CommonName, "Calpost journeys, worth nothing elsewhere");
    let authority_key = KeyPair::generate()?;
    let authority_certificate = authority.self_signed(&authority_key)?;
    let issuer = Issuer::new(authority, authority_key);

    let names: Vec<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    let mut server = CertificateParams::new(names)?;
    server.distinguished_name.push(DnType::CommonName, "localhost");
    let key = KeyPair::generate()?;
    let certificate = server.signed_by(&key, &issuer)?;
    Ok([authority_certificate.pem(), certificate.pem(), key.serialize_pem()])
}
