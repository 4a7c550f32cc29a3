//! A folder for one journey's servers, gone when the journey is over.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Longer logs are cut in the evidence.
const KEPT_BYTES: u64 = 1024 * 1024;

/// A folder below the system's temporary one, readable by daemons of other users, with a short path: a Unix socket's
/// name has at most 107 bytes.
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes an empty folder.
    ///
    /// # Panics
    ///
    /// When the system's temporary folder cannot be written.
    #[must_use]
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("calpost-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).expect("the temporary folder can be written");
        open_to_all(&path);
        Self { path }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of something inside, as text for configuration files.
    #[must_use]
    pub fn inside(&self, name: &str) -> String {
        self.path.join(name).display().to_string()
    }

    /// Writes a file, making the folders above it.
    ///
    /// # Panics
    ///
    /// When the disk is full or the like.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path.join(name);
        let above = path.parent().unwrap_or(&self.path);
        fs::create_dir_all(above).and_then(|()| fs::write(&path, text)).expect("a journey's folder can be written");
    }

    /// Makes a folder inside.
    ///
    /// # Panics
    ///
    /// When the disk is full or the like.
    pub fn make(&self, name: &str) {
        fs::create_dir_all(self.path.join(name)).expect("a journey's folder can be written");
    }

    /// Copies what tells a story (logs, mails, calendar objects, configuration) into the evidence.
    pub fn keep(&self, evidence: &Path) {
        let mut waiting = vec![self.path.clone()];
        while let Some(folder) = waiting.pop() {
            for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
                let Ok(about) = fs::symlink_metadata(&path) else { continue };
                if about.is_dir() {
                    waiting.push(path);
                } else if about.is_file() && about.len() < KEPT_BYTES && tells_a_story(&path) {
                    let name = path.strip_prefix(&self.path).unwrap_or(&path);
                    let kept = evidence.join(name);
                    let _unwritable = kept.parent().map(fs::create_dir_all);
                    let _unreadable = fs::copy(&path, kept);
                }
            }
        }
    }
}

impl Default for Folder {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Daemons of other users may still hold a file; the system's temporary folder is emptied by the system.
        let _left_over = fs::remove_dir_all(&self.path);
    }
}

fn tells_a_story(path: &Path) -> bool {
    let text = path.to_string_lossy();
    let ending = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    matches!(ending, "log" | "conf" | "cf" | "json" | "ics" | "eml") || text.contains("/new/") || text.contains("/cur/")
}

fn open_to_all(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let _own_umask = fs::set_permissions(path, fs::Permissions::from_mode(0o755));
}
