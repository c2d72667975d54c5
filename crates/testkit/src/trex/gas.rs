//! What T-REX's registry and ours cost, on one chain, with the same token,
//! wallets and questions.

use alloy::{
    primitives::{Address, B256, U256, keccak256},
    sol_types::SolConstructor,
};
use symbolon_bindings::{IdentityRegistry, VerifiedSender, probes::VerifiedProbe};
use symbolon_chain::{
    calldata::calldata,
    deploy,
    endpoint::Endpoint,
    erc3643::{Compliance, Registry, Token, ask},
};
use symbolon_core::{
    ids::AuthorityIndex,
    mirror::{
        batch::{Batch, Upsert},
        record::WalletRecord,
    },
    time::UnixSeconds,
    wallet::{Version, WalletAddress},
};

use super::{COUNTRY, Onboarding, Trex, named};

/// Wallets to a transaction, as the planner cuts them.
const CHUNK: usize = 350;
/// An authority other than the issuer.
const AUTHORITY: AuthorityIndex = AuthorityIndex(7);
/// In the year 2100.
const EXPIRY: UnixSeconds = UnixSeconds(4_102_444_800);

/// One figure of each; T-REX requires one claim topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Ours.
    pub ours: u64,
    /// T-REX's.
    pub theirs: u64,
}

/// Gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// `isVerified` called by a contract, cold, authority 0.
    pub is_verified: Pair,
    /// The same, another authority.
    pub is_verified_of_authority: Pair,
    /// A transfer of T-REX's token to a wallet that holds some, our registry
    /// asked, and senders by `VerifiedSender` as its compliance.
    pub transfer: Pair,
    /// The same, with `VerifiedSender` as a module of T-REX's compliance.
    pub transfer_with_module: Pair,
    /// One wallet in a batch of 350.
    pub registration: Pair,
    /// An investor from nothing to tradeable, registrations batched.
    pub onboarding: Pair,
    /// Taking all that an authority verified out of the verdict.
    pub restriction: u64,
}

/// Takes all figures on a development chain.
pub async fn measure(endpoint: &Endpoint) -> Figures {
    let trex = Trex::deploy(endpoint, 2).await;
    let investors = [0, 1].map(|n| trex.investors[n].wallet);
    let (_, onboarding) = trex.onboard(named("newcomer", 0)).await;
    let probe = trex.create(&VerifiedProbe::BYTECODE, &[]).await;
    let verdict = async |registry| asked(&trex, probe, registry, investors[0]).await;
    let theirs = verdict(trex.registry).await;
    let their_transfer = transfer(&trex).await;

    let ours = Ours::deploy(&trex).await;
    ours.upsert(&trex, &investors, 1, AuthorityIndex(0)).await;
    let is_verified = verdict(ours.registry).await;
    ours.upsert(&trex, &investors, 2, AUTHORITY).await;
    let is_verified_of_authority = verdict(ours.registry).await;
    ours.upsert(&trex, &investors, 3, AuthorityIndex(0)).await;
    let [with_module, as_compliance] = ours.transfers(&trex).await;

    let wallets: Vec<_> = (0..CHUNK).map(|n| named("wallet", n)).collect();
    let register = Registry::batchRegisterIdentityCall {
        identities: (0..CHUNK).map(identity).collect(),
        countries: vec![COUNTRY; CHUNK],
        wallets: wallets.clone(),
    };
    let their_batch = trex.agent(trex.registry, &register).await;
    let our_batch = ours.upsert(&trex, &wallets, 1, AUTHORITY).await;
    let registration = Pair {
        ours: our_batch / CHUNK as u64,
        theirs: their_batch / CHUNK as u64,
    };
    let Onboarding {
        identity, claim, ..
    } = onboarding;
    Figures {
        is_verified: Pair {
            ours: is_verified,
            theirs,
        },
        is_verified_of_authority: Pair {
            ours: is_verified_of_authority,
            theirs,
        },
        transfer: Pair {
            ours: as_compliance,
            theirs: their_transfer,
        },
        transfer_with_module: Pair {
            ours: with_module,
            theirs: their_transfer,
        },
        registration,
        onboarding: Pair {
            ours: registration.ours,
            theirs: identity + claim + registration.theirs,
        },
        restriction: ours.restriction(&trex, &wallets).await,
    }
}

/// Our registry beside T-REX's.
struct Ours {
    registry: Address,
    mirror: Address,
}

impl Ours {
    async fn deploy(trex: &Trex) -> Self {
        let code = deploy::registry_code(trex.owner);
        let registry = trex.create(&code, &[]).await;
        let mirror = named("mirror", 0);
        trex.own(registry, &IdentityRegistry::addMirrorCall { mirror })
            .await;
        Self { registry, mirror }
    }

    /// Verifies wallets in one batch; its gas.
    async fn upsert(
        &self,
        trex: &Trex,
        wallets: &[Address],
        version: u16,
        by: AuthorityIndex,
    ) -> u64 {
        let entry = |(n, wallet): (usize, &Address)| Upsert {
            wallet: WalletAddress::new(*wallet).expect("a wallet"),
            record: WalletRecord::EMPTY
                .with_identity(identity(n))
                .with_country_code(COUNTRY)
                .with_expiry(Some(EXPIRY))
                .with_version(Version(version))
                .with_authority(by)
                .with_approval(true),
        };
        let upserts = wallets.iter().enumerate().map(entry).collect();
        let input = calldata(self.registry, head(), &Batch::Upsert(upserts));
        trex.send_bytes(self.mirror, self.registry, input).await
    }

    /// A transfer with senders asked about by a module, then by the compliance.
    async fn transfers(&self, trex: &Trex) -> [u64; 2] {
        let switch = Token::setIdentityRegistryCall {
            identityRegistry: self.registry,
        };
        trex.own(trex.token, &switch).await;
        let arguments = VerifiedSender::constructorCall { token_: trex.token };
        let module = trex
            .create(&VerifiedSender::BYTECODE, &arguments.abi_encode())
            .await;
        trex.own(trex.compliance, &Compliance::addModuleCall { module })
            .await;
        let with_module = transfer(trex).await;
        trex.own(trex.compliance, &Compliance::removeModuleCall { module })
            .await;
        let compliance = module;
        trex.own(trex.token, &Token::setComplianceCall { compliance })
            .await;
        [with_module, transfer(trex).await]
    }

    /// One transaction, after which no wallet of the authority is verified.
    async fn restriction(&self, trex: &Trex, wallets: &[Address]) -> u64 {
        let verified = async || {
            let mut verified = 0;
            for wallet in wallets {
                let question = Registry::isVerifiedCall { wallet: *wallet };
                let answer = ask(trex.node.endpoint(), self.registry, &question).await;
                verified += usize::from(answer.expect("the node answers") == Some(true));
            }
            verified
        };
        assert_eq!(verified().await, wallets.len(), "verified by the authority");
        let call = IdentityRegistry::restrictAuthorityCall {
            head: head(),
            authority: AUTHORITY.0,
        };
        let gas = trex.send(self.mirror, self.registry, &call).await;
        assert_eq!(verified().await, 0, "restricted with the authority");
        gas
    }
}

/// What the question costs a contract that asks it; the answer must be yes.
async fn asked(trex: &Trex, probe: Address, registry: Address, wallet: Address) -> u64 {
    let question = VerifiedProbe::isVerifiedCall { registry, wallet };
    let answer = ask(trex.node.endpoint(), probe, &question).await;
    let answer = answer
        .expect("the node answers")
        .expect("the probe answers");
    assert!(answer._0, "the probe was told yes");
    answer._1.saturating_to()
}

/// One token moves between two holders.
async fn transfer(trex: &Trex) -> u64 {
    let [from, to] = [0, 1].map(|n| trex.investors[n].wallet);
    let amount = U256::ONE;
    trex.send(from, trex.token, &Token::transferCall { to, amount })
        .await
}

fn identity(n: usize) -> Address {
    named("identity", n)
}

fn head() -> B256 {
    keccak256("head of the register")
}
