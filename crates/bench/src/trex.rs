//! Gas against T-REX, deployed as in reality and measured on the same chain.

use anyhow::Result;
use symbolon_chain::endpoint::Endpoint;
use symbolon_core::ids::ChainId;
use symbolon_sandbox::{Anvil, Mining};
use symbolon_testkit::trex::gas::{self, Pair};

use crate::row::{
    Part::{self, Of, OneIn},
    Row,
};

const CHAIN: ChainId = ChainId(31_337);

pub(crate) async fn measure() -> Result<Vec<Row>> {
    let anvil = Anvil::builder(CHAIN.0)
        .mining(Mining::OnDemand)
        .start()
        .await?;
    let endpoint = Endpoint::connect(anvil.url(), CHAIN).await?;
    let figures = gas::measure(&endpoint).await;
    anvil.stop().await?;
    let (transfer, module) = (figures.transfer, figures.transfer_with_module);
    Ok(vec![
        part(
            "isVerified against T-REX's with one topic, cold",
            figures.is_verified,
            OneIn(25),
        ),
        part(
            "the same, in a federation",
            figures.is_verified_of_authority,
            OneIn(17),
        ),
        Row::at_most(
            "transfer of T-REX's token, our registry and VerifiedSender",
            transfer.ours as f64,
            "gas",
            92_000.0,
        )
        .above(transfer.theirs as f64),
        Row::plain(
            "the same, VerifiedSender a module of T-REX's compliance",
            module.ours as f64,
            "gas",
        )
        .above(module.theirs as f64),
        part(
            "one wallet in a batch of 350, against T-REX's batch",
            figures.registration,
            Of(0.86),
        ),
        part(
            "an investor from nothing, against T-REX's",
            figures.onboarding,
            OneIn(20),
        ),
        Row::at_most(
            "an authority of 350 investors restricted, one transaction",
            figures.restriction as f64,
            "gas",
            60_000.0,
        ),
    ])
}

fn part(name: &str, pair: Pair, bar: Part) -> Row {
    Row::part(name, pair.ours as f64, "gas", pair.theirs as f64, bar)
}
