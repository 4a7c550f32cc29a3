//! Every chore of the project, one file each, as `cargo xtask CHORE`.

mod bench;
mod demo;
mod dist;
mod fuzz;
mod process;
mod project;
mod test;
mod tidy;
mod tools;
mod web;

use std::process::ExitCode;

use project::{Outcome, Problem, say};

/// One chore: its name, what `cargo xtask` says about it, and what it does with the words after its name.
struct Chore {
    name: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Outcome,
}

const CHORES: &[Chore] = &[
    Chore {
        name: "demo",
        about: "build everything, start a sandbox mailbox and a relay, open the page",
        run: demo::run,
    },
    Chore { name: "test", about: "every check and every test, with a summary; --list, --only STAGE", run: test::run },
    Chore { name: "ci", about: "the same as test", run: test::run },
    Chore {
        name: "tidy",
        about: "the rules of the house: dependency direction, headers, lengths, snapshots",
        run: tidy::run,
    },
    Chore { name: "bench", about: "the budgets, each beside what is measured", run: bench::run },
    Chore { name: "fuzz", about: "each fuzz target for 60 s; --smoke for a few seconds", run: fuzz::run },
    Chore { name: "web", about: "build page and engine into target/web; --dev for a quick build", run: web::run },
    Chore { name: "dist", about: "one release binary with the page inside, in dist/", run: dist::run },
    Chore { name: "tools", about: "fetch what the other chores need", run: tools::run },
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some(name) = words.first() else {
        say(&usage());
        return ExitCode::FAILURE;
    };
    let Some(chore) = CHORES.iter().find(|chore| chore.name == name) else {
        say(&usage());
        return if matches!(name.as_str(), "help" | "--help" | "-h") { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    };
    match (chore.run)(&words[1..]) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Problem(text)) => {
            say(&format!("cargo xtask {name}: {text}"));
            ExitCode::FAILURE
        }
    }
}

fn usage() -> String {
    let mut text = String::from("usage: cargo xtask CHORE\n");
    for chore in CHORES {
        text.push_str(&format!("\n  {:<6} {}", chore.name, chore.about));
    }
    text
}
