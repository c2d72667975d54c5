//! What a registry would make of a batch, asked before it costs anything.

use alloy::{
    primitives::{Address, B256},
    rpc::types::TransactionRequest,
};
use symbolon_core::{
    log::Head,
    mirror::{
        batch::{Batch, Denial, Upsert},
        fees::Gas,
        lane::Estimate,
        record::WalletRecord,
        rules::Grounds,
    },
    wallet::{Version, WalletAddress},
};

use crate::{
    ChainError,
    calldata::{self, calldata, target},
    lane::LaneClient,
};

impl LaneClient {
    /// Whether the registry would carry out this batch, at the newest block. One
    /// that refuses whatever is written refuses it through no fault of its own:
    /// then nobody knows.
    pub async fn estimate(&self, head: Head, batch: &Batch, gas_limit: Gas) -> Estimate {
        let answer = match self.would_carry_out(head.hash, batch, gas_limit).await {
            Ok(true) => return Estimate::Passes,
            Ok(false) => match self
                .would_carry_out(head.hash, &harmless(batch), gas_limit)
                .await
            {
                Ok(true) => return Estimate::Refused,
                Ok(false) => "it refuses whatever is written".to_owned(),
                Err(error) => error.to_string(),
            },
            Err(error) => error.to_string(),
        };
        tracing::debug!(chain = %self.endpoint().chain(), %answer, "no estimate");
        Estimate::Unknown
    }

    async fn would_carry_out(
        &self,
        head: B256,
        batch: &Batch,
        gas_limit: Gas,
    ) -> Result<bool, ChainError> {
        let mut request = TransactionRequest::default()
            .to(target(self.registry(), batch))
            .from(self.signer())
            .input(calldata(self.registry(), head, batch).into());
        request.gas = Some(gas_limit.0);
        Ok(self.endpoint().judged(request).await?.is_ok())
    }
}

/// One like it that no registry has a reason to refuse: it denies an address
/// without a key.
fn harmless(batch: &Batch) -> Batch {
    let Ok(nobody) = WalletAddress::new(Address::with_last_byte(1)) else {
        return batch.clone();
    };
    match batch {
        Batch::Upsert(_) => Batch::Upsert(vec![Upsert {
            wallet: nobody,
            record: WalletRecord::tombstone(Version(1)),
        }]),
        Batch::Deny(_) => Batch::Deny(vec![Denial {
            wallet: nobody,
            version: Version(1),
            grounds: Grounds::REVOKED,
        }]),
        Batch::Authority(authority) => Batch::Authority(*authority),
        Batch::Companion(batch) => Batch::Companion(calldata::harmless(batch)),
    }
}
