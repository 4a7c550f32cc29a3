//! One property: a content line that can be looked into and changed in place.
//!
//! A change replaces the octets it must and leaves the others, folds included; only a physical line that would become
//! longer than 75 octets is folded again.

use std::borrow::Cow;
use std::ops::Range;

use super::fold::{FOLD_OCTETS, fold};
use super::line::{self, Line, Wire};
use super::parameter::{self, Parameter, Place};
use super::text::{escape, is_forbidden, split_escaped, unescape};
use super::{Address, ProblemKind};

/// A property with its parameters and its value (RFC 5545 section 3.1).
#[derive(Clone, Debug)]
pub struct Property {
    text: String,
    name_end: usize,
    value_at: usize,
    is_escaped: bool,
    wire: Wire,
}

impl Property {
    /// A new property from a value that needs no escaping (a date, a number, a URI); control characters are dropped.
    ///
    /// A name may hold letters, digits and hyphens; anything else in it is dropped.
    #[must_use]
    pub fn new(name: &str, value: &str) -> Self {
        let mut text: String = name.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect();
        let name_end = text.len();
        text.push(':');
        let value_at = text.len();
        push_clean(&mut text, value);
        Self { text, name_end, value_at, is_escaped: false, wire: Wire::Fresh }
    }

    /// A new property whose value is a text, escaped here.
    #[must_use]
    pub fn new_text(name: &str, text: &str) -> Self {
        Self::new(name, &escape(text))
    }

    /// The same property with a parameter set, for building.
    #[must_use]
    pub fn with(mut self, parameter: &str, value: &str) -> Self {
        self.set_parameter(parameter, value);
        self
    }

    /// The same line as new: folded afresh when it is written, without control characters and unreadable bytes.
    #[must_use]
    pub fn to_fresh(&self) -> Self {
        let readable =
            if self.is_escaped { Cow::Owned(line::readable(&self.text)) } else { Cow::Borrowed(&*self.text) };
        let head = if self.is_escaped { line::readable(&self.text[..self.value_at]) } else { String::new() };
        let head_length = if self.is_escaped { head.len() } else { self.value_at };
        let mut text = String::with_capacity(readable.len());
        push_clean(&mut text, &readable[..head_length]);
        let value_at = text.len();
        push_clean(&mut text, &readable[head_length..]);
        Self { text, name_end: self.name_end, value_at, is_escaped: false, wire: Wire::Fresh }
    }

    /// Its name as written.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.text[..self.name_end]
    }

    /// Whether it has this name, in any case.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// Its value as written, escapes included.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.text[self.value_at..]
    }

    /// Its value read as TEXT.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        if self.is_escaped {
            return Cow::Owned(unescape(&line::readable(self.value())).into_owned());
        }
        unescape(self.value())
    }

    /// Its values read as a list of TEXT separated by commas, as in CATEGORIES.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        split_escaped(self.value(), ',').map(|value| unescape(value).into_owned()).collect()
    }

    /// The person a CAL-ADDRESS speaks of; its EMAIL parameter when the value itself is no mail address (RFC 7986).
    #[must_use]
    pub fn address(&self) -> Address {
        let address = Address::new(self.value());
        if address.is_mail() {
            return address;
        }
        match self.parameter("EMAIL").map(|email| Address::new(&email)) {
            Some(email) if email.is_mail() => email,
            _ => address,
        }
    }

    /// All its parameters, in their order.
    pub fn parameters(&self) -> impl Iterator<Item = Parameter<'_>> {
        self.places().map(|place| Parameter { name: &self.text[place.name], raw: &self.text[place.raw] })
    }

    /// The first value of a parameter, decoded; `None` if the line has no such parameter.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<Cow<'_, str>> {
        let found = self.parameters().find(|parameter| parameter.name.eq_ignore_ascii_case(name));
        found.map(Parameter::first)
    }

    /// All values of a parameter, decoded.
    pub fn parameter_values(&self, name: &str) -> impl Iterator<Item = Cow<'_, str>> {
        let found = self.parameters().find(|parameter| parameter.name.eq_ignore_ascii_case(name));
        found.into_iter().flat_map(Parameter::values)
    }

    /// Whether a parameter's first value is this one, in any case.
    #[must_use]
    pub fn parameter_is(&self, name: &str, value: &str) -> bool {
        self.parameter(name).is_some_and(|found| found.trim().eq_ignore_ascii_case(value))
    }

    /// Sets a parameter to one value: where it stands, or after the others. Copies of it are removed.
    pub fn set_parameter(&mut self, name: &str, value: &str) {
        self.set_parameter_values(name, [value]);
    }

    /// Sets a parameter to a list of values.
    pub fn set_parameter_values<'v>(&mut self, name: &str, values: impl IntoIterator<Item = &'v str>) {
        let raw = values.into_iter().map(parameter::encode).collect::<Vec<_>>().join(",");
        match self.place(name) {
            None => {
                let colon = self.value_at - 1;
                self.splice(colon..colon, &format!(";{name}={raw}"));
            }
            Some(place) if place.raw.start == place.name.end => self.splice(place.raw, &format!("={raw}")),
            Some(place) => {
                if self.text[place.raw.clone()] != raw {
                    self.splice(place.raw, &raw);
                }
                while let Some(copy) = self.copy_of(name) {
                    self.splice(copy.whole, "");
                }
            }
        }
    }

    /// Removes a parameter and all copies of it; says whether there was one.
    pub fn remove_parameter(&mut self, name: &str) -> bool {
        let mut is_found = false;
        while let Some(place) = self.place(name) {
            self.splice(place.whole, "");
            is_found = true;
        }
        is_found
    }

    /// Removes each parameter that the test does not keep.
    pub fn retain_parameters(&mut self, mut keeps: impl FnMut(&str) -> bool) {
        while let Some(place) = self.find_place(|name| !keeps(name)) {
            self.splice(place.whole, "");
        }
    }

    /// Replaces the value by one that needs no escaping; control characters are dropped.
    pub fn set_value(&mut self, value: &str) {
        let mut clean = String::with_capacity(value.len());
        push_clean(&mut clean, value);
        if self.value() != clean {
            self.splice(self.value_at..self.text.len(), &clean);
        }
    }

    /// Replaces the value by a text, escaped here.
    pub fn set_text(&mut self, text: &str) {
        self.set_value(&escape(text));
    }

    /// The whole line, unfolded, without its line end.
    #[must_use]
    pub fn line(&self) -> &str {
        &self.text
    }

    /// Reads a line as a property; gives it back if it is none.
    pub(super) fn read(line: Line, problems: &mut Vec<ProblemKind>) -> Result<Self, Line> {
        let Line { text, is_escaped, wire, .. } = line;
        let name_end = text.bytes().position(|byte| matches!(byte, b':' | b';'));
        let Some(name_end) = name_end.filter(|end| is_name(&text[..*end])) else {
            return Err(Line { text, is_escaped, wire, number: line.number });
        };
        let mut is_quoted = false;
        let colon = text[name_end..].bytes().position(|byte| {
            is_quoted ^= byte == b'"';
            byte == b':' && !is_quoted
        });
        let colon = match colon {
            Some(length) => Some(name_end + length),
            // A quote that never closes would swallow the value: the first colon is as good a guess as there is.
            None => text[name_end..].find(':').map(|length| {
                problems.push(ProblemKind::UnbalancedQuote);
                name_end + length
            }),
        };
        let Some(colon) = colon else {
            return Err(Line { text, is_escaped, wire, number: line.number });
        };
        if is_escaped {
            problems.push(ProblemKind::NotUtf8);
        }
        // Without an early end the whole line is looked at in a few steps.
        if text.bytes().fold(false, |is_found, byte| is_found | (byte.is_ascii_control() && byte != b'\t')) {
            problems.push(ProblemKind::ControlCharacter);
        }
        Ok(Self { text, name_end, value_at: colon + 1, is_escaped, wire })
    }

    pub(super) fn count_parameters(&self) -> usize {
        if self.name_end + 1 == self.value_at { 0 } else { self.places().count() }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        if !matches!(self.wire, Wire::Exact(_)) && self.is_escaped {
            let bytes = line::encode(&self.text);
            return write_as(out, &bytes, &self.wire);
        }
        write_as(out, self.text.as_bytes(), &self.wire);
    }

    fn places(&self) -> impl Iterator<Item = Place> {
        parameter::places(&self.text, self.name_end, self.value_at - 1)
    }

    fn place(&self, name: &str) -> Option<Place> {
        self.find_place(|found| found.eq_ignore_ascii_case(name))
    }

    fn find_place(&self, mut is_meant: impl FnMut(&str) -> bool) -> Option<Place> {
        self.places().find(|place| is_meant(&self.text[place.name.clone()]))
    }

    /// The second place at which a parameter stands.
    fn copy_of(&self, name: &str) -> Option<Place> {
        self.places().filter(|place| self.text[place.name.clone()].eq_ignore_ascii_case(name)).nth(1)
    }

    /// Replaces a range of the unfolded line, and the same range of the bytes it was read from.
    fn splice(&mut self, range: Range<usize>, replacement: &str) {
        if let Wire::Exact(raw) = &self.wire {
            let octets = |text: &str| if self.is_escaped { line::encode(text).len() } else { text.len() };
            let start = octets(&self.text[..range.start]);
            let length = octets(&self.text[range.clone()]);
            self.wire = Wire::Exact(splice_folded(raw, start..start + length, replacement.as_bytes()).into());
        }
        if range.end < self.value_at {
            self.value_at = self.value_at - range.len() + replacement.len();
        }
        self.text.replace_range(range, replacement);
        if self.text.len() > FOLD_OCTETS {
            let line_end: &[u8] = match self.wire {
                Wire::Crlf => b"\r\n",
                Wire::Lf => b"\n",
                _ => return,
            };
            let mut raw = Vec::with_capacity(self.text.len() + 16);
            let bytes = if self.is_escaped { line::encode(&self.text) } else { self.text.as_bytes().to_vec() };
            fold(&mut raw, &bytes, line_end);
            raw.extend_from_slice(line_end);
            self.wire = Wire::Exact(raw.into());
        }
    }
}

fn write_as(out: &mut Vec<u8>, text: &[u8], wire: &Wire) {
    match wire {
        Wire::Exact(raw) => out.extend_from_slice(raw),
        Wire::Unended => out.extend_from_slice(text),
        Wire::Crlf => {
            out.extend_from_slice(text);
            out.extend_from_slice(b"\r\n");
        }
        Wire::Lf => {
            out.extend_from_slice(text);
            out.push(b'\n');
        }
        Wire::Fresh => {
            fold(out, text, b"\r\n");
            out.extend_from_slice(b"\r\n");
        }
    }
}

/// Replaces a range, counted in unfolded octets, of a folded line.
fn splice_folded(raw: &[u8], range: Range<usize>, replacement: &[u8]) -> Vec<u8> {
    let places = unfolded_places(raw);
    let place = |at: usize| places.get(at).copied().unwrap_or(places.last().map_or(0, |last| last + 1));
    let start = place(range.start);
    let end = if range.is_empty() { start } else { place(range.end - 1) + 1 };
    let mut spliced = raw[..start].to_vec();
    spliced.extend_from_slice(replacement);
    spliced.extend_from_slice(&raw[end..]);

    let line_start = raw[..start].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let after = start + replacement.len();
    let line_end = spliced[after..].iter().position(|byte| *byte == b'\n').map_or(spliced.len(), |at| after + at);
    let physical = &spliced[line_start..line_end];
    let (content, break_octets): (&[u8], &[u8]) = match physical {
        [content @ .., b'\r'] => (content, b"\r\n"),
        content => (content, b"\n"),
    };
    if content.len() <= FOLD_OCTETS {
        return spliced;
    }
    let content_end = line_start + content.len();
    let mut folded = spliced[..line_start].to_vec();
    fold(&mut folded, content, break_octets);
    folded.extend_from_slice(&spliced[content_end..]);
    folded
}

/// Where each octet of the unfolded line lies in the folded one.
fn unfolded_places(raw: &[u8]) -> Vec<usize> {
    let mut places = Vec::with_capacity(raw.len());
    let mut at = 0;
    while at < raw.len() {
        let end = raw[at..].iter().position(|byte| *byte == b'\n').map_or(raw.len(), |length| at + length);
        let content_end = raw[at..end].iter().rposition(|byte| *byte != b'\r').map_or(at, |length| at + length + 1);
        places.extend(if at == 0 { 0 } else { at + 1 }..content_end);
        at = end + 1;
    }
    places
}

fn is_name(name: &str) -> bool {
    let may_stand = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'=' | b',' | b'\\');
    !name.is_empty() && name.bytes().all(may_stand)
}

fn push_clean(out: &mut String, value: &str) {
    if value.chars().any(is_forbidden) {
        out.extend(value.chars().filter(|character| !is_forbidden(*character)));
    } else {
        out.push_str(value);
    }
}

#[cfg(test)]
mod tests;
