//! A wallet for a customer that had none, or for one that has.
//!
//! 1. What may be read, asked of a chain or sealed anew is so before the issuer's lock is
//!    taken ([`prepare`]).
//! 2. Under the lock everything is looked at again, `core::customer::linking` says what
//!    follows, and all of it is stored together ([`store`]): the wallet, or the customer's
//!    move onto the wallet's holder.
//! 3. After a move the key of the customer's former investor is destroyed: nothing else
//!    was sealed under it, so no earlier backup keeps what moved ([`finish`]).

use symbolon_core::{
    actor::Actor,
    command::Command,
    customer::{CustomerPart, Holder, LinkRefusal, Linking, Warrant},
    ids::{InstanceName, InvestorId, IssuerId},
    investor::Status,
    profile::Sealed,
    register::Refusal,
    time::UnixSeconds,
    wallet::{ChainScope, OwnershipEvidence, ProofKind, Vouched, WalletAddress, WalletClaim},
};
use symbolon_store::{Customer, CustomerRecord, IssuerTransaction, Subject};

use super::{changeable, decide, overtaken, own, place};
use crate::{
    problem::{Problem, Result, catalog},
    signing::{refused, signed},
    state::AppState,
};

/// A wallet that somebody wants to be linked.
#[derive(Clone, Debug)]
pub struct WantedLink {
    /// Which one.
    pub wallet: WalletAddress,
    /// Where it counts, if it is bound by this.
    pub chains: ChainScope,
    /// What its holder has signed; nothing where whoever asks answers for it.
    pub signed: Option<SignedMessage>,
    /// Whether whoever asks answers for the whole register.
    pub for_all: bool,
}

/// What a wallet has signed.
#[derive(Clone, Debug)]
pub struct SignedMessage {
    /// The message (EIP-4361), byte for byte.
    pub message: String,
    /// The signature upon it.
    pub signature: Vec<u8>,
}

/// A wallet that can be linked.
#[derive(Debug)]
pub struct PreparedLink {
    customer: Customer,
    wanted: WantedLink,
    proof: Option<Proof>,
    moved: Option<Moved>,
}

#[derive(Debug)]
struct Proof {
    asked: String,
    evidence: OwnershipEvidence,
}

#[derive(Debug)]
struct Moved {
    to: InvestorId,
    sealed: Vec<(CustomerPart, Sealed)>,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    /// The customer as it stands by now.
    pub customer: Customer,
    /// The investor on whom it stood before, which is done with.
    pub moved_from: Option<InvestorId>,
}

/// Looks up who holds the wallet, asks the chain who has signed, and seals what is known
/// of the customer under the holder's key, should it move there.
pub async fn prepare(
    state: &AppState,
    issuer: &IssuerId,
    instance: &InstanceName,
    found: &CustomerRecord,
    wanted: &WantedLink,
) -> Result<PreparedLink> {
    let customer = &found.customer;
    let holder = state.store.holder(issuer, wanted.wallet).await?;
    let is_held = holder == Some(customer.investor);
    let proof = match (&wanted.signed, customer.challenge.as_deref()) {
        (None, _) => None,
        // Said twice.
        (Some(_), None) if is_held && found.investor.proofs.contains_key(&wanted.wallet) => None,
        (Some(_), None) => {
            return Err(refused(
                "nothing was asked of this customer, or it was answered: ask for a message first",
            ));
        }
        (Some(said), Some(asked)) => {
            let request = customer.id.to_string();
            let (text, signature) = (&said.message, &said.signature);
            let (wallet, evidence) =
                signed(state, issuer, &request, asked, text, signature).await?;
            if wallet != wanted.wallet {
                return Err(refused("the message is another wallet's"));
            }
            let asked = asked.to_owned();
            Some(Proof { asked, evidence })
        }
    };
    let moved = match holder {
        Some(to) if !is_held => {
            let nothing = !customer.has_data && customer.notes == 0;
            let sealed = match nothing {
                true => Vec::new(),
                false => {
                    let place = place(issuer, instance, customer);
                    state.vault()?.reseal(&place, to).await?
                }
            };
            Some(Moved { to, sealed })
        }
        _ => None,
    };
    Ok(PreparedLink {
        customer: customer.clone(),
        wanted: wanted.clone(),
        proof,
        moved,
    })
}

/// Links the wallet in a transaction of the issuer's.
pub async fn store(
    transaction: &mut IssuerTransaction,
    instance: &InstanceName,
    prepared: &PreparedLink,
    by: &Actor,
    now: UnixSeconds,
) -> Result<Linked> {
    let wallet = prepared.wanted.wallet;
    let customer = changeable(transaction, instance, prepared.customer.id).await?;
    if let Some(proof) = &prepared.proof {
        if customer.challenge.as_deref() != Some(&proof.asked) {
            return Err(refused(
                "the message was answered already: ask for another one",
            ));
        }
        transaction
            .ask_customer(instance, customer.id, None)
            .await?;
    }
    let from = customer.investor;
    let investor = transaction.investor(from).await?.investor;
    Refusal::unless_known(&investor)?;
    let holder = holder(transaction, instance, prepared, from).await?;
    let warrant = match &prepared.proof {
        _ if prepared.wanted.for_all => Warrant::Issuer,
        Some(_) => Warrant::Signature,
        None => Warrant::Word,
    };
    let own = own(transaction, instance, &investor).await?;
    let linking = symbolon_core::customer::linking(&own, holder, warrant);
    let moved_from = match linking.map_err(problem)? {
        Linking::Held => {
            prove(transaction, prepared, from, by, now).await?;
            None
        }
        Linking::Bind => {
            if prepared.proof.is_none() {
                let chains = prepared.wanted.chains.clone();
                let bound = Command::LinkWallet { wallet, chains };
                decide(transaction, Subject::Investor(from), bound, by, now).await?;
            }
            prove(transaction, prepared, from, by, now).await?;
            None
        }
        Linking::Move { to } => {
            let sealed = prepared.moved.as_ref().filter(|moved| moved.to == to);
            let sealed = sealed.filter(|_| customer.revision == prepared.customer.revision);
            let sealed = &sealed.ok_or_else(overtaken)?.sealed;
            transaction
                .move_customer(instance, customer.id, to, sealed, now)
                .await?;
            let merged = Command::MergeInvestor { into: to };
            decide(transaction, Subject::Investor(from), merged, by, now).await?;
            prove(transaction, prepared, to, by, now).await?;
            Some(from)
        }
    };
    Ok(Linked {
        customer: transaction.lock_customer(instance, customer.id).await?,
        moved_from,
    })
}

/// Whoever holds the wallet already.
async fn holder(
    transaction: &mut IssuerTransaction,
    instance: &InstanceName,
    prepared: &PreparedLink,
    own: InvestorId,
) -> Result<Option<Holder>> {
    let wallet = prepared.wanted.wallet;
    let Some(id) = transaction.holder(wallet).await? else {
        return Ok(None);
    };
    let investor = transaction.investor(id).await?.investor;
    let other = transaction.customer_on(instance, id).await?;
    let signed_there = |scope: &ChainScope| match &prepared.proof {
        Some(proof) if proof.evidence.kind != ProofKind::Key => {
            scope.includes(proof.evidence.chain)
        }
        _ => true,
    };
    let bound = investor.wallet(wallet);
    Ok(Some(Holder {
        investor: id,
        is_other_customer: id != own && other.is_some(),
        may_use: !investor.custody.erased
            && bound.is_some_and(|bound| bound.active && signed_there(&bound.chains)),
        is_certain: !matches!(investor.status, Status::Pending)
            || investor.proofs.contains_key(&wallet),
    }))
}

/// Takes in that the wallet has signed, where it has.
async fn prove(
    transaction: &mut IssuerTransaction,
    prepared: &PreparedLink,
    investor: InvestorId,
    by: &Actor,
    now: UnixSeconds,
) -> Result<()> {
    let Some(proof) = &prepared.proof else {
        return Ok(());
    };
    let proven = Command::ProveWallet(WalletClaim {
        wallet: prepared.wanted.wallet,
        chains: prepared.wanted.chains.clone(),
        replaces: None,
        evidence: proof.evidence.clone(),
        vouched: Vouched::Otherwise,
    });
    decide(transaction, Subject::Investor(investor), proven, by, now).await?;
    Ok(())
}

/// Destroys the key of an investor that is done with. Should it fail, a server does so
/// within a minute.
pub async fn finish(state: &AppState, issuer: &IssuerId, investor: InvestorId) {
    let Ok(vault) = state.vault() else { return };
    if let Err(error) = vault.destroy_key(issuer, investor).await {
        tracing::warn!(%issuer, %error, "the key of a merged investor is still to be destroyed");
    }
}

fn problem(refusal: LinkRefusal) -> Problem {
    let kind = match refusal {
        LinkRefusal::OtherCustomer => &catalog::WALLET_OF_OTHER_CUSTOMER,
        LinkRefusal::NotBare(_) => &catalog::CUSTOMER_CANNOT_MOVE,
        LinkRefusal::NotInUse => &catalog::WALLET_NOT_IN_USE,
        LinkRefusal::ProofNeeded => &catalog::PROOF_NEEDED,
        LinkRefusal::KnownToOthers => &catalog::KNOWN_TO_OTHERS,
        LinkRefusal::HolderUncertain => &catalog::HOLDER_UNCERTAIN,
    };
    Problem::new(kind, refusal.to_string())
}
