//! The deployer that gives a contract the same address on every chain.
//!
//! It is put in place without anybody's key: its one transaction has a
//! signature that was written down rather than made, so it is the same bytes
//! everywhere, and comes from a sender that nobody controls and that can send
//! nothing else (N. Johnson's deterministic deployment proxy, 2018).

use alloy::primitives::{Address, Bytes, U256, address, bytes};
use symbolon_core::mirror::fees::Wei;

use crate::{
    ChainError,
    endpoint::Endpoint,
    signer::LaneSigner,
    transaction::{self, mined},
};

/// Where it stands, on practically every chain.
pub const CREATE2_DEPLOYER: Address = address!("4e59b44847b379578588920cA78FbF26c0B4956C");

/// The sender of its one transaction.
pub const SENDER: Address = address!("3fAB184622Dc19b6109349B94811493BF2a45362");

/// What that sender needs: 100,000 gas at 100 gwei, a hundredth of a coin.
pub const COST: Wei = Wei(10_000_000_000_000_000);

/// The transaction: legacy, without a chain's id, `r` and `s` all twos.
pub const TRANSACTION: Bytes = bytes!(
    "f8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffff"
    "ffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b80"
    "82525050506014600cf31ba02222222222222222222222222222222222222222222222222222222222222222a0"
    "2222222222222222222222222222222222222222222222222222222222222222"
);

/// Puts the deployer in place unless it stands there already: the payer gives
/// its sender what is missing of [`COST`]. Returns whether this call did it.
pub async fn place(endpoint: &Endpoint, payer: &LaneSigner) -> Result<bool, ChainError> {
    if stands(endpoint).await? {
        return Ok(false);
    }
    let missing = COST.0.saturating_sub(endpoint.balance(SENDER).await?.0);
    if missing > 0 {
        let what = "to fund the deployer's sender";
        let value = U256::from(missing);
        transaction::send_value(endpoint, payer, SENDER, value, Bytes::new(), what).await?;
    }
    let hash = endpoint.send_raw(&TRANSACTION).await?;
    let what = "to deploy the CREATE2 deployer";
    mined(endpoint, hash, what).await?;
    if stands(endpoint).await? {
        Ok(true)
    } else {
        Err(ChainError::Reverted {
            what,
            reason: "100,000 gas do not suffice on this chain".to_owned(),
        })
    }
}

/// Whether it is there.
pub async fn stands(endpoint: &Endpoint) -> Result<bool, ChainError> {
    Ok(!endpoint.code(CREATE2_DEPLOYER).await?.is_empty())
}

#[cfg(test)]
mod tests {
    use alloy::{
        consensus::{Transaction, TxEnvelope},
        eips::eip2718::Decodable2718,
    };

    use super::*;

    #[test]
    fn the_transaction_is_its_senders_and_makes_the_deployer() {
        let transaction = TxEnvelope::decode_2718(&mut TRANSACTION.as_ref()).unwrap();
        let prehash = transaction.signature_hash();
        let signature = transaction.signature();
        let signer = signature.recover_address_from_prehash(&prehash);
        assert_eq!(signer.unwrap(), SENDER);
        assert_eq!((transaction.nonce(), transaction.chain_id()), (0, None));
        assert!(transaction.to().is_none() && transaction.value().is_zero());
        assert_eq!(SENDER.create(0), CREATE2_DEPLOYER);
        let price = transaction.gas_price().unwrap();
        assert_eq!(price * u128::from(transaction.gas_limit()), COST.0);
    }
}
