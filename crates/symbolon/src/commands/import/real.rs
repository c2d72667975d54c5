//! The import itself, by the same code as the REST route's.

use std::io::SeekFrom;

use serde::Serialize;
use symbolon_core::{
    actor::Actor,
    ids::IssuerId,
    import::{ColumnMap, Field, Mapping},
    investor::{Attestation, Source},
    register::Refusal,
};
use symbolon_server::{
    Wake,
    imports::{self, ImportFailure, ImportOptions},
};
use symbolon_store::{ImportError, ImportJob, Store, Writer};
use tokio::{fs::File, io::AsyncSeekExt};
use tokio_util::sync::CancellationToken;

use super::{ImportArgs, errors, input, lacking, signed};
use crate::{
    context::Context,
    exit::{Exit, Failure, Result},
    output::{Output, counted, grouped},
};

/// Errors read at a time.
const PAGE: u32 = 1000;

/// What the import came to.
#[derive(Serialize)]
struct Report {
    issuer: IssuerId,
    job: String,
    /// Whether an interrupted import went on.
    resumed: bool,
    /// `finished`, `interrupted`, `failed` where the file cannot be read, or
    /// `stopped` where nobody here may decide any more.
    state: &'static str,
    /// Who signed, and what.
    #[serde(flatten)]
    signed: Option<Signed>,
    rows: u64,
    accepted: u64,
    /// Those of the accepted that said what was known already: nothing was signed for them.
    unchanged: u64,
    refused: u64,
    errors: Vec<Shown>,
}

/// By whose word the rows are verified.
#[derive(Serialize)]
struct Signed {
    operator: String,
    attestation: Attestation,
}

impl Signed {
    fn of(source: Source) -> Option<Self> {
        match source {
            Source::Operator {
                operator,
                attestation,
            } => Some(Self {
                operator,
                attestation,
            }),
            _ => None,
        }
    }
}

#[derive(Serialize)]
struct Shown {
    row: u64,
    column: String,
    code: String,
    message: String,
}

impl From<ImportError> for Shown {
    fn from(error: ImportError) -> Self {
        Self {
            row: error.line,
            column: error.column.unwrap_or_default(),
            code: error.code,
            message: error.message,
        }
    }
}

/// Imports the file.
pub(super) async fn run(args: &ImportArgs, context: &Context) -> Result<Exit> {
    let mapped = args.columns()?;
    let answerable = args.operator.of_import()?;
    let mut file = input::open(&args.file).await?;
    let refused = |error| Failure::file("read", &args.file)(error);
    let report = context
        .with_issuer(async |store, issuer| {
            // Else each row would be refused for that alone.
            if store.writer(issuer).await? != Writer::Register {
                return Err(Refusal::WriterIsOnChain.into());
            }
            let lines = input::count_lines(&mut file).await.map_err(refused)?;
            file.seek(SeekFrom::Start(0)).await.map_err(refused)?;
            let columns = columns(store, issuer, &mapped).await?;
            let warned = lacking::look(&mut file, columns.clone(), context);
            warned.await.map_err(refused)?;
            file.seek(SeekFrom::Start(0)).await.map_err(refused)?;
            context.warn_without_chain(store, issuer).await?;
            let report = import(
                args,
                file,
                lines,
                answerable,
                columns.clone(),
                (store, issuer),
                context,
            )
            .await?;
            // A map that does not fit its own file fits no other.
            if args.save_map && report.state != "failed" {
                remember(&columns, store, issuer).await?;
            }
            Ok(report)
        })
        .await?;
    if let Some(path) = &args.errors {
        let mut sheet = errors::Sheet::begin(path)?;
        for error in &report.errors {
            sheet.add(error.row, &error.column, &error.code, &error.message)?;
        }
        sheet.finish()?;
    }
    context.output.result(&report, || text(&report))?;
    Ok(match report.state {
        "interrupted" => Exit::Interrupted,
        "finished" if report.refused == 0 => Exit::Done,
        _ => Exit::Refused,
    })
}

async fn import(
    args: &ImportArgs,
    mut file: File,
    lines: u64,
    (actor, source): (Actor, Source),
    columns: ColumnMap,
    (store, issuer): (&Store, &IssuerId),
    context: &Context,
) -> Result<Report> {
    let refused = |error| Failure::file("read", &args.file)(error);
    let hash = imports::hash_file(&mut file).await.map_err(refused)?;
    file.seek(SeekFrom::Start(0)).await.map_err(refused)?;
    let now = context.clock.now();
    let job = imports::begin_import(store, issuer, hash, &actor, &source, now).await?;
    let resumed = job.line > 0;
    if resumed {
        context
            .output
            .note(format_args!("going on after line {}", grouped(job.line)));
    }
    let stop = CancellationToken::new();
    let options = ImportOptions {
        columns,
        warrant: store.warrant(issuer, &actor, None).await?,
        wake: Wake::new(),
        stop: stop.clone(),
    };
    let watch = tokio::spawn(stop_on_ctrl_c(stop, context.output));
    let bar = context.output.progress(lines);
    bar.set_position(job.line);
    bar.reset_eta();
    let outcome = imports::run_import(store, issuer, &job, file, options, &context.clock, |done| {
        bar.set_position(done.line);
        bar.set_message(format!("{:.0} rows/s", bar.per_sec()));
    })
    .await;
    bar.finish_and_clear();
    watch.abort();
    let state = match outcome {
        Ok(_) => "finished",
        Err(ImportFailure::Stopped) => "interrupted",
        Err(ImportFailure::File(_)) => "failed",
        Err(ImportFailure::Lapsed(_)) => "stopped",
        Err(ImportFailure::Read(error)) => return Err(refused(error)),
        Err(ImportFailure::Store(error)) => return Err(error.into()),
        // The server may learn to fail in other ways.
        #[allow(unreachable_patterns, reason = "the server's errors may grow")]
        Err(other) => return Err(Failure::new(Exit::Unexpected, other)),
    };
    report(store, issuer, &job, resumed, state).await
}

async fn report(
    store: &Store,
    issuer: &IssuerId,
    job: &ImportJob,
    resumed: bool,
    state: &'static str,
) -> Result<Report> {
    let done = store.import(issuer, &job.id, job.authority).await?;
    let mut errors: Vec<Shown> = Vec::new();
    loop {
        let page = store
            .import_errors(issuer, &job.id, errors.len() as u64, PAGE)
            .await?;
        let full = page.len() == PAGE as usize;
        errors.extend(page.into_iter().map(Shown::from));
        if !full {
            break;
        }
    }
    Ok(Report {
        issuer: issuer.clone(),
        job: job.id.clone(),
        resumed,
        state,
        signed: Signed::of(done.source).filter(|_| done.accepted > done.unchanged),
        rows: done.accepted + done.refused,
        accepted: done.accepted,
        unchanged: done.unchanged,
        refused: done.refused,
        errors,
    })
}

/// The issuer's own names for columns, with those of this command before them.
async fn columns(store: &Store, issuer: &IssuerId, mapped: &ColumnMap) -> Result<ColumnMap> {
    let stored = store.column_map(issuer).await?;
    let mapped_fields: Vec<_> = mapped.iter().map(|(_, field)| field).collect();
    let mut mappings = Vec::new();
    for (column, field) in stored {
        let field: Field = field.parse().map_err(|error| {
            Failure::new(Exit::Database, format!("the stored column map: {error}"))
        })?;
        if mapped.field_of(&column).is_none() && !mapped_fields.contains(&field) {
            mappings.push(Mapping { column, field });
        }
    }
    mappings.extend(mapped.iter().map(|(column, field)| Mapping {
        column: column.to_owned(),
        field,
    }));
    let all =
        ColumnMap::new(mappings).map_err(|error| Failure::usage(format!("--map: {error}")))?;
    Ok(all.needing(mapped))
}

/// For the issuer's later imports.
async fn remember(columns: &ColumnMap, store: &Store, issuer: &IssuerId) -> Result<()> {
    let map = columns
        .iter()
        .map(|(column, field)| (column.to_owned(), field.to_string()));
    Ok(store.set_column_map(issuer, &map.collect()).await?)
}

async fn stop_on_ctrl_c(stop: CancellationToken, output: Output) {
    if tokio::signal::ctrl_c().await.is_ok() {
        output.note("stopping after the rows at hand; the same command goes on");
        stop.cancel();
    }
}

fn text(report: &Report) -> String {
    let summary = format!(
        "{}: {}: {} accepted, {} refused (import {})",
        match report.state {
            "failed" => "the file cannot be imported",
            "interrupted" => "interrupted, run the same command to go on",
            "stopped" => "stopped, since what the register's owner may do has changed",
            _ => "imported",
        },
        counted(report.rows, "row", "rows"),
        grouped(report.accepted),
        grouped(report.refused),
        report.job,
    );
    let summary = match &report.signed {
        Some(Signed {
            operator,
            attestation,
        }) => format!("{summary}\n{}", signed(attestation, operator)),
        None => summary,
    };
    let summary = match report.unchanged {
        0 => summary,
        unchanged => format!(
            "{summary}\n{} unchanged: nothing was signed for these",
            grouped(unchanged)
        ),
    };
    let shown = report.errors.iter().map(|error| {
        [
            error.row.to_string(),
            error.column.clone(),
            error.code.clone(),
            error.message.clone(),
        ]
    });
    errors::with_table(summary, shown, report.errors.len() as u64)
}
