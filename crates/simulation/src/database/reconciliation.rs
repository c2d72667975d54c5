//! A chain held against the register (`symbolon_store`'s `reconciliation`). What
//! follows from a comparison is decided by `core::mirror::reconciliation`.

use std::collections::BTreeSet;

use symbolon_core::{
    command::Command,
    ids::AuthorityIndex,
    mirror::{
        lane::Inspection,
        reconciliation::{Circumstances, Finding, Remedy, finding, is_on_its_way, remedy},
        record::WalletRecord,
    },
    time::UnixSeconds,
    wallet::WalletAddress,
};

use super::Books;
use crate::register::{Changed, Dispute, Register};

/// Wallets compared at a time.
const PAGE: usize = 4;

/// How far a scan has come.
#[derive(Clone, Debug, Default)]
pub(super) struct Scan {
    not_before: u64,
    is_swept: bool,
    cursor: Option<WalletAddress>,
    ended: bool,
}

impl Scan {
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }
}

/// What a scan does next.
#[derive(Clone, Debug)]
pub enum Step {
    /// Reads all logs for wallets that the register never saw.
    Sweep,
    /// Compares these.
    Compare(Vec<WalletAddress>),
    /// It ends.
    End,
}

/// What came of a comparison.
#[derive(Clone, Debug, Default)]
pub struct Repaired {
    /// What the log says anew: renewals, and bars.
    pub changed: Vec<Changed>,
    /// Those of them that nobody decided.
    pub renewed: Vec<WalletAddress>,
    /// What was found, and what follows.
    pub found: Vec<(WalletAddress, Finding, Remedy)>,
}

impl Books {
    /// Whether a scan is under way.
    pub fn is_scanning(&self) -> bool {
        !self.scan.ended
    }

    /// The suspects.
    pub fn suspects(&self, register: &Register) -> Vec<WalletAddress> {
        let id = self.target.id.chain;
        let all = register.suspects.keys();
        let of_this = all.filter(|(chain, _)| *chain == id);
        of_this.map(|(_, wallet)| *wallet).collect()
    }

    /// The next step of the scan that is under way, where the chain was followed
    /// up to this block.
    pub fn next_step(&self, register: &Register, followed: u64) -> Option<Step> {
        let scan = &self.scan;
        if scan.ended || followed < scan.not_before {
            return None;
        }
        if !scan.is_swept {
            return Some(Step::Sweep);
        }
        let after = |wallet: &&WalletAddress| scan.cursor.is_none_or(|cursor| cursor < **wallet);
        let page = register.wallets().keys().filter(after);
        let page: Vec<_> = page.take(PAGE).copied().collect();
        Some(match page.is_empty() {
            true => Step::End,
            false => Step::Compare(page),
        })
    }

    /// `IssuerTransaction::advance_scan`.
    pub fn advance(&mut self, register: &mut Register, step: &Step) {
        match step {
            Step::End if !self.may_end(register) => {}
            Step::Sweep => self.scan.is_swept = true,
            Step::Compare(page) => self.scan.cursor = page.last().copied(),
            Step::End => {
                self.scan.ended = true;
                register.miss_nothing(self.target.id.chain);
            }
        }
    }

    /// `IssuerTransaction::alarm`.
    pub fn alarm(&mut self, register: &mut Register, lossy: bool, not_before: u64) {
        if lossy {
            register.miss(self.target.id.chain);
        }
        self.scan = Scan {
            not_before,
            ..Scan::default()
        };
    }

    /// `IssuerTransaction::reconcile`. What it changes is queued by whoever asked.
    pub fn reconcile(&mut self, register: &mut Register, seen: &Inspection) -> Repaired {
        let lossy = register.is_lossy();
        let carried = self.carried_wallets();
        let (mut judged, mut repaired) = (Vec::new(), Repaired::default());
        for (wallet, held) in seen.records.iter().copied() {
            let (block, carried) = (seen.block_number, carried.contains(&wallet));
            judged.extend(self.judge(register, wallet, held, block, carried));
        }
        for one in &judged {
            let remedy = remedy(one.finding, one.desired, one.held, one.known);
            repaired.found.push((one.wallet, one.finding, remedy));
            self.carry_on(register, one, remedy, lossy, &mut repaired);
        }
        repaired
    }

    /// `lane::carried_wallets`.
    pub(super) fn carried_wallets(&self) -> BTreeSet<WalletAddress> {
        let open = self.open();
        let carried = open.flat_map(|stored| stored.transaction.batch.versions());
        carried.map(|(wallet, _)| wallet).collect()
    }

    /// Whether the scan may end.
    fn may_end(&self, register: &Register) -> bool {
        let misses = register.misses(self.target.id.chain);
        let carried = self.carried_wallets();
        let mut suspects = self.suspects(register).into_iter();
        !misses || !suspects.any(|wallet| carried.contains(&wallet))
    }

    fn judge(
        &mut self,
        register: &mut Register,
        wallet: WalletAddress,
        held: WalletRecord,
        block: u64,
        carried: bool,
    ) -> Option<Judged> {
        let known = register.wallets().get(&wallet)?;
        let counts = known.wallet.chains.includes(self.target.id.chain);
        let in_turn = known.changed > self.told && counts;
        let bound = known.holder.is_some();
        let last = self.observed.get(&wallet).map(|(_, block)| *block);
        let outdated = last.is_some_and(|last| last > block);
        let unexpected = held != self.observed(wallet);
        let desired = register.desired(&self.target, wallet);
        let owed = in_turn || self.outbox.keys().any(|owed| owed.wallet == wallet);
        let lossy = register.is_lossy();
        if !outdated {
            self.observe(wallet, held, block);
        }
        if held.version() > desired.version() {
            register.make_known(wallet, held.version());
        }
        Some(Judged {
            wallet,
            desired,
            held,
            // Nobody's verdict ends here.
            finding: finding(
                desired,
                held,
                outdated || carried || (owed && is_on_its_way(desired, held, lossy)),
                UnixSeconds(0),
            ),
            known: Circumstances {
                bound,
                carried,
                disputed: register.is_disputed(wallet),
                unclear_elsewhere: register.is_unclear_elsewhere(self.target.id.chain, wallet),
                unexpected,
                lossy,
            },
        })
    }

    fn carry_on(
        &mut self,
        register: &mut Register,
        one: &Judged,
        remedy: Remedy,
        lossy: bool,
        repaired: &mut Repaired,
    ) {
        let (wallet, chain) = (one.wallet, self.target.id.chain);
        if one.finding != Finding::OnItsWay {
            register.suspects.remove(&(chain, wallet));
        }
        match remedy {
            Remedy::Nothing => register.disputes.settle(wallet, chain),
            Remedy::Wait => {}
            Remedy::LookAgain => drop(register.suspects.insert((chain, wallet), false)),
            Remedy::AwaitOthers => drop(register.suspects.insert((chain, wallet), true)),
            Remedy::Tell { renewed } => {
                if renewed {
                    let before = register.wallets()[&wallet].changed;
                    let renewal = by_itself(register, wallet, Command::RenewRecord { wallet });
                    let after = register.wallets()[&wallet].changed;
                    register.disputes.keep(wallet, before, after);
                    repaired.renewed.extend(renewal.first().map(|_| wallet));
                    repaired.changed.extend(renewal);
                }
                self.owe_wallets(register, [wallet].into(), None);
                register.disputes.settle(wallet, chain);
            }
            Remedy::Dispute => {
                let bar = Command::DeactivateWallet { wallet };
                let changed = match lossy {
                    true => by_itself(register, wallet, bar),
                    false => Vec::new(),
                };
                let dispute = Dispute {
                    entry: register.wallets()[&wallet].changed,
                    barred: !changed.is_empty(),
                };
                register.disputes.add(wallet, chain, dispute);
                repaired.changed.extend(changed);
            }
        }
    }
}

/// A wallet as the register has it while nobody changes it.
struct Judged {
    wallet: WalletAddress,
    desired: WalletRecord,
    held: WalletRecord,
    finding: Finding,
    known: Circumstances,
}

/// What nobody asked for; nothing where the register refuses it.
fn by_itself(register: &mut Register, wallet: WalletAddress, command: Command) -> Vec<Changed> {
    let Some(holder) = register.wallets()[&wallet].holder else {
        return Vec::new();
    };
    let decided = register.command(holder, command, AuthorityIndex(0), UnixSeconds(1));
    decided.unwrap_or_default()
}
