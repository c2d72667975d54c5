//! Keeps the house in order: who may depend on whom, how long a file may be,
//! and what no file may say.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

mod alerts;
mod dependencies;
mod documents;
mod layers;
mod tree;

use tree::{SourceFile, sources};

/// No file is longer.
const MOST_LINES: usize = 800;
/// 95 of 100 files are no longer.
const MOST_LINES_OF_MOST: usize = 500;
/// Half of the files are no longer.
const MOST_LINES_OF_HALF: usize = 200;

#[test]
fn arrows_point_inwards() {
    layers::check();
}

#[test]
fn whatever_is_asked_for_is_used() {
    dependencies::check();
}

#[test]
fn alerts_ask_for_what_is_exported() {
    alerts::check();
}

#[test]
fn documents_point_at_what_is_there() {
    documents::check();
}

#[test]
fn files_stay_small() {
    let mut lengths: Vec<(usize, String)> = sources()
        .into_iter()
        .map(|file| (file.text.lines().count(), file.path))
        .collect();
    lengths.sort();
    let longest = lengths.last().expect("there are files");
    assert!(
        longest.0 <= MOST_LINES,
        "{} has {} lines: split it by purpose",
        longest.1,
        longest.0
    );
    let most = &lengths[lengths.len() * 95 / 100];
    assert!(
        most.0 <= MOST_LINES_OF_MOST,
        "more than 5% of the files are longer than {MOST_LINES_OF_MOST} lines, among them {}",
        most.1
    );
    let half = &lengths[lengths.len() / 2];
    assert!(
        half.0 <= MOST_LINES_OF_HALF,
        "half of the files are longer than {} lines",
        half.0
    );
}

#[test]
fn every_rust_file_begins_by_saying_what_it_is_for() {
    let silent: Vec<String> = sources()
        .into_iter()
        .filter(|file| file.path.ends_with(".rs") && !file.text.starts_with("//!"))
        .map(|file| file.path)
        .collect();
    assert!(silent.is_empty(), "no `//!` at the top of {silent:#?}");
}

#[test]
fn nothing_is_left_open() {
    // Spelled apart, so that this file does not find itself.
    let marks =
        ["TO", "FIX"].map(|begin| format!("{begin}{}", if begin == "TO" { "DO" } else { "ME" }));
    let macros = ["todo", "unimplemented", "dbg"].map(|name| format!("{name}!("));
    let ignored = format!("#[{}", "ignore");
    let open = found(|line| {
        marks
            .iter()
            .chain(&macros)
            .any(|mark| line.contains(mark.as_str()))
            || (line.contains(&ignored) && !line.contains("a part played for another test"))
    });
    assert!(open.is_empty(), "left open: {open:#?}");
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let paths = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
    ];
    let known = found(|line| paths.iter().any(|path| line.contains(path)));
    assert!(known.is_empty(), "machine paths: {known:#?}");
}

#[test]
fn secrets_are_never_plain_strings() {
    // A field of these names must be a SecretString, a hash, or a place to look.
    let names = [
        "signer_key",
        "private_key",
        "master_key",
        "password",
        "rpc_url",
    ];
    let plain = found(|line| {
        let line = line.trim();
        names.iter().any(|name| {
            line.split_once(": ").is_some_and(|(field, kind)| {
                field
                    .trim_start_matches("pub(crate) ")
                    .trim_start_matches("pub ")
                    == *name
                    && (kind.starts_with("String") || kind.starts_with("Option<String"))
            })
        })
    });
    assert!(plain.is_empty(), "secrets as plain strings: {plain:#?}");
}

fn found(is: impl Fn(&str) -> bool) -> Vec<String> {
    let hits = |file: SourceFile| {
        let lines = file.text.lines().enumerate();
        let hits: Vec<String> = lines
            .filter(|(_, line)| is(line))
            .map(|(at, line)| format!("{}:{}: {}", file.path, at + 1, line.trim()))
            .collect();
        hits
    };
    sources().into_iter().flat_map(hits).collect()
}
