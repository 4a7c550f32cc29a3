//! Ann at her desk: what an organizer does in the page, in the page's own words.
//!
//! The only home of the page's labels, so that a renamed button is one change here and none in the stories.

use std::rc::Rc;
use std::time::Duration;

use crate::browser::{Browser, Part, Role};
use crate::person::Person;
use crate::plan::Plan;
use crate::provider::Provider;

/// Looking for the servers of a domain that names none takes as long as the slowest name server.
const LOOKING: Duration = Duration::from_secs(30);

/// Signing in takes three connections, one after the other at the worst.
const SIGNING_IN: Duration = Duration::from_secs(30);

/// The servers as a person types them.
#[derive(Clone, Debug)]
pub struct Servers {
    /// Port of submission on this machine.
    pub smtps_port: u16,
    /// Port of IMAP on this machine.
    pub imaps_port: u16,
    /// Where CalDAV begins.
    pub dav_url: String,
}

impl Servers {
    /// Those of a provider.
    #[must_use]
    pub fn of(provider: &Provider) -> Self {
        let Provider { smtps_port, imaps_port, dav_url, .. } = provider;
        Self { smtps_port: *smtps_port, imaps_port: *imaps_port, dav_url: dav_url.clone() }
    }
}

/// Somebody who organizes, with the browser she sits at.
pub struct Organizer {
    /// Her browser.
    pub browser: Rc<Browser>,
    person: Person,
}

impl Organizer {
    /// She sits down at a browser.
    #[must_use]
    pub fn at(browser: Rc<Browser>, person: Person) -> Self {
        Self { browser, person }
    }

    fn page(&self) -> Part<'_> {
        self.browser.page()
    }

    /// Types address, password and servers, and asks for the calendar.
    #[track_caller]
    pub fn try_to_sign_in(&self, servers: &Servers, password: &str) {
        let page = self.page();
        page.field("Mail address").fill(&self.person.address);
        self.type_password(password);
        page.field("Your name, as guests see it").fill(&self.person.name);
        page.field("Send mail (SMTP): host").patiently(LOOKING).fill("localhost");
        page.field("Send mail (SMTP): port").fill(&servers.smtps_port.to_string());
        page.field("Read mail (IMAP): host").fill("localhost");
        page.field("Read mail (IMAP): port").fill(&servers.imaps_port.to_string());
        page.field("Calendar address (CalDAV)").fill(&servers.dav_url);
        self.press_open();
    }

    /// Types another password.
    #[track_caller]
    pub fn type_password(&self, password: &str) {
        self.page().field("Password").fill(password);
    }

    /// Asks for the calendar.
    #[track_caller]
    pub fn press_open(&self) {
        self.page().click_button("Open calendar");
    }

    /// Signs in and sees her week.
    #[track_caller]
    pub fn sign_in(&self, provider: &Provider) {
        self.try_to_sign_in(&Servers::of(provider), &self.person.password);
        self.expect_signed_in();
    }

    /// Takes the sandbox mailbox the relay offers.
    #[track_caller]
    pub fn try_the_sandbox(&self) {
        self.page().click_button("Try it with a sandbox mailbox");
        self.expect_signed_in();
    }

    /// Waits for the calendar.
    #[track_caller]
    pub fn expect_signed_in(&self) {
        self.page().find(Role::Button, "New event").patiently(SIGNING_IN).expect();
    }

    /// Types the password again after a reload, for it is kept nowhere; she finds herself where she was.
    #[track_caller]
    pub fn come_back(&self) {
        self.type_password(&self.person.password);
        self.press_open();
        self.page().find(Role::Button, "Open calendar").patiently(SIGNING_IN).expect_gone();
    }

    /// Opens an empty form and fills it.
    #[track_caller]
    pub fn write(&self, plan: &Plan) {
        self.page().click_button("New event");
        self.fill(plan);
    }

    /// Fills the form that is open.
    #[track_caller]
    pub fn fill(&self, plan: &Plan) {
        let form = self.form();
        form.field("Title").fill(&plan.title);
        form.field("Starts on").pick(&plan.day);
        form.field("Starts at").pick(&plan.start);
        form.field("Ends on").pick(&plan.day);
        form.field("Ends at").pick(&plan.end);
        form.field("Where").fill(&plan.place);
        self.add_guests(&plan.guests);
    }

    /// The form that is open.
    #[must_use]
    pub fn form(&self) -> Part<'_> {
        self.page().find(Role::Form, "Event")
    }

    /// Pastes guests into the form that is open.
    #[track_caller]
    pub fn add_guests(&self, guests: &str) {
        let field = self.form().field("Guests");
        field.type_text(guests);
        field.type_text("\n");
    }

    /// Waits for the sentence that says who will get what.
    #[track_caller]
    pub fn expect_sentence(&self, sentence: &str) {
        self.page().find(Role::Heading, sentence).expect();
    }

    /// Looks closely at every side of the inspector.
    #[track_caller]
    pub fn look_at_inspector(&self) {
        for (tab, screen) in [
            ("In words", "inspector-words"),
            ("Calendar file", "inspector-calendar"),
            ("Mail", "inspector-mail"),
            ("Stored copy", "inspector-stored"),
        ] {
            self.page().find(Role::Tab, tab).click();
            self.browser.look_closely(screen);
        }
    }

    /// The raw mail to a guest, byte for byte, saved from the inspector.
    #[track_caller]
    #[must_use]
    pub fn inspected_mail(&self, guest: &Person) -> Vec<u8> {
        let page = self.page();
        page.find(Role::Tab, "Mail").click();
        page.field("Message").choose(&guest.name);
        let before = self.browser.downloads();
        page.find(Role::Tabpanel, "Mail").click_button("Save");
        self.browser.expect_download(&before)
    }

    /// Presses the button that saves and sends, and lets nothing wait for an undo.
    #[track_caller]
    pub fn send(&self) {
        self.page().find(Role::Button, "and send").click();
        self.page().click_button("Send now");
    }

    /// Opens an event by its title, in the list of what comes.
    #[track_caller]
    pub fn open(&self, title: &str) -> Part<'_> {
        self.show_agenda();
        self.page().find(Role::Button, title).click();
        self.page().find(Role::Dialog, title)
    }

    /// Leaves the event that is open.
    #[track_caller]
    pub fn close_event(&self) {
        self.browser.press("Escape");
    }

    /// Opens the form of an event that is stored.
    #[track_caller]
    pub fn edit(&self, title: &str) {
        self.open(title).click_button("Edit");
        self.form().expect();
    }

    /// Starts to cancel an event.
    #[track_caller]
    pub fn cancel(&self, title: &str) {
        self.open(title).click_button("Cancel event");
    }

    /// Writes another start and end into the form that is open.
    #[track_caller]
    pub fn move_to(&self, start: &str, end: &str) {
        self.form().field("Starts at").pick(start);
        self.form().field("Ends at").pick(end);
    }

    /// Takes a guest off the list of the form that is open.
    #[track_caller]
    pub fn remove_guest(&self, guest: &str) {
        self.form().click_button(&format!("Remove {guest}"));
    }

    /// Waits until the form that is open has this title.
    #[track_caller]
    pub fn expect_in_form(&self, title: &str) {
        self.form().field("Title").expect_value(title);
    }

    /// Leaves the form; the draft is kept.
    #[track_caller]
    pub fn close_form(&self) {
        self.page().find(Role::Link, "Close").click();
    }

    /// Goes to the list of what comes.
    #[track_caller]
    pub fn show_agenda(&self) -> Part<'_> {
        self.go("Calendar");
        self.page().find(Role::Navigation, "View").find(Role::Link, "Agenda").click();
        self.page().find(Role::Region, "Agenda")
    }

    /// Goes to what became of each mail.
    #[track_caller]
    pub fn show_outbox(&self) -> Part<'_> {
        self.go("Outbox");
        self.page().find(Role::Main, "")
    }

    /// Goes to what guests answered.
    #[track_caller]
    pub fn show_answers(&self) -> Part<'_> {
        self.go("Answers");
        self.page().find(Role::Main, "")
    }

    /// Goes to the settings.
    #[track_caller]
    pub fn show_settings(&self) -> Part<'_> {
        self.go("Settings");
        self.page().find(Role::Region, "All settings")
    }

    /// Goes to what Calpost is, and its keys, by way of the settings.
    #[track_caller]
    pub fn show_help(&self) {
        self.show_settings().find(Role::Link, "Show them").click();
        self.page().find(Role::Heading, "Help").expect();
    }

    /// Asks that the password is kept on this device.
    #[track_caller]
    pub fn keep_the_password(&self) {
        self.page().find(Role::Checkbox, "Keep it on this device").click();
    }

    /// Signs out of this device.
    #[track_caller]
    pub fn sign_out(&self) {
        self.show_settings().click_button("Sign out and erase");
        self.page().find(Role::Dialog, "Sign out and erase").click_button("Sign out");
        self.page().find(Role::Button, "Open calendar").expect();
    }

    #[track_caller]
    fn go(&self, place: &str) {
        self.page().find(Role::Navigation, "Places").find(Role::Link, place).click();
    }
}
