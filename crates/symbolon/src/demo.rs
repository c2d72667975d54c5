//! `symbolon demo`: the main job, told as a story on a private PostgreSQL and
//! two chains, with nothing to set up.
//!
//! [`stage`] starts and stops the children, [`chain`] and [`api`] are the
//! story's hands, [`steps`] tells it, and [`summary`] is what `--json`
//! prints; without the story, [`scene`].

mod api;
mod chain;
mod narrator;
mod person;
mod scene;
mod stage;
mod steps;
mod summary;

use std::process::ExitCode;

use anyhow::Result;
use tokio::signal::unix::{SignalKind, signal};

use crate::{cli::DemoArgs, exit::Exit};

use narrator::Narrator;
use scene::Scene;
use stage::Stage;

/// Runs the demo to its end, or until Ctrl-C; every child is stopped either way.
pub(crate) async fn run(args: DemoArgs) -> Result<ExitCode> {
    let narrator = Narrator::new(args.json);
    let mut terminate = signal(SignalKind::terminate())?;
    let (mut stage, mut serving) = (None, false);
    let ended = tokio::select! {
        told = tell(&args, &narrator, &mut stage, &mut serving) => told.map(|()| ExitCode::SUCCESS),
        _ = tokio::signal::ctrl_c() => Ok(interrupted()),
        _ = terminate.recv() => Ok(interrupted()),
    };
    if let Some(stage) = stage {
        narrator.say("Stopping the server, both chains and the database.");
        stage.stop().await?;
    }
    // To be interrupted is how serving ends; the story should not end so.
    if serving {
        ended.map(|_| ExitCode::SUCCESS)
    } else {
        ended
    }
}

fn interrupted() -> ExitCode {
    ExitCode::from(Exit::Interrupted as u8)
}

async fn tell(
    args: &DemoArgs,
    narrator: &Narrator,
    slot: &mut Option<Stage>,
    serving: &mut bool,
) -> Result<()> {
    let stage = slot.insert(Stage::set(args, narrator).await?);
    let summary = match args.stage {
        true => None,
        false => Some(steps::tell(args, stage, narrator).await?),
    };
    if !args.exit {
        invite(stage, narrator).await?;
    }
    match summary {
        Some(summary) => narrator.finish(&summary)?,
        None => narrator.finish(&Scene::of(stage))?,
    }
    if args.exit {
        return Ok(());
    }
    *serving = true;
    stage.serve_on().await
}

/// Says what there is to try.
async fn invite(stage: &Stage, narrator: &Narrator) -> Result<()> {
    narrator.say(&format!(
        "The register serves on http://{} (API reference at /docs). Ctrl-C ends it.",
        stage.listen()
    ));
    narrator.say(&format!(
        "Its API key is in {}; the chains answer at {}.",
        stage.key_file().display(),
        stage.chain_urls().join(" and ")
    ));
    let link = stage.api.make_link(serde_json::json!({})).await?;
    if let (Some(url), Some(investor)) = (link["url"].as_str(), link["investor"].as_str()) {
        narrator.say(&format!(
            "Be a person who is verified: open {url} in a browser with a wallet."
        ));
        narrator.say(&format!(
            "Once verified, be found on a list: curl -X POST {}/stand-in/applicants/{}/monitoring-hit",
            stage.sumsub.url(),
            investor.trim_start_matches("0x")
        ));
    }
    Ok(())
}
