//! Runs a command beside a private, temporary PostgreSQL, with `DATABASE_URL` set:
//!
//! ```sh
//! cargo run -p symbolon-sandbox --example postgres -- [--migrations DIR]... COMMAND [ARGUMENT...]
//! ```
//!
//! `make sqlx` uses it to check the queries against a fresh database.

use std::path::Path;
use std::process::{Command, ExitCode};

use sqlx::migrate::Migrator;
use sqlx::{Connection, PgConnection};
use symbolon_sandbox::PrivatePostgres;

const USAGE: &str = "usage: postgres [--migrations DIR]... COMMAND [ARGUMENT...]";

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut words = std::env::args_os().skip(1).peekable();
    let mut migrations = Vec::new();
    while words.next_if(|word| word == "--migrations").is_some() {
        migrations.push(words.next().ok_or(USAGE)?);
    }
    let mut command = Command::new(words.next().ok_or(USAGE)?);

    let data_dir = tempfile::tempdir()?;
    let postgres = PrivatePostgres::start_disposable(data_dir.path()).await?;
    for folder in migrations {
        let mut connection = PgConnection::connect(postgres.url()).await?;
        let mut migrator = Migrator::new(Path::new(&folder)).await?;
        // Queries of several databases are checked against one.
        migrator.set_ignore_missing(true);
        migrator.run(&mut connection).await?;
        connection.close().await?;
    }
    let status = command
        .args(words)
        .env("DATABASE_URL", postgres.url())
        .status()?;
    postgres.stop().await?;
    PrivatePostgres::erase(data_dir.path()).await?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
