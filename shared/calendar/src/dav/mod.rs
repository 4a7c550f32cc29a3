//! CalDAV as values: what to ask of a calendar server, and what its answers mean.
//!
//! Nothing here opens a connection. A `Request` is carried out by the link, its `Reply` comes back as bytes, and the
//! functions of this module say what it was (RFC 4791, RFC 4918, RFC 6578, RFC 5397, RFC 6638).

mod account;
mod collection;
mod condition;
mod discovery;
mod failure;
mod href;
mod kin;
mod multistatus;
mod object_name;
mod query;
mod request;
mod xml;

pub use account::{Account, DiscoveryProblem};
pub use collection::{Changes, Collection, Object, changes, collections, objects};
pub use condition::{Condition, ETag};
pub use discovery::{Discovery, Step};
pub use failure::{Outcome, Precondition, outcome};
pub use href::{Href, HrefProblem, Location, MAX_HREF_BYTES, Origin};
pub use multistatus::{Multistatus, Properties, Response};
pub use object_name::object_name;
pub use query::{describe_collection, list_etags, multiget, options, probe, query_window, read_home, sync_collection};
pub use request::{Depth, Method, Reply, Request, delete, get, put};
pub use xml::{MAX_XML_BYTES, MAX_XML_DEPTH, MAX_XML_ELEMENTS, XmlProblem};
