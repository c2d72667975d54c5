//! The single transactions of a plan.

use alloy::sol_types::SolCall;
use alloy_primitives::{Address, B256, Bytes};
use serde::Serialize;
use symbolon_chain::{
    deployer::CREATE2_DEPLOYER,
    erc3643::{Compliance, Token},
};

use crate::commands::token::check::subject::Subject;

pub(super) const TOKEN_OWNER: &str = "the token's owner";
const GUARDS: &str = "refuses what a wallet sends that is not verified any more";
const UNGUARDS: &str = "no longer asks about senders";

/// One transaction to send; it carries no value.
#[derive(Clone, Debug, Serialize)]
pub(in super::super) struct Transaction {
    /// Who sends it, in words.
    pub(in super::super) who: &'static str,
    pub(in super::super) from: Address,
    pub(in super::super) to: Address,
    /// The function, in words.
    pub(in super::super) function: String,
    /// What it is for.
    pub(in super::super) purpose: &'static str,
    /// What must be so before it is sent.
    pub(in super::super) only_when: Option<String>,
    /// What it used on the fork.
    pub(in super::super) gas: u64,
    pub(in super::super) data: Bytes,
}

/// On and off, as one more module.
pub(super) fn as_module(
    subject: &Subject,
    owner: Address,
    module: Address,
) -> (Transaction, Transaction) {
    let by_owner = |function, purpose, data: Vec<u8>| Transaction {
        who: "the compliance's owner",
        from: owner,
        to: subject.compliance,
        function,
        purpose,
        only_when: None,
        gas: 0,
        data: data.into(),
    };
    (
        by_owner(
            format!("addModule({module})"),
            GUARDS,
            Compliance::addModuleCall { module }.abi_encode(),
        ),
        by_owner(
            format!("removeModule({module})"),
            UNGUARDS,
            Compliance::removeModuleCall { module }.abi_encode(),
        ),
    )
}

/// On and off, in the place of a compliance without modules.
pub(super) fn as_compliance(subject: &Subject, guard: Address) -> (Transaction, Transaction) {
    let set = |compliance, purpose, only_when| Transaction {
        who: TOKEN_OWNER,
        from: subject.owner,
        to: subject.address,
        function: format!("setCompliance({compliance})"),
        purpose,
        only_when,
        gas: 0,
        data: Token::setComplianceCall { compliance }.abi_encode().into(),
    };
    let condition = format!(
        "{} has no rules besides its modules, of which it has none",
        subject.compliance
    );
    (
        set(guard, GUARDS, Some(condition)),
        set(subject.compliance, UNGUARDS, None),
    )
}

pub(super) fn set_registry(
    subject: &Subject,
    registry: Address,
    purpose: &'static str,
) -> Transaction {
    let call = Token::setIdentityRegistryCall {
        identityRegistry: registry,
    };
    Transaction {
        who: TOKEN_OWNER,
        from: subject.owner,
        to: subject.address,
        function: format!("setIdentityRegistry({registry})"),
        purpose,
        only_when: None,
        gas: 0,
        data: call.abi_encode().into(),
    }
}

pub(super) fn creation(
    (who, from): (&'static str, Address),
    function: String,
    purpose: &'static str,
    salt: B256,
    code: &Bytes,
) -> Transaction {
    Transaction {
        who,
        from,
        to: CREATE2_DEPLOYER,
        function,
        purpose,
        only_when: None,
        gas: 0,
        data: [salt.as_slice(), code].concat().into(),
    }
}
