//! A problem in words, with what can be done about it.

use intent::{Problem, ProblemKind};
use leptos::prelude::*;

use super::icon::Icon;
use crate::text::problem;

/// A problem: what happened, what it means, what to do; and the other side's own words.
#[component]
pub fn ProblemNotice(
    /// The problem.
    problem: Problem,
    /// What can be done here.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let words = problem::words(&problem);
    let icon = match problem.kind {
        ProblemKind::RelayAway | ProblemKind::Unreachable | ProblemKind::TimedOut | ProblemKind::Closed => "i-offline",
        _ => "i-failed",
    };
    view! {
        <div class="notice bad">
            <Icon name=icon />
            <div>
                <p><b class="strong">{words.happened}</b>" "{words.means}" "{words.remedy}</p>
                {(!words.detail.is_empty()).then(|| view! { <p class="their-words" dir="auto">{words.detail}</p> })}
            </div>
            {children.map(|children| view! { <div class="end">{children()}</div> })}
        </div>
    }
}
