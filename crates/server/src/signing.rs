//! Wallets that show whose they are: a message is handed out, bound to whatever it was
//! asked for, and answered once by the wallet's signature.

use symbolon_chain::ownership::{self, NotProven};
use symbolon_core::{
    ids::{ChainId, IssuerId},
    ownership::{Challenge, Message, Nonce, Statement, StatementError, Timestamp},
    time::UnixSeconds,
    wallet::{OwnershipEvidence, WalletAddress},
};

use crate::{
    problem::{FieldError, Problem, Result, catalog},
    state::AppState,
};

/// For how long a message may be signed.
const SIGNED_WITHIN_SECONDS: u64 = 600;

/// What is kept of a challenge; the rest follows from the site and from what it was
/// asked for.
#[derive(serde::Serialize, serde::Deserialize)]
struct Asked {
    nonce: Nonce,
    at: UnixSeconds,
}

/// The message that this wallet is to sign on this chain for a request, and what is to
/// be kept of it.
pub(crate) async fn ask(
    state: &AppState,
    issuer: &IssuerId,
    request: &str,
    wallet: WalletAddress,
    chain: ChainId,
) -> Result<(Message, String)> {
    if state.services.nodes.find(issuer, chain).is_none() {
        return Err(Problem::invalid(vec![FieldError::new(
            "chain_id",
            "unknown_chain",
            "the issuer is not on this chain: switch your wallet to one of its chains",
        )]));
    }
    let asked = Asked {
        nonce: Nonce::drawn(rand::random()),
        at: state.clock.now(),
    };
    let stored = serde_json::to_string(&asked).map_err(|error| Problem::internal(&error))?;
    let challenge = challenge(state, issuer, request, asked).await?;
    Ok((challenge.message(wallet, chain), stored))
}

async fn challenge(
    state: &AppState,
    issuer: &IssuerId,
    request: &str,
    Asked { nonce, at }: Asked,
) -> Result<Challenge> {
    let site = state.site()?;
    let internal = |error: &(dyn std::error::Error + 'static)| Problem::internal(error);
    let expires = UnixSeconds(at.0 + SIGNED_WITHIN_SECONDS);
    let title = state.store.issuer(issuer).await?.name;
    Ok(Challenge {
        scheme: None,
        domain: site.domain().clone(),
        uri: site.uri().map_err(|error| internal(&error))?,
        statement: Some(
            statement(name_in_messages(&title, issuer)).map_err(|error| internal(&error))?,
        ),
        nonce,
        request_id: request.parse().map_err(|error| internal(&error))?,
        chains: state.services.nodes.of(issuer).collect(),
        issued_at: Timestamp::at(at).map_err(|error| internal(&error))?,
        expires_at: Timestamp::at(expires).map_err(|error| internal(&error))?,
    })
}

/// What the holder of the wallet agrees to.
fn statement(name: &str) -> Result<Statement, StatementError> {
    format!("I confirm to {name} that this wallet is mine.").parse()
}

/// How messages name an issuer: as people know it; where that has letters that EIP-4361
/// does not know, by its short name.
pub(crate) fn name_in_messages<'a>(title: &'a str, issuer: &'a IssuerId) -> &'a str {
    let title = title.trim();
    match !title.is_empty() && statement(title).is_ok() {
        true => title,
        false => issuer.as_str(),
    }
}

/// That a wallet has not signed what was asked.
pub(crate) fn refused(why: impl std::fmt::Display) -> Problem {
    Problem::new(&catalog::NOT_PROVEN, why.to_string())
}

/// Which wallet has signed what was asked, and by what that is known. The chain is
/// asked, so nobody who calls this holds a lock; whoever binds the wallet then sees to
/// it that what was asked is answered once.
pub(crate) async fn signed(
    state: &AppState,
    issuer: &IssuerId,
    request: &str,
    asked: &str,
    text: &str,
    signature: &[u8],
) -> Result<(WalletAddress, OwnershipEvidence)> {
    let message: Message = text.parse().map_err(refused)?;
    let stored = serde_json::from_str(asked).map_err(|error| Problem::internal(&error))?;
    let challenge = challenge(state, issuer, request, stored).await?;
    let (wallet, chain) = challenge
        .check(&message, state.clock.now())
        .map_err(refused)?;
    let node = state.services.nodes.find(issuer, chain);
    let node = node.ok_or_else(|| Problem::plain(&catalog::CHAIN_SILENT))?;
    let proof = ownership::prove(node, &message, signature).await;
    let proof = proof.map_err(|error| {
        tracing::warn!(%issuer, %chain, %error, "a chain could not be asked whose a wallet is");
        Problem::plain(&catalog::CHAIN_SILENT)
    })?;
    let proof = proof.map_err(|no: NotProven| refused(no))?;
    let evidence = OwnershipEvidence {
        message: text.to_owned(),
        signature: signature.to_vec().into(),
        chain,
        kind: proof.kind,
        block: proof.block.map(|block| (block.number, block.hash)),
    };
    Ok((wallet, evidence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wallet_confirms_to_whom_people_know() {
        let issuer = "acme".parse().unwrap();
        let said = |title| {
            let name = name_in_messages(title, &issuer);
            statement(name).unwrap().to_string()
        };
        assert_eq!(
            said("Acme Capital"),
            "I confirm to Acme Capital that this wallet is mine."
        );
        assert_eq!(
            said("M\u{fc}ller\nURI: x"),
            "I confirm to acme that this wallet is mine."
        );
        assert_eq!(said(" "), "I confirm to acme that this wallet is mine.");
    }
}
