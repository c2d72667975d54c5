//! That whatever a crate asks for it uses, and that one place says in which version.

use std::{collections::BTreeMap, fs};

use crate::tree::{root, sources};

/// Where a crate's tables of libraries are used, below its folder.
const TABLES: [(&str, &[&str]); 3] = [
    ("dependencies", &["src/"]),
    // A crate of tests alone has them where it likes.
    ("dev-dependencies", &[""]),
    ("build-dependencies", &["build.rs"]),
];

pub(crate) fn check() {
    let sources = sources();
    let (mut unused, mut unshared) = (Vec::new(), BTreeMap::<String, Vec<String>>::new());
    for folder in folders() {
        let manifest = fs::read_to_string(root().join(&folder).join("Cargo.toml"));
        let manifest: toml::Table = manifest.unwrap().parse().unwrap();
        for (table, places) in TABLES {
            let Some(wanted) = manifest.get(table).and_then(toml::Value::as_table) else {
                continue;
            };
            let mut texts = sources.iter().filter(|file| {
                let within = file.path.strip_prefix(&format!("{folder}/"));
                within.is_some_and(|path| places.iter().any(|place| path.starts_with(place)))
                    && file.path.ends_with(".rs")
            });
            for (library, how) in wanted {
                let name = library.replace('-', "_");
                if !texts.clone().any(|file| is_named(&file.text, &name)) {
                    unused.push(format!("{folder}: {library}"));
                }
                if how.get("workspace").is_none() {
                    let users = unshared.entry(library.clone()).or_default();
                    users.push(folder.clone());
                }
            }
            assert!(texts.next().is_some() || wanted.is_empty(), "{folder}");
        }
    }
    assert!(unused.is_empty(), "asked for and not used: {unused:#?}");
    unshared.retain(|_, users| {
        users.dedup();
        users.len() > 1
    });
    assert!(
        unshared.is_empty(),
        "several say in which version: write it into the workspace's table: {unshared:#?}"
    );
}

fn folders() -> Vec<String> {
    let crates = fs::read_dir(root().join("crates")).unwrap();
    let names = crates.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut folders: Vec<_> = names.map(|name| format!("crates/{name}")).collect();
    folders.push("tests".to_owned());
    folders
}

/// Whether a word stands in a text.
fn is_named(text: &str, word: &str) -> bool {
    let is_of_word =
        |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let bytes = text.as_bytes();
    text.match_indices(word).any(|(at, _)| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        !is_of_word(before) && !is_of_word(bytes.get(at + word.len()))
    })
}
