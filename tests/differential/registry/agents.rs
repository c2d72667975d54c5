//! What agents write, and that none of it lifts a denial or moves a version.

use alloy_sol_types::SolCall;
use symbolon_bindings::IdentityRegistry::{self as abi, IdentityRegistryEvents};
use symbolon_core::mirror::rules::{self, AgentRefusal};
use symbolon_testkit::evm::{Output, Revert, registry::AGENT};

use super::{
    check,
    history::{Act, Identity, Wallet},
    world::{Change, World},
};
use crate::histories::{Checked, expect};

impl World<'_> {
    /// One call of an agent, on both sides.
    pub fn agent(&mut self, act: Act) -> Checked {
        let (now, term) = (self.now, self.term);
        let (wallet, call) = encode(act);
        let stored = self.chain[wallet.0];
        let after = match act {
            Act::Register(_, identity, country) => {
                rules::agent_registered(stored, identity.address(), country, now, term)
            }
            Act::UpdateIdentity(_, identity) => {
                rules::agent_updated_identity(stored, identity.address(), now, term)
            }
            Act::UpdateCountry(_, country) => {
                rules::agent_updated_country(stored, country, now, term)
            }
            Act::Delete(_) => rules::agent_deleted(stored, now, self.restricted),
        };
        let outcome = self
            .registry
            .evm
            .call(AGENT, self.registry.address, call.into());
        let change = after.map(|after| {
            vec![Change {
                wallet,
                before: stored,
                after,
                denial: false,
            }]
        });
        let predicted = change.map_err(|refusal| (wallet, refusal));
        self.acted(outcome, predicted, check::repeated(act, stored))
    }

    /// `batchRegisterIdentity`: all of them or none.
    pub fn agent_batch(&mut self, entries: &[(Wallet, Identity, u16)]) -> Checked {
        let mut chain = self.chain;
        let mut predicted = Ok(Vec::new());
        for (wallet, identity, country) in entries {
            let before = chain[wallet.0];
            match rules::agent_registered(before, identity.address(), *country, self.now, self.term)
            {
                Ok(after) => {
                    chain[wallet.0] = after;
                    let change = Change {
                        wallet: *wallet,
                        before,
                        after,
                        denial: false,
                    };
                    predicted = predicted.map(|mut changes: Vec<_>| {
                        changes.push(change);
                        changes
                    });
                }
                Err(refusal) => {
                    predicted = Err((*wallet, refusal));
                    break;
                }
            }
        }
        let outcome = self.registry.act(&abi::batchRegisterIdentityCall {
            _userAddresses: entries.iter().map(|(wallet, ..)| wallet.bare()).collect(),
            _identities: entries
                .iter()
                .map(|(_, identity, _)| identity.address())
                .collect(),
            _countries: entries.iter().map(|(.., country)| *country).collect(),
        });
        self.acted(outcome, predicted, None)
    }

    fn acted(
        &mut self,
        outcome: Result<Output, Revert>,
        predicted: Result<Vec<Change>, (Wallet, AgentRefusal)>,
        repeated: Option<IdentityRegistryEvents>,
    ) -> Checked {
        match (outcome, predicted) {
            (Ok(output), Ok(changes)) => {
                check::events(&output.logs, &changes, false, repeated)?;
                self.accept(&changes)?;
                for Change {
                    wallet,
                    before,
                    after,
                    ..
                } in changes
                {
                    self.current[wallet.0] &= before == after;
                    if before.version() != after.version() {
                        return Err(format!("an agent moved the version of {wallet:?}"));
                    }
                    if self.denied[wallet.0] && after.is_verified_at(self.now, self.restricted) {
                        return Err(format!(
                            "an agent lifted the denial of {wallet:?}: {after:?}"
                        ));
                    }
                }
                Ok(())
            }
            (Err(revert), Err((wallet, AgentRefusal::Denied))) => {
                let denied = revert
                    .error::<abi::WalletDenied>()
                    .map(|error| error.wallet);
                expect(
                    denied,
                    Some(wallet.bare()),
                    "the wallet that the contract names as denied",
                )
            }
            (Err(revert), Err((_, refusal))) => {
                expect(revert.reason, refusal.to_string(), "the refusal")
            }
            (outcome, predicted) => Err(format!("core: {predicted:?}; contract: {outcome:?}")),
        }
    }
}

fn encode(act: Act) -> (Wallet, Vec<u8>) {
    match act {
        Act::Register(wallet, identity, _country) => {
            let (_userAddress, _identity) = (wallet.bare(), identity.address());
            let call = abi::registerIdentityCall {
                _userAddress,
                _identity,
                _country,
            };
            (wallet, call.abi_encode())
        }
        Act::UpdateIdentity(wallet, identity) => {
            let (_userAddress, _identity) = (wallet.bare(), identity.address());
            (
                wallet,
                abi::updateIdentityCall {
                    _userAddress,
                    _identity,
                }
                .abi_encode(),
            )
        }
        Act::UpdateCountry(wallet, _country) => {
            let _userAddress = wallet.bare();
            (
                wallet,
                abi::updateCountryCall {
                    _userAddress,
                    _country,
                }
                .abi_encode(),
            )
        }
        Act::Delete(wallet) => (
            wallet,
            abi::deleteIdentityCall {
                _userAddress: wallet.bare(),
            }
            .abi_encode(),
        ),
    }
}
