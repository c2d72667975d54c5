//! What a lane asks of its chain, carried out.

use alloy::{
    consensus::{TxEip1559, TxLegacy},
    eips::eip2718::Encodable2718,
    primitives::{Address, B256, Bytes, TxKind, U256},
    sol_types::SolEvent,
};
use futures::{StreamExt, stream::FuturesUnordered};
use symbolon_bindings::IdentityRegistry;
use symbolon_core::{
    ids::{AuthorityIndex, ChainId},
    mirror::{
        batch::{AuthorityRestriction, RestrictionNumber},
        lane::{Attempt, Broadcast, Envelope, Inspection, Nonce, Observation, Receipt},
        record::WalletRecord,
    },
    wallet::WalletAddress,
};

use crate::{
    ChainError,
    calldata::{calldata, target},
    endpoint::{Endpoint, HeadBlock},
    finality::Finality,
    receipt::MinedReceipt,
    registry, roles,
    signer::LaneSigner,
};

/// A signed transaction: its hash and the bytes that nodes take.
#[derive(Clone, Debug)]
pub struct SignedBytes {
    /// Its hash.
    pub hash: B256,
    /// Its bytes.
    pub raw: Bytes,
}

/// The form of a lane's transactions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// EIP-1559's, with a tip of its own.
    #[default]
    DynamicFee,
    /// With one price, for chains whose blocks have no base fee.
    Legacy,
}

/// One chain's registry, reached through one node and written by one key.
#[derive(Clone, Debug)]
pub struct LaneClient {
    endpoint: Endpoint,
    signer: LaneSigner,
    registry: Address,
    finality: Finality,
    form: Form,
}

impl LaneClient {
    /// For the registry at this address, on a chain with a base fee, whose
    /// blocks are final at this.
    pub fn new(
        endpoint: Endpoint,
        signer: LaneSigner,
        registry: Address,
        finality: Finality,
    ) -> Self {
        Self {
            endpoint,
            signer,
            registry,
            finality,
            form: Form::default(),
        }
    }

    /// The same with transactions in the form that the chain takes.
    pub async fn in_its_form(self) -> Result<Self, ChainError> {
        let form = match self.endpoint.head().await?.base_fee {
            Some(_) => Form::DynamicFee,
            None => Form::Legacy,
        };
        Ok(Self { form, ..self })
    }

    /// The node.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The registry's address.
    pub fn registry(&self) -> Address {
        self.registry
    }

    /// When a block counts for good.
    pub(crate) fn finality(&self) -> Finality {
        self.finality
    }

    /// The key's address.
    pub fn signer(&self) -> Address {
        self.signer.address()
    }

    /// Makes sure that the registry takes writes from this key: gas that is
    /// spent on reverting is spent on nothing.
    pub async fn check_mirror(&self) -> Result<(), ChainError> {
        let (registry, signer) = (self.registry, self.signer());
        if roles::is_mirror(&self.endpoint, registry, signer).await? {
            Ok(())
        } else {
            Err(ChainError::NotMirror { registry, signer })
        }
    }

    /// Signs; nothing is sent.
    pub fn sign(&self, envelope: &Envelope) -> Result<SignedBytes, ChainError> {
        let (signer, chain) = (&self.signer, self.endpoint.chain());
        sign(signer, chain, self.registry, self.form, envelope)
    }

    /// Sends stored bytes.
    pub async fn broadcast(&self, raw: &[u8]) -> Broadcast {
        self.endpoint.broadcast(raw).await
    }

    /// Looks at the chain: head, final block, fees, nonce, and the receipts of those open
    /// transactions whose nonce is used up.
    pub async fn observe(
        &self,
        open: &[(Nonce, Vec<B256>)],
    ) -> Result<(Observation, HeadBlock), ChainError> {
        self.observe_account(self.signer(), open).await
    }

    /// The same for a signer whose key is gone, and whether the registry still
    /// takes its writes.
    pub async fn observe_former(
        &self,
        former: Address,
        open: &[(Nonce, Vec<B256>)],
    ) -> Result<Observation, ChainError> {
        let (mut observation, _) = self.observe_account(former, open).await?;
        observation.barred = !roles::is_mirror(&self.endpoint, self.registry, former).await?;
        Ok(observation)
    }

    /// What the registry held of these wallets in the newest block that counts,
    /// whoever wrote it.
    pub async fn inspect(&self, wallets: &[WalletAddress]) -> Result<Inspection, ChainError> {
        let head = self.endpoint.head().await?.number;
        let block_number = self.finality.block(&self.endpoint, head).await?;
        let (endpoint, registry) = (&self.endpoint, self.registry);
        let records = registry::records_at(endpoint, registry, wallets, block_number).await?;
        Ok(Inspection {
            block_number,
            records: wallets.iter().copied().zip(records).collect(),
        })
    }

    async fn observe_account(
        &self,
        account: Address,
        open: &[(Nonce, Vec<B256>)],
    ) -> Result<(Observation, HeadBlock), ChainError> {
        // The head comes first: what is read after it is no older than it says.
        let head = self.endpoint.head().await?;
        let (final_block, mined, market) = futures::future::try_join3(
            self.finality.block(&self.endpoint, head.number),
            self.endpoint.mined_nonce(account),
            async { Ok(self.endpoint.market(head).await) },
        )
        .await?;
        let mined_nonce = Nonce(mined);
        let mut looks: FuturesUnordered<_> = open
            .iter()
            .filter(|(nonce, _)| *nonce < mined_nonce)
            .map(|(nonce, hashes)| self.look_for(*nonce, hashes.clone()))
            .collect();
        let mut receipts = Vec::new();
        while let Some(found) = looks.next().await {
            receipts.extend(found?);
        }
        let observation = Observation {
            block_number: head.number,
            final_block,
            market,
            mined_nonce,
            receipts,
            barred: false,
        };
        Ok((observation, head))
    }

    /// The receipt of whichever try was mined, the newest first. `hashes` are
    /// in the order of their attempts.
    async fn look_for(
        &self,
        nonce: Nonce,
        hashes: Vec<B256>,
    ) -> Result<Option<(Nonce, Receipt)>, ChainError> {
        for (attempt, hash) in hashes.into_iter().enumerate().rev() {
            if let Some(receipt) = self.endpoint.receipt(hash).await? {
                return Ok(Some((nonce, self.read_receipt(attempt, &receipt)?)));
            }
        }
        Ok(None)
    }

    fn read_receipt(&self, attempt: usize, receipt: &MinedReceipt) -> Result<Receipt, ChainError> {
        let nonsense = |why| ChainError::Nonsense {
            method: "eth_getTransactionReceipt",
            why,
        };
        let block_number = receipt
            .block_number()
            .ok_or_else(|| nonsense("a mined transaction without a block"))?;
        let mut records = Vec::with_capacity(receipt.logs.len() / 2);
        let mut authorities = Vec::new();
        for log in &receipt.logs {
            let Some(signature) = log.topics.first().filter(|_| log.address == self.registry)
            else {
                continue;
            };
            let topics = log.topics.iter().copied();
            if *signature == IdentityRegistry::AuthorityRestricted::SIGNATURE_HASH {
                let set = IdentityRegistry::AuthorityRestricted::decode_raw_log(topics, &log.data)
                    .map_err(|_| nonsense("an AuthorityRestricted log without its fields"))?;
                authorities.push(AuthorityRestriction {
                    authority: AuthorityIndex(set.authority),
                    restricted: true,
                    number: RestrictionNumber(set.restriction),
                });
                continue;
            }
            if *signature == IdentityRegistry::AuthorityReinstated::SIGNATURE_HASH {
                let set = IdentityRegistry::AuthorityReinstated::decode_raw_log(topics, &log.data)
                    .map_err(|_| nonsense("an AuthorityReinstated log without its fields"))?;
                let number = RestrictionNumber(set.restriction);
                let authority = AuthorityIndex(set.authority);
                authorities.push(AuthorityRestriction::lifted(authority, number));
                continue;
            }
            if *signature != IdentityRegistry::WalletRecorded::SIGNATURE_HASH {
                continue;
            }
            let recorded = IdentityRegistry::WalletRecorded::decode_raw_log(topics, &log.data)
                .map_err(|_| nonsense("a WalletRecorded log that cannot be read"))?;
            let wallet = WalletAddress::new(recorded.wallet)
                .map_err(|_| nonsense("a record of the zero address"))?;
            records.push((wallet, WalletRecord(recorded.record)));
        }
        Ok(Receipt {
            attempt: Attempt(u16::try_from(attempt).unwrap_or(u16::MAX)),
            block_number,
            succeeded: receipt.succeeded(),
            gas_used: receipt.gas_used(),
            fee: receipt.fee(),
            records,
            authorities,
        })
    }
}

/// Signs an envelope for the registry at this address on this chain.
pub fn sign(
    signer: &LaneSigner,
    chain: ChainId,
    registry: Address,
    form: Form,
    envelope: &Envelope,
) -> Result<SignedBytes, ChainError> {
    let (nonce, gas_limit) = (envelope.nonce.0, envelope.gas_limit.0);
    let to = TxKind::Call(target(registry, &envelope.batch));
    let value = U256::ZERO;
    let input = calldata(registry, envelope.head.hash, &envelope.batch);
    let price = envelope.price;
    let signed = match form {
        Form::DynamicFee => signer.sign(TxEip1559 {
            chain_id: chain.0,
            nonce,
            gas_limit,
            max_fee_per_gas: price.max_fee.0,
            max_priority_fee_per_gas: price.priority_fee.0,
            to,
            value,
            access_list: Default::default(),
            input,
        })?,
        Form::Legacy => signer.sign(TxLegacy {
            chain_id: Some(chain.0),
            nonce,
            gas_price: price.max_fee.0,
            gas_limit,
            to,
            value,
            input,
        })?,
    };
    Ok(SignedBytes {
        hash: *signed.tx_hash(),
        raw: signed.encoded_2718().into(),
    })
}
