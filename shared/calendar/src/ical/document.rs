//! One iCalendar text, whole: what was read, byte for byte, as a tree of components that can be changed.

use super::component::BOM;
use super::line::{Line, Lines, Wire};
use super::{Component, Item, Limits, Problem, ProblemKind, Property, ReadError};
use crate::order;

/// An iCalendar text. `Document::read(bytes)?.write()` gives the same bytes for every text that can be read.
#[derive(Clone, Debug, Default)]
pub struct Document {
    has_bom: bool,
    items: Vec<Item>,
    problems: Vec<Problem>,
}

impl Document {
    /// Reads a text within the limits for a stored object.
    ///
    /// # Errors
    /// Only a text over a limit is not read; whatever else is wrong with it is in [`Document::problems`].
    pub fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        Self::read_within(bytes, &Limits::STORED)
    }

    /// Reads a text within the given limits.
    ///
    /// # Errors
    /// Only a text over a limit is not read.
    pub fn read_within(bytes: &[u8], limits: &Limits) -> Result<Self, ReadError> {
        if bytes.len() > limits.size_bytes {
            return Err(ReadError::TooLarge { limit_bytes: limits.size_bytes });
        }
        let (has_bom, bytes) = match bytes.strip_prefix(BOM) {
            Some(rest) => (true, rest),
            None => (false, bytes),
        };
        let mut reading =
            Reading { limits, document: Self { has_bom, ..Self::default() }, open: Vec::new(), components: 0 };
        for line in Lines::new(bytes, limits) {
            reading.take(line?)?;
        }
        Ok(reading.finish())
    }

    /// A document of one component, usually a VCALENDAR.
    #[must_use]
    pub fn of(component: Component) -> Self {
        Self { items: vec![Item::Component(Box::new(component))], ..Self::default() }
    }

    /// What is malformed in the text that was read, in the order of its lines.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Whether it may only be shown: its structure is broken, and a change could land in the wrong place.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.problems.iter().any(|problem| problem.kind.is_structural())
    }

    /// The first VCALENDAR.
    #[must_use]
    pub fn calendar(&self) -> Option<&Component> {
        self.calendars().next()
    }

    /// The first VCALENDAR, to be changed in place.
    pub fn calendar_mut(&mut self) -> Option<&mut Component> {
        self.calendars_mut().next()
    }

    /// All VCALENDARs of the text.
    pub fn calendars(&self) -> impl Iterator<Item = &Component> {
        self.items.iter().filter_map(|item| match item {
            Item::Component(component) if component.is("VCALENDAR") => Some(&**component),
            _ => None,
        })
    }

    /// All VCALENDARs of the text, to be changed in place.
    pub fn calendars_mut(&mut self) -> impl Iterator<Item = &mut Component> {
        self.items.iter_mut().filter_map(|item| match item {
            Item::Component(component) if component.is("VCALENDAR") => Some(&mut **component),
            _ => None,
        })
    }

    /// The text as bytes.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(2048);
        if self.has_bom {
            out.extend_from_slice(BOM);
        }
        self.items.iter().for_each(|item| item.write(&mut out));
        out
    }
}

struct Reading<'a> {
    limits: &'a Limits,
    document: Document,
    /// The components that have begun, with the lines they began on.
    open: Vec<(Component, usize)>,
    components: usize,
}

impl Reading<'_> {
    fn take(&mut self, line: Line) -> Result<(), ReadError> {
        let number = line.number;
        let mut kinds = Vec::new();
        let property = match Property::read(line, &mut kinds) {
            Ok(property) => property,
            Err(line) => {
                if !line.text.trim().is_empty() {
                    self.report(number, ProblemKind::NotAProperty);
                }
                self.put(Item::Unreadable(bytes_of(line)));
                return Ok(());
            }
        };
        kinds.into_iter().for_each(|kind| self.report(number, kind));
        if property.count_parameters() > self.limits.parameters {
            return Err(ReadError::TooManyParameters { line: number, limit: self.limits.parameters });
        }
        if property.is("BEGIN") {
            return self.begin(property, number);
        }
        if property.is("END") {
            self.end(property, number);
            return Ok(());
        }
        if self.open.is_empty() {
            self.report(number, ProblemKind::OutsideCalendar);
        }
        self.put(Item::Property(property));
        Ok(())
    }

    fn begin(&mut self, begin: Property, line: usize) -> Result<(), ReadError> {
        self.components += 1;
        if self.components > self.limits.components {
            return Err(ReadError::TooManyComponents { line, limit: self.limits.components });
        }
        if self.open.len() >= self.limits.depth {
            return Err(ReadError::TooDeep { line, limit: self.limits.depth });
        }
        self.open.push((Component::opened_by(begin), line));
        Ok(())
    }

    fn end(&mut self, end: Property, line: usize) {
        let name = end.value().trim();
        let Some(index) = self.open.iter().rposition(|(component, _)| component.is(name)) else {
            self.report(line, ProblemKind::StrayEnd);
            self.put(Item::Property(end));
            return;
        };
        self.close_down_to(index + 1);
        if let Some((mut component, _)) = self.open.pop() {
            component.close(end);
            self.put(Item::Component(Box::new(component)));
        }
    }

    /// Closes components that never had an END, until `depth` of them are open.
    fn close_down_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            if let Some((component, line)) = self.open.pop() {
                self.report(line, ProblemKind::MissingEnd);
                self.put(Item::Component(Box::new(component)));
            }
        }
    }

    fn put(&mut self, item: Item) {
        match self.open.last_mut() {
            Some((component, _)) => component.push_item(item),
            None => self.document.items.push(item),
        }
    }

    fn report(&mut self, line: usize, kind: ProblemKind) {
        self.document.problems.push(Problem { line, kind });
    }

    fn finish(mut self) -> Document {
        self.close_down_to(0);
        if self.document.calendar().is_none() {
            self.report(1, ProblemKind::NoCalendar);
        }
        order::sort_by_key(&mut self.document.problems, |problem| problem.line);
        self.document
    }
}

fn bytes_of(line: Line) -> Box<[u8]> {
    let mut bytes = if line.is_escaped { super::line::encode(&line.text) } else { line.text.into_bytes() };
    match line.wire {
        Wire::Exact(raw) => return raw,
        Wire::Crlf | Wire::Fresh => bytes.extend_from_slice(b"\r\n"),
        Wire::Lf => bytes.push(b'\n'),
        Wire::Unended => {}
    }
    bytes.into()
}

#[cfg(test)]
mod tests;
