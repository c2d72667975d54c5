//! The transactions that switch the token, and those that switch it back. The
//! rehearsal carries out these very bytes.

mod transaction;

pub(super) use transaction::Transaction;

use alloy::sol_types::{SolCall, SolConstructor};
use alloy_primitives::{Address, B256, keccak256};
use serde::Serialize;
use symbolon_bindings::{IdentityRegistry, VerifiedSender};
use symbolon_chain::{
    ChainError, deploy,
    deployer::CREATE2_DEPLOYER,
    endpoint::Endpoint,
    erc3643::{Agents, Token, ask},
};
use symbolon_core::ids::IssuerId;

use self::transaction::{TOKEN_OWNER, as_compliance, as_module, creation, set_registry};
use super::{CheckArgs, subject::Subject};
use crate::{
    commands::chain::registry_salt,
    exit::{Exit, Failure, Result},
};

/// All of them, in their order.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Plan {
    /// The registry that the token will ask.
    pub(super) registry: Address,
    pub(super) registry_owner: Address,
    /// The contract that asks about senders; `None` where there is no place for it.
    pub(super) verified_sender: Option<Address>,
    /// Whether the lane's signer was named.
    #[serde(skip)]
    pub(super) has_mirror: bool,
    /// Whether the compliance, having no modules, could give way to VerifiedSender.
    #[serde(skip)]
    pub(super) could_replace: bool,
    /// Puts our contracts in place. Changes nothing for the token.
    pub(super) prepare: Vec<Transaction>,
    /// Gives the token our registry.
    pub(super) switch: Vec<Transaction>,
    /// Has senders asked about too.
    pub(super) guard: Vec<Transaction>,
    /// Undoes the latter two.
    pub(super) back: Vec<Transaction>,
}

impl Plan {
    /// What is missing on the chain, by what stands there now.
    pub(super) async fn make(
        live: &Endpoint,
        subject: &Subject,
        args: &CheckArgs,
        issuer: Option<&IssuerId>,
    ) -> Result<Self> {
        if live.code(CREATE2_DEPLOYER).await?.is_empty() {
            return Err(ChainError::NoDeployer(live.chain()).into());
        }
        let mut prepare = Vec::new();
        let token = subject.address;
        let (registry, registry_owner) = match args.registry {
            Some(registry) => (registry, owner_of(live, registry).await?),
            None => {
                let owner = args.registry_owner.unwrap_or(subject.owner);
                let salt = issuer.map_or_else(|| salt_of(token), |issuer| registry_salt(issuer, 0));
                let code = deploy::registry_code(owner);
                let place = deploy::address_of(&code, salt);
                if live.code(place).await?.is_empty() {
                    prepare.push(creation(
                        ("the registry's owner", owner),
                        format!("CREATE2 deployer: IdentityRegistry at {place}"),
                        "deploys our registry",
                        salt,
                        &code,
                    ));
                    (place, owner)
                } else {
                    (place, owner_of(live, place).await?)
                }
            }
        };
        let by_registry_owner = |function: String, purpose, data: Vec<u8>| Transaction {
            who: "the registry's owner",
            from: registry_owner,
            to: registry,
            function,
            purpose,
            only_when: None,
            gas: 0,
            data: data.into(),
        };
        if let Some(mirror) = args.mirror
            && !is(live, registry, &IdentityRegistry::isMirrorCall { mirror }).await?
        {
            prepare.push(by_registry_owner(
                format!("addMirror({mirror})"),
                "lets the register write its verdicts",
                IdentityRegistry::addMirrorCall { mirror }.abi_encode(),
            ));
        }
        if !is(live, registry, &Agents::isAgentCall { agent: token }).await? {
            prepare.push(by_registry_owner(
                format!("addAgent({token})"),
                "lets the token move an identity when a wallet is recovered",
                Agents::addAgentCall { agent: token }.abi_encode(),
            ));
        }
        let mut plan = Self {
            registry,
            registry_owner,
            verified_sender: None,
            has_mirror: args.mirror.is_some(),
            could_replace: false,
            prepare,
            switch: vec![set_registry(
                subject,
                registry,
                "has the token ask our registry",
            )],
            guard: Vec::new(),
            back: Vec::new(),
        };
        if let Some(condition) = plan.switch.first_mut() {
            condition.only_when = Some(
                "every holder who is to go on is verified in our registry: `symbolon chain compare`"
                    .to_owned(),
            );
        }
        plan.add_guard(live, subject, args.as_compliance).await?;
        let old = "has the token ask its old registry again";
        plan.back.push(set_registry(subject, subject.registry, old));
        Ok(plan)
    }

    /// Asking about senders too, where the compliance can be made to.
    async fn add_guard(&mut self, live: &Endpoint, subject: &Subject, instead: bool) -> Result<()> {
        let compliance_owner = subject.compliance_owner.filter(|owner| !owner.is_zero());
        let modules = match (&subject.modules, compliance_owner) {
            (Some(modules), Some(_)) => modules,
            _ => return Ok(()),
        };
        if instead && !modules.is_empty() {
            return Err(Failure::refused(format!(
                "--as-compliance would end the rules of the {} modules of {}: leave it out",
                modules.len(),
                subject.compliance
            )));
        }
        let arguments = VerifiedSender::constructorCall {
            token_: subject.address,
        };
        let code = [&VerifiedSender::BYTECODE[..], &arguments.abi_encode()].concat();
        let (code, salt) = (code.into(), salt_of(subject.address));
        let guard = deploy::address_of(&code, salt);
        self.verified_sender = Some(guard);
        self.could_replace = !instead && modules.is_empty();
        if modules.contains(&guard) {
            return Ok(());
        }
        if live.code(guard).await?.is_empty() {
            self.prepare.push(creation(
                (TOKEN_OWNER, subject.owner),
                format!("CREATE2 deployer: VerifiedSender at {guard}"),
                "deploys the contract that asks about senders",
                salt,
                &code,
            ));
        }
        let (on, off) = match (instead, compliance_owner) {
            (false, Some(owner)) => as_module(subject, owner, guard),
            _ => as_compliance(subject, guard),
        };
        self.guard.push(on);
        self.back.push(off);
        Ok(())
    }

    /// All that switch, in their order.
    pub(super) fn forth(&self) -> impl Iterator<Item = &Transaction> {
        self.prepare.iter().chain(&self.switch).chain(&self.guard)
    }
}

/// Without an issuer's name, a token's contracts have addresses of their own.
fn salt_of(token: Address) -> B256 {
    keccak256(format!("symbolon for the token {token}"))
}

/// The owner of a registry of ours; anything else there is refused.
async fn owner_of(live: &Endpoint, registry: Address) -> Result<Address> {
    let foreign = || {
        Failure::new(
            Exit::Chain,
            format!(
                "no IdentityRegistry of this version stands at {registry} on chain {}: check --registry, or leave it out to have one deployed",
                live.chain()
            ),
        )
    };
    if !deploy::is_committed_registry(live, registry).await? {
        return Err(foreign());
    }
    let owner = ask(live, registry, &Token::ownerCall {}).await?;
    owner.ok_or_else(foreign)
}

/// Whether a contract says yes; one that is not there yet does not.
async fn is<C>(endpoint: &Endpoint, contract: Address, question: &C) -> Result<bool>
where
    C: SolCall<Return = bool>,
{
    Ok(ask(endpoint, contract, question).await? == Some(true))
}
