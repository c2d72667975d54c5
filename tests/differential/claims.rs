//! Identities, claims and the compiled `IdentityFactory` and `ClaimIssuer`: what each
//! write makes of a key and of a claim, and that nothing denied comes back.

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::{SolCall, SolConstructor};
use proptest::{collection::vec, prelude::*, sample::select};
use symbolon_bindings::{ClaimIssuer, Identity, IdentityFactory};
use symbolon_chain::{claims, signer::LaneSigner};
use symbolon_core::{
    claim::{
        ClaimTopic,
        mirrored::{Due, MirroredClaim},
        record::{ClaimRecord, Wording},
        signed::{SignsClaims, claim_hash},
    },
    identity::{
        Identities, IdentitySalt,
        mirrored::{MirroredKey, Purposes},
    },
    ids::{ChainId, InvestorId},
    mirror::companion::{ClaimDenial, CompanionCall, CompanionEntry, CompanionWrite, IssuedClaim},
    time::UnixSeconds,
    wallet::{Version, WalletAddress},
};
use symbolon_testkit::evm::{
    Evm, Output, Revert,
    registry::{MIRROR, OWNER, Registry},
};

use crate::histories::{Checked, History, Plan, Tally, expect};

const BEGIN: u64 = 1_790_000_000;
const TOPIC: ClaimTopic = ClaimTopic::KYC;
const INVESTOR: InvestorId = InvestorId(B256::repeat_byte(1));
const WALLETS: u8 = 2;

/// What must have happened, or the histories prove nothing.
const HAPPENS: [&str; 9] = [
    "deployed",
    "key taken",
    "stands",
    "denied",
    "too early",
    "as planned",
    "hidden",
    "put back",
    "put back in vain",
];

#[test]
fn core_and_the_contracts_of_identities_agree_on_every_history() {
    let mut chain = Chain::deploy().expect("the contracts deploy");
    let beginning = chain.evm.snapshot();
    let plan = Plan {
        histories: 600,
        seed: 735,
        regressions: "differential/claims/regressions.txt",
    };
    let mut tally = Tally::default();
    plan.hold(histories(), |history| {
        chain.evm.restore(&beginning);
        live(&mut chain, &mut tally, history)
    });
    tally.assert_happened(&HAPPENS);
}

/// What happens to one investor's identity.
#[derive(Clone, Debug)]
enum Step {
    /// The lane keeps a wallet's key, upon what the chain holds.
    Key(u8, Purposes),
    /// The lane writes what is due of the claim, signed by this key.
    Plan(Due, u8),
    /// A mirror adds a claim of this version, whatever the chain holds.
    Issue(Version, Wording),
    /// A mirror denies up to this version.
    Deny(Version),
    /// The investor takes the claim off.
    Hide,
    /// The investor puts back a claim that it once held.
    PutBack(usize),
}

fn histories() -> impl Strategy<Value = History<Step>> {
    vec(any_step(), 2..16).prop_map(History)
}

fn any_step() -> impl Strategy<Value = Step> {
    let purposes = select(vec![Purposes::NONE, Purposes::OF_WALLETS]);
    let due = prop_oneof![
        3 => any_wording().prop_map(Due::Claimed),
        1 => Just(Due::Denied),
    ];
    prop_oneof![
        4 => (0..WALLETS, purposes).prop_map(|(wallet, purposes)| Step::Key(wallet, purposes)),
        5 => (due, 0..2_u8).prop_map(|(due, signer)| Step::Plan(due, signer)),
        2 => (any_version(), any_wording())
            .prop_map(|(version, wording)| Step::Issue(version, wording)),
        2 => any_version().prop_map(Step::Deny),
        2 => Just(Step::Hide),
        3 => any::<usize>().prop_map(Step::PutBack),
    ]
}

/// Mostly the next ones; some stale, some too far ahead.
fn any_version() -> impl Strategy<Value = Version> {
    prop_oneof![
        8 => (1..9_u16).prop_map(Version),
        1 => select(vec![0, 4_095, 4_096, 4_097, 9_000, 65_535]).prop_map(Version),
    ]
}

fn any_wording() -> impl Strategy<Value = Wording> {
    let ends = select(vec![
        None,
        Some(UnixSeconds(BEGIN + 5)),
        Some(UnixSeconds(BEGIN + 50)),
    ]);
    let content = select(vec![B256::ZERO, B256::repeat_byte(3)]);
    (ends, content).prop_map(|(ends, content)| Wording { ends, content })
}

/// A claim that was signed once, as anybody may keep it.
#[derive(Clone, Copy)]
struct Signed {
    version: Version,
    wording: Wording,
    by: usize,
}

fn live(chain: &mut Chain, tally: &mut Tally, history: &History<Step>) -> Checked {
    let mut keys = [Purposes::NONE; WALLETS as usize];
    let mut held = ClaimRecord::EMPTY;
    let mut issued = Version(0);
    let mut kept: Vec<Signed> = Vec::new();
    let mut deployed = false;
    for step in &history.0 {
        match *step {
            Step::Key(wallet, due) => {
                let before = keys[usize::from(wallet)];
                let Some(write) = chain.planned_key(wallet, due).next_write(before) else {
                    continue;
                };
                chain.carry_out(&write)?;
                let now = Purposes::shown(write.becomes);
                deployed |= now != Purposes::NONE;
                tally.count(match now {
                    Purposes::NONE => "key taken",
                    _ => "deployed",
                });
                keys[usize::from(wallet)] = now;
            }
            Step::Plan(due, signer) if deployed => {
                let signer = &chain.signers[usize::from(signer)];
                let planned = chain.planned_claim(due, issued);
                let Some(write) = planned.next_write(held, Some(signer)) else {
                    continue;
                };
                if let CompanionEntry::IssueClaim(claim) = write.entry {
                    issued = issued.max(claim.version);
                    let by = chain.place_of(signer);
                    kept.push(Signed::of(&claim, by));
                }
                tally.count("as planned");
                chain.carry_out(&write)?;
                held = ClaimRecord(write.becomes);
            }
            Step::Plan(..) => {}
            Step::Issue(version, wording) => {
                let signed = Signed {
                    version,
                    wording,
                    by: 0,
                };
                issued = issued.max(version);
                let becomes = match deployed {
                    true => held.claimed(version, wording, chain.signers[0].address()),
                    // Nobody holds it yet, and it is signed.
                    false => held,
                };
                if version != Version(0) {
                    chain.issue(&signed)?;
                    kept.push(signed);
                    tally.count(if becomes == held {
                        "too early"
                    } else {
                        "stands"
                    });
                    held = becomes;
                }
            }
            Step::Deny(version) => {
                chain.deny(version)?;
                held = held.denied(version);
                tally.count("denied");
            }
            Step::Hide if keys[0] != Purposes::NONE && held.is_held() => {
                chain.hide()?;
                keys[0] = Purposes(keys[0].0 | 1 << 3);
                held = ClaimRecord(U256::from(held.denied_version().0));
                tally.count("hidden");
            }
            Step::PutBack(which) if keys[0] != Purposes::NONE && !kept.is_empty() => {
                let signed = kept[which % kept.len()];
                let signer = chain.signers[signed.by].address();
                let taken = chain.put_back(&signed);
                keys[0] = Purposes(keys[0].0 | 1 << 3);
                let may = signed.version > held.denied_version();
                expect(taken, may, "whether a claim is put back")?;
                held = held.claimed(signed.version, signed.wording, signer);
                tally.count(if taken {
                    "put back"
                } else {
                    "put back in vain"
                });
            }
            Step::Hide | Step::PutBack(_) => {}
        }
        for (n, expected) in (0..WALLETS).zip(keys) {
            expect(chain.purposes(n)?, expected, "what a key is for")?;
        }
        expect(ClaimRecord(chain.claim()?), held, "the claim")?;
    }
    Ok(())
}

impl Signed {
    fn of(claim: &IssuedClaim, by: usize) -> Self {
        Self {
            version: claim.version,
            wording: claim.wording,
            by,
        }
    }

    fn data(&self) -> Vec<u8> {
        let word = |number: u64| U256::from(number).to_be_bytes::<32>();
        [
            word(self.wording.ends.map_or(0, |at| at.0)),
            word(self.version.0.into()),
            self.wording.content.0,
        ]
        .concat()
    }
}

fn wallet(n: u8) -> WalletAddress {
    WalletAddress::new(Address::repeat_byte(0x90 + n)).expect("it is not zero")
}

struct Chain {
    evm: Evm,
    registry: Address,
    issuer: Address,
    identities: Identities,
    salt: IdentitySalt,
    signers: [LaneSigner; 2],
}

impl Chain {
    fn deploy() -> Result<Self, Revert> {
        let Registry { mut evm, address } = Registry::deploy(BEGIN)?;
        let (factory, _) = evm.deploy(OWNER, &IdentityFactory::BYTECODE, &[])?;
        let arguments = ClaimIssuer::constructorCall {
            manager: OWNER,
            registry_: address,
        };
        let code = &ClaimIssuer::BYTECODE;
        let (issuer, _) = evm.deploy(OWNER, code, &arguments.abi_encode())?;
        let signers = ["one", "two"].map(|name| {
            let secret = keccak256(name).to_string();
            LaneSigner::from_hex(&secret.into()).expect("a key")
        });
        for signer in &signers {
            evm.call(OWNER, issuer, claims::add_signer(signer.address()))?;
        }
        Ok(Self {
            evm,
            registry: address,
            issuer,
            identities: Identities::of(factory, address),
            salt: IdentitySalt::of(INVESTOR, ChainId(1)),
            signers,
        })
    }

    fn identity(&self) -> Address {
        self.identities.address(self.salt)
    }

    fn place_of(&self, signer: &LaneSigner) -> usize {
        usize::from(signer.address() == self.signers[1].address())
    }

    fn planned_key(&self, n: u8, due: Purposes) -> MirroredKey {
        MirroredKey {
            contract: self.identities.factory(),
            investor: INVESTOR,
            salt: self.salt,
            wallet: wallet(n),
            due,
            is_told: true,
            is_news: true,
        }
    }

    fn planned_claim(&self, due: Due, issued: Version) -> MirroredClaim {
        MirroredClaim {
            issuer: self.issuer,
            identities: self.identities,
            investor: INVESTOR,
            salt: self.salt,
            topic: TOPIC,
            due,
            issued,
            is_news: true,
        }
    }

    fn sign(&self, signed: &Signed) -> IssuedClaim {
        let hash = claim_hash(self.identity(), TOPIC, signed.version, &signed.wording);
        IssuedClaim {
            investor: INVESTOR,
            topic: TOPIC,
            salt: self.salt,
            issuer: self.issuer,
            version: signed.version,
            wording: signed.wording,
            signature: self.signers[signed.by].sign_claim(hash).expect("it signs"),
        }
    }

    fn issue(&mut self, signed: &Signed) -> Checked {
        let entry = CompanionEntry::IssueClaim(self.sign(signed));
        self.write(self.identities.factory(), entry)
    }

    fn deny(&mut self, version: Version) -> Checked {
        let entry = CompanionEntry::DenyClaim(ClaimDenial {
            investor: INVESTOR,
            topic: TOPIC,
            identity: self.identity(),
            version,
        });
        self.write(self.issuer, entry)
    }

    fn carry_out(&mut self, write: &CompanionWrite) -> Checked {
        self.write(write.contract, write.entry)
    }

    fn write(&mut self, contract: Address, entry: CompanionEntry) -> Checked {
        let call = entry.call();
        let argument = call.batch(contract, [entry]).argument().into();
        let registry = self.registry;
        let sent = match call {
            CompanionCall::KeepKeys => {
                let keys = argument;
                self.send(
                    MIRROR,
                    contract,
                    &IdentityFactory::keepKeysCall { registry, keys },
                )
            }
            CompanionCall::IssueClaims => {
                let claims = argument;
                let call = IdentityFactory::addClaimsCall { registry, claims };
                self.send(MIRROR, contract, &call)
            }
            _ => {
                let denials = argument;
                self.send(MIRROR, contract, &ClaimIssuer::denyClaimsCall { denials })
            }
        };
        sent.map(|_| ())
            .map_err(|revert| format!("a write reverts: {revert:?}"))
    }

    fn send(&mut self, from: Address, to: Address, call: &impl SolCall) -> Result<Output, Revert> {
        self.evm.send(from, to, call)
    }

    /// Its first wallet may add claims, and take them off, once it says so.
    fn let_the_holder_claim(&mut self) {
        let holder = wallet(0).address();
        let call = Identity::addKeyCall {
            _key: keccak256(holder.into_word()),
            _purpose: U256::from(3),
            _keyType: U256::from(1),
        };
        // Refused where it may already.
        let _ = self.send(holder, self.identity(), &call);
    }

    fn hide(&mut self) -> Checked {
        self.let_the_holder_claim();
        let (issuer, topic) = (self.issuer.into_word().0, TOPIC.0.to_be_bytes::<32>());
        let call = Identity::removeClaimCall {
            _claimId: keccak256([issuer, topic].concat()),
        };
        let taken = self.send(wallet(0).address(), self.identity(), &call);
        taken
            .map(|_| ())
            .map_err(|revert| format!("the holder cannot take it off: {revert:?}"))
    }

    /// Whether the identity takes it.
    fn put_back(&mut self, signed: &Signed) -> bool {
        self.let_the_holder_claim();
        let claim = self.sign(signed);
        let call = Identity::addClaimCall {
            _topic: TOPIC.0,
            _scheme: U256::from(1),
            issuer: self.issuer,
            _signature: claim.signature.0.into(),
            _data: signed.data().into(),
            _uri: String::new(),
        };
        let taken = self.send(wallet(0).address(), self.identity(), &call);
        taken.is_ok()
    }

    fn purposes(&mut self, n: u8) -> Result<Purposes, String> {
        let keys = [self.salt.0.as_slice(), wallet(n).address().as_slice()].concat();
        let call = IdentityFactory::purposesOfCall {
            registry: self.registry,
            keys: keys.into(),
        };
        let words = self.evm.view(self.identities.factory(), &call);
        let words = words.map_err(|revert| format!("keys cannot be read: {revert:?}"))?;
        Ok(Purposes::shown(words[0]))
    }

    fn claim(&mut self) -> Result<U256, String> {
        let call = IdentityFactory::claimsOfCall {
            registry: self.registry,
            issuer: self.issuer,
            claims: [self.salt.0.0, TOPIC.0.to_be_bytes()].concat().into(),
        };
        let words = self.evm.view(self.identities.factory(), &call);
        let words = words.map_err(|revert| format!("claims cannot be read: {revert:?}"))?;
        Ok(words[0])
    }
}
