//! A part of the page, found as assistive technology finds it: by role and accessible name, never by its markup.
//!
//! A part is a way to something, walked anew for every verb, because a page redraws. Every verb waits for its object to
//! be there, and fails with the roles and names that were there instead.

use std::time::Duration;

use serde_json::{Value, json};

use super::session::Session;
use super::text_of;
use crate::eventually::{PATIENCE, within};

/// What something on the page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of WAI-ARIA")]
pub enum Role {
    Alert,
    Article,
    Banner,
    Button,
    Checkbox,
    Combobox,
    Complementary,
    Dialog,
    Form,
    Grid,
    Group,
    Heading,
    Link,
    List,
    Listbox,
    Listitem,
    Log,
    Main,
    Navigation,
    Option,
    Radio,
    Region,
    Search,
    Searchbox,
    Status,
    Switch,
    Tab,
    Tablist,
    Tabpanel,
    Textbox,
    Tree,
    Treeitem,
}

impl Role {
    fn word(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

#[derive(Clone)]
struct Step {
    role: String,
    name: String,
}

/// The page or something on it.
#[derive(Clone)]
pub struct Part<'browser> {
    session: &'browser Session,
    way: Vec<Step>,
    patience: Duration,
}

/// Something found: its number in the browser's document, and its accessible name.
struct Node {
    id: u64,
    name: String,
}

impl<'browser> Part<'browser> {
    pub(super) fn whole(session: &'browser Session) -> Self {
        Self { session, way: Vec::new(), patience: PATIENCE }
    }

    /// The part of that role and name inside this one.
    ///
    /// A name is met by the one thing that has exactly it, or else by the first whose name holds it.
    #[must_use]
    pub fn find(&self, role: Role, name: &str) -> Self {
        self.find_role(&role.word(), name)
    }

    /// The input labelled so inside this one, whatever kind of input it is.
    #[must_use]
    pub fn field(&self, label: &str) -> Self {
        self.find_role("", label)
    }

    fn find_role(&self, role: &str, name: &str) -> Self {
        let mut way = self.way.clone();
        way.push(Step { role: role.to_owned(), name: name.to_owned() });
        Self { session: self.session, way, patience: self.patience }
    }

    /// The same, waited for longer or shorter than usual.
    #[must_use]
    pub fn patiently(&self, patience: Duration) -> Self {
        Self { patience, ..self.clone() }
    }

    /// Clicks it.
    ///
    /// # Panics
    ///
    /// When it is not there, or something covers it.
    #[track_caller]
    pub fn click(&self) {
        self.must(|| {
            let element = self.element()?;
            self.session.post(&format!("element/{element}/click"), &json!({})).map(|_| ())
        });
    }

    /// Clicks the button of that name inside.
    ///
    /// # Panics
    ///
    /// As [`Part::click`].
    #[track_caller]
    pub fn click_button(&self, name: &str) {
        self.find(Role::Button, name).click();
    }

    /// Replaces what the input holds by typing over it.
    ///
    /// # Panics
    ///
    /// When it is not there or cannot be typed into.
    #[track_caller]
    pub fn fill(&self, text: &str) {
        let select_all = "\u{E009}a\u{E000}";
        self.must(|| {
            let element = self.element()?;
            let keys = json!({ "text": format!("{select_all}{text}") });
            self.session.post(&format!("element/{element}/value"), &keys).map(|_| ())
        });
    }

    /// Types at the end of what the input holds; `\n` is Enter.
    ///
    /// # Panics
    ///
    /// As [`Part::fill`].
    #[track_caller]
    pub fn type_text(&self, text: &str) {
        self.must(|| {
            let element = self.element()?;
            self.session.post(&format!("element/{element}/value"), &json!({ "text": text })).map(|_| ())
        });
    }

    /// Puts a value into a date or time input, as its picker does.
    ///
    /// # Panics
    ///
    /// When it is not there.
    #[track_caller]
    pub fn pick(&self, value: &str) {
        let script = "function(value) { const type = this instanceof HTMLSelectElement ? HTMLSelectElement : \
                      HTMLInputElement; Object.getOwnPropertyDescriptor(type.prototype, 'value').set.call(this, value); \
                      for (const kind of ['input', 'change']) this.dispatchEvent(new Event(kind, { bubbles: true })); }";
        self.must(|| self.call(script, &[json!(value)]).map(|_| ()));
    }

    /// Chooses the option of a list whose words hold this text.
    ///
    /// # Panics
    ///
    /// When there is no such list or option.
    #[track_caller]
    pub fn choose(&self, text: &str) {
        let script = "function(text) { const option = [...this.options].find((one) => one.text.includes(text)); \
                      return option ? option.value : null; }";
        let value = self.must(|| {
            let value = self.call(script, &[json!(text)])?;
            value.as_str().map(str::to_owned).ok_or_else(|| format!("no option {text:?}"))
        });
        self.pick(&value);
    }

    /// Waits until the input holds this.
    ///
    /// # Panics
    ///
    /// When it does not come to.
    #[track_caller]
    pub fn expect_value(&self, expected: &str) {
        self.must(|| {
            let value = text_of(&self.call("function() { return this.value ?? ''; }", &[])?);
            if value == expected { Ok(()) } else { Err(format!("holds {value:?}, not {expected:?}")) }
        });
    }

    /// Waits until it is there.
    ///
    /// # Panics
    ///
    /// When it does not come.
    #[track_caller]
    pub fn expect(&self) {
        self.must(|| self.look().map(|_| ()));
    }

    /// Waits until it is no longer there.
    ///
    /// # Panics
    ///
    /// When it stays.
    #[track_caller]
    pub fn expect_gone(&self) {
        self.must(|| match self.look() {
            Ok(node) => Err(format!("{} is still there", node.name)),
            Err(_) => Ok(()),
        });
    }

    /// Waits until a person can read this text in it.
    ///
    /// # Panics
    ///
    /// When it does not appear.
    #[track_caller]
    pub fn expect_text(&self, text: &str) {
        self.must(|| {
            let shown = self.text()?;
            if shown.contains(text) { Ok(()) } else { Err(format!("no {text:?} in:\n{shown}")) }
        });
    }

    /// Waits until this text cannot be read in it.
    ///
    /// # Panics
    ///
    /// When it stays.
    #[track_caller]
    pub fn expect_no_text(&self, text: &str) {
        self.must(|| {
            let shown = self.text()?;
            if shown.contains(text) { Err(format!("{text:?} is still in:\n{shown}")) } else { Ok(()) }
        });
    }

    /// Whether it is there at this moment.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.look().is_ok()
    }

    /// How many things of that role are inside at this moment.
    #[must_use]
    pub fn count(&self, role: Role) -> usize {
        self.look().and_then(|node| self.inside(node.id, &role.word())).map_or(0, |found| found.len())
    }

    /// The accessible names of everything of that role inside, in the order of the page.
    #[must_use]
    pub fn names(&self, role: Role) -> Vec<String> {
        let found = self.look().and_then(|node| self.inside(node.id, &role.word()));
        found.unwrap_or_default().into_iter().map(|node| node.name).collect()
    }

    /// The text a person can read in it.
    ///
    /// # Errors
    ///
    /// When it is not there.
    pub fn text(&self) -> Result<String, String> {
        self.call("function() { return this.innerText ?? this.body?.innerText ?? ''; }", &[]).map(|text| text_of(&text))
    }

    /// The text it holds, also what is scrolled out of sight, waited for.
    ///
    /// # Panics
    ///
    /// When it is not there.
    #[track_caller]
    #[must_use]
    pub fn content(&self) -> String {
        self.must(|| Ok(text_of(&self.call("function() { return this.textContent; }", &[])?)))
    }

    /// Whether the focus is on something of that role and name.
    #[must_use]
    pub fn has_focus(&self, role: Role, name: &str) -> bool {
        let Ok(Some((focused_role, focused_name))) = self.focus() else { return false };
        focused_role == role.word() && focused_name.contains(name)
    }

    /// Role and name of what has the focus, for messages.
    #[must_use]
    pub fn focus_name(&self) -> String {
        match self.focus() {
            Ok(Some((role, name))) => format!("{role} {name:?}"),
            _ => "nothing".into(),
        }
    }

    /// Every role and name, one a line: what a screen reader would go through.
    ///
    /// # Errors
    ///
    /// When the page cannot be read.
    pub fn outline(&self) -> Result<String, String> {
        let node = self.look()?;
        let all = self.nodes(node.id, None)?;
        let line = |node: &Value| {
            let name = text_of(&node["name"]["value"]);
            (!name.is_empty()).then(|| format!("{} {name:?}", text_of(&node["role"]["value"])))
        };
        Ok(all.iter().filter_map(line).collect::<Vec<_>>().join("\n"))
    }

    fn focus(&self) -> Result<Option<(String, String)>, String> {
        let object = self.session.cdp("Runtime.evaluate", &json!({ "expression": "document.activeElement" }))?;
        let id = object["result"]["objectId"].as_str().ok_or("nothing has the focus")?;
        let answer =
            self.session.cdp("Accessibility.getPartialAXTree", &json!({ "objectId": id, "fetchRelatives": false }))?;
        let node = &answer["nodes"][0];
        Ok(Some((text_of(&node["role"]["value"]).to_lowercase(), text_of(&node["name"]["value"]))))
    }

    #[track_caller]
    fn must<T>(&self, attempt: impl FnMut() -> Result<T, String>) -> T {
        match within(self.patience, attempt) {
            Ok(value) => value,
            Err(problem) => panic!("{}: {problem}", self.in_words()),
        }
    }

    fn in_words(&self) -> String {
        let steps: Vec<_> = self.way.iter().rev().map(|step| format!("{} {:?}", step.role, step.name)).collect();
        if steps.is_empty() { "the page".into() } else { steps.join(" in ") }
    }

    /// Walks the way.
    fn look(&self) -> Result<Node, String> {
        let document = self.session.cdp("DOM.getDocument", &json!({ "depth": 0 }))?;
        let mut here = Node { id: number(&document["root"]["backendNodeId"])?, name: "the page".into() };
        for Step { role, name } in &self.way {
            let mut found = self.inside(here.id, role)?;
            let exact = found.iter().position(|node| node.name == *name);
            let at = exact.or_else(|| found.iter().position(|node| node.name.contains(name.as_str())));
            here = match at {
                Some(at) => found.swap_remove(at),
                None => {
                    let names: Vec<_> = found.iter().map(|node| &node.name).take(40).collect();
                    return Err(format!("no {role} {name:?}, but {names:?}"));
                }
            };
        }
        Ok(here)
    }

    /// Everything of a role inside a node; of any role that takes input when the role is empty.
    fn inside(&self, id: u64, role: &str) -> Result<Vec<Node>, String> {
        let nodes = self.nodes(id, (!role.is_empty()).then_some(role))?;
        let takes_input = |node: &Value| {
            const INPUTS: &[&str] =
                &["textbox", "combobox", "searchbox", "checkbox", "switch", "radio", "spinbutton", "date", "datetime"];
            const OF_CHROMIUM: &[&str] = &["inputtime", "listbox", "slider"];
            let role = text_of(&node["role"]["value"]).to_lowercase();
            INPUTS.contains(&role.as_str()) || OF_CHROMIUM.contains(&role.as_str())
        };
        nodes
            .iter()
            .filter(|node| node["ignored"] != true && (!role.is_empty() || takes_input(node)))
            .filter(|node| node["backendDOMNodeId"].is_u64())
            .map(|node| Ok(Node { id: number(&node["backendDOMNodeId"])?, name: text_of(&node["name"]["value"]) }))
            .collect()
    }

    fn nodes(&self, id: u64, role: Option<&str>) -> Result<Vec<Value>, String> {
        let mut query = json!({ "backendNodeId": id });
        if let Some(role) = role {
            query["role"] = json!(role);
        }
        let mut answer = self.session.cdp("Accessibility.queryAXTree", &query)?;
        match answer["nodes"].take() {
            Value::Array(nodes) => Ok(nodes),
            other => Err(format!("no tree of roles: {other}")),
        }
    }

    /// Calls a function with the node as `this`.
    fn call(&self, function: &str, arguments: &[Value]) -> Result<Value, String> {
        let object = self.object()?;
        let arguments: Vec<_> = arguments.iter().map(|value| json!({ "value": value })).collect();
        let call = json!({
            "objectId": object, "functionDeclaration": function, "arguments": arguments, "returnByValue": true,
        });
        let mut answer = self.session.cdp("Runtime.callFunctionOn", &call)?;
        if answer["exceptionDetails"].is_object() {
            return Err(format!("{}", answer["exceptionDetails"]["exception"]["description"]));
        }
        Ok(answer["result"]["value"].take())
    }

    fn object(&self) -> Result<String, String> {
        let node = self.look()?;
        let resolved = self.session.cdp("DOM.resolveNode", &json!({ "backendNodeId": node.id }))?;
        Ok(text_of(&resolved["object"]["objectId"]))
    }

    /// The node as an element of WebDriver, which scrolls to it and clicks where a person would.
    fn element(&self) -> Result<String, String> {
        self.call("function() { window.calpostJourneyElement = this; }", &[])?;
        let answer = self.session.run(
            "const element = window.calpostJourneyElement; delete window.calpostJourneyElement; return element",
            &json!([]),
        )?;
        let id = answer.as_object().and_then(|object| object.values().next()).map(text_of);
        id.ok_or_else(|| "it is no element".into())
    }
}

fn number(value: &Value) -> Result<u64, String> {
    value.as_u64().ok_or_else(|| format!("no number: {value}"))
}
