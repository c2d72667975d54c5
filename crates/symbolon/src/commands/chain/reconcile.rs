//! `symbolon chain reconcile`: a whole chain held against the register, and
//! repaired.

mod report;

use clap::Args;
use symbolon_chain::{
    finality::Finality,
    preset::{FinalityTag, Preset},
};
use symbolon_core::ids::{IssuerId, RegistryId};
use symbolon_server::{
    Wake,
    jobs::follower::{Reader, Spans},
};
use symbolon_store::{Scan, Store};

use super::place::{NodeArgs, Place};
use crate::{
    config::LaneConfig,
    context::Context,
    exit::{Exit, Failure, Result},
};
use report::Report;

/// Disputes asked for at a time.
const PAGE: u32 = 1_000;

/// The arguments of `symbolon chain reconcile`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon chain reconcile --dry-run
  symbolon chain reconcile 8453 --json

Whom the register denies, the chain is told at once to deny. Whom the chain denies and the register
approves stays denied there until somebody decides: it is listed, and the exit code is 10. Where
both approve, the register's record is written anew. What is to be sent goes out by `symbolon
serve`. Interrupted, the same command goes on; servers reconcile every day by themselves.")]
pub(crate) struct ReconcileArgs {
    /// Only this chain [default: all that have a lane in the configuration]
    #[arg(value_name = "CHAIN_ID")]
    chain: Option<RegistryId>,

    /// Only say what would be found; change nothing
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    node: NodeArgs,
}

/// Runs `symbolon chain reconcile`.
pub(super) async fn run(args: &ReconcileArgs, context: &Context) -> Result<Exit> {
    let work = context.with_issuer(async |store, issuer| {
        let mut reports = Vec::new();
        for id in args.node.chains(args.chain, issuer, context)? {
            reports.push(reconcile(args, id, store, issuer, context).await?);
        }
        Ok(reports)
    });
    let reports = tokio::select! {
        reports = work => reports?,
        _ = tokio::signal::ctrl_c() => {
            context.output.note("interrupted: the same command goes on where it was");
            return Ok(Exit::Interrupted);
        }
    };
    let documents: Vec<_> = reports.iter().map(Report::document).collect();
    context.output.result(&documents, || {
        let texts: Vec<_> = reports.iter().map(Report::text).collect();
        texts.join("\n\n")
    })?;
    let decided = reports.iter().all(|report| report.disputes() == 0);
    Ok(if decided { Exit::Done } else { Exit::Disputed })
}

async fn reconcile(
    args: &ReconcileArgs,
    id: RegistryId,
    store: &Store,
    issuer: &IssuerId,
    context: &Context,
) -> Result<Report> {
    let place = Place::open(&args.node, id, store, issuer, context).await?;
    let wake = Wake::new();
    let lane = place.lane.as_ref();
    let confirmations = lane.and_then(|lane| lane.confirmations);
    let finality = Finality {
        tag: lane.map_or_else(
            || Preset::of(id.chain).map_or(FinalityTag::None, |preset| preset.finality),
            LaneConfig::finality,
        ),
        confirmations: confirmations.unwrap_or(place.chain.chain.confirmations.into()),
    };
    let (endpoint, clock) = (place.endpoint, &context.clock);
    let reader = Reader::new(
        store,
        issuer,
        &place.chain,
        endpoint,
        finality,
        clock,
        &wake,
    );
    let known = store.statistics(issuer, context.clock.now()).await?;
    let bar = context
        .output
        .progress(known.investors.iter().map(|(_, n)| n).sum());
    let report = match args.dry_run {
        true => {
            let (findings, found) = reader
                .rehearse(|compared| bar.set_position(compared))
                .await
                .map_err(failure)?;
            Report {
                id,
                dry_run: true,
                findings,
                found,
                people: Vec::new(),
            }
        }
        false => {
            repair(&reader, id, store, issuer, |compared| {
                bar.set_position(compared);
            })
            .await?
        }
    };
    bar.finish_and_clear();
    Ok(report)
}

async fn repair(
    reader: &Reader,
    id: RegistryId,
    store: &Store,
    issuer: &IssuerId,
    told: impl Fn(u64),
) -> Result<Report> {
    let (mut spans, mut found) = (Spans::default(), Vec::new());
    reader.begin_scan(true).await.map_err(failure)?;
    let Scan { findings, .. } = loop {
        reader.catch_up(&mut spans).await.map_err(failure)?;
        let turn = reader.reconcile(&mut spans).await.map_err(failure)?;
        found.extend(turn.found);
        let scan = store.scan(issuer, id).await?;
        let scan = scan.ok_or_else(|| Failure::not_found("the scan is gone: begin another"))?;
        told(scan.findings.compared);
        if scan.ended.is_some() {
            break scan;
        }
        if turn.idle {
            return Err(Failure::new(
                Exit::Chain,
                format!(
                    "chain {id}: no block is confirmed yet that the scan must see: wait for some, and run this again"
                ),
            ));
        }
    };
    let (mut people, mut after) = (Vec::new(), None);
    loop {
        let page = store.disputes(issuer, id, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.wallet);
        people.extend(page);
    }
    Ok(Report {
        id,
        dry_run: false,
        findings,
        found,
        people,
    })
}

fn failure(error: symbolon_server::jobs::lane::LaneError) -> Failure {
    use symbolon_server::jobs::lane::LaneError;
    match error {
        LaneError::Store(error) => error.into(),
        LaneError::Chain(error) => error.into(),
        other => Failure::new(Exit::Chain, other),
    }
}
