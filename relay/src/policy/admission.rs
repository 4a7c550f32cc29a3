//! Who may open a session: so many at once and so many a minute per address, and so many in all.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

use super::limit;

/// The time over which new sessions are counted.
const MINUTE: Duration = Duration::from_secs(60);

/// How many sessions are admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// At once from one address.
    pub per_address: u32,
    /// New ones from one address within a minute.
    pub per_minute: u32,
    /// At once in all.
    pub in_all: u32,
}

impl Default for Quota {
    fn default() -> Self {
        Self {
            per_address: limit::SESSIONS_PER_ADDRESS,
            per_minute: limit::NEW_SESSIONS_PER_MINUTE,
            in_all: limit::SESSIONS,
        }
    }
}

/// Which quota is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crowded {
    /// Too many sessions of this address are open.
    Address,
    /// Too many sessions of this address were begun; another may be after this time.
    Minute(Duration),
    /// Too many sessions are open in all.
    Everywhere,
}

/// The sessions that are open, by address.
#[derive(Debug, Default)]
pub struct Admissions {
    quota: Quota,
    open: u32,
    visitors: HashMap<IpAddr, Visitor>,
}

/// What one address does.
#[derive(Debug, Default)]
struct Visitor {
    open: u32,
    /// When its sessions of the last minute were begun, the oldest first.
    begun: VecDeque<Instant>,
}

impl Admissions {
    /// Nobody is there yet.
    pub fn new(quota: Quota) -> Self {
        Self { quota, open: 0, visitors: HashMap::new() }
    }

    /// How many sessions are open.
    pub fn open(&self) -> u32 {
        self.open
    }

    /// Admits a session; [`Admissions::leave`] must follow when it ends.
    ///
    /// # Errors
    /// If a quota is used up. A refused attempt does not count.
    pub fn enter(&mut self, address: IpAddr, now: Instant) -> Result<(), Crowded> {
        if self.open >= self.quota.in_all {
            return Err(Crowded::Everywhere);
        }
        let visitor = self.visitors.entry(household(address)).or_default();
        visitor.forget_before(now);
        if visitor.open >= self.quota.per_address {
            return Err(Crowded::Address);
        }
        if visitor.begun.len() >= self.quota.per_minute as usize {
            let oldest = visitor.begun.front().copied().unwrap_or(now);
            return Err(Crowded::Minute(MINUTE.saturating_sub(now.saturating_duration_since(oldest))));
        }
        visitor.open += 1;
        visitor.begun.push_back(now);
        self.open += 1;
        Ok(())
    }

    /// A session that was admitted has ended.
    pub fn leave(&mut self, address: IpAddr, now: Instant) {
        self.open = self.open.saturating_sub(1);
        if let Some(visitor) = self.visitors.get_mut(&household(address)) {
            visitor.open = visitor.open.saturating_sub(1);
        }
        // Forgetting is cheap to do here: the table is only as large as the visitors of the last minute.
        self.visitors.retain(|_, visitor| {
            visitor.forget_before(now);
            visitor.open > 0 || !visitor.begun.is_empty()
        });
    }
}

impl Visitor {
    /// Forgets the beginnings that lie a minute back.
    fn forget_before(&mut self, now: Instant) {
        while self.begun.front().is_some_and(|begun| now.saturating_duration_since(*begun) >= MINUTE) {
            self.begun.pop_front();
        }
    }
}

/// What counts as one address: IPv6 households have a /64 to choose from.
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: &str = "192.0.2.1";
    const BOB: &str = "192.0.2.2";

    struct Door {
        admissions: Admissions,
        start: Instant,
    }

    impl Door {
        fn new(per_address: u32, per_minute: u32, in_all: u32) -> Self {
            let quota = Quota { per_address, per_minute, in_all };
            Self { admissions: Admissions::new(quota), start: Instant::now() }
        }

        fn enter(&mut self, who: &str, second: u64) -> Result<(), Crowded> {
            self.admissions.enter(who.parse().unwrap(), self.start + Duration::from_secs(second))
        }

        fn leave(&mut self, who: &str, second: u64) {
            self.admissions.leave(who.parse().unwrap(), self.start + Duration::from_secs(second));
        }
    }

    #[test]
    fn one_address_has_so_many_sessions_at_once() {
        let mut door = Door::new(2, 100, 100);
        assert_eq!(door.enter(ANN, 0), Ok(()));
        assert_eq!(door.enter(ANN, 0), Ok(()));
        assert_eq!(door.enter(ANN, 0), Err(Crowded::Address));
        assert_eq!(door.enter(BOB, 0), Ok(()));
        door.leave(ANN, 1);
        assert_eq!(door.enter(ANN, 1), Ok(()));
    }

    #[test]
    fn one_address_begins_so_many_within_any_minute() {
        let mut door = Door::new(100, 3, 100);
        for second in [0, 58, 59] {
            assert_eq!(door.enter(ANN, second), Ok(()));
            door.leave(ANN, second);
        }
        assert_eq!(door.enter(ANN, 59), Err(Crowded::Minute(Duration::from_secs(1))));
        assert_eq!(door.enter(ANN, 60), Ok(()));
        assert_eq!(door.enter(ANN, 61), Err(Crowded::Minute(Duration::from_secs(57))));
        assert_eq!(door.enter(BOB, 61), Ok(()));
        assert_eq!(door.enter(ANN, 118), Ok(()));
    }

    #[test]
    fn there_are_so_many_in_all() {
        let mut door = Door::new(10, 10, 2);
        assert_eq!(door.enter(ANN, 0), Ok(()));
        assert_eq!(door.enter(BOB, 0), Ok(()));
        assert_eq!(door.enter("192.0.2.3", 0), Err(Crowded::Everywhere));
        assert_eq!(door.admissions.open(), 2);
    }

    #[test]
    fn an_ipv6_household_is_one_visitor() {
        let mut door = Door::new(1, 10, 10);
        assert_eq!(door.enter("2a01:4f8:1:2::1", 0), Ok(()));
        assert_eq!(door.enter("2a01:4f8:1:2:ffff::9", 0), Err(Crowded::Address));
        assert_eq!(door.enter("2a01:4f8:1:3::1", 0), Ok(()));
        assert_eq!(door.enter("::ffff:192.0.2.1", 0), Ok(()));
        assert_eq!(door.enter(ANN, 0), Err(Crowded::Address));
    }

    #[test]
    fn visitors_are_forgotten_after_a_while() {
        let mut door = Door::new(10, 10, 10);
        assert_eq!(door.enter(ANN, 0), Ok(()));
        door.leave(ANN, 1);
        assert_eq!(door.enter(BOB, 300), Ok(()));
        door.leave(BOB, 300);
        assert_eq!(door.admissions.visitors.len(), 1);
    }
}
