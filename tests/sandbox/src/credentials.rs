//! What a client says to log in (RFC 4616, and the older LOGIN of SMTP).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Address and password as the client gave them.
pub(crate) struct Credentials {
    pub(crate) address: String,
    pub(crate) password: String,
}

/// Reads the base64 text of one answer of the client. A single `=` is an empty answer (RFC 4954 section 4).
pub(crate) fn decode(text: &str) -> Option<String> {
    let text = text.trim();
    let bytes = if text == "=" { Vec::new() } else { STANDARD.decode(text).ok()? };
    String::from_utf8(bytes).ok()
}

/// The base64 text of a question of the server.
pub(crate) fn encode(text: &str) -> String {
    STANDARD.encode(text)
}

/// Reads the answer of the PLAIN mechanism: who to act as, who one is, and the password.
pub(crate) fn plain(text: &str) -> Option<Credentials> {
    let mut fields = text.split('\0');
    let (act_as, address, password) = (fields.next()?, fields.next()?, fields.next()?);
    let acceptable = fields.next().is_none() && (act_as.is_empty() || act_as == address);
    acceptable.then(|| Credentials { address: address.to_owned(), password: password.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_is_read_with_and_without_the_identity_to_act_as() {
        for text in ["\0ann@sandbox.test\0secret", "ann@sandbox.test\0ann@sandbox.test\0secret"] {
            let credentials = plain(text).unwrap();
            assert_eq!((credentials.address.as_str(), credentials.password.as_str()), ("ann@sandbox.test", "secret"));
        }
    }

    #[test]
    fn nonsense_is_not_a_login() {
        for text in ["", "ann", "\0ann", "\0ann\0secret\0more", "bob\0ann\0secret"] {
            assert!(plain(text).is_none(), "{text:?}");
        }
        assert_eq!(decode("%%%"), None);
        assert_eq!(decode("="), Some(String::new()));
    }
}
