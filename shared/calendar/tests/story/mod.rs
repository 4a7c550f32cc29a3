//! Telling a story: its steps are carried out by the library, and what is expected is compared by meaning.

mod block;

use calendar::ical::{Address, Component};
use calendar::itip::{
    self, AnswerProblem, Answered, Answering, Delegating, Edit, Incoming, Me, Message, OccurrenceAnswer, Outcome,
    Outgoing, Partstat, Proposal, Received, Sender, Stored, Telling,
};
use calendar::time::moment::Moment;
use jiff::Timestamp;

use self::block::{apply_edit, check_component, component_of, message_of, stored_of};

/// Tells a story; on failure says on which line, and what was different.
pub(crate) fn tell(text: &str) -> Result<(), String> {
    let mut story = Story::default();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let mut block = Vec::new();
        while let Some((_, inner)) = lines.next_if(|(_, next)| next.starts_with(' ') || next.trim().is_empty()) {
            if !inner.trim().is_empty() {
                block.push(inner.trim());
            }
        }
        story.step(line.trim(), &block).map_err(|problem| format!("{}: {line}\n{problem}", number + 1))?;
    }
    story.check_letters_read().map_err(|problem| format!("end: {problem}"))
}

struct Story {
    me: Me,
    now: Timestamp,
    stored: Option<Stored>,
    outgoing: Vec<Outgoing>,
    received: Option<Received>,
    problem: Option<String>,
    latest: Vec<Outgoing>,
    class: &'static str,
    is_newer: bool,
}

impl Default for Story {
    fn default() -> Self {
        Self {
            me: Me::new(["ann@example.org".into()]),
            now: "2026-11-22T10:00:00Z".parse().expect("an instant"),
            stored: None,
            outgoing: Vec::new(),
            received: None,
            problem: None,
            latest: Vec::new(),
            class: "",
            is_newer: false,
        }
    }
}

impl Story {
    fn step(&mut self, line: &str, block: &[&str]) -> Result<(), String> {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        if !matches!(verb, "expect") {
            self.check_letters_read()?;
            if self.problem.take().is_some() {
                return Err("the step before was refused, which nobody expected".to_owned());
            }
        }
        match verb {
            "me" => self.me = Me::new(rest.split_whitespace().map(Address::new)),
            "now" => self.now = rest.parse().map_err(|error| format!("{error}"))?,
            "stored" => self.stored = if rest == "nothing" { None } else { Some(stored_of(block)?) },
            "organize" => {
                let after = match &self.stored {
                    Some(stored) => apply_edit(stored, block)?,
                    None => stored_of(block)?,
                };
                let telling = if rest == "silently" { Telling::Nobody } else { Telling::Guests };
                self.organize(Some(&after), telling);
            }
            "delete" => self.organize(None, Telling::Guests),
            "receive" => self.receive(rest, block)?,
            "answer" => self.answer(rest, block)?,
            "delegate" => self.delegate(rest, block)?,
            "decline-counter" => self.decline_counter(block)?,
            "split" => self.split(rest)?,
            "classify" => self.classify(block)?,
            "agree" => self.agree()?,
            "expect" => self.expect(rest, block)?,
            _ => return Err("no such step".to_owned()),
        }
        Ok(())
    }

    fn organize(&mut self, after: Option<&Stored>, telling: Telling) {
        let edit = Edit { me: &self.me, now: self.now, before: self.stored.as_ref(), after, telling };
        match itip::organize(edit) {
            Ok(organized) => {
                self.stored = organized.stored;
                self.take_letters(organized.outgoing);
            }
            Err(problem) => self.problem = Some(problem.to_string()),
        }
    }

    fn receive(&mut self, rest: &str, block: &[&str]) -> Result<(), String> {
        let mut words = rest.split_whitespace();
        let mut address = None;
        let mut is_verified = true;
        while let Some(word) = words.next() {
            match word {
                "from" => address = words.next().map(Address::new),
                "unverified" => is_verified = false,
                _ => return Err(format!("what is {word:?}?")),
            }
        }
        let sender = match address {
            Some(address) if is_verified => Sender::verified(address),
            None if is_verified => Sender::trusted(),
            address => Sender::unverified(address),
        };
        let (now, me) = (self.now, self.me.clone());
        let received = match Message::read(&message_of(block)) {
            Ok(message) => itip::receive(Incoming {
                me: &me,
                now,
                stored: self.stored.as_ref(),
                message: &message,
                sender: &sender,
            }),
            Err(problem) => Received::invalid(problem),
        };
        if let Outcome::Applied(stored) = &received.outcome {
            self.stored = Some(stored.clone());
        }
        self.take_letters(received.outgoing.clone());
        self.received = Some(received);
        Ok(())
    }

    fn answer(&mut self, rest: &str, block: &[&str]) -> Result<(), String> {
        let stored = self.stored.clone().ok_or("nothing is stored")?;
        let mut answers = Vec::new();
        for one in rest.split(',').map(str::trim) {
            let (partstat, occurrence) = match one.split_once(" to ") {
                Some((partstat, at)) => {
                    (partstat, Some(Moment::parse(at, None).map_err(|problem| problem.to_string())?))
                }
                None => (one, None),
            };
            answers.push(OccurrenceAnswer { occurrence, partstat: Partstat::parse(partstat) });
        }
        let comment = block.iter().find_map(|line| line.strip_prefix("comment "));
        let proposal = block.iter().find_map(|line| line.strip_prefix("counter ")).map(|times| {
            let mut times = times.split_whitespace().map(|time| Moment::parse(time, None).expect("a time"));
            Proposal { start: times.next().expect("a start"), end: times.next() }
        });
        let quiet = block.contains(&"quietly");
        let answered = itip::answer(Answering {
            me: &self.me,
            now: self.now,
            stored: &stored,
            answers: &answers,
            comment,
            proposal: proposal.as_ref(),
            telling: if quiet { Telling::Nobody } else { Telling::Guests },
        });
        self.take_answered(answered);
        Ok(())
    }

    fn delegate(&mut self, rest: &str, block: &[&str]) -> Result<(), String> {
        let stored = self.stored.clone().ok_or("nothing is stored")?;
        let rest = rest.strip_prefix("to ").ok_or("delegate to ADDRESS [at TIME]")?;
        let (address, at) = rest.split_once(" at ").map_or((rest, None), |(address, at)| (address, Some(at)));
        let occurrence = at.map(|at| Moment::parse(at, None)).transpose().map_err(|problem| problem.to_string())?;
        let delegated = itip::delegate(Delegating {
            me: &self.me,
            now: self.now,
            stored: &stored,
            occurrence: occurrence.as_ref(),
            delegate: &Address::new(address),
            comment: block.iter().find_map(|line| line.strip_prefix("comment ")),
            telling: Telling::Guests,
        });
        self.take_answered(delegated);
        Ok(())
    }

    fn take_answered(&mut self, answered: Result<Answered, AnswerProblem>) {
        match answered {
            Ok(answered) => {
                self.stored = Some(answered.stored);
                self.take_letters(answered.outgoing);
            }
            Err(problem) => self.problem = Some(problem.to_string()),
        }
    }

    fn decline_counter(&mut self, block: &[&str]) -> Result<(), String> {
        let stored = self.stored.as_ref().ok_or("nothing is stored")?;
        let message = Message::read(&message_of(block)).map_err(|problem| problem.to_string())?;
        match itip::decline_counter(&self.me, self.now, stored, &message) {
            Ok(outgoing) => self.take_letters(vec![outgoing]),
            Err(problem) => self.problem = Some(problem.to_string()),
        }
        Ok(())
    }

    fn classify(&mut self, block: &[&str]) -> Result<(), String> {
        let message = Message::read(&message_of(block)).map_err(|problem| problem.to_string())?;
        self.class = itip::classify(&self.me, self.stored.as_ref(), &message).as_str();
        self.is_newer = self.stored.as_ref().is_some_and(|stored| itip::is_newer(stored, &message));
        Ok(())
    }

    /// What a guest may see of what is stored.
    fn expect_view(&self, rest: &str, block: &[&str]) -> Result<(), String> {
        let (guest, selector) = rest.split_once(' ').unwrap_or((rest, ""));
        let stored = self.stored.as_ref().ok_or("nothing is stored")?;
        match (itip::view_for(stored, &Address::new(guest), self.now), selector) {
            (None, "nothing") => Ok(()),
            (Some(view), "nothing") => Err(String::from_utf8_lossy(&view.write()).into_owned()),
            (Some(view), selector) => check_component(&view, selector, block),
            (None, _) => Err("there is nothing to see".to_owned()),
        }
    }

    /// Cuts the series; what is stored afterwards is the part that is named first.
    fn split(&mut self, rest: &str) -> Result<(), String> {
        let stored = self.stored.as_ref().ok_or("nothing is stored")?;
        let (part, at) = rest.split_once(" at ").ok_or("split PART at TIME")?;
        let at = Moment::parse(at, None).map_err(|problem| problem.to_string())?;
        match itip::split(stored, &at, "2", self.now) {
            Ok(split) => self.stored = Some(if part == "past" { split.past } else { split.future }),
            Err(problem) => self.problem = Some(problem.to_string()),
        }
        Ok(())
    }

    /// The person says yes to the question that the last message became.
    fn agree(&mut self) -> Result<(), String> {
        let consent = self.received.as_ref().and_then(|received| received.consent.clone());
        self.stored = Some(consent.ok_or("there is nothing to agree to")?);
        Ok(())
    }

    /// - `expect stored [SELECTOR]` with lines; `expect nothing stored`
    /// - `expect mail METHOD REASON to A, B [SELECTOR]` with lines; `expect no mail`; `expect refused TEXT`
    /// - `expect view ADDRESS [SELECTOR]` with lines, or `nothing`; `expect class WORD`; `expect newer`, `expect older`
    /// - `expect applied|stale|...`, with lines that the reason must contain; `expect consent [SELECTOR]` with lines
    fn expect(&mut self, rest: &str, block: &[&str]) -> Result<(), String> {
        let (what, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        match what {
            "stored" => {
                let stored = self.stored.as_ref().ok_or("nothing is stored")?;
                check_component(stored, rest, block)
            }
            "nothing" => match &self.stored {
                None => Ok(()),
                Some(stored) => Err(String::from_utf8_lossy(&stored.write()).into_owned()),
            },
            "no" => self.check_letters_read(),
            "mail" => self.expect_mail(rest, block),
            "again" => {
                let last = self.latest.last().ok_or("no mail was expected before")?;
                check_component(&last.message, rest, block)
            }
            "view" => self.expect_view(rest, block),
            "class" => match self.class {
                class if class == rest => Ok(()),
                class => Err(format!("it was {class}")),
            },
            "newer" | "older" => match self.is_newer == (what == "newer") {
                true => Ok(()),
                false => Err("it is the other way round".to_owned()),
            },
            "refused" => match self.problem.take() {
                Some(problem) if problem.contains(rest) => Ok(()),
                problem => Err(format!("it was {problem:?}")),
            },
            "consent" => {
                let consent = self.received.as_ref().and_then(|received| received.consent.as_ref());
                check_component(consent.ok_or("there is no question")?, rest, block)
            }
            verdict => {
                let received = self.received.as_ref().ok_or("no message was received")?;
                let found = received.outcome.as_str();
                if found != verdict {
                    return Err(format!("it was {found}: {}", received.reason));
                }
                match block.iter().find(|part| !received.reason.contains(**part)) {
                    Some(part) => Err(format!("the reason has no {part:?}: {}", received.reason)),
                    None => Ok(()),
                }
            }
        }
    }

    fn expect_mail(&mut self, rest: &str, block: &[&str]) -> Result<(), String> {
        let (rest, selector) = match rest.split_once('[') {
            Some((rest, selector)) => (rest.trim(), format!("[{selector}")),
            None => (rest, String::new()),
        };
        let (head, to) = rest.split_once(" to ").ok_or("expect mail METHOD REASON to ADDRESS, ...")?;
        let mut to: Vec<Address> = to.split(',').map(Address::new).collect();
        to.sort();
        let fits = |outgoing: &Outgoing| {
            let mut found = outgoing.to.clone();
            found.sort();
            found == to && format!("{} {}", outgoing.message.method().as_str(), outgoing.reason.as_str()) == head
        };
        let Some(index) = self.outgoing.iter().position(fits) else {
            return Err(format!("there is no such mail among\n{}", self.describe_letters()));
        };
        let outgoing = self.outgoing.remove(index);
        check_component(&outgoing.message, &selector, block)?;
        self.latest.push(outgoing);
        Ok(())
    }

    fn take_letters(&mut self, outgoing: Vec<Outgoing>) {
        self.outgoing = outgoing;
        self.latest.clear();
    }

    fn check_letters_read(&self) -> Result<(), String> {
        if self.outgoing.is_empty() {
            return Ok(());
        }
        Err(format!("there is mail that nobody expected:\n{}", self.describe_letters()))
    }

    fn describe_letters(&self) -> String {
        let describe = |outgoing: &Outgoing| {
            let to: Vec<&str> = outgoing.to.iter().map(Address::as_str).collect();
            let text = String::from_utf8_lossy(&outgoing.message.write()).into_owned();
            let method = outgoing.message.method().as_str();
            format!("{method} {} to {}\n{text}", outgoing.reason.as_str(), to.join(", "))
        };
        self.outgoing.iter().map(describe).collect::<Vec<_>>().join("\n")
    }
}

/// The components of an object that a story can point at.
fn components(object: &itip::Object) -> impl Iterator<Item = &Component> {
    object.components()
}

/// The component that a selector such as `[20261201T090000Z]` means; without one the series, or the only component.
fn select<'o>(object: &'o itip::Object, selector: &str) -> Result<&'o Component, String> {
    component_of(components(object), selector)
        .ok_or_else(|| format!("there is no component {selector} in\n{}", String::from_utf8_lossy(&object.write())))
}
