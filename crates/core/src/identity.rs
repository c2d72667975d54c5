//! Identity contracts (ERC-734, ERC-735): where an investor's stands on a chain.
//!
//! Their factory deploys them at addresses that are known beforehand, so a registry
//! names an investor's identity long before it is there. It is deployed when the
//! register first claims something of the investor ([`crate::claim`]); its keys
//! follow the investor's wallets from then on ([`mirrored`]).

pub mod mirrored;

use alloy_primitives::{Address, B256, keccak256};

use crate::ids::{ChainId, InvestorId};

/// An identity's code but for what it is deployed with: it hands every call on to
/// its implementation, and carries its registry's address
/// (`Clones.cloneDeterministicWithImmutableArgs` of OpenZeppelin 5).
const BEFORE_IMPLEMENTATION: &[u8] =
    b"\x61\x00\x41\x3d\x81\x60\x0a\x3d\x39\xf3\x36\x3d\x3d\x37\x3d\x3d\x3d\x36\x3d\x73";
const BEHIND_IMPLEMENTATION: &[u8] =
    b"\x5a\xf4\x3d\x82\x80\x3e\x90\x3d\x91\x60\x2b\x57\xfd\x5b\xf3";

/// What tells an investor's identity on a chain from all others there. Another one on
/// every chain, so that chains cannot be joined by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentitySalt(pub B256);

impl IdentitySalt {
    /// The investor's on this chain.
    pub fn of(investor: InvestorId, chain: ChainId) -> Self {
        let mut preimage = Vec::with_capacity(64);
        preimage.extend_from_slice(b"symbolon identity");
        preimage.extend_from_slice(investor.0.as_slice());
        preimage.extend_from_slice(&chain.0.to_be_bytes());
        Self(keccak256(preimage))
    }
}

/// The identities of one registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identities {
    factory: Address,
    init_code_hash: B256,
}

impl Identities {
    /// Those that this factory deploys for this registry.
    pub fn of(factory: Address, registry: Address) -> Self {
        let implementation = first_created_by(factory);
        let mut init_code = Vec::with_capacity(75);
        init_code.extend_from_slice(BEFORE_IMPLEMENTATION);
        init_code.extend_from_slice(implementation.as_slice());
        init_code.extend_from_slice(BEHIND_IMPLEMENTATION);
        init_code.extend_from_slice(registry.as_slice());
        Self {
            factory,
            init_code_hash: keccak256(init_code),
        }
    }

    /// Who deploys them.
    pub const fn factory(&self) -> Address {
        self.factory
    }

    /// Where this one is or will be: the same for all of an investor's wallets.
    pub fn address(&self, salt: IdentitySalt) -> Address {
        self.factory.create2(salt.0, self.init_code_hash)
    }
}

/// What a contract's constructor creates first of all: the hash of its address and the
/// nonce 1, in RLP.
fn first_created_by(creator: Address) -> Address {
    let list = [&[0xd6, 0x94], creator.as_slice(), &[0x01]].concat();
    Address::from_word(keccak256(list))
}

#[cfg(test)]
mod tests {
    use alloy_primitives::address;

    use super::*;

    const INVESTOR: InvestorId = InvestorId(B256::repeat_byte(7));

    /// As `cast compute-address --nonce 1` says.
    #[test]
    fn a_contract_creates_where_it_is_known_to() {
        let creator = address!("6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0");
        let first = address!("343c43a37d37dff08ae8c4a11544c718abb4fcf8");
        assert_eq!(first_created_by(creator), first);
    }

    #[test]
    fn an_identity_is_one_of_its_chain_and_of_its_registry() {
        let here = IdentitySalt::of(INVESTOR, ChainId(1));
        assert_eq!(here, IdentitySalt::of(INVESTOR, ChainId(1)));
        assert_ne!(here, IdentitySalt::of(INVESTOR, ChainId(10)));
        assert_ne!(
            here,
            IdentitySalt::of(InvestorId(B256::repeat_byte(8)), ChainId(1))
        );
        let [factory, registry, other] = [1, 2, 3].map(Address::with_last_byte);
        let identities = Identities::of(factory, registry);
        assert_eq!(identities.factory(), factory);
        assert_ne!(
            identities.address(here),
            Identities::of(factory, other).address(here)
        );
        assert_ne!(
            identities.address(here),
            Identities::of(other, registry).address(here)
        );
    }
}
