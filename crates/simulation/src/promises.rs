//! What must hold, whatever strikes.

use std::collections::{BTreeMap, HashSet};

use symbolon_core::{
    command::Command,
    ids::{AuthorityIndex, InvestorId},
    mirror::{filter::MirroredRegistry, record::WalletRecord},
    wallet::{Version, WalletAddress},
};

use crate::{
    chain::{Chain, state::State},
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
    /// What the chain held that the register has forgotten.
    forgotten: BTreeMap<WalletAddress, WalletRecord>,
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
            forgotten: BTreeMap::new(),
            denied: BTreeMap::new(),
        }
    }

    /// The chain holds an approval that the register gave and has forgotten.
    pub fn forgotten(&mut self, wallet: WalletAddress, record: WalletRecord) {
        self.approved.insert((wallet, record));
        self.forgotten.insert(wallet, record);
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
            denied.since = match desired.denies() {
                true => denied.since.or(Some(desired.version())),
                false => None,
            };
        }
    }

    /// The first promise that a chain breaks.
    pub fn broken_by(&mut self, register: &Register, chain: &Chain) -> Option<String> {
        self.note_landed(register, chain.finality());
        let tip = chain.tip();
        tip.registry().iter().find_map(|(wallet, held)| {
            self.never_approved(*wallet, *held)
                .or_else(|| outside(*wallet, *held))
                .or_else(|| self.back_after_denial(tip, *wallet))
        })
    }

    /// What a chain holds that the register does not: nothing, once all is quiet.
    /// Of a wallet that does not count there, no more is due than that it is
    /// denied; and of one whose versions the register has forgotten, until it has
    /// given newer ones, that it is denied where the register denies.
    pub fn differences(&self, register: &Register, chain: &State) -> Vec<String> {
        let target = &self.target;
        let wallets = register.wallets().iter().filter_map(|(wallet, known)| {
            let (desired, held) = (register.desired(target, *wallet), chain.record(*wallet));
            let forgotten = self.forgotten.get(wallet);
            let outranked = forgotten.is_some_and(|one| one.version() >= known.wallet.version);
            let equal = match known.wallet.chains.includes(target.id.chain) && !outranked {
                true => desired.is_met_by(held),
                false => desired.is_met_by(held) || held.denies() || !desired.denies(),
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
        let authorities =
            (due != cut_off).then(|| format!("has cut off {cut_off:?}, must have cut off {due:?}"));
        wallets.chain(authorities).collect()
    }

    /// It verifies somebody as the register never did, to the bit and the
    /// version (I2).
    fn never_approved(&self, wallet: WalletAddress, held: WalletRecord) -> Option<String> {
        let approved = held.denies() || self.approved.contains(&(wallet, held));
        (!approved).then(|| format!("{wallet} is verified as it never was: {held:?}"))
    }

    /// It verifies whom it had denied for good, while the register denies.
    fn back_after_denial(&self, tip: &State, wallet: WalletAddress) -> Option<String> {
        let landed = self.denied.get(&wallet).is_some_and(|denied| denied.landed);
        (landed && tip.verifies(wallet))
            .then(|| format!("{wallet} is verified again, and was denied for good"))
    }

    /// Which denials a block shows that cannot be undone: the record's, or that
    /// of the authority that verified what the register would have there.
    fn note_landed(&mut self, register: &Register, finality: &State) {
        for (wallet, denied) in &mut self.denied {
            let held = finality.record(*wallet);
            let by_record =
                |since| held.denies() && held != WalletRecord::EMPTY && held.version() >= since;
            let authority = held.authority();
            let turned = register.authorities.turned_by(authority).0;
            let told = finality.cut_off_since(authority);
            let by_authority = register.authorities.is_restricted(authority)
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
