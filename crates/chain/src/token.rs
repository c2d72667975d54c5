//! A regulated token, as its issuer and its holders use it.

use alloy::{
    primitives::{Address, Bytes, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use symbolon_bindings::RegulatedToken;

use crate::{ChainError, endpoint::Endpoint, signer::LaneSigner, transaction::send};

/// Issues tokens to a verified wallet, as the token's owner.
pub async fn mint(
    endpoint: &Endpoint,
    owner: &LaneSigner,
    token: Address,
    to: Address,
    amount: U256,
) -> Result<(), ChainError> {
    let call = RegulatedToken::mintCall { to, amount };
    send(endpoint, owner, token, call.abi_encode().into(), "to mint").await?;
    Ok(())
}

/// Lets a token that has no rules ask these, as its owner, unless it does already.
pub async fn take_rules(
    endpoint: &Endpoint,
    owner: &LaneSigner,
    token: Address,
    rules: Address,
) -> Result<(), ChainError> {
    let nonsense = ChainError::Nonsense {
        method: "eth_call",
        why: "the token does not say which rules it asks",
    };
    let asked = RegulatedToken::complianceCall {}.abi_encode().into();
    let answer = endpoint.ask(token, asked).await?;
    let asks =
        answer.and_then(|output| RegulatedToken::complianceCall::abi_decode_returns(&output).ok());
    if asks.ok_or(nonsense)? == rules {
        return Ok(());
    }
    let call = RegulatedToken::setComplianceCall { _compliance: rules };
    let call = call.abi_encode().into();
    send(
        endpoint,
        owner,
        token,
        call,
        "to let the token ask its rules",
    )
    .await?;
    Ok(())
}

/// What a wallet holds.
pub async fn balance(
    endpoint: &Endpoint,
    token: Address,
    wallet: Address,
) -> Result<U256, ChainError> {
    let call = RegulatedToken::balanceOfCall { account: wallet };
    let request = TransactionRequest::default()
        .to(token)
        .input(Bytes::from(call.abi_encode()).into());
    let nonsense = ChainError::Nonsense {
        method: "eth_call",
        why: "the token does not say what a wallet holds",
    };
    match endpoint.call(request).await? {
        Ok(output) => {
            RegulatedToken::balanceOfCall::abi_decode_returns(&output).map_err(|_| nonsense)
        }
        Err(_) => Err(nonsense),
    }
}

/// Whether a transfer would pass at the newest block, and if not, with which
/// words the token refuses it.
pub async fn try_transfer(
    endpoint: &Endpoint,
    token: Address,
    from: Address,
    to: Address,
    amount: U256,
) -> Result<Result<(), String>, ChainError> {
    let call = RegulatedToken::transferCall { to, value: amount };
    let request = TransactionRequest::default()
        .from(from)
        .to(token)
        .input(Bytes::from(call.abi_encode()).into());
    Ok(endpoint.call(request).await?.map(|_| ()))
}
