//! The rules by which a registry takes writes, one example each. Every write
//! here goes through the compiled contract and through core's rules, which
//! must agree; the histories of `differential` do the same at random.

#![allow(clippy::unwrap_used, reason = "a test")]
#![allow(
    non_snake_case,
    reason = "the arguments of ERC-3643 are named as they are"
)]

mod agents;
mod denials;
mod packing;
mod roles;
mod upserts;
mod verdicts;

use alloy_primitives::{Address, Bytes, U256, aliases::U40};
use alloy_sol_types::SolCall;
use symbolon_bindings::IdentityRegistry as abi;
use symbolon_core::{
    mirror::{
        record::WalletRecord,
        rules::{self, AgentRefusal, AgentTerm, Grounds, MAX_LEAP},
    },
    time::UnixSeconds,
    verdict::RestrictedAuthorities,
    wallet::Version,
};
use symbolon_testkit::evm::{
    Output, Revert,
    registry::{AGENT, HEAD, MIRROR, OWNER, Registry},
};

const NOW: u64 = 1_790_000_000;
const DAY: u64 = 86_400;
const WALLET: Address = Address::repeat_byte(0xa1);
const IDENTITY: Address = Address::repeat_byte(0x1d);
const OTHER: Address = Address::repeat_byte(0x2d);
const GERMANY: u16 = 276;

/// One wallet, on chain and by core's rules.
struct Case {
    registry: Registry,
    record: WalletRecord,
    now: UnixSeconds,
    term: AgentTerm,
    restricted: RestrictedAuthorities,
}

impl Case {
    fn blank() -> Self {
        Self {
            registry: Registry::deploy(NOW).unwrap(),
            record: WalletRecord::EMPTY,
            now: UnixSeconds(NOW),
            term: AgentTerm::Seconds(DAY),
            restricted: RestrictedAuthorities::default(),
        }
    }

    /// The wallet, approved at this version.
    fn approved(version: u16) -> Self {
        let mut case = Self::blank();
        case.upsert(approval(version));
        case
    }

    fn upsert(&mut self, record: WalletRecord) -> Output {
        self.record = rules::upserted(self.record, record);
        let output = self.registry.upsert(&[(WALLET, record.0)]).unwrap();
        self.agree();
        output
    }

    fn deny(&mut self, version: u16, grounds: u8) -> Output {
        self.record = rules::denied(self.record, Version(version), Grounds::from_byte(grounds));
        let output = self.registry.deny(&[(WALLET, version, grounds)]).unwrap();
        self.agree();
        output
    }

    fn register(&mut self) -> Result<(), AgentRefusal> {
        let after = rules::agent_registered(self.record, IDENTITY, GERMANY, self.now, self.term);
        let (_userAddress, _identity, _country) = (WALLET, IDENTITY, GERMANY);
        self.act(
            after,
            &abi::registerIdentityCall {
                _userAddress,
                _identity,
                _country,
            },
        )
    }

    fn update_identity(&mut self, _identity: Address) -> Result<(), AgentRefusal> {
        let after = rules::agent_updated_identity(self.record, _identity, self.now, self.term);
        self.act(
            after,
            &abi::updateIdentityCall {
                _userAddress: WALLET,
                _identity,
            },
        )
    }

    fn update_country(&mut self, _country: u16) -> Result<(), AgentRefusal> {
        let after = rules::agent_updated_country(self.record, _country, self.now, self.term);
        self.act(
            after,
            &abi::updateCountryCall {
                _userAddress: WALLET,
                _country,
            },
        )
    }

    fn delete(&mut self) -> Result<(), AgentRefusal> {
        let after = rules::agent_deleted(self.record, self.now, self.restricted);
        self.act(
            after,
            &abi::deleteIdentityCall {
                _userAddress: WALLET,
            },
        )
    }

    fn act(
        &mut self,
        after: Result<WalletRecord, AgentRefusal>,
        call: &impl SolCall,
    ) -> Result<(), AgentRefusal> {
        let outcome = self.registry.act(call);
        match after {
            Ok(after) => {
                outcome.unwrap();
                self.record = after;
                self.agree();
                Ok(())
            }
            Err(refusal) => {
                assert!(refused_as(&outcome.unwrap_err(), refusal));
                Err(refusal)
            }
        }
    }

    fn set_term(&mut self, term: AgentTerm) {
        let seconds = match term {
            AgentTerm::Seconds(seconds) => U40::from(seconds),
            AgentTerm::Unlimited => U40::MAX,
        };
        self.registry
            .own(&abi::setAgentTermCall { term: seconds })
            .unwrap();
        self.term = term;
    }

    fn restrict_authority(&mut self, authority: u8, restricted: bool) {
        self.registry
            .restrict_authority(authority, restricted)
            .unwrap();
        self.restricted.0.set_bit(authority.into(), restricted);
        self.agree();
    }

    fn at(&mut self, seconds: u64) -> &mut Self {
        self.now = UnixSeconds(seconds);
        self.registry.evm.set_timestamp(seconds);
        self.agree();
        self
    }

    fn is_verified(&mut self) -> bool {
        self.registry
            .ask(&abi::isVerifiedCall {
                _userAddress: WALLET,
            })
            .unwrap()
    }

    fn agree(&mut self) {
        let word = self
            .registry
            .ask(&abi::recordOfCall { wallet: WALLET })
            .unwrap();
        assert_eq!(WalletRecord(word), self.record, "contract, core");
        let verified = self.record.is_verified_at(self.now, self.restricted);
        assert_eq!(self.is_verified(), verified, "contract, core");
    }
}

fn refused_as(revert: &Revert, refusal: AgentRefusal) -> bool {
    match refusal {
        AgentRefusal::Denied => revert.error::<abi::WalletDenied>().unwrap().wallet == WALLET,
        said => revert.reason == said.to_string(),
    }
}

/// What the register writes of somebody verified for good.
fn approval(version: u16) -> WalletRecord {
    WalletRecord::tombstone(Version(version))
        .with_identity(IDENTITY)
        .with_country_code(GERMANY)
        .with_approval(true)
}

fn with_bit(record: WalletRecord, bit: usize) -> WalletRecord {
    WalletRecord(record.0 | (U256::ONE << bit))
}
