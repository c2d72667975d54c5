//! The vault: whether its keys are there, and who else reads them.

use std::os::unix::fs::PermissionsExt;

use symbolon_core::ids::IssuerId;
use symbolon_store::Keyring;
use symbolon_vault::MasterKeys;

use super::Findings;
use crate::{
    config::Config,
    database::Database,
    exit::Result,
    output::counted,
    vault::{kept_key, keyring, known_keys, may_begin},
};

const NAME: &str = "vault";

pub(super) async fn check(config: &Config, database: &Database, findings: &mut Findings) {
    let of_file = kept_key(config).filter(|path| {
        let mode = std::fs::metadata(path).map(|found| found.permissions().mode());
        mode.is_ok_and(|mode| mode & 0o077 != 0)
    });
    if let Some(path) = of_file {
        let detail = format!("{} can be read by other users", path.display());
        findings.warn("secrets", detail, "chmod 600 it");
    }
    let keys = match known_keys(config) {
        Ok(Some(keys)) => Some(keys),
        Ok(None) if config.database.is_none() => None,
        Ok(None) => {
            findings.warn(
                NAME,
                "closed: profiles are refused, since there is no master key",
                "name one in [vault] of the configuration: `symbolon serve --help` shows how",
            );
            return;
        }
        Err(failure) if is_sealed(config, database).await => {
            let text = failure.to_string();
            let detail = text.rsplit_once(": ").map_or(&*text, |(detail, _)| detail);
            findings.fail(
                NAME,
                format!("{detail}, and profiles are sealed already"),
                "restore the copy of the master key: no other opens them",
            );
            return;
        }
        Err(failure) => {
            findings.failure(NAME, failure);
            return;
        }
    };
    let opened = match keyring(config, database).await {
        Ok(opened) => opened,
        Err(failure) => {
            findings.failure(NAME, failure);
            return;
        }
    };
    let checked = match keys {
        Some(keys) => under(&keys, database, &opened, findings).await,
        None => {
            let none = may_begin(config, &database.store, &opened).await;
            none.map(|()| findings.ok(NAME, "no profile yet: a master key is made with the first"))
        }
    };
    if let Err(failure) = checked {
        findings.failure(NAME, failure);
    }
    opened.close().await;
}

/// Whether anything is known to be sealed.
async fn is_sealed(config: &Config, database: &Database) -> bool {
    let Ok(opened) = keyring(config, database).await else {
        return false;
    };
    let mut sealed = false;
    for issuer in database.store.issuers().await.unwrap_or_default() {
        let masters = masters(&opened, &issuer.id).await;
        sealed |= masters.is_ok_and(|masters| !masters.is_empty());
    }
    opened.close().await;
    sealed
}

/// Which keys are under which master key.
async fn under(
    keys: &MasterKeys,
    database: &Database,
    keyring: &Keyring,
    findings: &mut Findings,
) -> Result<()> {
    let (mut present, mut former, mut unknown) = (0, 0, Vec::new());
    for issuer in database.store.issuers().await? {
        for (master, count) in masters(keyring, &issuer.id).await? {
            if master == *keys.current() {
                present += count;
            } else if keys.knows(&master) {
                former += count;
            } else {
                unknown.push(master.to_string());
            }
        }
    }
    unknown.sort();
    unknown.dedup();
    let current = keys.current();
    findings.ok(
        NAME,
        format!(
            "{} under master key {current}",
            counted(present, "key", "keys")
        ),
    );
    if former > 0 {
        findings.warn(
            "master key",
            format!(
                "{} still under a former one",
                counted(former, "key is", "keys are")
            ),
            "finish it: `symbolon vault rotate`",
        );
    }
    if !unknown.is_empty() {
        findings.fail(
            "master key",
            format!(
                "some profiles are sealed under {}, which is not here",
                unknown.join(", ")
            ),
            "name it in vault.former_master_key_file, then `symbolon vault rotate`",
        );
    }
    Ok(())
}

/// The index key's as well.
async fn masters(
    keyring: &Keyring,
    issuer: &IssuerId,
) -> Result<Vec<(symbolon_core::profile::MasterKeyId, u64)>> {
    let mut masters = keyring.masters(issuer).await?;
    let index = keyring.index_key(issuer).await?;
    masters.extend(index.map(|key| (key.master, 1)));
    Ok(masters)
}
