//! People without a browser: the engine itself, natively, through a real relay to real servers.
//!
//! It says what the journeys say of the engine, in seconds instead of minutes. The programs `calpost` and `sandbox`
//! must have been built.

use intent::{AnswerOutcome, Ask, CheckOutcome, DeliveryState, OutboxStage, PartStat, ProblemKind, SignInView};
use journeys::{
    provider::{Kind, Provider},
    relay::Relay,
    tab::Tab,
};

/// Runs a story on one thread, as the engine does in its worker.
fn play(story: impl AsyncFnOnce(Provider, Relay)) {
    let provider = Provider::start(Kind::Sandbox).unwrap();
    let relay = Relay::start(&provider).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, story(provider, relay));
}

#[test]
fn an_invitation_goes_out_and_its_answers_come_back() {
    play(async |provider, relay| {
        let mut tab = Tab::open(&relay, &provider);
        tab.sign_in().await;
        let guests = ["accept", "decline", "tentative", "never"].map(|name| format!("{name}@guests.example"));
        let form = tab.write("Tea", &guests).await;
        let inspection = tab.inspection(&form).await;
        assert_eq!(inspection.problems, []);
        assert_eq!(inspection.letters.len(), guests.len());
        tab.ask(Ask::Send { draft: form.draft.clone(), revision: form.revision });
        let item = tab.outbox(|item| item.stage == OutboxStage::Done).await;
        assert!(item.deliveries.iter().all(|delivery| delivery.filed), "{item:?}");
        assert!(item.deliveries.iter().all(|it| matches!(it.state, DeliveryState::Taken { .. })), "{item:?}");
        let answers = tab.answers("Tea", 3).await;
        let others: Vec<_> = answers.iter().filter(|it| it.outcome != AnswerOutcome::Applied).collect();
        assert!(others.is_empty(), "{others:?}");
        let said = |partstat| answers.iter().any(|answer| answer.answer == Some(partstat));
        assert!(said(PartStat::Accepted) && said(PartStat::Declined) && said(PartStat::Tentative), "{answers:?}");
    });
}

#[test]
fn a_wrong_password_is_said_of_each_of_the_three() {
    play(async |provider, relay| {
        let mut tab = Tab::open(&relay, &provider);
        tab.try_sign_in("wrong");
        let checks = tab
            .hear(|tell| match tell {
                intent::Tell::SignIn(SignInView::Checking { checks, done: true }) => Some(checks.clone()),
                _ => None,
            })
            .await;
        for check in checks {
            let CheckOutcome::Failed(problem) = check.outcome else { panic!("{check:?}") };
            assert_eq!(problem.kind, ProblemKind::WrongPassword, "{problem:?}");
        }
    });
}

#[test]
fn a_relay_that_goes_away_and_comes_back_loses_nothing() {
    play(async |provider, mut relay| {
        let mut tab = Tab::open(&relay, &provider);
        tab.sign_in().await;
        let form = tab.write("Tea", &provider.guests[..1]).await;
        tab.inspection(&form).await;
        relay.go_away();
        tab.ask(Ask::Send { draft: form.draft.clone(), revision: form.revision });
        tab.hear(|tell| match tell {
            intent::Tell::Status(status) if matches!(status.link, intent::Link::Waiting { .. }) => Some(()),
            _ => None,
        })
        .await;
        relay.come_back().unwrap();
        let item = tab.outbox(|item| item.stage == OutboxStage::Done).await;
        assert!(item.saved && item.deliveries.len() == 1, "{item:?}");
    });
}
