//! What a case file says, and whether all of it holds.

use alloy::primitives::{Address, Signature, eip191_hash_message};
use symbolon_core::{
    case::{Case, ClaimedWallet, Told},
    ownership::Message,
    wallet::ProofKind,
};

use super::SignedCase;

/// By what a wallet is the investor's, as far as that can be told offline.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// Its key signed, and that was checked here.
    Signed,
    /// A contract said so, in a block that the evidence names: ask its chain.
    ByContract,
    /// By the word of whoever bound it.
    ByWord,
    /// The evidence is not what it claims.
    Wrong,
}

impl Bound {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::ByContract => "by_contract",
            Self::ByWord => "by_word",
            Self::Wrong => "wrong",
        }
    }

    fn of(claimed: &ClaimedWallet) -> Self {
        let Some(evidence) = &claimed.evidence else {
            return Self::ByWord;
        };
        let message: Option<Message> = evidence.message.parse().ok();
        let names = message.is_some_and(|message| {
            message.wallet == claimed.wallet && message.chain == evidence.chain
        });
        if !names {
            return Self::Wrong;
        }
        if evidence.kind != ProofKind::Key {
            return Self::ByContract;
        }
        match signer(evidence.message.as_bytes(), &evidence.signature) {
            Some(signer) if signer == claimed.wallet.address() => Self::Signed,
            _ => Self::Wrong,
        }
    }
}

/// A case file that was looked through.
pub(super) struct Checked {
    pub(super) signed: SignedCase,
    /// What its entries make; nothing where they do not hold together.
    pub(super) told: Option<Told>,
    /// What is wrong with it, each in a line.
    pub(super) faults: Vec<String>,
    /// Every wallet that was ever bound, and by what.
    pub(super) wallets: Vec<(ClaimedWallet, Bound)>,
    /// Whether somebody said who must have signed it.
    pub(super) knows_signer: bool,
}

impl Checked {
    /// Looks through a file, which this signer must have signed where one is named.
    pub(super) fn of(signed: SignedCase, wanted: Option<Address>) -> Self {
        let mut faults = Vec::new();
        if let Some(wanted) = wanted.filter(|wanted| *wanted != signed.signer) {
            faults.push(format!(
                "the file is signed by {}, and not by {wanted}",
                signed.signer
            ));
        }
        let digest = Case::digest(&signed.case);
        if signer(digest, &signed.signature) != Some(signed.signer) {
            faults.push(format!(
                "the signature is not by {}: the file was changed, or signed by somebody else",
                signed.signer
            ));
        }
        let told = match signed.case.check() {
            Ok(told) => Some(told),
            Err(fault) => {
                faults.push(fault.to_string());
                None
            }
        };
        let wallets = signed.case.wallets().unwrap_or_default().into_iter();
        let wallets = wallets.map(|wallet| {
            let bound = Bound::of(&wallet);
            (wallet, bound)
        });
        Self {
            wallets: wallets.collect(),
            signed,
            told,
            faults,
            knows_signer: wanted.is_some(),
        }
    }

    /// What its entries make, if all of it holds: what it says may be shown as so.
    pub(super) fn genuine(&self) -> Option<&Told> {
        let forged = self.wallets.iter().any(|(_, bound)| *bound == Bound::Wrong);
        let holds = self.faults.is_empty() && !forged;
        self.told.as_ref().filter(|_| holds)
    }
}

/// Whose key made this signature (EIP-191), if it is one.
fn signer(message: impl AsRef<[u8]>, signature: &[u8]) -> Option<Address> {
    let hash = eip191_hash_message(message);
    let signature = Signature::from_raw(signature).ok()?;
    signature.recover_address_from_prehash(&hash).ok()
}
