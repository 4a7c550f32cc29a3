//! One CalDAV request and its answer (RFC 4791 over RFC 4918), with every header named in advance.

use serde::{Deserialize, Serialize};

use crate::{Credentials, Server};

/// A request to a calendar server; its content follows as body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DavRequest {
    /// The server; only [`crate::Security::Tls`] is carried out.
    pub server: Server,
    /// Who signs in, by HTTP Basic; absent for the steps of discovery that need nobody.
    pub credentials: Option<Credentials>,
    /// The method.
    pub method: DavMethod,
    /// Absolute path with optional query, percent-encoded, beginning with `/`.
    pub path: String,
    /// Headers of the request.
    pub headers: Vec<(DavHeader, String)>,
    /// How many bytes of body follow.
    pub size_bytes: u32,
}

/// The methods that pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DavMethod {
    /// Which classes of DAV the server speaks.
    Options,
    /// Read an object.
    Get,
    /// Write an object.
    Put,
    /// Remove an object.
    Delete,
    /// Read properties.
    Propfind,
    /// Change properties.
    Proppatch,
    /// Ask for a report.
    Report,
    /// Make a calendar.
    Mkcalendar,
}

/// The headers that pass, in either direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DavHeader {
    /// `Content-Type`
    ContentType,
    /// `Depth`
    Depth,
    /// `If-Match`
    IfMatch,
    /// `If-None-Match`
    IfNoneMatch,
    /// `Prefer`
    Prefer,
    /// `ETag`
    ETag,
    /// `Schedule-Tag`
    ScheduleTag,
    /// `DAV`
    Dav,
    /// `Allow`
    Allow,
    /// `Location`
    Location,
    /// `Retry-After`
    RetryAfter,
    /// `Last-Modified`
    LastModified,
}

/// The head of a calendar server's answer. 3xx is passed on: the relay follows nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DavReply {
    /// The HTTP status.
    pub status: u16,
    /// Its headers, as far as they pass.
    pub headers: Vec<(DavHeader, String)>,
}
