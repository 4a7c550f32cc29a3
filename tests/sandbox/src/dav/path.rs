//! What the paths of the CalDAV server name.

/// Below this everything lies.
pub(crate) const ROOT: &str = "/dav/";

/// What a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    /// The entrance.
    Root,
    /// A person, by address.
    Principal(String),
    /// A person's calendars.
    Home(String),
    /// A calendar of a person, by its id.
    Calendar(String, String),
    /// An object in a calendar, by its name.
    Object(String, String, String),
}

impl Resource {
    /// Reads a path, which may be percent-encoded. `None` when nothing can be there.
    pub(crate) fn read(path: &str) -> Option<Self> {
        let below = path.strip_prefix(ROOT.trim_end_matches('/'))?;
        let segments: Option<Vec<String>> =
            below.split('/').filter(|segment| !segment.is_empty()).map(decode).collect();
        let segments = segments?;
        // A name that hides a separator would name something else when it is written out again.
        if segments.iter().any(|segment| segment.contains('/') || matches!(segment.as_str(), "." | "..")) {
            return None;
        }
        let mut segments = segments.into_iter();
        let resource = match (segments.next(), segments.next(), segments.next(), segments.next()) {
            (None, ..) => Self::Root,
            (Some(kind), Some(person), None, None) if kind == "principals" => Self::Principal(person.to_lowercase()),
            (Some(kind), Some(person), calendar, object) if kind == "calendars" => {
                let person = person.to_lowercase();
                match (calendar, object) {
                    (None, _) => Self::Home(person),
                    (Some(calendar), None) => Self::Calendar(person, calendar),
                    (Some(calendar), Some(object)) => Self::Object(person, calendar, object),
                }
            }
            _ => return None,
        };
        segments.next().is_none().then_some(resource)
    }

    /// The path as the server writes it.
    pub(crate) fn href(&self) -> String {
        match self {
            Self::Root => ROOT.to_owned(),
            Self::Principal(person) => format!("{ROOT}principals/{}/", encode(person)),
            Self::Home(person) => format!("{ROOT}calendars/{}/", encode(person)),
            Self::Calendar(person, id) => format!("{ROOT}calendars/{}/{}/", encode(person), encode(id)),
            Self::Object(person, id, name) => {
                format!("{ROOT}calendars/{}/{}/{}", encode(person), encode(id), encode(name))
            }
        }
    }

    /// Whose it is.
    pub(crate) fn owner(&self) -> Option<&str> {
        match self {
            Self::Root => None,
            Self::Principal(person) | Self::Home(person) | Self::Calendar(person, _) | Self::Object(person, ..) => {
                Some(person)
            }
        }
    }
}

fn decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let value = digit(rest.next())? * 16 + digit(rest.next())?;
        bytes.push(u8::try_from(value).ok()?);
    }
    String::from_utf8(bytes).ok()
}

fn encode(segment: &str) -> String {
    let mut encoded = String::with_capacity(segment.len());
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@+".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Option<Resource>) {
        assert_eq!(Resource::read(path), expected, "{path}");
    }

    #[test]
    fn paths_name_resources_whether_encoded_or_not() {
        let ann = || "ann@sandbox.test".to_owned();
        check("/dav", Some(Resource::Root));
        check("/dav/", Some(Resource::Root));
        check("/dav/principals/ann%40Sandbox.test/", Some(Resource::Principal(ann())));
        check("/dav/calendars/ann@sandbox.test", Some(Resource::Home(ann())));
        check("/dav/calendars/ann@sandbox.test/work", Some(Resource::Calendar(ann(), "work".into())));
        check(
            "/dav/calendars/ann@sandbox.test/work/a%20b.ics",
            Some(Resource::Object(ann(), "work".into(), "a b.ics".into())),
        );
    }

    #[test]
    fn other_paths_name_nothing() {
        for path in
            ["/", "/davy/", "/dav/x/", "/dav/calendars/a/b/c/d", "/dav/calendars/a/b/%2Fc", "/dav/principals/%f"]
        {
            check(path, None);
        }
        check("/dav/calendars/a/../b", None);
    }

    #[test]
    fn a_written_path_reads_back() {
        let object = Resource::Object("ann@sandbox.test".into(), "w\u{f6}rk".into(), "a b#?%.ics".into());
        check(&object.href(), Some(object));
    }
}
