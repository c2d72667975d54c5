//! What must hold, whatever strikes.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use symbolon_core::{
    command::Command,
    ids::{AuthorityIndex, InvestorId},
    mirror::{filter::MirroredRegistry, record::WalletRecord},
    wallet::{Version, WalletAddress},
};

use crate::{
    chain::{Chain, state::State},
    database::Books,
    register::{
        Register,
        authorities::{Authorities, mandated},
    },
};

/// All approvals that a register ever gave, and what of them a chain may show.
#[derive(Debug)]
pub struct Promises {
    target: MirroredRegistry,
    approved: HashSet<(WalletAddress, WalletRecord)>,
    /// Approvals that the register has nothing to do with, or has forgotten: they
    /// may be there until it has noticed.
    foreign: HashSet<(WalletAddress, WalletRecord)>,
    /// Whom a block that counts denies, and no decision of the register's that it
    /// remembers: people must decide before the wallet is verified again.
    unexplained: BTreeMap<WalletAddress, u64>,
    /// The block in which somebody else last let one count.
    lifted: BTreeMap<AuthorityIndex, u64>,
    /// What was decided about these is forgotten, and may be on its way.
    forgotten: BTreeSet<AuthorityIndex>,
    /// Approvals that came about without that.
    undecided: HashSet<(WalletAddress, WalletRecord)>,
    /// Those that the register does not verify.
    denied: BTreeMap<WalletAddress, Denied>,
}

/// A wallet that the register does not verify.
#[derive(Clone, Copy, Debug, Default)]
struct Denied {
    /// The version since which its record denies.
    since: Option<Version>,
    /// A block that cannot be undone has shown that to the chain.
    landed: bool,
}

impl Promises {
    /// Those of one registry.
    pub fn new(target: MirroredRegistry) -> Self {
        Self {
            target,
            approved: HashSet::new(),
            foreign: HashSet::new(),
            unexplained: BTreeMap::new(),
            lifted: BTreeMap::new(),
            forgotten: BTreeSet::new(),
            undecided: HashSet::new(),
            denied: BTreeMap::new(),
        }
    }

    /// Somebody else wrote a record in this block.
    pub fn wrote(&mut self, wallet: WalletAddress, record: WalletRecord, block: u64) {
        if record.denies() {
            self.unexplained.insert(wallet, block);
        } else {
            self.foreign.insert((wallet, record));
            self.unexplained.remove(&wallet);
        }
    }

    /// Somebody else let an authority count in this block.
    pub fn lifted(&mut self, authority: AuthorityIndex, block: u64) {
        self.lifted.insert(authority, block);
        self.undone();
    }

    /// The register is as it was at an earlier moment, and has forgotten what it
    /// decided since: approvals, and denials that a block which counts shows.
    pub fn restored(&mut self, before: &Authorities, register: &Register, chain: &Chain) {
        for authority in Authorities::all() {
            if before.turned_by(authority) != register.authorities.turned_by(authority) {
                self.forgotten.insert(authority);
            }
        }
        self.foreign.extend(self.approved.iter().copied());
        self.denied.clear();
        for (wallet, known) in register.wallets() {
            let held = chain.finality().record(*wallet);
            if held.denies() && held.version() > known.wallet.version {
                self.unexplained.insert(*wallet, chain.height());
            }
        }
        self.decided(register);
    }

    /// Somebody decided about a wallet.
    pub fn is_decided(&mut self, wallet: WalletAddress) {
        self.unexplained.remove(&wallet);
    }

    /// Nobody decided, and a wallet was given a newer version; this chain had been
    /// read up to a block.
    pub fn renewed(
        &mut self,
        register: &Register,
        chain: &Chain,
        wallet: WalletAddress,
        followed: u64,
    ) {
        let noticed = self.unexplained.get(&wallet);
        let is_noticed = noticed.is_some_and(|block| *block <= followed);
        if is_noticed && chain.finality().record(wallet).denies() {
            let renewed = register.desired(&self.target, wallet);
            self.undecided.insert((wallet, renewed));
        }
    }

    /// Blocks that counted are gone: what they had shown for good was not.
    pub fn undone(&mut self) {
        for denied in self.denied.values_mut() {
            denied.landed = false;
        }
    }

    /// The register decided.
    pub fn decided(&mut self, register: &Register) {
        for wallet in register.wallets().keys() {
            let desired = register.desired(&self.target, *wallet);
            if !desired.denies() {
                self.approved.insert((*wallet, desired));
            }
            if register.verifies(&self.target, *wallet) {
                self.denied.remove(wallet);
                continue;
            }
            let denied = self.denied.entry(*wallet).or_default();
            if desired.denies() {
                denied.since = denied.since.or(Some(desired.version()));
            } else if denied.since.take().is_some() {
                // It is its authority's alone from now on.
                denied.landed = false;
            }
        }
    }

    /// The first promise that a chain breaks.
    pub fn broken_by(&mut self, register: &Register, chain: &Chain) -> Option<String> {
        self.note_landed(register, chain);
        let tip = chain.tip();
        tip.registry().iter().find_map(|(wallet, held)| {
            self.never_approved(*wallet, *held)
                .or_else(|| outside(*wallet, *held))
                .or_else(|| self.not_decided(tip, *wallet, *held))
                .or_else(|| self.back_after_denial(tip, *wallet))
        })
    }

    /// What a chain holds that the register does not: nothing, once all is quiet.
    /// Of a wallet that does not count there, or is nobody's, or about which people
    /// are to decide, no more is due than that it is denied. Where another chain
    /// denies whom the register approves, to replace somebody else's approval
    /// would lift that: it stays until people have decided, as does an authority that
    /// somebody else has cut off.
    pub fn differences(&self, register: &Register, chain: &State, books: &Books) -> Vec<String> {
        let target = &self.target;
        let wallets = register.wallets().iter().filter_map(|(wallet, known)| {
            let (desired, held) = (register.desired(target, *wallet), chain.record(*wallet));
            let id = target.id.chain;
            let disputed = register.disputes.stands_on(*wallet, id, known.changed);
            let counts = known.wallet.chains.includes(id) && known.holder.is_some();
            let foreign = !desired.denies() && self.foreign.contains(&(*wallet, held));
            let equal = match (counts, disputed) {
                (false, _) => held.denies(),
                (true, true) => held.denies() || foreign,
                (true, false) => desired.is_met_by(held),
            };
            let lost = match desired.denies() && !held.denies() {
                true => "a denial is lost",
                false => "not equal",
            };
            (!equal).then(|| format!("{lost}: {wallet} holds {held:?}, must hold {desired:?}"))
        });
        let due: Vec<_> = Authorities::all()
            .filter(|authority| register.authorities.is_restricted(*authority))
            .collect();
        let cut_off: Vec<_> = chain.cut_off().collect();
        let explained = |authority: &AuthorityIndex| {
            due.contains(authority) || books.leaves_to_people(*authority)
        };
        let equal = due.iter().all(|authority| cut_off.contains(authority))
            && cut_off.iter().all(explained);
        let authorities =
            (!equal).then(|| format!("has cut off {cut_off:?}, must have cut off {due:?}"));
        let strangers = chain.registry().iter().filter_map(|(wallet, held)| {
            let known = held.denies() || register.wallets().contains_key(wallet);
            (!known).then(|| format!("a denial is lost: {wallet} is nobody's, and holds {held:?}"))
        });
        wallets.chain(strangers).chain(authorities).collect()
    }

    /// It verifies somebody as the register never did, to the bit and the
    /// version (I2).
    fn never_approved(&self, wallet: WalletAddress, held: WalletRecord) -> Option<String> {
        let given = |held| self.approved.contains(&held) || self.foreign.contains(&held);
        let approved = held.denies() || given((wallet, held));
        (!approved).then(|| format!("{wallet} is verified as it never was: {held:?}"))
    }

    /// It verifies whom it had denied for good, while the register denies.
    fn back_after_denial(&self, tip: &State, wallet: WalletAddress) -> Option<String> {
        let landed = self.denied.get(&wallet).is_some_and(|denied| denied.landed);
        let foreign = self.foreign.contains(&(wallet, tip.record(wallet)));
        (landed && tip.verifies(wallet) && !foreign)
            .then(|| format!("{wallet} is verified again, and was denied for good"))
    }

    /// It verifies whom it denied for a reason that the register does not know,
    /// and nobody has decided.
    fn not_decided(
        &self,
        tip: &State,
        wallet: WalletAddress,
        held: WalletRecord,
    ) -> Option<String> {
        let undecided = self.undecided.contains(&(wallet, held));
        (undecided && tip.verifies(wallet))
            .then(|| format!("{wallet} was denied there, and is verified though nobody decided"))
    }

    /// Which denials a block shows that cannot be undone: the record's, or that
    /// of the authority that verified what the register would have there.
    fn note_landed(&mut self, register: &Register, chain: &Chain) {
        let (finality, final_block) = (chain.finality(), chain.final_block());
        for (wallet, denied) in &mut self.denied {
            let held = finality.record(*wallet);
            let by_record =
                |since| held.denies() && held != WalletRecord::EMPTY && held.version() >= since;
            let authority = held.authority();
            let turned = register.authorities.turned_by(authority).0;
            let told = finality.cut_off_since(authority);
            let by_authority = register.authorities.is_restricted(authority)
                && !self.forgotten.contains(&authority)
                && self
                    .lifted
                    .get(&authority)
                    .is_none_or(|block| *block <= final_block)
                && told.is_some_and(|head| head >= turned)
                && held == register.desired(&self.target, *wallet);
            denied.landed |= denied.since.is_some_and(by_record) || by_authority;
        }
    }
}

/// It holds what an authority wrote outside its countries.
fn outside(wallet: WalletAddress, held: WalletRecord) -> Option<String> {
    let authority = held.authority();
    let anywhere = authority.is_owner() || !held.is_contained();
    let mut countries = mandated(authority).into_iter();
    let within = anywhere || countries.any(|country| country.numeric() == held.country_code());
    (!within).then(|| format!("{wallet} is outside authority {authority}'s countries: {held:?}"))
}

/// Whether those who act for an authority may ask this at all: told from the
/// countries alone, next to the rule that decides.
pub fn may_ask(
    register: &Register,
    authority: AuthorityIndex,
    id: InvestorId,
    command: &Command,
) -> bool {
    if authority.is_owner() {
        return true;
    }
    let held = register
        .investor(id)
        .and_then(|investor| investor.status.verdict());
    let asked = match command {
        Command::Verify(verdict) | Command::Admit { verdict, .. } => Some(verdict.country),
        _ => None,
    };
    let countries = mandated(authority);
    let mut concerned = held.map(|verdict| verdict.country).into_iter().chain(asked);
    !register.authorities.is_restricted(authority)
        && concerned.all(|country| countries.contains(&country))
}
