//! What a `KYCRegistrar` says happened: its events, read from the chain. All of
//! its state follows from them, but for approvals, which are its own business.

use std::collections::HashMap;

use alloy::{
    consensus::BlockHeader,
    network::BlockResponse,
    primitives::{Address, B256, Bytes, keccak256},
    providers::Provider,
    rpc::types::{Filter, Log},
    sol_types::{SolCall, SolEvent, SolEventInterface},
};
use symbolon_bindings::KYCRegistrar::{self, KYCRegistrarEvents};
use symbolon_core::time::UnixSeconds;

use crate::{
    ChainError,
    endpoint::{Endpoint, refused},
    spans,
};

/// Something that happened, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// The block.
    pub block: u64,
    /// The block's time.
    pub at: UnixSeconds,
    /// The transaction.
    pub transaction: B256,
    /// What.
    pub event: RegistrarEvent,
}

/// What the register needs of a registrar's events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistrarEvent {
    /// An authority was appointed; the first, with index 0, is the owner.
    AuthorityIndexed {
        /// Which one.
        id: B256,
        /// Its number.
        index: u8,
    },
    /// Countries were permitted to an authority, or withdrawn.
    AuthorityCountriesSet {
        /// Which one.
        id: B256,
        /// ISO 3166-1 numeric, or what somebody took for it.
        countries: Vec<u16>,
        /// Permitted.
        permitted: bool,
    },
    /// An authority was cut off with all its investors, or reinstated.
    AuthorityRestriction {
        /// Which one.
        id: B256,
        /// Cut off.
        restricted: bool,
    },
    /// An investor was added.
    NewInvestor {
        /// Who.
        id: B256,
        /// ISO 3166-1 numeric, or what somebody took for it.
        country: u16,
        /// From 1.
        rating: u8,
        /// From this unix second on it is not permitted any more.
        expires: u64,
        /// By whom.
        authority: B256,
    },
    /// An investor was verified anew, or handed over to another authority.
    UpdatedInvestor {
        /// Who.
        id: B256,
        /// From 1.
        rating: u8,
        /// From this unix second on it is not permitted any more.
        expires: u64,
        /// Who answers for it from now on.
        authority: B256,
    },
    /// An investor was barred, or its bar lifted.
    InvestorRestriction {
        /// Who.
        id: B256,
        /// Barred.
        restricted: bool,
        /// By whom.
        authority: B256,
    },
    /// An investor or an authority was given addresses, new or its own again.
    RegisteredAddresses {
        /// Whose.
        id: B256,
        /// Which ones.
        addresses: Vec<Address>,
        /// By whom.
        authority: B256,
    },
    /// Addresses of an investor or an authority were barred.
    RestrictedAddresses {
        /// Whose.
        id: B256,
        /// Which ones.
        addresses: Vec<Address>,
        /// By whom.
        authority: B256,
    },
}

/// The expiry that stands for none.
pub const NEVER: u64 = (1 << 40) - 1;

/// The id of a registrar's owner: keccak256 of the registrar's address.
pub fn owner_id(registrar: Address) -> B256 {
    keccak256(registrar)
}

/// Whether what stands there answers as a `KYCRegistrar` does.
pub async fn answers(endpoint: &Endpoint, registrar: Address) -> Result<bool, ChainError> {
    let owner = endpoint.ask(registrar, KYCRegistrar::ownerIDCall {}.abi_encode().into());
    let first = KYCRegistrar::getAuthorityAtCall {
        index: Default::default(),
    };
    let first = endpoint.ask(registrar, first.abi_encode().into());
    let made = KYCRegistrar::generateIDCall {
        idString: "symbolon".to_owned(),
    };
    let made = endpoint.ask(registrar, made.abi_encode().into());
    let owner_id = owner_id(registrar);
    let says = |answer: Option<Bytes>, id: B256| answer.is_some_and(|answer| answer[..] == id[..]);
    Ok(says(owner.await?, owner_id)
        && says(first.await?, owner_id)
        && says(made.await?, keccak256("symbolon")))
}

/// The earliest event from one block to another, both included.
pub async fn first_event(
    endpoint: &Endpoint,
    registrar: Address,
    from: u64,
    to: u64,
) -> Result<Option<Reported>, ChainError> {
    let mut from = from;
    while from <= to {
        let last = to.min(from.saturating_add(spans::SPAN - 1));
        let found = events(endpoint, registrar, from, last).await?;
        if let Some(first) = found.into_iter().next() {
            return Ok(Some(first));
        }
        from = last + 1;
    }
    Ok(None)
}

/// Every event from one block to another, both included, in the chain's order.
/// One that cannot be read is an error: none is left out.
pub async fn events(
    endpoint: &Endpoint,
    registrar: Address,
    from: u64,
    to: u64,
) -> Result<Vec<Reported>, ChainError> {
    let filter = Filter::new().address(registrar).event_signature(vec![
        KYCRegistrar::AuthorityIndexed::SIGNATURE_HASH,
        KYCRegistrar::AuthorityCountriesSet::SIGNATURE_HASH,
        KYCRegistrar::AuthorityRestriction::SIGNATURE_HASH,
        KYCRegistrar::NewInvestor::SIGNATURE_HASH,
        KYCRegistrar::UpdatedInvestor::SIGNATURE_HASH,
        KYCRegistrar::InvestorRestriction::SIGNATURE_HASH,
        KYCRegistrar::RegisteredAddresses::SIGNATURE_HASH,
        KYCRegistrar::RestrictedAddresses::SIGNATURE_HASH,
    ]);
    let (mut found, mut times) = (Vec::new(), HashMap::new());
    let mut last = None;
    for log in spans::logs(endpoint, &filter, from, to).await? {
        let (Some(block), Some(place), Some(transaction)) =
            (log.block_number, log.log_index, log.transaction_hash)
        else {
            return Err(nonsense("a log without a place"));
        };
        if log.address() != registrar || !(from..=to).contains(&block) {
            return Err(nonsense("a log that was not asked for"));
        }
        if last.replace((block, place)) >= Some((block, place)) {
            return Err(nonsense("logs that are not in the chain's order"));
        }
        let at = match (log.block_timestamp, times.get(&block)) {
            (Some(at), _) => UnixSeconds(at),
            (None, Some(at)) => *at,
            (None, None) => {
                let at = block_time(endpoint, block).await?;
                times.insert(block, at);
                at
            }
        };
        found.push(Reported {
            block,
            at,
            transaction,
            event: read(&log)?,
        });
    }
    Ok(found)
}

fn read(log: &Log) -> Result<RegistrarEvent, ChainError> {
    let event = KYCRegistrarEvents::decode_log(&log.inner)
        .map_err(|_| nonsense("an event of the registrar's that cannot be read"))?;
    Ok(match event.data {
        KYCRegistrarEvents::AuthorityIndexed(said) => RegistrarEvent::AuthorityIndexed {
            id: said.id,
            index: said.index,
        },
        KYCRegistrarEvents::AuthorityCountriesSet(said) => RegistrarEvent::AuthorityCountriesSet {
            id: said.id,
            countries: said.countries,
            permitted: said.permitted,
        },
        KYCRegistrarEvents::AuthorityRestriction(said) => RegistrarEvent::AuthorityRestriction {
            id: said.id,
            restricted: said.restricted,
        },
        KYCRegistrarEvents::NewInvestor(said) => RegistrarEvent::NewInvestor {
            id: said.id,
            country: said.country,
            rating: said.rating,
            expires: said.expires.to(),
            authority: said.authority,
        },
        KYCRegistrarEvents::UpdatedInvestor(said) => RegistrarEvent::UpdatedInvestor {
            id: said.id,
            rating: said.rating,
            expires: said.expires.to(),
            authority: said.authority,
        },
        KYCRegistrarEvents::InvestorRestriction(said) => RegistrarEvent::InvestorRestriction {
            id: said.id,
            restricted: said.restricted,
            authority: said.authority,
        },
        KYCRegistrarEvents::RegisteredAddresses(said) => RegistrarEvent::RegisteredAddresses {
            id: said.id,
            addresses: said.addr,
            authority: said.authority,
        },
        KYCRegistrarEvents::RestrictedAddresses(said) => RegistrarEvent::RestrictedAddresses {
            id: said.id,
            addresses: said.addr,
            authority: said.authority,
        },
        _ => return Err(nonsense("a log that was not asked for")),
    })
}

async fn block_time(endpoint: &Endpoint, block: u64) -> Result<UnixSeconds, ChainError> {
    let method = "eth_getBlockByNumber";
    let found = endpoint.provider().get_block(block.into()).await;
    let found = found.map_err(refused(method))?;
    let found = found.ok_or(ChainError::Nonsense {
        method,
        why: "a log of a block that the node does not have",
    })?;
    Ok(UnixSeconds(found.header().timestamp()))
}

fn nonsense(why: &'static str) -> ChainError {
    ChainError::Nonsense {
        method: "eth_getLogs",
        why,
    }
}
