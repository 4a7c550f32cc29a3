//! What the person likes better: kept on this device, known to nobody else.

use leptos::prelude::*;

use super::browser;

const THEME: &str = "calpost.theme";
const KEYS: &str = "calpost.keys";

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// All of them, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The value of `data-theme`, as the start script reads it too; empty for the system's choice.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// What the person likes better.
#[derive(Clone, Copy)]
pub struct Preferences {
    /// Light or dark.
    pub theme: ReadSignal<Theme>,
    set_theme: WriteSignal<Theme>,
    /// Whether single letters are shortcuts.
    pub letter_keys: ReadSignal<bool>,
    set_letter_keys: WriteSignal<bool>,
}

impl Preferences {
    pub(super) fn load() -> Self {
        let name = browser::recall(THEME).unwrap_or_default();
        let (theme, set_theme) = signal(Theme::ALL.into_iter().find(|theme| theme.name() == name).unwrap_or_default());
        let (letter_keys, set_letter_keys) = signal(browser::recall(KEYS).as_deref() != Some("off"));
        Self { theme, set_theme, letter_keys, set_letter_keys }
    }

    /// Chooses light or dark.
    pub fn choose_theme(self, theme: Theme) {
        browser::remember(THEME, theme.name());
        if let Some(root) = document().document_element() {
            let _kept = match theme {
                Theme::System => root.remove_attribute("data-theme"),
                Theme::Light | Theme::Dark => root.set_attribute("data-theme", theme.name()),
            };
        }
        self.set_theme.set(theme);
    }

    /// Turns shortcuts of a single letter on or off.
    pub fn use_letter_keys(self, on: bool) {
        browser::remember(KEYS, if on { "" } else { "off" });
        self.set_letter_keys.set(on);
    }
}
