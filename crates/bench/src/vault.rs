//! Profiles sealed and opened, against the bare calls; and the master key of 100,000
//! of them rotated while requests are answered.

mod bare;
mod rotation;

use std::{collections::BTreeSet, time::Instant};

use alloy::primitives::B256;
use anyhow::{Result, ensure};
use serde_json::{Value, json};
use symbolon_core::{
    ids::InvestorId,
    investor::InvestorKind,
    profile::{Field, Profile},
};
use symbolon_server::{Vault, vault::ProfileChanges};
use symbolon_store::Keyring;
use symbolon_vault::{MasterKey, MasterKeys};

use crate::{
    pairs,
    row::{Part, Row},
    stage::{Database, Register, now},
};
use bare::Bare;

const ROUNDS: usize = 15;
const A_ROUND: u64 = 200;

/// As a server opens it that was given these keys.
async fn vault(register: &Register, current: u8, former: &[u8]) -> Result<Vault> {
    let former = former.iter().map(|key| MasterKey::new([*key; 32]));
    let keys = MasterKeys::new(MasterKey::new([current; 32]), former.collect());
    let keyring = Keyring::open_beside(&register.url, 24).await?;
    Ok(Vault::new(register.store.clone(), keyring, keys))
}

/// What is known of a person, by the field.
fn facts(n: u64) -> [(Field, Value); 8] {
    [
        (Field::GivenNames, json!("Jane Maria")),
        (Field::FamilyName, json!(format!("Doe {n}"))),
        (Field::BirthDate, json!("1980-12-31")),
        (Field::Nationalities, json!(["DE", "FR"])),
        (
            Field::NationalId,
            json!({"country": "DE", "number": format!("L01X{n:08}")}),
        ),
        (
            Field::Documents,
            json!([{"kind": "passport", "country": "DE", "number": format!("C01X{n:05}"), "expires": "2030-01-01"}]),
        ),
        (
            Field::Address,
            json!({"street": "Invalidenstr. 117", "postal_code": "10115", "city": "Berlin", "country": "DE"}),
        ),
        (Field::Email, json!(format!("jane-{n}@example.com"))),
    ]
}

fn known(n: u64) -> Result<ProfileChanges> {
    let mut known = Profile::empty(InvestorKind::NaturalPerson);
    for (field, value) in facts(n) {
        known.set(field, &value)?;
    }
    Ok(ProfileChanges {
        known,
        forgotten: BTreeSet::new(),
    })
}

fn person(n: u64) -> InvestorId {
    InvestorId(B256::left_padding_from(&(n + 1).to_be_bytes()))
}

pub(crate) async fn measure() -> Result<Vec<Row>> {
    let database = Database::start().await?;
    let mut rows = against_bare(&database).await?;
    rows.extend(rotation::measure(&database).await?);
    database.stop().await?;
    Ok(rows)
}

async fn against_bare(database: &Database) -> Result<Vec<Row>> {
    let register = database.register("vault", &[]).await?;
    let vault = vault(&register, 1, &[]).await?;
    let bare = Bare::of(&register).await?;
    // Once for nothing, so that statements are prepared and the index key is there.
    ours(&register, &vault, 0).await?;
    bare.seal_and_open(&known(1)?, person(1)).await?;
    let mut rounds = Vec::new();
    for round in 1..=ROUNDS as u64 {
        let first = round * 2 * A_ROUND;
        let begun = Instant::now();
        for n in first..first + A_ROUND {
            ours(&register, &vault, n).await?;
        }
        let taken = begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        for n in first + A_ROUND..first + 2 * A_ROUND {
            bare.seal_and_open(&known(n)?, person(n)).await?;
        }
        let floor = begun.elapsed().as_secs_f64();
        let each = 1_000.0 / A_ROUND as f64;
        rounds.push((taken * each, floor * each));
    }
    bare.close().await;
    register.store.close().await;
    let pairs = pairs::of(&rounds);
    let name = "sealing, storing and opening a profile of 8 values";
    let mut row = Row::part(name, pairs.ours, "ms", pairs.floor, Part::Of(1.3));
    row.ratio = Some(pairs.ratio);
    row.holds = pairs.ratio <= 1.3;
    Ok(vec![row])
}

/// A new profile: sealed, stored, and opened again.
async fn ours(register: &Register, vault: &Vault, n: u64) -> Result<()> {
    let (issuer, changes) = (&register.issuer, known(n)?);
    let sealed = vault.seal(issuer, person(n), &changes).await?;
    let mut transaction = register.store.begin(issuer).await?;
    transaction.keep_profile(person(n), &sealed, now()).await?;
    transaction.commit().await?;
    let kind = InvestorKind::NaturalPerson;
    let opened = vault.open(issuer, person(n), kind).await?;
    ensure!(opened.values().count() == 8, "all of it is there");
    Ok(())
}
