//! Several wallets' writes in one transaction, packed as the registry reads them.

use alloy_primitives::{Address, U256};
use thiserror::Error;

use super::{
    companion::{CompanionBatch, CompanionCall},
    record::WalletRecord,
    rules::Grounds,
};
use crate::{
    ids::AuthorityIndex,
    wallet::{Version, WalletAddress},
};

/// The most entries that one call of the registry takes.
pub const MAX_BATCH: usize = 500;

const UPSERT_BYTES: usize = 52;
const DENIAL_BYTES: usize = 23;

/// A whole record for one wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upsert {
    /// Which wallet.
    pub wallet: WalletAddress,
    /// Its record.
    pub record: WalletRecord,
}

/// A denial of one wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denial {
    /// Which wallet.
    pub wallet: WalletAddress,
    /// The version that the denial carries.
    pub version: Version,
    /// Why.
    pub grounds: Grounds,
}

/// How often a registry has cut an authority off: the number of its newest
/// restriction there (`restrictionOf`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RestrictionNumber(pub u32);

impl RestrictionNumber {
    /// Of what is yet to be set, and of what no registry has said.
    pub const UNKNOWN: Self = Self(0);
}

/// Whether an authority is cut off: one bit, whatever the number of wallets that
/// it verified (I5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AuthorityRestriction {
    /// Which authority.
    pub authority: AuthorityIndex,
    /// Whether it is cut off.
    pub restricted: bool,
    /// The restriction that was set, or the only one that is lifted: what comes
    /// late lifts no later one (I2).
    pub number: RestrictionNumber,
}

impl AuthorityRestriction {
    /// Cuts this authority off.
    pub const fn cut_off(authority: AuthorityIndex) -> Self {
        Self {
            authority,
            restricted: true,
            number: RestrictionNumber::UNKNOWN,
        }
    }

    /// Lifts the restriction of this number.
    pub const fn lifted(authority: AuthorityIndex, number: RestrictionNumber) -> Self {
        Self {
            authority,
            restricted: false,
            number,
        }
    }
}

/// One call of the registry, or of a contract beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Batch {
    /// `upsert(head, records)`.
    Upsert(Vec<Upsert>),
    /// `deny(head, denials)`.
    Deny(Vec<Denial>),
    /// `restrictAuthority(head, authority)`, or `liftRestriction(head, authority,
    /// restriction)`.
    Authority(AuthorityRestriction),
    /// A companion's.
    Companion(CompanionBatch),
}

/// Which function a batch calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// `upsert`.
    Upsert,
    /// `deny`.
    Deny,
    /// `restrictAuthority` or `liftRestriction`.
    SetAuthorityRestriction,
    /// A companion's.
    Companion(CompanionCall),
}

impl Call {
    /// The function's name, as the store keeps it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Upsert => "upsert",
            Self::Deny => "deny",
            Self::SetAuthorityRestriction => "set_authority_restriction",
            Self::Companion(call) => call.as_str(),
        }
    }

    /// The call of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "upsert" => Some(Self::Upsert),
            "deny" => Some(Self::Deny),
            "set_authority_restriction" => Some(Self::SetAuthorityRestriction),
            name => CompanionCall::from_name(name).map(Self::Companion),
        }
    }
}

/// Bytes that are no batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{bytes} bytes are no batch of `{}` entries", call.as_str())]
pub struct BatchError {
    call: Call,
    bytes: usize,
}

impl Batch {
    /// Which function it calls.
    pub const fn call(&self) -> Call {
        match self {
            Self::Upsert(_) => Call::Upsert,
            Self::Deny(_) => Call::Deny,
            Self::Authority(_) => Call::SetAuthorityRestriction,
            Self::Companion(batch) => Call::Companion(batch.call()),
        }
    }

    /// How many wallets it writes.
    pub fn wallets(&self) -> usize {
        match self {
            Self::Upsert(entries) => entries.len(),
            Self::Deny(entries) => entries.len(),
            Self::Authority(_) | Self::Companion(_) => 0,
        }
    }

    /// How many wallets, authorities or keys of a companion it writes.
    pub fn entries(&self) -> usize {
        match self {
            Self::Upsert(_) | Self::Deny(_) => self.wallets(),
            Self::Authority(_) => 1,
            Self::Companion(batch) => batch.len(),
        }
    }

    /// Whether it writes nothing.
    pub fn is_empty(&self) -> bool {
        self.entries() == 0
    }

    /// Whether it denies anybody.
    pub fn denies(&self) -> bool {
        match self {
            Self::Upsert(entries) => entries.iter().any(|entry| entry.record.denies()),
            Self::Deny(_) => true,
            Self::Authority(authority) => authority.restricted,
            Self::Companion(_) => false,
        }
    }

    /// Whether it cuts an authority off.
    pub fn cuts_off(&self) -> bool {
        matches!(self, Self::Authority(authority) if authority.restricted)
    }

    /// What it was to lift.
    pub fn lifts(&self) -> Option<AuthorityIndex> {
        match self {
            Self::Authority(told) if !told.restricted => Some(told.authority),
            _ => None,
        }
    }

    /// Each wallet with the version that it is brought to.
    pub fn versions(&self) -> Vec<(WalletAddress, Version)> {
        match self {
            Self::Upsert(entries) => entries
                .iter()
                .map(|entry| (entry.wallet, entry.record.version()))
                .collect(),
            Self::Deny(entries) => entries
                .iter()
                .map(|entry| (entry.wallet, entry.version))
                .collect(),
            Self::Authority(_) | Self::Companion(_) => Vec::new(),
        }
    }

    /// The keys of a companion that it writes.
    pub fn companion(&self) -> Option<&CompanionBatch> {
        match self {
            Self::Companion(batch) => Some(batch),
            Self::Upsert(_) | Self::Deny(_) | Self::Authority(_) => None,
        }
    }

    /// Keeps the entries whose place is true in `keep`, and all beyond its end.
    pub fn keep(&mut self, keep: &[bool]) {
        let mut places = keep.iter().copied().chain(std::iter::repeat(true));
        let mut kept = || places.next() != Some(false);
        match self {
            Self::Upsert(entries) => entries.retain(|_| kept()),
            Self::Deny(entries) => entries.retain(|_| kept()),
            Self::Authority(_) | Self::Companion(_) => {}
        }
    }

    /// Takes off the entries from this place on.
    #[must_use]
    pub fn split_off(&mut self, at: usize) -> Self {
        match self {
            Self::Upsert(entries) => Self::Upsert(entries.split_off(at.min(entries.len()))),
            Self::Deny(entries) => Self::Deny(entries.split_off(at.min(entries.len()))),
            Self::Authority(authority) => Self::Authority(*authority),
            Self::Companion(batch) => Self::Companion(batch.split_off(at)),
        }
    }

    /// The call's `bytes` argument: 52 bytes an upsert (wallet, record), 23 a
    /// denial (wallet, version, grounds). An authority's restriction has no such
    /// argument, and is kept as six: authority, restricted, number. A companion's is
    /// kept behind the contract's address.
    pub fn packed(&self) -> Vec<u8> {
        match self {
            Self::Upsert(entries) => {
                let mut bytes = Vec::with_capacity(entries.len() * UPSERT_BYTES);
                for entry in entries {
                    bytes.extend_from_slice(entry.wallet.address().as_slice());
                    bytes.extend_from_slice(&entry.record.0.to_be_bytes::<32>());
                }
                bytes
            }
            Self::Deny(entries) => {
                let mut bytes = Vec::with_capacity(entries.len() * DENIAL_BYTES);
                for entry in entries {
                    bytes.extend_from_slice(entry.wallet.address().as_slice());
                    bytes.extend_from_slice(&entry.version.0.to_be_bytes());
                    bytes.push(entry.grounds.byte());
                }
                bytes
            }
            Self::Authority(AuthorityRestriction {
                authority,
                restricted,
                number,
            }) => {
                let mut bytes = vec![authority.0, u8::from(*restricted)];
                bytes.extend(number.0.to_be_bytes());
                bytes
            }
            Self::Companion(batch) => batch.packed(),
        }
    }

    /// The batch in these packed bytes.
    pub fn unpack(call: Call, bytes: &[u8]) -> Result<Self, BatchError> {
        let error = BatchError {
            call,
            bytes: bytes.len(),
        };
        let width = match call {
            Call::Companion(call) => {
                let batch = call.unpack(bytes).map_err(|_| error)?;
                return Ok(Self::Companion(batch));
            }
            Call::Upsert => UPSERT_BYTES,
            Call::Deny => DENIAL_BYTES,
            Call::SetAuthorityRestriction => {
                return match bytes {
                    [authority, restricted @ (0 | 1), a, b, c, d] => {
                        Ok(Self::Authority(AuthorityRestriction {
                            authority: AuthorityIndex(*authority),
                            restricted: *restricted == 1,
                            number: RestrictionNumber(u32::from_be_bytes([*a, *b, *c, *d])),
                        }))
                    }
                    _ => Err(error),
                };
            }
        };
        if bytes.is_empty() || !bytes.len().is_multiple_of(width) {
            return Err(error);
        }
        let wallet =
            |entry: &[u8]| WalletAddress::new(Address::from_slice(&entry[..20])).map_err(|_| error);
        let entries = bytes.chunks_exact(width);
        Ok(match call {
            Call::SetAuthorityRestriction | Call::Companion(_) => return Err(error),
            Call::Upsert => Self::Upsert(
                entries
                    .map(|entry| {
                        Ok(Upsert {
                            wallet: wallet(entry)?,
                            record: WalletRecord(U256::from_be_slice(&entry[20..])),
                        })
                    })
                    .collect::<Result<_, _>>()?,
            ),
            Call::Deny => Self::Deny(
                entries
                    .map(|entry| {
                        Ok(Denial {
                            wallet: wallet(entry)?,
                            version: Version(u16::from_be_bytes([entry[20], entry[21]])),
                            grounds: Grounds::from_byte(entry[22]),
                        })
                    })
                    .collect::<Result<_, _>>()?,
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wallet(n: u8) -> WalletAddress {
        WalletAddress::new(Address::with_last_byte(n)).unwrap()
    }

    #[test]
    fn packing_round_trips() {
        let upserts = Batch::Upsert(vec![Upsert {
            wallet: wallet(1),
            record: WalletRecord(U256::MAX),
        }]);
        let denials = Batch::Deny(vec![
            Denial {
                wallet: wallet(2),
                version: Version(0x0102),
                grounds: Grounds::REVOKED.and(Grounds::FROZEN),
            },
            Denial {
                wallet: wallet(3),
                version: Version(9),
                grounds: Grounds::REMOVED,
            },
        ]);
        let (authority, number) = (AuthorityIndex(255), RestrictionNumber(0x0102_0304));
        let restriction = Batch::Authority(AuthorityRestriction::cut_off(authority));
        let lifted = Batch::Authority(AuthorityRestriction::lifted(authority, number));
        for batch in [upserts, denials, restriction, lifted] {
            assert_eq!(Batch::unpack(batch.call(), &batch.packed()), Ok(batch));
        }
    }

    #[test]
    fn each_call_has_its_name() {
        for (call, name) in [
            (Call::Upsert, "upsert"),
            (Call::Deny, "deny"),
            (Call::SetAuthorityRestriction, "set_authority_restriction"),
        ] {
            assert_eq!(call.as_str(), name);
            assert_eq!(Call::from_name(name), Some(call));
        }
        assert_eq!(Call::from_name("registerIdentity"), None);
    }

    #[test]
    fn an_authority_is_something_to_write_though_it_is_no_wallet() {
        let denial = Denial {
            wallet: wallet(1),
            version: Version(1),
            grounds: Grounds::REVOKED,
        };
        let authority = Batch::Authority(AuthorityRestriction::cut_off(AuthorityIndex(1)));
        for (batch, wallets, is_empty) in [
            (Batch::Upsert(Vec::new()), 0, true),
            (Batch::Deny(Vec::new()), 0, true),
            (Batch::Deny(vec![denial; 2]), 2, false),
            (authority, 0, false),
        ] {
            assert_eq!((batch.wallets(), batch.is_empty()), (wallets, is_empty));
        }
    }

    #[test]
    fn what_cuts_an_authority_off_lifts_nothing() {
        let authority = AuthorityIndex(7);
        let cut_off = Batch::Authority(AuthorityRestriction::cut_off(authority));
        let number = RestrictionNumber(3);
        let lifted = Batch::Authority(AuthorityRestriction::lifted(authority, number));
        let nobodys = Batch::Deny(Vec::new());
        let turns = |batch: &Batch| (batch.cuts_off(), batch.lifts());
        assert_eq!(turns(&cut_off), (true, None));
        assert_eq!(turns(&lifted), (false, Some(authority)));
        assert_eq!(turns(&nobodys), (false, None));
    }

    #[test]
    fn torn_bytes_are_no_batch() {
        assert!(Batch::unpack(Call::Upsert, &[1; 51]).is_err());
        assert!(Batch::unpack(Call::Deny, &[]).is_err());
        assert!(
            Batch::unpack(Call::Deny, &[0; 23]).is_err(),
            "the zero address"
        );
    }
}
