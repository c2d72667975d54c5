//! Transactions outside a lane: signed, sent, and waited for.

use std::time::Duration;

use alloy::{
    consensus::{TxEip1559, TxEnvelope, TxLegacy},
    eips::eip2718::Encodable2718,
    primitives::{Address, B256, Bytes, TxKind, U256},
};

use crate::{ChainError, endpoint::Endpoint, receipt::MinedReceipt, signer::LaneSigner};

/// How long to wait for one transaction.
const PATIENCE: Duration = Duration::from_secs(120);

/// How nodes say that an account has too little.
const TOO_POOR: &str = "insufficient funds";

/// Signs, sends, and waits until the transaction is mined and carried out.
pub async fn send(
    endpoint: &Endpoint,
    signer: &LaneSigner,
    to: Address,
    input: Bytes,
    what: &'static str,
) -> Result<MinedReceipt, ChainError> {
    send_value(endpoint, signer, to, U256::ZERO, input, what).await
}

/// The same with some of the chain's coin.
pub async fn send_value(
    endpoint: &Endpoint,
    signer: &LaneSigner,
    to: Address,
    value: U256,
    input: Bytes,
    what: &'static str,
) -> Result<MinedReceipt, ChainError> {
    let request = alloy::rpc::types::TransactionRequest::default()
        .from(signer.address())
        .to(to)
        .value(value)
        .input(input.clone().into());
    if let Err(reason) = endpoint.call(request.clone()).await? {
        return Err(ChainError::Reverted { what, reason });
    }
    let gas = alloy::providers::Provider::estimate_gas(endpoint.provider(), request)
        .await
        .map_err(crate::endpoint::refused("eth_estimateGas"))?;
    let call = Call {
        nonce: endpoint.mined_nonce(signer.address()).await?,
        gas_limit: gas + gas / 5,
        to,
        value,
        input,
    };
    let signed = call.sign(endpoint, signer).await?;
    let sent = endpoint.send_raw(&signed.encoded_2718()).await;
    let hash = sent.map_err(|error| match error {
        ChainError::Rpc { message, .. } if message.to_ascii_lowercase().contains(TOO_POOR) => {
            ChainError::Unfunded {
                account: signer.address(),
                chain: endpoint.chain(),
                what,
            }
        }
        other => other,
    })?;
    let receipt = mined(endpoint, hash, what).await?;
    if receipt.succeeded() {
        Ok(receipt)
    } else {
        Err(ChainError::Reverted {
            what,
            reason: "out of gas, or the chain changed meanwhile".to_owned(),
        })
    }
}

/// A transaction that has no price yet.
struct Call {
    nonce: u64,
    gas_limit: u64,
    to: Address,
    value: U256,
    input: Bytes,
}

impl Call {
    /// At today's price, in the form that the chain takes.
    async fn sign(
        self,
        endpoint: &Endpoint,
        signer: &LaneSigner,
    ) -> Result<TxEnvelope, ChainError> {
        let chain_id = endpoint.chain().0;
        let head = endpoint.head().await?;
        let Self {
            nonce,
            gas_limit,
            to,
            value,
            input,
        } = self;
        if head.base_fee.is_none() {
            return signer.sign(TxLegacy {
                chain_id: Some(chain_id),
                nonce,
                gas_price: endpoint.gas_price().await?.0,
                gas_limit,
                to: TxKind::Call(to),
                value,
                input,
            });
        }
        let market = endpoint.market(head).await;
        signer.sign(TxEip1559 {
            chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas: market.base_fee.0 * 2 + market.tip.0,
            max_priority_fee_per_gas: market.tip.0,
            to: TxKind::Call(to),
            value,
            access_list: Default::default(),
            input,
        })
    }
}

/// Waits until a transaction is mined, carried out or not.
pub async fn mined(
    endpoint: &Endpoint,
    hash: B256,
    what: &'static str,
) -> Result<MinedReceipt, ChainError> {
    let begun = tokio::time::Instant::now();
    while begun.elapsed() < PATIENCE {
        if let Some(receipt) = endpoint.receipt(hash).await? {
            return Ok(receipt);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(ChainError::NotMined {
        what,
        seconds: PATIENCE.as_secs(),
    })
}
