//! Builds the page into the relay: a table of the files in `CALPOST_WEB_DIR`, or in `target/web` of the workspace.
//!
//! A file `NAME.br` or `NAME.gz` beside a file is its compressed form. Without a folder the table is empty.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=CALPOST_WEB_DIR");
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let folder = match env::var_os("CALPOST_WEB_DIR") {
        Some(folder) if !folder.is_empty() => PathBuf::from(folder),
        _ => manifest.join("../target/web"),
    };
    let mut files = BTreeMap::new();
    if folder.is_dir() {
        println!("cargo::rerun-if-changed={}", folder.display());
        collect(&folder, "", &mut files)?;
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("assets.rs"), table(&files)?)
}

/// All files below a folder, by their path in the page.
fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &path, files)?;
        } else {
            files.insert(path, entry.path().canonicalize()?);
        }
    }
    Ok(())
}

fn table(files: &BTreeMap<String, PathBuf>) -> io::Result<String> {
    let mut source = String::from("/// The files of the page, sorted by path.\nstatic ASSETS: &[Asset] = &[\n");
    for (path, file) in files.iter().filter(|(path, _)| !is_compressed(path, files)) {
        let include = |path: &str| match files.get(path) {
            Some(file) => format!("Some(include_bytes!({:?}))", file.display().to_string()),
            None => "None".to_owned(),
        };
        let mut hasher = DefaultHasher::new();
        hasher.write(&fs::read(file)?);
        // Writing to a string cannot fail.
        let _ = writeln!(
            source,
            "    Asset {{ path: {path:?}, media_type: {:?}, etag: \"\\\"{:016x}\\\"\", is_hashed: {}, \
             plain: include_bytes!({:?}), brotli: {}, gzip: {} }},",
            media_type(path),
            hasher.finish(),
            is_hashed(path),
            file.display().to_string(),
            include(&format!("{path}.br")),
            include(&format!("{path}.gz")),
        );
    }
    source.push_str("];\n");
    Ok(source)
}

/// Whether a file is the compressed form of another one.
fn is_compressed(path: &str, files: &BTreeMap<String, PathBuf>) -> bool {
    let original = path.strip_suffix(".br").or_else(|| path.strip_suffix(".gz"));
    original.is_some_and(|original| files.contains_key(original))
}

/// Whether a name carries a hash of the content: a word of eight or more hexadecimal digits, one of them a digit.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.split(['-', '.', '_']).skip(1).any(|word| {
        word.len() >= 8
            && word.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
            && word.bytes().any(|byte| byte.is_ascii_digit())
    })
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
