//! What the documents point at is there.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::tree::root;

/// The folders of documents, beside those at the root.
const FOLDERS: [&str; 4] = ["docs/decisions", "docs/examples", "docs/guide", "e2e"];

/// A link of a document that leads nowhere fails the test.
pub(crate) fn check() {
    let mut dead = Vec::new();
    let documents = documents();
    assert!(
        documents.len() > 20,
        "the documents are not where they should be"
    );
    for document in documents {
        let text = fs::read_to_string(&document).unwrap();
        for target in targets(&text) {
            if !leads_somewhere(&document, &text, target) {
                dead.push(format!("{}: {target}", document.display()));
            }
        }
    }
    assert!(dead.is_empty(), "links that lead nowhere: {dead:#?}");
}

fn documents() -> Vec<PathBuf> {
    let folders = FOLDERS.iter().map(|folder| root().join(folder));
    let files = [root()].into_iter().chain(folders);
    let mut found: Vec<_> = files
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flat_map(|entries| entries.flatten().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|kind| kind == "md"))
        .collect();
    found.sort();
    found
}

/// What links and pictures point at within the project.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    let in_words = text.split("](").skip(1);
    let in_tags = text.split("src=\"").skip(1);
    let ends = in_words
        .filter_map(|rest| rest.split_once(')'))
        .chain(in_tags.filter_map(|rest| rest.split_once('"')));
    ends.map(|(target, _)| target)
        .filter(|target| !target.contains("://"))
}

fn leads_somewhere(document: &Path, text: &str, target: &str) -> bool {
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let other = document.with_file_name(path);
    let heads = match path {
        "" => text.to_owned(),
        _ if anchor.is_empty() => return other.exists(),
        _ => fs::read_to_string(other).unwrap_or_default(),
    };
    heads
        .lines()
        .filter(|line| line.starts_with('#'))
        .any(|line| anchor_of(line) == anchor)
}

/// What a heading is called in links.
fn anchor_of(heading: &str) -> String {
    heading
        .trim_start_matches('#')
        .trim()
        .chars()
        .filter(|one| one.is_alphanumeric() || [' ', '-', '_'].contains(one))
        .map(|one| {
            if one == ' ' {
                '-'
            } else {
                one.to_ascii_lowercase()
            }
        })
        .collect()
}
