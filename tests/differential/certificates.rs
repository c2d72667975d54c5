//! Certificates and the compiled `CertificateRegistry`: what each write makes of a
//! holder's word.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolConstructor};
use proptest::{collection::vec, prelude::*, sample::select};
use symbolon_bindings::CertificateRegistry;
use symbolon_core::{
    certificate::{
        Certificate, CertificateId, RequirementVersion,
        mirrored::{Due, MirroredCertificate},
        record::CertificateRecord,
    },
    mirror::companion::CompanionCall,
    time::UnixSeconds,
    wallet::{Version, WalletAddress},
};
use symbolon_testkit::evm::{
    Evm, Revert,
    registry::{HEAD, MIRROR, OWNER},
};

use crate::histories::{Checked, History, Plan, Tally, expect};

const BEGIN: u64 = 1_790_000_000;
const ID: CertificateId = CertificateId(7);
/// How many versions of the requirements the chain has.
const DEFINED: u32 = 2;

/// What must have happened, or the histories prove nothing.
const HAPPENS: [&str; 6] = [
    "certified",
    "denied",
    "stale",
    "unknown requirements",
    "by the admin",
    "as planned",
];

#[test]
fn core_and_certificate_registry_agree_on_every_history() {
    let mut chain = Chain::deploy().expect("the certificates deploy");
    let beginning = chain.evm.snapshot();
    let plan = Plan {
        histories: 1_500,
        seed: 5_851,
        regressions: "differential/certificates/regressions.txt",
    };
    let mut tally = Tally::default();
    plan.hold(histories(), |history| {
        chain.evm.restore(&beginning);
        live(&mut chain, &mut tally, history)
    });
    tally.assert_happened(&HAPPENS);
}

/// What happens to one holder's certificate.
#[derive(Clone, Debug)]
enum Step {
    /// A mirror writes this word.
    Upsert(CertificateRecord),
    /// A mirror denies by this version.
    Deny(Version),
    /// The admin certifies, or revokes.
    Admin(bool),
    /// The lane writes what is due, upon what the chain holds.
    Plan(Due),
}

fn histories() -> impl Strategy<Value = History<Step>> {
    vec(any_step(), 1..14).prop_map(History)
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any_version(), any_requirements(), any_expiry(), 0..8_u8).prop_map(
            |(version, requirements, expiry, odd)| {
                let record = CertificateRecord::certifying(version, requirements, expiry);
                // Now and then with other bits: revoked as well, or reserved ones.
                let bit = [82, 83, 84, 85, 255].get(usize::from(odd));
                let flipped = bit.map_or(U256::ZERO, |bit| U256::from(1) << *bit);
                Step::Upsert(CertificateRecord(record.0 ^ flipped))
            }
        ),
        2 => any_version().prop_map(Step::Deny),
        1 => any::<bool>().prop_map(Step::Admin),
        4 => any_due().prop_map(Step::Plan),
    ]
}

fn any_due() -> impl Strategy<Value = Due> {
    prop_oneof![
        3 => any_expiry().prop_map(|expiry| Due::Certified(Certificate {
            requirements: RequirementVersion(1),
            expiry,
            revoked: false,
        })),
        1 => Just(Due::Revoked),
        1 => Just(Due::Denied),
    ]
}

/// Mostly the next ones; some stale, some too far ahead.
fn any_version() -> impl Strategy<Value = Version> {
    prop_oneof![
        8 => (1..9_u16).prop_map(Version),
        1 => select(vec![0, 4_095, 4_096, 4_097, 4_098, 9_000, 65_535]).prop_map(Version),
    ]
}

fn any_requirements() -> impl Strategy<Value = RequirementVersion> {
    (0..DEFINED + 2).prop_map(RequirementVersion)
}

fn any_expiry() -> impl Strategy<Value = Option<UnixSeconds>> {
    select(vec![
        None,
        Some(UnixSeconds(BEGIN - 5)),
        Some(UnixSeconds(BEGIN + 5)),
    ])
}

fn live(chain: &mut Chain, tally: &mut Tally, history: &History<Step>) -> Checked {
    let mut held = CertificateRecord::EMPTY;
    for step in &history.0 {
        held = match *step {
            Step::Upsert(given) => {
                let known = (1..=DEFINED).contains(&given.requirements().0);
                let next = held.upserted(given, known);
                if !known && next == held {
                    tally.count("unknown requirements");
                } else if next == held {
                    tally.count("stale");
                }
                chain.upsert(given)?;
                next
            }
            Step::Deny(version) => {
                chain.deny(version)?;
                held.denied(version)
            }
            Step::Admin(certifies) => {
                tally.count("by the admin");
                chain.admin(certifies)?;
                let version = Version(held.version().0.saturating_add(1));
                let newest = RequirementVersion(DEFINED);
                match certifies {
                    true => CertificateRecord::certifying(version, newest, None),
                    false => held.denied(version),
                }
            }
            Step::Plan(due) => {
                let planned = MirroredCertificate {
                    contract: chain.contract,
                    certificate: ID,
                    holder: holder(),
                    due,
                    is_news: true,
                };
                let Some(write) = planned.next_write(held) else {
                    continue;
                };
                tally.count("as planned");
                let call = write.entry.call();
                let argument = call.batch(chain.contract, [write.entry]).argument();
                match call {
                    CompanionCall::Certify => chain.write_records(argument)?,
                    _ => chain.write_denials(argument)?,
                }
                CertificateRecord(write.becomes)
            }
        };
        tally.count(if held.is_certified() {
            "certified"
        } else {
            "denied"
        });
        expect(chain.record()?, held.0, "the word")?;
    }
    Ok(())
}

fn holder() -> WalletAddress {
    WalletAddress::new(Address::repeat_byte(9)).expect("it is not zero")
}

struct Chain {
    evm: Evm,
    contract: Address,
}

impl Chain {
    fn deploy() -> Result<Self, Revert> {
        let mut evm = Evm::at(BEGIN);
        let arguments = CertificateRegistry::constructorCall { owner: OWNER };
        let code = &CertificateRegistry::BYTECODE;
        let (contract, _) = evm.deploy(OWNER, code, &arguments.abi_encode())?;
        let appoint = CertificateRegistry::addMirrorCall { mirror: MIRROR };
        evm.send(OWNER, contract, &appoint)?;
        for _ in 0..DEFINED {
            let metadata = ("Age".to_owned(), "uint".to_owned(), String::new());
            let values = (
                String::new(),
                U256::from(18),
                Address::ZERO,
                false,
                Bytes::new(),
            );
            let define = CertificateRegistry::changeStandardRequirementCall {
                SBTID: U256::from(ID.0),
                requirements: vec![(metadata.into(), ">=".to_owned(), values.into()).into()],
            };
            evm.send(OWNER, contract, &define)?;
        }
        Ok(Self { evm, contract })
    }

    fn token() -> U256 {
        U256::from(ID.0) << 160 | U256::from_be_slice(holder().address().as_slice())
    }

    fn upsert(&mut self, record: CertificateRecord) -> Checked {
        let mut entry = Self::token().to_be_bytes::<32>().to_vec();
        entry.extend(record.0.to_be_bytes::<32>());
        self.write_records(entry)
    }

    fn deny(&mut self, version: Version) -> Checked {
        let mut entry = Self::token().to_be_bytes::<32>().to_vec();
        entry.extend(version.0.to_be_bytes());
        self.write_denials(entry)
    }

    fn write_records(&mut self, records: Vec<u8>) -> Checked {
        let records = records.into();
        self.send(
            MIRROR,
            &CertificateRegistry::upsertCall {
                head: HEAD,
                records,
            },
        )
    }

    fn write_denials(&mut self, denials: Vec<u8>) -> Checked {
        let denials = denials.into();
        self.send(
            MIRROR,
            &CertificateRegistry::denyCall {
                head: HEAD,
                denials,
            },
        )
    }

    fn admin(&mut self, certifies: bool) -> Checked {
        let (holder, id) = (holder().address(), U256::from(ID.0));
        match certifies {
            true => self.send(
                OWNER,
                &CertificateRegistry::certify_1Call {
                    certifying: holder,
                    SBTID: id,
                },
            ),
            false => self.send(
                OWNER,
                &CertificateRegistry::revokeCall {
                    certifying: holder,
                    SBTID: id,
                },
            ),
        }
    }

    fn send(&mut self, from: Address, call: &impl SolCall) -> Checked {
        let sent = self.evm.send(from, self.contract, call);
        sent.map(|_| ())
            .map_err(|revert| format!("a write reverts: {revert:?}"))
    }

    fn record(&mut self) -> Result<U256, String> {
        let call = CertificateRegistry::recordOfCall {
            holder: holder().address(),
            id: U256::from(ID.0),
        };
        self.evm
            .view(self.contract, &call)
            .map_err(|revert| format!("the word cannot be read: {revert:?}"))
    }
}
