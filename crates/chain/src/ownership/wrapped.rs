//! Signatures of wallets that are not deployed yet (ERC-6492).

use alloy::{
    primitives::{Address, Bytes},
    sol_types::{SolType, sol_data},
};

use super::NotProven;

/// ERC-6492's `magicBytes`. No key's signature ends so, since its last byte is
/// none that [`symbolon_core::ownership::KeySignature`] takes.
const MARK: [u8; 32] = [
    0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92,
    0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92,
];

type Content = (sol_data::Address, sol_data::Bytes, sol_data::Bytes);

/// What the wrapper holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrapped {
    factory: Address,
    factory_call: Bytes,
    /// The signature, as the wallet will understand it.
    pub(super) signature: Bytes,
}

impl Wrapped {
    /// Whom to call so that the wallet is there, and how.
    pub(super) fn call(&self) -> (Address, Bytes) {
        (self.factory, self.factory_call.clone())
    }
}

/// What a signature wraps; `None` where it has no mark.
pub(super) fn unwrap(signature: &[u8]) -> Result<Option<Wrapped>, NotProven> {
    let Some(content) = signature.strip_suffix(&MARK) else {
        return Ok(None);
    };
    let (factory, factory_call, signature) =
        Content::abi_decode_params_validate(content).map_err(|_| NotProven::Wrapper)?;
    Ok(Some(Wrapped {
        factory,
        factory_call,
        signature,
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wrap(content: &[u8]) -> Vec<u8> {
        [content, &MARK].concat()
    }

    #[test]
    fn what_was_wrapped_is_unwrapped() {
        let all = (
            Address::repeat_byte(1),
            Bytes::from(vec![2; 40]),
            Bytes::from(vec![3; 65]),
        );
        let wrapped = unwrap(&wrap(&Content::abi_encode_params(&all))).unwrap();
        let (factory, factory_call, signature) = all;
        let expected = Wrapped {
            factory,
            factory_call,
            signature,
        };
        assert_eq!(wrapped, Some(expected));
        assert_eq!(unwrap(&[27; 65]), Ok(None));
        assert_eq!(unwrap(&MARK[1..]), Ok(None));
        assert_eq!(unwrap(&MARK), Err(NotProven::Wrapper));
        assert_eq!(unwrap(&wrap(&[0xff; 96])), Err(NotProven::Wrapper));
    }

    proptest! {
        #[test]
        fn no_content_is_too_strange(content in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = unwrap(&wrap(&content));
        }
    }
}
