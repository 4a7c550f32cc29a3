//! Two tabs of one device: one sends, both see.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures::{FutureExt, future::LocalBoxFuture};
use intent::{Ask, OutboxStage, Status, Tell};

use super::{A_WHILE, Straight, Tab};
use crate::storage::{Memory, News, Turn};

/// The tabs of one device. Whoever asks first has the turn for good.
#[derive(Clone, Default)]
struct Tabs {
    is_taken: Rc<Cell<bool>>,
    hearing: Rc<RefCell<Vec<Hearing>>>,
}

/// One tab's ear, and the tab's number.
type Hearing = (usize, Box<dyn Fn(News)>);

/// One of the tabs.
struct OneOf {
    tabs: Tabs,
    number: usize,
}

impl Turn for OneOf {
    fn mine(&self) -> LocalBoxFuture<'static, ()> {
        match self.tabs.is_taken.replace(true) {
            false => std::future::ready(()).boxed_local(),
            true => std::future::pending().boxed_local(),
        }
    }

    fn announce(&self, news: News) {
        for (number, hear) in &*self.tabs.hearing.borrow() {
            if *number != self.number {
                hear(news);
            }
        }
    }

    fn listen(&self, hear: Box<dyn Fn(News)>) {
        self.tabs.hearing.borrow_mut().push((self.number, hear));
    }
}

#[test]
fn what_one_tab_writes_another_sends_once_and_both_see_it() {
    let (link, device, tabs) = (Straight::default(), Memory::default(), Tabs::default());
    let tab = |number: usize| {
        let turn = Rc::new(OneOf { tabs: tabs.clone(), number });
        Tab::signed_in_with(&link, &device, number as u64, turn)
    };
    let (mut leader, mut follower) = (tab(1), tab(2));
    let follows = |tab: &Tab| {
        tab.last(|tell| {
            if let Tell::Status(Status { follows_other_tab, .. }) = tell { Some(*follows_other_tab) } else { None }
        })
    };
    assert_eq!((follows(&leader), follows(&follower)), (false, true));
    let form = follower.write(&["bob@b.example"]);
    follower.send(&form);
    follower.pass(A_WHILE);
    assert_eq!(link.0.borrow().acts, [], "a follower sends nothing");
    leader.pass(A_WHILE);
    follower.pass(A_WHILE);
    assert_eq!(link.0.borrow().submitted.len(), 1);
    assert_eq!(leader.outbox()[0].stage, OutboxStage::Done);
    assert_eq!(follower.outbox()[0].stage, OutboxStage::Done);
    follower.ask(Ask::SignOut);
    leader.pass(A_WHILE);
    assert_eq!(leader.sign_in(), intent::SignInView::SignedOut);
}
