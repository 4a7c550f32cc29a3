//! What the relay permits: which servers, which addresses, how many, how much. Pure: nothing here opens anything.

pub mod address;
pub mod admission;
pub mod destination;
pub mod host;
pub mod limit;
pub mod provider;

pub use address::AddressKind;
pub use admission::{Admissions, Crowded, Quota};
pub use destination::{Denial, Endpoint, Judgement, Policy, Route};
pub use host::HostName;
