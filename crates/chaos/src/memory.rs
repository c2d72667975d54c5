//! Which runs have passed: so that Ctrl-C costs no more than the runs under way.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::Write,
    path::Path,
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::{plan::Switches, report::Report};

/// The file of the runs that have passed, a line each.
#[derive(Debug)]
pub struct Memory {
    file: File,
    kind: String,
    /// The reports of this program's runs, by seed.
    pub passed: BTreeMap<u64, Report>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    /// Of which program, under which switches.
    kind: String,
    report: Report,
}

impl Memory {
    /// Opens the file, or begins one. What another build has passed says
    /// nothing of this one.
    pub fn open(path: &Path, fingerprint: &str, switches: Switches) -> Result<Self> {
        let Switches { beyond, nodes } = switches;
        let kind = format!("{fingerprint} beyond={beyond} nodes={nodes}");
        let known = std::fs::read_to_string(path).unwrap_or_default();
        // A line that a Ctrl-C cut short is a run to be done again.
        let lines = known
            .lines()
            .filter_map(|line| serde_json::from_str::<Line>(line).ok());
        let passed = lines
            .filter(|line| line.kind == kind)
            .map(|line| (line.report.seed, line.report))
            .collect();
        let file = OpenOptions::new().create(true).append(true).open(path);
        let mut file =
            file.with_context(|| format!("cannot remember runs in {}", path.display()))?;
        if !known.is_empty() && !known.ends_with('\n') {
            file.write_all(b"\n")?;
        }
        Ok(Self { file, kind, passed })
    }

    /// Remembers a run that has passed.
    pub fn note(&mut self, report: &Report) -> Result<()> {
        let kind = self.kind.clone();
        let report = report.clone();
        let line = serde_json::to_string(&Line { kind, report })?;
        Ok(self.file.write_all(format!("{line}\n").as_bytes())?)
    }
}
