//! Asking a wallet that is a contract, by `SignatureCheck.sol`.

use alloy::{
    eips::BlockId,
    network::TransactionBuilder,
    primitives::{Address, B256, Bytes, U256, keccak256},
    rpc::types::TransactionRequest,
    sol_types::SolConstructor,
};
use symbolon_bindings::SignatureCheck;

use crate::{ChainError, endpoint::Endpoint};

/// What a node may spend on one question: the shares of factory and wallet, and
/// what handing over 16 KiB costs. No more than a transaction may have (EIP-7825),
/// since nodes hold calls to that too.
const GAS: u64 = 12_000_000;

/// What a wallet is asked.
pub(super) struct Question<'s> {
    /// Which one.
    pub(super) wallet: Address,
    /// What was signed.
    pub(super) hash: B256,
    /// The signature, as the wallet understands it.
    pub(super) signature: &'s [u8],
    /// What deploys the wallet where it is not there: whom to call, and how.
    pub(super) factory: Option<(Address, Bytes)>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// The factory reverts, or is none.
    FactoryFailed,
    /// There is no wallet at that address, even after its factory was called.
    NoWallet,
    /// The wallet reverts, or answers something else than four bytes.
    NoAnswer,
    /// The wallet says no.
    Refused,
    /// The wallet says that it signed.
    Signed,
}

/// Asks it in the block of this hash.
///
/// The call never fails by what a wallet or a factory does. If it fails as a
/// whole, the node did not carry it out, and that is nobody's no.
pub(super) async fn ask(
    endpoint: &Endpoint,
    question: &Question<'_>,
    block: B256,
) -> Result<Said, ChainError> {
    let (factory, factory_call) = question.factory.clone().unwrap_or_default();
    let arguments = SignatureCheck::constructorCall {
        wallet: question.wallet,
        factory,
        factoryCall: factory_call,
        hash: question.hash,
        signature: question.signature.to_vec().into(),
    };
    let code = [&SignatureCheck::BYTECODE[..], &arguments.abi_encode()].concat();
    let request = TransactionRequest::default()
        .from(nobody())
        .gas_limit(GAS)
        .with_deploy_code(code);
    let answer = endpoint.judged_at(request, BlockId::hash(block)).await?;
    let word = answer
        .ok()
        .and_then(|answer| U256::try_from_be_slice(&answer).filter(|_| answer.len() == 32));
    let nonsense = |why| ChainError::Nonsense {
        method: "eth_call",
        why,
    };
    // As in SignatureCheck.sol.
    match word.and_then(|word| u8::try_from(word).ok()) {
        Some(1) => Err(nonsense("it gives a call less gas than was asked for")),
        Some(2) => Ok(Said::FactoryFailed),
        Some(3) => Ok(Said::NoWallet),
        Some(4) => Ok(Said::NoAnswer),
        Some(5) => Ok(Said::Refused),
        Some(6) => Ok(Said::Signed),
        _ => Err(nonsense("a check of a signature gives no verdict")),
    }
}

/// Who asks, as `tx.origin` has it. Wallets trust nobody by that address: from
/// the zero address, which nodes take where none is said, some accept any
/// signature, so that gas can be estimated.
fn nobody() -> Address {
    Address::from_word(keccak256("symbolon: who signed?"))
}
