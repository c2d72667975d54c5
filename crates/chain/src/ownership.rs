//! Whether a wallet signed a message (EIP-4361): a key by its signature
//! (EIP-191), a contract by what it says (ERC-1271), and one that is not deployed
//! yet by what it would say (ERC-6492).
//!
//! What the message must say is `symbolon_core::ownership`'s to check.
//!
//! The order is ERC-6492's, and a key is never recovered before a contract was
//! asked: a contract's signature may be some key's as well, its owner's, say.
//!
//! 1. Bytes that end in ERC-6492's mark are unwrapped.
//! 2. Where there is code at the wallet's address, that is asked, as it stands;
//!    where there is none and the bytes were wrapped, what their factory deploys.
//! 3. Else the signature must be the key's of which the address is.
//!
//! In one thing ERC-6492 is not followed: its wrapper may also name a call that
//! makes a *deployed* wallet ready to verify. Nobody is asked in a state that no
//! block has, and which whoever signs can choose: such a wallet is first made
//! ready, and signs then.
//!
//! # Accounts with a key and code (EIP-7702)
//!
//! Their code is asked first, as ERC-1271 and ERC-6492 have it of any code: it
//! knows signatures of its own, and what it refuses is refused. But where it
//! knows no `isValidSignature` (it reverts, or answers something else than four
//! bytes) the key's own signature counts. EIP-7702 leaves the key in full control,
//! since it may send any transaction and replace the code at any time; it is a
//! transaction of any wallet's that delegates to such code, and that must not
//! take from its holder that the wallet can be bound.

mod contract;
mod refusal;
mod wrapped;

use alloy::{
    eips::BlockId,
    network::{BlockResponse, primitives::HeaderResponse},
    primitives::{Address, B256, Bytes, Signature, eip191_hash_message},
    providers::Provider,
};
use symbolon_core::ownership::{KeySignature, MAX_SIGNATURE_BYTES, Message};

pub use refusal::NotProven;
pub use symbolon_core::wallet::ProofKind;

use crate::{
    ChainError,
    endpoint::{Endpoint, refused},
};
use contract::{Question, Said};
use wrapped::Wrapped;

/// EIP-7702: what the code of an account begins with that has a key as well;
/// the address of the code that runs there follows.
const DELEGATED: [u8; 3] = [0xef, 0x01, 0x00];

/// A wallet signed a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnershipProof {
    /// By what that is known.
    pub kind: ProofKind,
    /// Where a contract said so, in which block: it may say something else in
    /// another one (ERC-1271). A key's signature stays what it is.
    pub block: Option<AskedBlock>,
}

/// The block in which a chain was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskedBlock {
    /// Its number.
    pub number: u64,
    /// Its hash: after a reorganisation it may be no block of the chain's.
    pub hash: B256,
}

/// Whether the wallet that a message names signed it, in the newest block of the
/// chain that it names.
///
/// The outer error tells that nobody knows: nodes do not answer or contradict
/// each other (I12), or the endpoint is of another chain than the message. The
/// inner one is a no.
pub async fn prove(
    endpoint: &Endpoint,
    message: &Message,
    signature: &[u8],
) -> Result<Result<OwnershipProof, NotProven>, ChainError> {
    if endpoint.chain() != message.chain {
        return Err(ChainError::WrongChain {
            expected: message.chain,
            found: endpoint.chain(),
        });
    }
    let wallet = message.wallet.address();
    let hash = eip191_hash_message(message.to_string());
    signed(endpoint, wallet, hash, signature).await
}

async fn signed(
    endpoint: &Endpoint,
    wallet: Address,
    hash: B256,
    signature: &[u8],
) -> Result<Result<OwnershipProof, NotProven>, ChainError> {
    if signature.len() > MAX_SIGNATURE_BYTES {
        return Ok(Err(NotProven::TooLong(signature.len())));
    }
    let wrapped = match wrapped::unwrap(signature) {
        Ok(wrapped) => wrapped,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let block = newest(endpoint).await?;
    let code = code(endpoint, wallet, block).await?;
    if code.is_empty() && wrapped.is_none() {
        return Ok(by_key(wallet, hash, signature));
    }
    let question = Question {
        wallet,
        hash,
        signature: wrapped
            .as_ref()
            .map_or(signature, |wrapped| &wrapped.signature),
        factory: wrapped.as_ref().map(Wrapped::call),
    };
    let said = contract::ask(endpoint, &question, block.hash).await?;
    let is_delegated = code.len() == 23 && code.starts_with(&DELEGATED);
    Ok(match said {
        Said::Signed => Ok(OwnershipProof {
            kind: match code.is_empty() {
                true => ProofKind::UndeployedContract,
                false => ProofKind::Contract,
            },
            block: Some(block),
        }),
        Said::NoAnswer if is_delegated => by_key(wallet, hash, question.signature),
        Said::NoAnswer => Err(NotProven::NoAnswer(wallet)),
        Said::Refused => Err(NotProven::Refused(wallet)),
        Said::NoWallet => Err(NotProven::NotDeployed(wallet)),
        Said::FactoryFailed => Err(NotProven::FactoryFailed),
    })
}

/// Whether the signature is the key's of which the address is.
fn by_key(wallet: Address, hash: B256, signature: &[u8]) -> Result<OwnershipProof, NotProven> {
    let KeySignature { r, s, y_is_odd } = KeySignature::new(signature)?;
    let signature = Signature::new(r.into(), s.into(), y_is_odd);
    let signer = signature
        .recover_address_from_prehash(&hash)
        .map_err(|_| NotProven::NoKey)?;
    if signer != wallet {
        return Err(NotProven::OtherKey { wallet, signer });
    }
    Ok(OwnershipProof {
        kind: ProofKind::Key,
        block: None,
    })
}

async fn newest(endpoint: &Endpoint) -> Result<AskedBlock, ChainError> {
    let method = "eth_getBlockByNumber";
    let block = endpoint.provider().get_block(BlockId::latest()).await;
    let block = block.map_err(refused(method))?;
    let block = block.ok_or(ChainError::Nonsense {
        method,
        why: "there is no latest block",
    })?;
    Ok(AskedBlock {
        number: block.header().number,
        hash: block.header().hash(),
    })
}

async fn code(
    endpoint: &Endpoint,
    wallet: Address,
    block: AskedBlock,
) -> Result<Bytes, ChainError> {
    let code = endpoint.provider().get_code_at(wallet);
    code.block_id(BlockId::hash(block.hash))
        .await
        .map_err(refused("eth_getCode"))
}
