//! Who may depend on whom. An arrow that is missing here is refused, so that
//! a new one is a decision and no accident.

use std::{collections::BTreeSet, fs};

use crate::tree::{root, sources};

/// Each crate, and those of ours that it may use in production.
const LAYERS: [(&str, &[&str]); 14] = [
    ("core", &[]),
    ("bindings", &[]),
    ("store", &["core"]),
    ("vault", &["core"]),
    ("chain", &["core", "bindings"]),
    ("providers", &["core"]),
    ("sandbox", &[]),
    ("model", &["core"]),
    ("server", &["core", "store", "chain", "vault", "providers"]),
    (
        "symbolon",
        &[
            "core",
            "bindings",
            "store",
            "chain",
            "vault",
            "providers",
            "sandbox",
            "server",
        ],
    ),
    (
        "testkit",
        &["core", "bindings", "store", "chain", "sandbox"],
    ),
    ("simulation", &["core", "chain"]),
    (
        "chaos",
        &["core", "bindings", "store", "sandbox", "testkit"],
    ),
    (
        "bench",
        &[
            "core", "bindings", "store", "chain", "vault", "sandbox", "server", "testkit",
        ],
    ),
];

/// Libraries that only one crate may use: its wall is what it is for.
const WALLS: [(&str, &[&str]); 4] = [
    ("sqlx", &["store", "testkit", "bench", "sandbox"]),
    (
        "alloy",
        &["chain", "bindings", "symbolon", "bench", "testkit"],
    ),
    ("axum", &["server", "bench", "chaos", "sandbox"]),
    ("clap", &["symbolon", "bench", "simulation", "chaos"]),
];

/// Mistakes that are planted to test the tests: nobody else may have them.
const PLANTED: (&str, &[&str]) = ("planted-bugs", &["core", "simulation"]);

pub(crate) fn check() {
    let folders: BTreeSet<String> = fs::read_dir(root().join("crates"))
        .expect("there are crates")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    for folder in &folders {
        let (_, allowed) = LAYERS
            .iter()
            .find(|(name, _)| name == folder)
            .unwrap_or_else(|| panic!("crates/{folder} is in no layer: add it to LAYERS"));
        let used = dependencies(folder);
        for ours in used
            .iter()
            .filter_map(|name| name.strip_prefix("symbolon-"))
        {
            assert!(
                allowed.contains(&ours),
                "crates/{folder} must not depend on crates/{ours}"
            );
        }
        for (library, users) in WALLS {
            assert!(
                !used.contains(library) || users.contains(&folder.as_str()),
                "crates/{folder} must not use {library}: that is what {users:?} are for"
            );
        }
    }
    core_is_pure();
    nothing_is_planted(&folders);
}

/// No manifest but those two names the feature, and none has it on by default.
fn nothing_is_planted(folders: &BTreeSet<String>) {
    let (feature, users) = PLANTED;
    for folder in folders {
        let path = root().join("crates").join(folder).join("Cargo.toml");
        let manifest = fs::read_to_string(path).expect("a crate has a manifest");
        let allowed = users.contains(&folder.as_str());
        assert!(
            allowed || !manifest.contains(feature),
            "crates/{folder} must not name {feature}: only {users:?} may"
        );
        let manifest: toml::Table = manifest.parse().expect("a manifest is TOML");
        let features = manifest.get("features").and_then(|table| table.as_table());
        assert!(
            features.is_none_or(|features| !features.contains_key("default")),
            "crates/{folder} must have no feature on by default"
        );
    }
    let workspace = fs::read_to_string(root().join("Cargo.toml")).expect("there is a workspace");
    assert!(
        !workspace.contains(feature),
        "the workspace must not name {feature}"
    );
}

/// The names under `[dependencies]`.
fn dependencies(folder: &str) -> BTreeSet<String> {
    let path = root().join("crates").join(folder).join("Cargo.toml");
    let manifest: toml::Table = fs::read_to_string(path)
        .expect("a crate has a manifest")
        .parse()
        .expect("a manifest is TOML");
    let names = manifest
        .get("dependencies")
        .and_then(|table| table.as_table());
    names
        .into_iter()
        .flat_map(|table| table.keys().cloned())
        .collect()
}

/// I10, beyond what clippy.toml refuses by name.
fn core_is_pure() {
    let impure = [
        "std::fs",
        "std::net",
        "std::thread",
        "std::process",
        "std::env",
        "async fn",
        "tokio",
        ".await",
    ];
    for file in sources() {
        if !file.path.starts_with("crates/core/src") {
            continue;
        }
        for (at, line) in file.text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for word in impure {
                assert!(
                    !code.contains(word),
                    "{}:{}: `{word}` has no place in the core (I10)",
                    file.path,
                    at + 1
                );
            }
        }
    }
}
