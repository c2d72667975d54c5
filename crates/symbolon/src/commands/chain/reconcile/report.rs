//! What was found of one registry, what was done about it, and what people must
//! decide.

use serde_json::{Value, json};
use symbolon_core::{
    ids::RegistryId,
    mirror::{reconciliation::Finding, record::WalletRecord},
};
use symbolon_store::{Compared, Dispute, Findings, Measure};

use crate::output::{counted, grouped, table};

/// Wallets that people are shown; machines get all.
const SHOWN: usize = 20;

/// What came of one registry.
pub(super) struct Report {
    pub(super) id: RegistryId,
    pub(super) dry_run: bool,
    pub(super) findings: Findings,
    /// What was not as it must be, of the wallets that this run compared.
    pub(super) found: Vec<Compared>,
    /// What people must decide.
    pub(super) people: Vec<Dispute>,
}

impl Report {
    /// How many wallets wait for people, or would.
    pub(super) fn disputes(&self) -> u64 {
        match self.dry_run {
            true => self.findings.disputed,
            false => self.people.len() as u64,
        }
    }

    pub(super) fn document(&self) -> Value {
        let Findings {
            compared,
            on_its_way,
            provisional,
            denied,
            disputed,
            rewritten,
        } = self.findings;
        let found = self.found.iter().map(|one| {
            json!({
                "wallet": one.wallet.to_string(),
                "finding": finding(one.finding),
                "measure": measure(one.measure),
                "register": word(one.desired),
                "chain": word(one.held),
            })
        });
        let disputes = self.people.iter().map(|dispute| {
            json!({
                "wallet": dispute.wallet.to_string(),
                "investor": dispute.investor.map(|id| id.to_string()),
                "chain": word(dispute.held),
                "block": dispute.block,
                "barred": dispute.barred,
                "since_s": dispute.since.0,
            })
        });
        json!({
            "chain_id": self.id.chain,
            "place": self.id.place,
            "dry_run": self.dry_run,
            "compared": compared,
            "on_their_way": on_its_way,
            "provisional": provisional,
            "denied": denied,
            "rewritten": rewritten,
            "newly_disputed": disputed,
            "found": found.collect::<Vec<_>>(),
            "disputes": disputes.collect::<Vec<_>>(),
        })
    }

    pub(super) fn text(&self) -> String {
        let found = self.findings;
        let mut summary = table([
            "chain",
            "wallets",
            "on their way",
            "agents'",
            "denied",
            "written anew",
            "for people",
        ]);
        summary.add_row([
            self.id.to_string(),
            grouped(found.compared),
            grouped(found.on_its_way),
            grouped(found.provisional),
            grouped(found.denied),
            grouped(found.rewritten),
            grouped(self.disputes()),
        ]);
        let mut lines = vec![summary.to_string()];
        lines.extend(self.found.iter().take(SHOWN).map(|one| self.line(one)));
        lines.extend(self.people.iter().take(SHOWN).map(decision));
        let listed = self.found.len().max(self.people.len());
        if listed > SHOWN {
            let more = (listed - SHOWN) as u64;
            lines.push(format!(
                "and {}: --json shows all",
                counted(more, "more", "more")
            ));
        }
        if self.dry_run && found.repaired() + found.disputed > 0 {
            lines.push("nothing was changed: run it without --dry-run to repair".to_owned());
        } else if found.repaired() > 0 {
            lines.push(
                "what is to be sent goes out by `symbolon serve`: `symbolon chain status` tells"
                    .to_owned(),
            );
        }
        lines.join("\n")
    }

    fn line(&self, one: &Compared) -> String {
        let (id, wallet) = (self.id, one.wallet);
        let found = match one.finding {
            Finding::ChainApproves => "is verified there, and the register denies it",
            Finding::ChainDenies => "is denied there, and the register approves it",
            _ => "has another record there",
        };
        let done = match (one.measure, self.dry_run) {
            (Measure::Denied, false) => "it is denied at once",
            (Measure::Denied, true) => "it would be denied at once",
            (Measure::Rewritten, false) => "the register's is written anew",
            (Measure::Rewritten, true) => "the register's would be written anew",
            _ => "a person must decide",
        };
        format!("chain {id}: {wallet} {found}: {done}")
    }
}

/// Who must decide what, and how.
fn decision(dispute: &Dispute) -> String {
    let wallet = dispute.wallet;
    let investor = dispute
        .investor
        .map_or_else(|| "{id}".to_owned(), |id| id.to_string());
    match dispute.barred {
        true => format!(
            "decide about {wallet}, which is barred on every chain: `symbolon revoke {wallet}` if the chain is right, else let it be used again (POST /v1/investors/{investor}/wallets/{wallet}/reactivate)"
        ),
        false => format!(
            "decide about {wallet}: `symbolon revoke {wallet}` if the chain is right, else `symbolon verify {wallet}` again"
        ),
    }
}

/// The word of a finding, for machines.
fn finding(finding: Finding) -> &'static str {
    match finding {
        Finding::InStep => "in_step",
        Finding::OnItsWay => "on_its_way",
        Finding::Provisional => "provisional",
        Finding::ChainApproves => "chain_approves",
        Finding::ChainDenies => "chain_denies",
        Finding::Differs => "differs",
    }
}

fn measure(measure: Measure) -> &'static str {
    match measure {
        Measure::Nothing => "nothing",
        Measure::Denied => "denied",
        Measure::Rewritten => "rewritten",
        Measure::LeftToPeople => "left_to_people",
    }
}

fn word(record: WalletRecord) -> String {
    format!("{:#066x}", record.0)
}
