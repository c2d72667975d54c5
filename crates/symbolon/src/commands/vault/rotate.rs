//! Another master key.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use clap::Args;
use serde::Serialize;
use serde_json::json;
use symbolon_core::ids::IssuerId;

use crate::{
    context::Context,
    exit::{Exit, Result},
    output::{counted, grouped},
};

const NEXT: &str = "a server that still runs with the former key alone seals under it again: restart each with the new one, and run this again. Once no such server is left and this says 0 left, take the former key out of every server's configuration, destroy it, and replace the old backups of the keys' database";
const AGAIN: &str = "a server still seals under another key: give every server the present one, then run this again";

/// The arguments of `symbolon vault rotate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  openssl rand -hex 32 > new.key
  # [vault] of every server: master_key_file = \"new.key\", former_master_key_file = \"master.key\"
  symbolon vault rotate --json

Each person's key is unwrapped with the former master key and wrapped with the present one; no
value is touched, and servers that were given both go on. Where there are several, give each of
them the new key as former_master_key_file before any has it as master_key_file. Interrupted, the
same command goes on. Without --issuer it is done for every issuer of this database.")]
pub(super) struct RotateArgs {}

/// One issuer's keys.
#[derive(Debug, Serialize)]
struct Rotated {
    issuer: IssuerId,
    rewrapped: u64,
    left: u64,
    /// Whether the key that investors are searched by was put under it, too.
    index: bool,
}

/// Runs `symbolon vault rotate`.
pub(super) async fn run(_args: &RotateArgs, context: &Context) -> Result<Exit> {
    let (done, under_way) = (Mutex::new(Vec::new()), AtomicU64::new(0));
    let work = context.with_vaults(async |opened, store| {
        let issuers = match context.names_issuer() {
            true => vec![context.issuer(store).await?],
            false => store
                .issuers()
                .await?
                .into_iter()
                .map(|one| one.id)
                .collect(),
        };
        for issuer in issuers {
            let master = opened.vault.master();
            let bar = context
                .output
                .progress(opened.keyring.not_under(&issuer, master).await?);
            bar.set_message(issuer.to_string());
            let rotation = opened.vault.rotate(&issuer, |so_far| {
                bar.set_position(so_far.rewrapped);
                under_way.store(so_far.rewrapped, Ordering::Relaxed);
            });
            let rotation = rotation.await?;
            bar.finish_and_clear();
            under_way.store(0, Ordering::Relaxed);
            done.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(Rotated {
                    issuer,
                    rewrapped: rotation.rewrapped,
                    left: rotation.left,
                    index: rotation.index,
                });
        }
        Ok(opened.vault.master().clone())
    });
    let master = tokio::select! {
        master = work => Some(master?),
        _ = tokio::signal::ctrl_c() => None,
    };
    let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    let rewrapped = done.iter().map(|one| one.rewrapped).sum::<u64>() + under_way.into_inner();
    let left: u64 = done.iter().map(|one| one.left).sum();
    let changed = rewrapped > 0 || done.iter().any(|one| one.index);
    let has_former = !context.config.vault.former()?.is_empty();
    let next = match (&master, left) {
        (None, _) => Some("interrupted: run the same command again"),
        (Some(_), 0) => (changed || has_former).then_some(NEXT),
        (Some(_), _) => Some(AGAIN),
    };
    let document = json!({
        "master_key": master,
        "rewrapped": rewrapped,
        // What an interrupted run did not come to, nobody has counted.
        "left": master.as_ref().map(|_| left),
        "issuers": done,
        "next": next,
    });
    context.output.result(&document, || {
        let under = match &master {
            Some(master) => format!(" under master key {master}"),
            None => String::new(),
        };
        let done = match changed || left > 0 {
            true => {
                let keys = counted(rewrapped, "key", "keys");
                format!("{keys} put{under}, {} left", grouped(left))
            }
            false => match &master {
                Some(master) => format!("nothing to do: every key is under master key {master}"),
                None => "no key was put under another master key".to_owned(),
            },
        };
        match next {
            Some(next) => format!("{done}\nnext: {next}"),
            None => done,
        }
    })?;
    Ok(match (&master, left) {
        (None, _) => Exit::Interrupted,
        (Some(_), 0) => Exit::Done,
        (Some(_), _) => Exit::Refused,
    })
}
