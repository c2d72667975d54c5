//! A receipt, as far as it is needed here.

use alloy::primitives::{Address, B256, Bytes, U64, U128};
use serde::Deserialize;
use symbolon_core::mirror::fees::{Gas, Wei};

/// What a mined transaction did: the fields of `eth_getTransactionReceipt`
/// that a lane reads. One that wrote 350 wallets has 700 logs, of which
/// everything else is left unread.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MinedReceipt {
    /// The block that includes it; pending where it is absent.
    block_number: Option<U64>,
    status: U64,
    gas_used: U64,
    /// Absent on nodes that do not tell.
    effective_gas_price: Option<U128>,
    /// The contract that it made, if it made one.
    pub contract_address: Option<Address>,
    /// What it logged, in order.
    pub logs: Vec<MinedLog>,
}

/// One log of a receipt.
#[derive(Clone, Debug, Deserialize)]
pub struct MinedLog {
    /// The contract that wrote it.
    pub address: Address,
    /// The event's signature, and its indexed fields.
    pub topics: Vec<B256>,
    /// The fields that are not indexed.
    pub data: Bytes,
}

impl MinedReceipt {
    /// The block that includes it.
    pub fn block_number(&self) -> Option<u64> {
        self.block_number.map(|number| number.to())
    }

    /// Whether it was carried out.
    pub fn succeeded(&self) -> bool {
        self.status == U64::ONE
    }

    /// What its signer paid; nothing where the node does not tell. Rollups take
    /// a share for their parent chain's data beside it.
    pub fn fee(&self) -> Wei {
        let price = self.effective_gas_price.unwrap_or_default().to::<u128>();
        Wei(price.saturating_mul(u128::from(self.gas_used().0)))
    }

    /// The gas that it used.
    pub fn gas_used(&self) -> Gas {
        Gas(self.gas_used.to())
    }
}
