//! Importing 100,000 rows (parse, validate, decide, store with log and
//! outbox), against COPY of the same rows into one fixed table.

use std::{fmt::Write, time::Instant};

use alloy::primitives::Address;
use anyhow::{Result, ensure};
use sqlx::{Connection, PgConnection, postgres::PgPoolCopyExt};
use symbolon_server::Wake;

use crate::{
    customers::{Customer, customers, file},
    pairs,
    row::Row,
    stage::{Database, Register, chain},
};

const ROWS: usize = 100_000;
const ROUNDS: usize = 5;

pub(crate) async fn measure() -> Result<Vec<Row>> {
    let database = Database::start().await?;
    let customers = customers("import", ROWS)?;
    let file = file(&customers)?;
    let chains = [
        chain(1, Address::repeat_byte(1)),
        chain(2, Address::repeat_byte(2)),
    ];
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let register = database.register("import", &chains).await?;
        let floor = copy(&register, &customers).await?;
        let ours = import(&register, file.clone()).await?;
        register.store.close().await;
        rounds.push((ours, floor));
    }
    database.stop().await?;
    let pairs = pairs::of(&rounds);
    let name = "import of 100,000 rows for two chains, against COPY";
    Ok(vec![Row::share(
        name,
        pairs.ours,
        "rows/s",
        pairs.floor,
        pairs.ratio,
        0.1,
    )])
}

/// Rows a second into the register.
async fn import(register: &Register, file: String) -> Result<f64> {
    let begun = Instant::now();
    register.import(file, &Wake::new()).await?;
    Ok(ROWS as f64 / begun.elapsed().as_secs_f64())
}

/// Rows a second by COPY.
async fn copy(register: &Register, customers: &[Customer]) -> Result<f64> {
    let mut connection = PgConnection::connect(&register.url).await?;
    sqlx::raw_sql(
        "CREATE TABLE fixed (address bytea PRIMARY KEY, country text NOT NULL, \
         kind text NOT NULL, expiry_s bigint)",
    )
    .execute(&mut connection)
    .await?;
    connection.close().await?;
    let pool = sqlx::PgPool::connect(&register.url).await?;
    let begun = Instant::now();
    let mut text = String::new();
    for row in customers {
        let expiry = if row.expiry.is_empty() {
            "\\N"
        } else {
            "1893456000"
        };
        let address = alloy::hex::encode(row.wallet.address());
        writeln!(
            text,
            "\\\\x{address}\t{}\t{}\t{expiry}",
            row.country, row.kind
        )?;
    }
    let mut copy = pool.copy_in_raw("COPY fixed FROM STDIN").await?;
    copy.send(text.into_bytes()).await?;
    let stored = copy.finish().await?;
    let rate = ROWS as f64 / begun.elapsed().as_secs_f64();
    ensure!(stored == ROWS as u64, "COPY stored {stored} rows");
    pool.close().await;
    Ok(rate)
}
