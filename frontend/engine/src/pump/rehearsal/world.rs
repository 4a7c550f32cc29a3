//! A world that stands still until a test moves it.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use futures::{
    FutureExt,
    channel::oneshot,
    executor::{LocalPool, LocalSpawner},
    future::LocalBoxFuture,
    task::LocalSpawnExt,
};

use crate::world::World;

/// When every rehearsal begins: 22 November 2026, 12:00 UTC.
pub(super) const NOON: i64 = 1_795_348_800_000;

/// Time, chance and tasks under a test's control.
pub(super) struct StillWorld {
    now_millis: Cell<i64>,
    drawn: Cell<u64>,
    sleepers: RefCell<Vec<(i64, oneshot::Sender<()>)>>,
    spawner: LocalSpawner,
}

impl StillWorld {
    pub(super) fn new(pool: &LocalPool, chance: u64) -> Rc<Self> {
        Rc::new(Self {
            now_millis: Cell::new(NOON),
            drawn: Cell::new(chance),
            sleepers: RefCell::default(),
            spawner: pool.spawner(),
        })
    }

    /// Lets this much time pass, waking sleepers one by one in their order.
    pub(super) fn pass(&self, pool: &mut LocalPool, duration: Duration) {
        let end = self.now_millis.get() + duration.as_millis() as i64;
        loop {
            pool.run_until_stalled();
            let next = {
                let mut sleepers = self.sleepers.borrow_mut();
                sleepers.retain(|(_, sleeper)| !sleeper.is_canceled());
                let first = sleepers
                    .iter()
                    .enumerate()
                    .filter(|(_, (hour, _))| *hour <= end)
                    .min_by_key(|(_, (hour, _))| *hour);
                let first = first.map(|(index, _)| index);
                first.map(|index| sleepers.remove(index))
            };
            let Some((hour, sleeper)) = next else { break };
            self.now_millis.set(hour.max(self.now_millis.get()));
            let _ = sleeper.send(());
        }
        self.now_millis.set(end);
        pool.run_until_stalled();
    }
}

impl World for StillWorld {
    fn now_millis(&self) -> i64 {
        self.now_millis.get()
    }

    fn random(&self, bytes: &mut [u8]) {
        for byte in bytes {
            // SplitMix64: every draw differs, and every run is the same.
            self.drawn.set(self.drawn.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
            let mut mixed = self.drawn.get();
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = (mixed >> 56) as u8;
        }
    }

    fn sleep(&self, duration: Duration) -> LocalBoxFuture<'static, ()> {
        let (sender, receiver) = oneshot::channel();
        self.sleepers.borrow_mut().push((self.now_millis.get() + duration.as_millis() as i64, sender));
        receiver.map(drop).boxed_local()
    }

    fn spawn(&self, work: LocalBoxFuture<'static, ()>) {
        self.spawner.spawn_local(work).unwrap();
    }
}
