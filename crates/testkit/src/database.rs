//! A PostgreSQL for tests: one private cluster a test binary, a fresh database
//! a test.
//!
//! The cluster lives below the target folder and is used again by the next run
//! of the same binary, which saves the two seconds of `initdb`. It stops when
//! the process ends, however it ends.

#![allow(
    clippy::expect_used,
    reason = "a test without its database has nothing better to do"
)]

use std::{
    path::PathBuf,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

use sqlx::{Connection, PgConnection};
use symbolon_sandbox::{PrivatePostgres, SandboxError};
use symbolon_store::{Keyring, Store};
use tokio::runtime;

/// Two processes may run the same binary: each takes a folder of its own.
const FOLDERS: u32 = 16;

/// How long anybody waits for somebody else to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// Behind the name of a register's database, as the keyring has it.
const KEYS: &str = "_keys";

static CLUSTER: OnceLock<PrivatePostgres> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// An empty register in a database of its own.
#[derive(Debug)]
pub struct TestDatabase {
    /// The register.
    pub store: Store,
    /// Where it is, for a second connection.
    pub url: String,
    /// By which name it is dropped with this value; nothing where it ends with its
    /// cluster.
    name: Option<String>,
}

impl TestDatabase {
    /// A fresh database with the present schema.
    pub async fn fresh() -> Self {
        let cluster = CLUSTER.get_or_init(start);
        let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        // A run that was killed has left its own.
        for name in [&name, &format!("{name}{KEYS}")] {
            cluster
                .drop_database(name)
                .await
                .expect("drop the test database of an earlier run");
        }
        let url = cluster
            .create_database(&name)
            .await
            .expect("make a test database");
        let mut database = Self::at(&url).await;
        database.name = Some(name);
        database
    }

    /// The keys of its profiles, in a database of their own.
    pub async fn keyring(&self) -> Keyring {
        Keyring::open_beside(&self.url, 10)
            .await
            .expect("open the keys' database")
    }

    /// Lets nobody read or write a person's key until this is dropped: as a database that
    /// does not answer.
    pub async fn stall_keys(&self) -> StalledKeys {
        self.lock_keys("ACCESS EXCLUSIVE").await
    }

    /// Lets nobody make or destroy a person's key until this is dropped; who has one may
    /// read it.
    pub async fn stall_new_keys(&self) -> StalledKeys {
        self.lock_keys("SHARE ROW EXCLUSIVE").await
    }

    async fn lock_keys(&self, mode: &str) -> StalledKeys {
        let (address, options) = self.url.split_once('?').unwrap_or((&self.url, ""));
        let mut connection = PgConnection::connect(&format!("{address}{KEYS}?{options}"))
            .await
            .expect("connect to the keys' database");
        let lock = format!("BEGIN; LOCK TABLE person_key IN {mode} MODE;");
        run(&mut connection, lock).await;
        StalledKeys { connection }
    }

    /// The empty database of this URL, with the present schema.
    pub async fn at(url: &str) -> Self {
        let store = Store::connect(url, 10)
            .await
            .expect("connect to the test database");
        store.migrate().await.expect("migrate the test database");
        Self {
            store,
            url: url.to_owned(),
            name: None,
        }
    }
}

/// Keys that nobody gets at.
#[derive(Debug)]
pub struct StalledKeys {
    // The lock ends with it.
    connection: PgConnection,
}

impl StalledKeys {
    /// Destroys somebody's key, and ends it: whoever waits finds none.
    pub async fn destroy(mut self, investor: &str) {
        let id = investor.trim_start_matches("0x");
        let destroy = format!("DELETE FROM person_key WHERE investor = '\\x{id}'; COMMIT;");
        run(&mut self.connection, destroy).await;
    }

    /// Whether somebody waits for it to end.
    pub async fn somebody_waits(&mut self) -> bool {
        let waiting = "SELECT EXISTS (SELECT FROM pg_locks \
             WHERE NOT granted AND relation = 'person_key'::regclass)";
        let found = sqlx::query_scalar(waiting).fetch_one(&mut self.connection);
        found.await.expect("look who waits")
    }

    /// Until somebody waits for it to end. Panics where nobody does within a minute.
    pub async fn until_somebody_waits(&mut self) {
        let since = Instant::now();
        while !self.somebody_waits().await {
            assert!(since.elapsed() < PATIENCE, "nobody waits for a key");
        }
    }
}

/// What a database held at some moment, in a schema of its own beside it.
#[derive(Debug)]
pub struct Backup(Vec<String>);

impl TestDatabase {
    /// Keeps what the database holds now.
    pub async fn back_up(&self) -> Backup {
        let mut connection = self.connection().await;
        let tables: Vec<String> = sqlx::query_scalar(
            "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' \
             AND tablename NOT LIKE '\\_%'",
        )
        .fetch_all(&mut connection)
        .await
        .expect("list the tables");
        let mut kept = String::from("CREATE SCHEMA kept;");
        for table in &tables {
            kept.push_str(&format!(
                "CREATE TABLE kept.{table} AS TABLE public.{table};"
            ));
        }
        run(&mut connection, kept).await;
        Backup(tables)
    }

    /// Forgets all that came after the backup. Nobody may be at work on it.
    pub async fn restore(&self, Backup(tables): Backup) {
        let mut restored = format!("TRUNCATE {};", tables.join(", "));
        for table in &tables {
            restored.push_str(&format!("INSERT INTO {table} TABLE kept.{table};"));
        }
        restored.push_str("DROP SCHEMA kept CASCADE;");
        run(&mut self.connection().await, restored).await;
    }

    async fn connection(&self) -> PgConnection {
        PgConnection::connect(&self.url)
            .await
            .expect("connect to the test database")
    }
}

async fn run(connection: &mut PgConnection, statements: String) {
    let done = sqlx::raw_sql(sqlx::AssertSqlSafe(statements));
    done.execute(connection).await.expect("run the statements");
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Some(name) = self.name.take() else {
            return;
        };
        // On a thread of its own: the test's runtime is busy dropping this.
        let dropping = std::thread::spawn(move || {
            if let Some(cluster) = CLUSTER.get() {
                let _ = runtime().block_on(cluster.drop_database(&name));
                let keys = format!("{name}{KEYS}");
                let _ = runtime().block_on(cluster.drop_database(&keys));
            }
        });
        let _ = dropping.join();
    }
}

/// Starts the cluster on a thread whose runtime lives as long as the process:
/// each test's own runtime ends with its test.
fn start() -> PrivatePostgres {
    let (started, cluster) = mpsc::channel();
    std::thread::spawn(move || {
        runtime().block_on(async {
            let _ = started.send(find_folder().await);
            std::future::pending::<()>().await;
        });
    });
    cluster
        .recv()
        .expect("the thread of the test cluster")
        .expect("start the test cluster")
}

async fn find_folder() -> Result<PrivatePostgres, SandboxError> {
    let mut folder = 0;
    loop {
        match PrivatePostgres::start(&place(folder)).await {
            Err(SandboxError::InUse { .. }) if folder + 1 < FOLDERS => folder += 1,
            outcome => return outcome,
        }
    }
}

/// `<target>/<profile>/test-postgres/<binary>-<n>`.
fn place(folder: u32) -> PathBuf {
    let binary = std::env::current_exe().expect("the path of the test binary");
    let stem = binary.file_stem().unwrap_or_default().to_string_lossy();
    // Cargo appends a hash that changes with every other dependency.
    let name = stem.rsplit_once('-').map_or(&*stem, |(name, _)| name);
    let profile = binary
        .parent()
        .and_then(|deps| deps.parent())
        .expect("a target folder");
    profile
        .join("test-postgres")
        .join(format!("{name}-{folder}"))
}

fn runtime() -> runtime::Runtime {
    runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}
