//! The project's own source files.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A file that people wrote.
pub(crate) struct SourceFile {
    /// From the project's root.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The folders that hold what people wrote.
const ROOTS: [&str; 7] = [
    "crates",
    "tests",
    "contracts",
    "script",
    "examples",
    "deploy",
    "e2e",
];
/// What tools make.
const MADE: [&str; 9] = [
    "target",
    "node_modules",
    "out",
    "cache",
    "abi",
    "snapshots",
    ".git",
    "proptest-regressions",
    "vendor",
];
const KINDS: [&str; 9] = ["rs", "sol", "sql", "ts", "js", "mjs", "css", "html", "sh"];

/// The project's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every source file, in the order of paths.
pub(crate) fn sources() -> Vec<SourceFile> {
    let mut files = Vec::new();
    for folder in ROOTS {
        collect(&root().join(folder), &mut files);
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(files.len() > 50, "the sources are not where they should be");
    files
}

fn collect(folder: &Path, files: &mut Vec<SourceFile>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            if !MADE.contains(&name.as_str()) {
                collect(&path, files);
            }
        } else if KINDS.iter().any(|kind| name.ends_with(&format!(".{kind}"))) {
            let text = fs::read_to_string(&path).expect("sources are UTF-8");
            let path = path.strip_prefix(root()).expect("below the root");
            files.push(SourceFile {
                path: path.to_string_lossy().into_owned(),
                text,
            });
        }
    }
}
