//! Whose turn it is: of all tabs on one device, one sends and watches, the others hear what it did.
//!
//! The browser's lock goes to the next tab by itself when its holder closes or crashes, so nobody has to notice. It is
//! never given back nor taken away while its worker lives, so whoever lost it can write no more: no number has to fence
//! off a tab that still believes it leads.

use futures::{FutureExt, future::LocalBoxFuture};

/// What one tab tells the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// The outbox on the device has changed.
    Outbox,
    /// Calendars, their objects or the answers on the device have changed.
    Mailbox,
    /// Somebody signed out: nothing is kept any more.
    SignedOut,
}

impl News {
    /// Every kind of news.
    pub const ALL: [Self; 3] = [Self::Outbox, Self::Mailbox, Self::SignedOut];

    /// Its name on the channel.
    pub fn name(self) -> &'static str {
        match self {
            Self::Outbox => "outbox",
            Self::Mailbox => "mailbox",
            Self::SignedOut => "signed-out",
        }
    }
}

/// The turn to act, shared by all tabs of a device.
pub trait Turn {
    /// Ends when it is this tab's turn; from then on it stays so as long as the engine runs.
    fn mine(&self) -> LocalBoxFuture<'static, ()>;
    /// Tells the other tabs.
    fn announce(&self, news: News);
    /// Hears what other tabs tell.
    fn listen(&self, hear: Box<dyn Fn(News)>);
}

/// The turn where there are no other tabs, or no way to know of them.
pub struct OnlyTab;

impl Turn for OnlyTab {
    fn mine(&self) -> LocalBoxFuture<'static, ()> {
        std::future::ready(()).boxed_local()
    }

    fn announce(&self, _news: News) {}

    fn listen(&self, _hear: Box<dyn Fn(News)>) {}
}

#[cfg(target_arch = "wasm32")]
pub use browser::BrowserTurn;

#[cfg(target_arch = "wasm32")]
mod browser {
    use std::cell::RefCell;

    use futures::{FutureExt, channel::oneshot, future::LocalBoxFuture};
    use js_sys::{Function, Promise, Reflect};
    use wasm_bindgen::{JsCast, JsValue, closure::Closure};
    use web_sys::{BroadcastChannel, MessageEvent};

    use super::{News, Turn};

    type Hearing = Closure<dyn FnMut(MessageEvent)>;

    /// The name of both the lock and the channel.
    const NAME: &str = "calpost";

    /// The turn by Web Locks, the news by `BroadcastChannel`; without either this is the only tab.
    pub struct BrowserTurn {
        channel: Option<BroadcastChannel>,
        hearing: RefCell<Option<Hearing>>,
    }

    impl BrowserTurn {
        /// Joins the tabs of this device.
        pub fn join() -> Self {
            Self { channel: BroadcastChannel::new(NAME).ok(), hearing: RefCell::default() }
        }
    }

    impl Turn for BrowserTurn {
        fn mine(&self) -> LocalBoxFuture<'static, ()> {
            let (sender, receiver) = oneshot::channel::<()>();
            if request_lock(sender).is_none() {
                return std::future::ready(()).boxed_local();
            }
            // A lock that is refused leaves this tab a follower: nothing is sent twice.
            async move {
                if receiver.await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
            .boxed_local()
        }

        fn announce(&self, news: News) {
            if let Some(channel) = &self.channel {
                // The channel refuses only what cannot be copied, and a text always can.
                let _ = channel.post_message(&JsValue::from_str(news.name()));
            }
        }

        fn listen(&self, hear: Box<dyn Fn(News)>) {
            let Some(channel) = &self.channel else { return };
            let hearing = Hearing::new(move |event: MessageEvent| {
                let name = event.data().as_string().unwrap_or_default();
                if let Some(news) = News::ALL.into_iter().find(|news| news.name() == name) {
                    hear(news);
                }
            });
            channel.set_onmessage(Some(hearing.as_ref().unchecked_ref()));
            *self.hearing.borrow_mut() = Some(hearing);
        }
    }

    /// Queues for the lock and never gives it back; nothing if this browser has no locks.
    fn request_lock(granted: oneshot::Sender<()>) -> Option<()> {
        let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
        let locks = Reflect::get(&navigator, &"locks".into()).ok().filter(JsValue::is_object)?;
        let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
        let held = Closure::once_into_js(move |_lock: JsValue| -> JsValue {
            let _ = granted.send(());
            // The lock is held until this promise settles, which it never does.
            Promise::new(&mut |_, _| {}).into()
        });
        request.call2(&locks, &NAME.into(), &held).ok().map(drop)
    }
}
