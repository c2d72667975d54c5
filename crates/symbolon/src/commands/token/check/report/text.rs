//! The report for people: a table, lists, and the transactions.

use super::{Finding, Judged, Report};
use crate::{
    commands::token::check::{plan::Transaction, trials::Outcome},
    output::{counted, grouped, table},
};

/// Characters of calldata that people are shown; files and machines get all.
const SHOWN: usize = 160;

impl Report {
    /// For people.
    pub(in super::super) fn text(&self) -> String {
        let mut lines = vec![self.table()];
        let mut paragraph = |title: &str, items: Vec<String>| {
            if !items.is_empty() {
                lines.push(format!("\n{title}"));
                lines.extend(items.into_iter().map(|item| format!("- {item}")));
            }
        };
        paragraph("On the fork", self.cast.notes.clone());
        paragraph("What breaks", self.troubles());
        paragraph(
            "Paths that stay unprotected",
            self.unprotected
                .iter()
                .map(|gap| format!("{}: {}", gap.path, gap.detail))
                .collect(),
        );
        let plan = &self.transactions;
        paragraph("Before the switch", self.conditions());
        lines.push("\nThe transactions, in this order".to_owned());
        lines.extend(plan.forth().enumerate().map(|(at, one)| step(at + 1, one)));
        lines.push("\nAnd back".to_owned());
        lines.extend(
            plan.back
                .iter()
                .enumerate()
                .map(|(at, one)| step(at + 1, one)),
        );
        lines.push(String::new());
        lines.push(self.verdict());
        lines.join("\n")
    }

    fn table(&self) -> String {
        let mut table = table([
            "operation",
            "today",
            "our registry",
            "and VerifiedSender",
            "gas today",
            "gas then",
            "ratio",
        ]);
        for judged in &self.operations {
            let Judged { line, .. } = judged;
            let gas = |outcome: &Outcome| outcome.gas().map_or_else(|| "–".to_owned(), grouped);
            table.add_row([
                line.operation.to_owned(),
                said(&line.today),
                said(&line.registry),
                line.guarded.as_ref().map_or_else(|| "–".to_owned(), said),
                gas(&line.today),
                gas(line.last()),
                judged
                    .gas_ratio
                    .map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}")),
            ]);
        }
        table.to_string()
    }

    /// What does not work, each with what the token said.
    fn troubles(&self) -> Vec<String> {
        let mut troubles = Vec::new();
        for Judged {
            finding,
            returns,
            line,
            ..
        } in &self.operations
        {
            let then = said(line.last());
            match finding {
                Finding::Breaks => troubles.push(format!("{} breaks: {then}", line.operation)),
                Finding::FailsToday => troubles.push(format!(
                    "{} fails today already, and afterwards: {then}",
                    line.operation
                )),
                Finding::Untried => troubles.push(format!(
                    "{} could not be tried: {}; {then}",
                    line.operation,
                    said(&line.today)
                )),
                Finding::Works | Finding::Mended | Finding::Unprotected => {}
            }
            if !returns {
                troubles.push(format!(
                    "{} is not as before after the way back: {}",
                    line.operation,
                    said(&line.back)
                ));
            }
        }
        if troubles.is_empty() {
            troubles.push("nothing".to_owned());
        }
        troubles
    }

    /// What to do, or to think of, before anything is sent.
    fn conditions(&self) -> Vec<String> {
        let plan = &self.transactions;
        let missing = self.not_in_our_registry.len() as u64;
        let mut conditions = vec![format!(
            "have the register verify the token's holders and write them to {}: of those that were looked at, {} not verified there yet",
            plan.registry,
            counted(missing, "is", "are"),
        )];
        if !plan.has_mirror {
            conditions.push(
                "name the lane's signer with --mirror, and the transaction that appoints it is listed too"
                    .to_owned(),
            );
        }
        if plan.could_replace {
            conditions.push(
                "the compliance has no modules: with --as-compliance VerifiedSender takes its place, for less gas"
                    .to_owned(),
            );
        }
        conditions
    }

    fn verdict(&self) -> String {
        let number = self.operations.len() as u64;
        if self.works {
            format!(
                "{} tried: nothing breaks, and switching back restores what was",
                counted(number, "operation", "operations")
            )
        } else {
            format!(
                "{} tried: not everything works; see what breaks",
                counted(number, "operation", "operations")
            )
        }
    }
}

fn said(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Passed { .. } => "passes".to_owned(),
        Outcome::Refused { reason } => format!("refused: {reason}"),
        Outcome::Untried { reason } => format!("untried: {reason}"),
    }
}

fn step(number: usize, one: &Transaction) -> String {
    let data = one.data.to_string();
    let data = if data.len() > SHOWN {
        format!(
            "{}… ({} bytes; --json and --output have all)",
            data.get(..64).unwrap_or_default(),
            grouped(one.data.len() as u64)
        )
    } else {
        data
    };
    let condition = match &one.only_when {
        Some(condition) => format!("\n   only when {condition}"),
        None => String::new(),
    };
    format!(
        "{number}. {}, {}\n   to {}\n   {}: {}; {} gas{condition}\n   {data}",
        one.who,
        one.from,
        one.to,
        one.function,
        one.purpose,
        grouped(one.gas)
    )
}
