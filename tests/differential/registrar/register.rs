//! What core makes of the registrar's calls about investors.
//!
//! In both, any authority of an investor's country may change it, and whoever
//! verifies it is in charge from then on. They differ in what follows, which no
//! history asks for:
//!
//! - The registrar has no counterpart of [`Command::RemoveWallet`]: an address
//!   is an investor's for good, so that nobody can take one over.
//! - It has none of a revocation either: a restriction does the same there.
//! - Its ratings go to 255 and its expiries to 40 bits; a wallet's record has 3
//!   and 34.
//! - It takes any country number up to 1,023; the register only those that are
//!   assigned.
//! - There any authority of the country binds addresses and lifts restrictions;
//!   in the register only the one in charge does, so that cutting it off undoes
//!   all that it let count. Such a call is sent to neither.
//! - It keeps the addresses of signers and the ids of authorities apart from
//!   investors'; the register's authorities have API keys and numbers instead.

use std::collections::BTreeMap;

use symbolon_core::{
    authority::Mandate,
    command::{Command, Verdict},
    country::Country,
    federation::{Federation, ProposalId},
    ids::InvestorId,
    investor::{Accreditation, Attestation, Investor, InvestorKind, Level, Source},
    log::EntryNumber,
    register::{Refusal, View, apply_all, decide},
    time::UnixSeconds,
    verdict,
    wallet::{ChainScope, WalletAddress, WalletHistory},
};

use super::{
    answer::Says,
    approvals::Approvals,
    federation,
    history::{COUNTRIES, Call, Holder, Signer, Terms, Wallet},
};

/// The register, and what waits for approvals.
pub struct Register {
    pub federation: Federation,
    /// The log's last entry about the federation.
    pub last_entry: EntryNumber,
    /// The owner's proposals by the calldata that stands for them.
    pub proposed: BTreeMap<Vec<u8>, ProposalId>,
    pub approvals: Approvals,
    pub threshold: usize,
    investors: BTreeMap<InvestorId, Investor>,
}

/// Why core does not carry out a call, in a stable word.
pub type Refused = &'static str;

impl Register {
    pub fn new(threshold: usize) -> Self {
        Self {
            federation: federation::beginning(threshold),
            last_entry: EntryNumber(0),
            proposed: BTreeMap::new(),
            approvals: Approvals::default(),
            threshold,
            investors: BTreeMap::new(),
        }
    }

    /// The investor, once it was added.
    pub fn investor(&self, holder: Holder) -> Option<&Investor> {
        self.investors.get(&holder.id())
    }

    /// Whose a wallet is.
    pub fn holder(&self, wallet: Wallet) -> Option<&Investor> {
        let address = WalletAddress::new(wallet.bare()).ok()?;
        self.investors
            .values()
            .find(|investor| investor.wallet(address).is_some())
    }

    /// The verdict on a wallet (I4).
    pub fn verified(&self, wallet: Wallet, now: UnixSeconds) -> bool {
        let restricted = self.federation.restricted();
        self.holder(wallet).is_some_and(|investor| {
            investor
                .wallets
                .iter()
                .find(|held| held.address.address() == wallet.bare())
                .is_some_and(|held| {
                    verdict::reasons(investor, held, None, restricted, now).is_empty()
                })
        })
    }

    /// Somebody sends a call about an investor.
    pub fn keep(&mut self, signer: Signer, call: &Call, data: &[u8], now: UnixSeconds) -> Says {
        let Some(mandate) = self.mandate(signer) else {
            return Says::Refused("no_authority");
        };
        let after = match self.after(call, &mandate, now) {
            Ok(after) => after,
            Err("other_authority") => return Says::Apart("only_in_charge"),
            Err(refused) => return Says::Refused(refused),
        };
        let says = self.approvals.approve(signer, data, self.threshold, now);
        if says == Says::CarriedOut {
            self.investors.insert(after.id, after);
        }
        says
    }

    /// Puts another authority in charge, or says what it would be.
    pub fn reassigned(
        &self,
        id: InvestorId,
        to: &Mandate,
        now: UnixSeconds,
    ) -> Result<Investor, Refusal> {
        let mut draft = Draft::of(self, id, &Mandate::Owner, now);
        draft.decide(Command::Reassign { to: to.clone() })?;
        draft.investor.ok_or(Refusal::UnknownInvestor)
    }

    pub fn replace(&mut self, investor: Investor) {
        self.investors.insert(investor.id, investor);
    }

    /// The investor after a call, if core would carry it out.
    fn after(&self, call: &Call, mandate: &Mandate, now: UnixSeconds) -> Result<Investor, Refused> {
        let draft = |holder: &Holder| Draft::of(self, holder.id(), mandate, now);
        let draft = match call {
            Call::AddInvestor(holder, country, terms, wallets) => {
                let mut draft = draft(holder);
                draft.refusable(Command::RegisterInvestor {
                    kind: InvestorKind::NaturalPerson,
                    external_id: None,
                })?;
                for wallet in wallets {
                    draft.refusable(link(wallet_address(*wallet)?))?;
                }
                let country = Country::from_numeric(COUNTRIES[*country]).ok_or("no_country")?;
                draft.refusable(Command::Verify(verdict_of(*terms, country)?))?;
                draft
            }
            Call::UpdateInvestor(holder, terms) => {
                let mut draft = draft(holder);
                // Its country never changes; nobody's does not matter.
                let held = draft
                    .investor
                    .as_ref()
                    .and_then(|known| known.status.verdict());
                let country = held.map_or(Country::US, |held| held.country);
                draft.refusable(Command::Verify(verdict_of(*terms, country)?))?;
                draft
            }
            Call::RestrictInvestor(holder, restricted) => {
                let mut draft = draft(holder);
                let command = match restricted {
                    true => Command::Restrict,
                    false => Command::LiftRestriction,
                };
                // The registrar sets what may be so already.
                match draft.decide(command) {
                    Ok(()) | Err(Refusal::AlreadySo(_)) => draft,
                    Err(refusal) => return Err(refusal.code()),
                }
            }
            Call::RegisterAddresses(holder, wallets) => {
                let mut draft = draft(holder);
                for wallet in wallets {
                    let wallet = wallet_address(*wallet)?;
                    let held = draft
                        .investor
                        .as_ref()
                        .and_then(|known| known.wallet(wallet));
                    draft.refusable(match held {
                        Some(held) if !held.active => Command::ReactivateWallet { wallet },
                        _ => link(wallet),
                    })?;
                }
                draft
            }
            Call::RestrictAddresses(holder, wallets) => {
                let mut draft = draft(holder);
                for wallet in wallets {
                    let wallet = wallet_address(*wallet)?;
                    draft.refusable(Command::DeactivateWallet { wallet })?;
                }
                draft
            }
            Call::AddAuthority(..)
            | Call::SetCountries(..)
            | Call::RestrictAuthority(..)
            | Call::Reassign(..) => return Err("not_about_an_investor"),
        };
        draft.investor.ok_or("unknown_investor")
    }
}

/// What an investor becomes while several commands stand for one call.
struct Draft<'a> {
    register: &'a Register,
    id: InvestorId,
    investor: Option<Investor>,
    mandate: &'a Mandate,
    now: UnixSeconds,
}

impl<'a> Draft<'a> {
    fn of(register: &'a Register, id: InvestorId, mandate: &'a Mandate, now: UnixSeconds) -> Self {
        Self {
            register,
            id,
            investor: register.investors.get(&id).cloned(),
            mandate,
            now,
        }
    }

    fn refusable(&mut self, command: Command) -> Result<(), Refused> {
        self.decide(command).map_err(|refusal| refusal.code())
    }

    fn decide(&mut self, command: Command) -> Result<(), Refusal> {
        let others = self
            .register
            .investors
            .values()
            .filter(|other| other.id != self.id);
        let histories = others.chain(&self.investor).flat_map(|holder| {
            holder.wallets.iter().map(|wallet| {
                let history = WalletHistory {
                    holder: Some(holder.id),
                    version: wallet.version,
                    disputed: false,
                };
                (wallet.address, history)
            })
        });
        let view = View {
            id: self.id,
            investor: self.investor.clone(),
            histories: histories.collect(),
            rules: Default::default(),
        };
        let events = decide(&view, command, self.mandate, self.now)?;
        self.investor = apply_all(self.id, view.investor, &events).expect("its own events fit");
        Ok(())
    }
}

fn link(wallet: WalletAddress) -> Command {
    Command::LinkWallet {
        wallet,
        chains: ChainScope::All,
    }
}

fn wallet_address(wallet: Wallet) -> Result<WalletAddress, Refused> {
    WalletAddress::new(wallet.bare()).map_err(|_| "zero_address")
}

fn verdict_of(terms: Terms, country: Country) -> Result<Verdict, Refused> {
    Ok(Verdict {
        level: Level::Basic,
        country,
        accreditation: Accreditation::from_rating(terms.rating).ok_or("no_rating")?,
        accreditation_ends: None,
        us_person: false,
        person: Default::default(),
        expiry: terms.expiry.at(),
        source: Source::Operator {
            operator: "Maria".to_owned(),
            attestation: Attestation {
                text: "I saw it.".to_owned(),
                version: "1".to_owned(),
            },
        },
    })
}
