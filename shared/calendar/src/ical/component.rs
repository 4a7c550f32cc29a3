//! One component: its properties and the components inside it, in the order in which they were written.

use std::collections::BTreeMap;

use super::Property;

/// A component such as VEVENT or VALARM.
#[derive(Clone, Debug)]
pub struct Component {
    begin: Property,
    items: Vec<Item>,
    // Missing where the text that was read has no END for it.
    end: Option<Property>,
}

/// What can stand inside a component.
#[derive(Clone, Debug)]
pub enum Item {
    /// A property.
    Property(Property),
    /// A component inside this one.
    Component(Box<Component>),
    /// A line that is neither: its bytes, line end included.
    Unreadable(Box<[u8]>),
}

impl Component {
    /// A new, empty component.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let (begin, end) = (Property::new("BEGIN", name), Property::new("END", name));
        Self { begin, items: Vec::new(), end: Some(end) }
    }

    /// Its name as written.
    #[must_use]
    pub fn name(&self) -> &str {
        self.begin.value().trim()
    }

    /// Whether it has this name, in any case.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// Whether it and all components inside it have their own END.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.end.is_some() && self.components().all(Self::is_whole)
    }

    /// Everything inside it, in order.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// All its properties, those of inner components not counted.
    pub fn properties(&self) -> impl Iterator<Item = &Property> {
        self.items.iter().filter_map(|item| if let Item::Property(property) = item { Some(property) } else { None })
    }

    /// All its properties, to be changed in place.
    pub fn properties_mut(&mut self) -> impl Iterator<Item = &mut Property> {
        self.items.iter_mut().filter_map(|item| if let Item::Property(property) = item { Some(property) } else { None })
    }

    /// The properties of one name, in any case.
    pub fn all<'c>(&'c self, name: &str) -> impl Iterator<Item = &'c Property> {
        self.properties().filter(move |property| property.is(name))
    }

    /// The properties of one name, to be changed in place.
    pub fn all_mut<'c>(&'c mut self, name: &str) -> impl Iterator<Item = &'c mut Property> {
        self.properties_mut().filter(move |property| property.is(name))
    }

    /// The first property of a name.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.all(name).next()
    }

    /// The first property of a name, to be changed in place.
    pub fn property_mut(&mut self, name: &str) -> Option<&mut Property> {
        self.all_mut(name).next()
    }

    /// The trimmed value of the first property of a name, escapes included.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.property(name).map(|property| property.value().trim())
    }

    /// The components directly inside it.
    pub fn components(&self) -> impl Iterator<Item = &Self> {
        self.items
            .iter()
            .filter_map(|item| if let Item::Component(component) = item { Some(&**component) } else { None })
    }

    /// The components directly inside it, to be changed in place.
    pub fn components_mut(&mut self) -> impl Iterator<Item = &mut Self> {
        self.items
            .iter_mut()
            .filter_map(|item| if let Item::Component(component) = item { Some(&mut **component) } else { None })
    }

    /// Adds a property: after the last of its name, or after the last property before any inner component.
    pub fn push(&mut self, property: Property) {
        let last_of_name =
            self.items.iter().rposition(|item| matches!(item, Item::Property(it) if it.is(property.name())));
        let at = match last_of_name {
            Some(last) => last + 1,
            None => self.end_of_properties(),
        };
        self.items.insert(at, Item::Property(property));
    }

    /// Replaces the first property of that name where it stands and removes the others of it; adds it if there is none.
    pub fn set(&mut self, property: Property) {
        let first = self.items.iter().position(|item| matches!(item, Item::Property(it) if it.is(property.name())));
        let Some(first) = first else {
            return self.push(property);
        };
        let name = property.name().to_owned();
        self.items[first] = Item::Property(property);
        let mut index = 0;
        self.items.retain(|item| {
            index += 1;
            index - 1 <= first || !matches!(item, Item::Property(it) if it.is(&name))
        });
    }

    /// Sets the value of the first property of a name, its parameters kept; adds the property if there is none.
    pub fn set_value(&mut self, name: &str, value: &str) {
        match self.property_mut(name) {
            Some(property) => property.set_value(value),
            None => self.push(Property::new(name, value)),
        }
    }

    /// Removes all properties of a name; says whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.items.len();
        self.retain_properties(|property| !property.is(name));
        self.items.len() < before
    }

    /// Removes each property that the test does not keep.
    pub fn retain_properties(&mut self, mut keeps: impl FnMut(&Property) -> bool) {
        self.items.retain(|item| !matches!(item, Item::Property(property) if !keeps(property)));
    }

    /// Puts lines where the first of their name (in upper case) stands, in the place of all lines of that name; lines of
    /// a name it lacks come after the other properties.
    pub fn replace_lines(&mut self, mut lines_by_name: BTreeMap<String, Vec<Property>>) {
        if lines_by_name.is_empty() {
            return;
        }
        let mut items = Vec::with_capacity(self.items.len());
        for item in std::mem::take(&mut self.items) {
            let lines = match &item {
                Item::Property(property) => lines_by_name.get_mut(&property.name().to_ascii_uppercase()),
                Item::Component(_) | Item::Unreadable(_) => None,
            };
            match lines {
                Some(lines) => items.extend(lines.drain(..).map(Item::Property)),
                None => items.push(item),
            }
        }
        self.items = items;
        let at = self.end_of_properties();
        self.items.splice(at..at, lines_by_name.into_values().flatten().map(Item::Property));
    }

    /// The lines that are neither properties nor components, line ends included.
    pub fn unreadable(&self) -> impl Iterator<Item = &[u8]> {
        self.items.iter().filter_map(|item| if let Item::Unreadable(line) = item { Some(&**line) } else { None })
    }

    /// Adds such a line of another text, without its line end, after the properties.
    pub(crate) fn push_unreadable(&mut self, line: &[u8]) {
        let at = self.end_of_properties();
        self.items.insert(at, Item::Unreadable([line, b"\r\n"].concat().into()));
    }

    /// Removes each of these lines that the test does not keep.
    pub(crate) fn retain_unreadable(&mut self, mut keeps: impl FnMut(&[u8]) -> bool) {
        self.items.retain(|item| !matches!(item, Item::Unreadable(line) if !keeps(line)));
    }

    /// Adds a component after everything inside this one.
    pub fn push_component(&mut self, component: Self) {
        self.items.push(Item::Component(Box::new(component)));
    }

    /// Adds a component before the components inside this one, as a VTIMEZONE before the events that name it.
    pub fn insert_component(&mut self, component: Self) {
        let at = self.items.iter().position(|item| matches!(item, Item::Component(_))).unwrap_or(self.items.len());
        self.items.insert(at, Item::Component(Box::new(component)));
    }

    /// Removes each inner component that the test does not keep.
    pub fn retain_components(&mut self, mut keeps: impl FnMut(&Self) -> bool) {
        self.items.retain(|item| !matches!(item, Item::Component(component) if !keeps(component)));
    }

    /// The same component as new: every line folded afresh, unreadable lines left out, each END in its place.
    #[must_use]
    pub fn to_fresh(&self) -> Self {
        let fresh = |item: &Item| match item {
            Item::Property(property) => Some(Item::Property(property.to_fresh())),
            Item::Component(component) => Some(Item::Component(Box::new(component.to_fresh()))),
            Item::Unreadable(_) => None,
        };
        Self { items: self.items.iter().filter_map(fresh).collect(), ..Self::new(self.name()) }
    }

    pub(super) fn opened_by(begin: Property) -> Self {
        Self { begin, items: Vec::with_capacity(8), end: None }
    }

    pub(super) fn close(&mut self, end: Property) {
        self.end = Some(end);
    }

    pub(super) fn push_item(&mut self, item: Item) {
        self.items.push(item);
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        write_line(out, |out| self.begin.write(out));
        self.items.iter().for_each(|item| item.write(out));
        if let Some(end) = &self.end {
            write_line(out, |out| end.write(out));
        }
    }

    fn end_of_properties(&self) -> usize {
        self.items.iter().position(|item| matches!(item, Item::Component(_))).unwrap_or(self.items.len())
    }
}

impl Item {
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Property(property) => write_line(out, |out| property.write(out)),
            Self::Component(component) => component.write(out),
            Self::Unreadable(bytes) => write_line(out, |out| out.extend_from_slice(bytes)),
        }
    }
}

/// Writes a line after making sure that it begins one: the last line that was read may have had no end.
fn write_line(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    if !out.is_empty() && out.last() != Some(&b'\n') && !(out.len() == BOM.len() && out.as_slice() == BOM) {
        out.extend_from_slice(b"\r\n");
    }
    write(out);
}

/// The mark some programs put before UTF-8 text.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";
