//! The story, step by step.

mod authority;
mod cast;
mod expiry;
mod import;
mod kill;
mod people;
mod revocation;
mod rules;
mod transfers;

use anyhow::Result;

use super::{narrator::Narrator, stage::Stage, summary::Summary};
use crate::cli::DemoArgs;

/// Tells all of it, and says what came out.
pub(super) async fn tell(
    args: &DemoArgs,
    stage: &mut Stage,
    narrator: &Narrator,
) -> Result<Summary> {
    let mut summary = Summary::default();
    import::tell(args, stage, narrator, &mut summary).await?;
    let cast = cast::choose(stage).await?;
    transfers::tell(&cast, stage, narrator, &mut summary).await?;
    revocation::tell(&cast, stage, narrator, &mut summary).await?;
    expiry::tell(&cast, stage, narrator, &mut summary).await?;
    authority::tell(&cast, stage, narrator, &mut summary).await?;
    rules::tell(&cast, stage, narrator, &mut summary).await?;
    people::tell(&cast, stage, narrator, &mut summary).await?;
    kill::tell(&cast, stage, narrator, &mut summary).await?;
    Ok(summary)
}
