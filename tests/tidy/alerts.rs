//! Alerts ask for series that servers export.

use std::{collections::BTreeSet, fs};

use crate::tree::{root, sources};

/// The words of a text that name a series of ours.
fn series(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with("symbolon_") && word.matches('_').count() > 1)
        .map(str::to_owned)
        .collect()
}

pub(crate) fn check() {
    let exported: BTreeSet<_> = sources()
        .into_iter()
        .filter(|file| file.path.starts_with("crates/server/src/metrics"))
        .flat_map(|file| series(&file.text))
        .collect();
    let alerts = fs::read_to_string(root().join("deploy/alerts.yml")).expect("there are alerts");
    let asked = series(&alerts);
    assert!(asked.len() > 5, "{asked:?}");
    let unknown: Vec<_> = asked.difference(&exported).collect();
    assert!(unknown.is_empty(), "no server exports {unknown:?}");
    let outcomes: Vec<_> = alerts
        .split("outcome=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(!outcomes.is_empty());
    for outcome in outcomes {
        let said = format!("\"{outcome}\"");
        let says = |file: &crate::tree::SourceFile| {
            file.path.starts_with("crates/server/src/jobs") && file.text.contains(&said)
        };
        assert!(sources().iter().any(says), "nothing comes out {outcome}");
    }
}
