//! How the story is told: words, one table a step, and bars while it works.

use std::{
    io::{self, Write},
    time::Duration,
};

use anyhow::Result;
use comfy_table::{ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

/// The story's voice. With `--json` it speaks on standard error, and standard
/// output holds the summary alone.
#[derive(Debug)]
pub(super) struct Narrator {
    json: bool,
}

impl Narrator {
    pub(super) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Begins a step.
    pub(super) fn step(&self, number: u8, title: &str) {
        self.say(&format!("\n{number}. {title}"));
    }

    /// Says something.
    pub(super) fn say(&self, words: &str) {
        // Where nobody reads any more, the story goes on all the same.
        let _ = if self.json {
            writeln!(io::stderr().lock(), "{words}")
        } else {
            writeln!(io::stdout().lock(), "{words}")
        };
    }

    /// Shows a table.
    pub(super) fn table(&self, header: &[&str], rows: &[Vec<String>]) {
        let mut table = Table::new();
        table
            .load_style(UTF8_FULL_CONDENSED)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_header(header);
        table.add_rows(rows);
        self.say(&table.to_string());
    }

    /// A bar on standard error, where somebody watches.
    pub(super) fn bar(&self, length: u64, what: &str) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("   {msg:24} {bar:32} {pos}/{len} {eta}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }

    /// Ends with what programs want to know, the last line of standard output.
    pub(super) fn finish(&self, summary: &impl Serialize) -> Result<()> {
        if self.json {
            writeln!(io::stdout().lock(), "{}", serde_json::to_string(summary)?)?;
        }
        Ok(())
    }
}
