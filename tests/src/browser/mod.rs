//! Chromium as a person uses it: found by role and name, clicked, typed into, read.

mod accessibility;
mod part;
mod session;

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::eventually::eventually;
use crate::folder::Folder;
use crate::program;
use crate::trouble::Trouble;
pub use part::{Part, Role};
pub use session::Chromedriver;
use session::Session;

/// Width and height of a browser on a desk.
const DESK: (u32, u32) = (1280, 860);
/// Width and height of a small phone.
const PHONE: (u32, u32) = (360, 740);

/// Width and height of a large screen.
const WIDE: (u32, u32) = (1600, 1000);
/// The scheme of a person whose system allows a page only a few colours.
const FORCED: &str = "forced";

/// One browser with a profile of its own and one page.
pub struct Browser {
    session: Session,
    address: String,
    console: RefCell<Vec<String>>,
    downloads: Folder,
    // Kept so that chromedriver outlives its browsers.
    _chromedriver: Rc<Chromedriver>,
}

impl Browser {
    /// Starts a browser and opens an address in it.
    ///
    /// # Errors
    ///
    /// When the browser does not start.
    pub fn start(chromedriver: &Rc<Chromedriver>, address: &str) -> Result<Self, Trouble> {
        let browser = Self {
            session: Session::start(chromedriver)?,
            address: address.to_owned(),
            console: RefCell::default(),
            downloads: Folder::new(),
            _chromedriver: Rc::clone(chromedriver),
        };
        browser.show_at(DESK, "light")?;
        let saving = json!({ "behavior": "allow", "downloadPath": browser.downloads.path() });
        browser.session.cdp("Browser.setDownloadBehavior", &saving)?;
        browser.session.post("url", &json!({ "url": address }))?;
        Ok(browser)
    }

    /// Goes to a place of the page, such as `/week/2026-11-23`.
    ///
    /// # Panics
    ///
    /// When the browser is gone.
    #[track_caller]
    pub fn open(&self, path: &str) {
        let url = format!("{}{path}", self.address);
        self.session.post("url", &json!({ "url": url })).unwrap_or_else(|problem| panic!("{problem}"));
    }

    /// Loads the page again, as F5 does.
    ///
    /// # Panics
    ///
    /// When the browser is gone.
    #[track_caller]
    pub fn reload(&self) {
        self.session.post("refresh", &json!({})).unwrap_or_else(|problem| panic!("{problem}"));
    }

    /// The path of the page that is shown.
    ///
    /// # Panics
    ///
    /// When the browser is gone.
    #[track_caller]
    #[must_use]
    pub fn path(&self) -> String {
        let path = self.session.run("return location.pathname", &json!([]));
        path.unwrap_or_else(|problem| panic!("{problem}")).as_str().unwrap_or_default().to_owned()
    }

    /// The whole page, where everything can be found.
    #[must_use]
    pub fn page(&self) -> Part<'_> {
        Part::whole(&self.session)
    }

    /// Presses a key, for example `Enter`, `Tab`, `Escape`, `Shift+Tab`, `Control+Enter` or `c`.
    ///
    /// # Panics
    ///
    /// When the browser is gone.
    #[track_caller]
    pub fn press(&self, key: &str) {
        self.session.press(key).unwrap_or_else(|problem| panic!("{problem}"));
    }

    /// Types into whatever has the focus.
    ///
    /// # Panics
    ///
    /// When the browser is gone.
    #[track_caller]
    pub fn type_text(&self, text: &str) {
        self.session.type_text(text).unwrap_or_else(|problem| panic!("{problem}"));
    }

    /// Presses Tab until something of that role and name has the focus, as a person without a mouse does.
    ///
    /// # Panics
    ///
    /// When it is not reached.
    #[track_caller]
    pub fn tab_to(&self, role: Role, name: &str) {
        const FURTHEST: usize = 80;
        let mut passed = Vec::new();
        for _ in 0..FURTHEST {
            if self.page().has_focus(role, name) {
                return;
            }
            passed.push(self.page().focus_name());
            self.press("Tab");
        }
        panic!("Tab does not reach {role:?} {name:?}; it passed {passed:?}");
    }

    /// The files that were saved so far.
    #[must_use]
    pub fn downloads(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.downloads.path()).into_iter().flatten().flatten();
        let is_whole = |path: &PathBuf| path.extension().is_none_or(|extension| extension != "crdownload");
        let mut files: Vec<_> = entries.map(|entry| entry.path()).filter(is_whole).collect();
        files.sort();
        files
    }

    /// The bytes of the file that was saved since.
    ///
    /// # Panics
    ///
    /// When none was.
    #[track_caller]
    #[must_use]
    pub fn expect_download(&self, before: &[PathBuf]) -> Vec<u8> {
        let found = eventually(|| {
            let now = self.downloads();
            let new = now.iter().find(|path| !before.contains(path));
            let path = new.ok_or_else(|| format!("nothing was saved beside {now:?}"))?;
            fs::read(path)
                .map_err(|error| error.to_string())
                .and_then(|bytes| if bytes.is_empty() { Err("the saved file is empty".into()) } else { Ok(bytes) })
        });
        found.unwrap_or_else(|missing| panic!("{missing}"))
    }

    /// Keeps pictures of the screen in light, dark, on a phone, on a wide screen and in the person's own few colours, and
    /// looks for what keeps people out.
    ///
    /// # Panics
    ///
    /// When axe-core finds something serious or critical.
    #[track_caller]
    pub fn look_closely(&self, screen: &str) {
        for (name, size, scheme) in [("phone", PHONE, "light"), ("phone-dark", PHONE, "dark"), ("dark", DESK, "dark")] {
            self.keep_picture(screen, name, size, scheme);
        }
        self.keep_picture(screen, "wide", WIDE, "light");
        self.keep_picture(screen, "forced", DESK, FORCED);
        // Last, so that the journey goes on at a desk in daylight.
        self.keep_picture(screen, "light", DESK, "light");
    }

    #[track_caller]
    fn keep_picture(&self, screen: &str, name: &str, size: (u32, u32), scheme: &str) {
        self.show_at(size, scheme).unwrap_or_else(|problem| panic!("{problem}"));
        // A colour on its way from one scheme to the next is on no screen for long.
        let settle = "for (const animation of document.getAnimations()) { try { animation.finish(); } catch {} }";
        self.session.run(settle, &json!([])).unwrap_or_else(|problem| panic!("{problem}"));
        let picture = program::evidence().join("screens").join(format!("{screen}-{name}.png"));
        self.picture(&picture).unwrap_or_else(|problem| panic!("{problem}"));
        let findings = accessibility::findings(&self.session).unwrap_or_else(|problem| panic!("{problem}"));
        assert!(findings.is_empty(), "{screen} ({name}) keeps people out:\n{}", findings.join("\n"));
    }

    fn show_at(&self, (width, height): (u32, u32), scheme: &str) -> Result<(), String> {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.session.cdp("Emulation.setDeviceMetricsOverride", &metrics)?;
        let (scheme, forced) = if scheme == FORCED { ("dark", "active") } else { (scheme, "none") };
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "forced-colors", "value": forced },
        ] });
        self.session.cdp("Emulation.setEmulatedMedia", &features)?;
        Ok(())
    }

    fn picture(&self, path: &Path) -> Result<(), String> {
        let encoded = self.session.get("screenshot")?;
        let bytes = BASE64_STANDARD.decode(encoded.as_str().unwrap_or_default()).map_err(|error| error.to_string())?;
        let folder = path.parent().ok_or("a picture has a folder")?;
        fs::create_dir_all(folder).and_then(|()| fs::write(path, bytes)).map_err(|error| error.to_string())
    }

    /// Fails when the browser's console tells of an error or of something the page's policy forbade.
    ///
    /// A failed request is no error of the page: journeys take servers away on purpose.
    ///
    /// # Panics
    ///
    /// When it does.
    pub fn expect_clean_console(&self) {
        self.read_console();
        let console = self.console.borrow();
        let bad: Vec<_> = console.iter().filter(|line| line.starts_with("SEVERE") && !is_about_network(line)).collect();
        assert!(bad.is_empty(), "the browser's console says: {bad:#?}");
    }

    /// Writes picture, console and text of the page into a folder.
    pub fn keep_evidence(&self, folder: &Path, name: &str) {
        // A browser that is gone has nothing to say.
        let _gone = self.picture(&folder.join(format!("{name}.png")));
        self.read_console();
        let _unwritable = fs::write(folder.join(format!("{name}-console.txt")), self.console.borrow().join("\n"));
        let text = self.page().text().unwrap_or_default();
        let _unwritable = fs::write(folder.join(format!("{name}-page.txt")), text);
        let tree = self.page().outline().unwrap_or_default();
        let _unwritable = fs::write(folder.join(format!("{name}-roles.txt")), tree);
    }

    fn read_console(&self) {
        let Ok(entries) = self.session.post("se/log", &json!({ "type": "browser" })) else { return };
        for entry in entries.as_array().into_iter().flatten() {
            let word = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
            self.console.borrow_mut().push(format!("{} {}", word("level"), word("message")));
        }
    }
}

fn is_about_network(line: &str) -> bool {
    ["net::ERR_", "WebSocket", "Failed to load resource"].iter().any(|mark| line.contains(mark))
}

/// A value of the browser that must be text.
fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
