//! An investor's identities, as chains were last read.

use clap::Args;
use serde::Serialize;
use serde_json::json;
use symbolon_core::{
    claim::{ClaimTopic, record::ClaimRecord},
    identity::mirrored::Purposes,
    wallet::WalletAddress,
};
use symbolon_store::IdentityOnChain;

use crate::{
    commands::status::find,
    context::Context,
    exit::{Exit, Result},
    output::as_shown,
    subject::OneArgs,
};

/// Whose identities.
#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    #[command(flatten)]
    whose: OneArgs,
}

/// An identity on one chain.
#[derive(Serialize)]
struct ShownIdentity {
    chain_id: u64,
    place: u8,
    address: alloy_primitives::Address,
    deployed: bool,
    keys: Vec<ShownKey>,
    claims: Vec<ShownClaim>,
    settled: bool,
}

/// A wallet's key.
#[derive(Serialize)]
struct ShownKey {
    #[serde(serialize_with = "as_shown")]
    wallet: WalletAddress,
    purposes: Option<Vec<u8>>,
}

/// A claim.
#[derive(Serialize)]
struct ShownClaim {
    topic: ClaimTopic,
    stands: Option<bool>,
    version: Option<u16>,
    ends: Option<String>,
}

impl ShownIdentity {
    fn of(found: IdentityOnChain) -> Self {
        let deployed = found.is_deployed();
        let keys = found.keys.into_iter().map(|(wallet, held)| ShownKey {
            wallet,
            purposes: held.map(Purposes::listed),
        });
        let claims = found.claims.into_iter().map(|(topic, held)| ShownClaim {
            topic,
            stands: held.map(ClaimRecord::stands),
            version: held.map(|held| held.version().0),
            ends: held
                .and_then(ClaimRecord::ends)
                .map(|ends| ends.to_string()),
        });
        Self {
            chain_id: found.registry.chain.0,
            place: found.registry.place,
            address: found.address,
            deployed,
            keys: keys.collect(),
            claims: claims.collect(),
            settled: !found.is_under_way,
        }
    }

    fn text(&self) -> String {
        let there = match self.deployed {
            true => "",
            false => ", not deployed",
        };
        let mut lines = vec![format!("chain {}: {}{there}", self.chain_id, self.address)];
        for key in &self.keys {
            let purposes = match key.purposes.as_deref() {
                None => "to be read".to_owned(),
                Some([]) => "no key".to_owned(),
                Some(some) => in_words(some),
            };
            lines.push(format!("  {}: {purposes}", key.wallet));
        }
        for claim in &self.claims {
            let how = match (claim.stands, &claim.ends) {
                (None, _) => "to be read".to_owned(),
                (Some(false), _) => "does not stand".to_owned(),
                (Some(true), Some(ends)) => format!("stands, ends {ends}"),
                (Some(true), None) => "stands".to_owned(),
            };
            lines.push(format!("  claim {}: {how}", claim.topic));
        }
        if !self.settled {
            lines.push("  the register's news are on their way".to_owned());
        }
        lines.join("\n")
    }
}

fn in_words(purposes: &[u8]) -> String {
    let word = |purpose: &u8| match purpose {
        1 => "manages",
        2 => "acts",
        3 => "signs claims",
        _ => "encrypts",
    };
    purposes.iter().map(word).collect::<Vec<_>>().join(", ")
}

/// Shows them.
pub(super) async fn run(args: &ShowArgs, context: &Context) -> Result<Exit> {
    let target = args.whose.target()?;
    let (investor, found) = context
        .with_issuer(async |store, issuer| {
            let investor = find(&target, store, issuer).await?.id;
            let found = store.identity_on_chains(issuer, investor).await?;
            Ok((investor, found))
        })
        .await?;
    let shown: Vec<_> = found.into_iter().map(ShownIdentity::of).collect();
    let document = json!({ "investor": investor, "identities": shown });
    context
        .output
        .result(&document, || match shown.is_empty() {
            true => {
                "no chain has identities: `symbolon claims deploy` puts them in place".to_owned()
            }
            false => shown
                .iter()
                .map(ShownIdentity::text)
                .collect::<Vec<_>>()
                .join("\n"),
        })?;
    Ok(Exit::Done)
}
