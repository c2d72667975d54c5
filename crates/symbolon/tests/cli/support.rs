//! Spawning the program in a folder of its own, with an environment of its own.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;
use symbolon_testkit::database::TestDatabase;
use tempfile::TempDir;

/// A wallet with a right checksum.
pub(crate) const WALLET: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
/// Another.
pub(crate) const OTHER: &str = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359";

/// A folder to run the program in.
pub(crate) struct Desk {
    pub(crate) folder: TempDir,
    environment: Vec<(String, String)>,
    pub(crate) database: Option<TestDatabase>,
}

/// How the program ended, and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Desk {
    /// Without a database.
    pub(crate) fn bare() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            environment: Vec::new(),
            database: None,
        }
    }

    /// With an empty database.
    pub(crate) async fn with_database() -> Self {
        let database = TestDatabase::fresh().await;
        let mut desk = Self::bare();
        desk.set("DATABASE_URL", &database.url);
        desk.database = Some(database);
        desk
    }

    /// With the issuer `acme`.
    pub(crate) async fn with_issuer() -> Self {
        let desk = Self::with_database().await;
        desk.run(&["issuer", "create", "acme"]).succeeded();
        desk
    }

    /// Sets a variable for later runs.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// A variable that was set.
    pub(crate) fn variable(&self, name: &str) -> &str {
        let mut set = self.environment.iter().rev();
        let found = set.find(|(known, _)| known == name);
        &found.unwrap_or_else(|| panic!("{name} is not set")).1
    }

    /// Writes a file into the folder.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The text of a file in the folder.
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    /// The program, ready to be spawned.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_symbolon"));
        let kept = ["PATH", "HOME", "SYMBOLON_POSTGRES_BIN", "LLVM_PROFILE_FILE"];
        command
            .env_clear()
            .envs(
                kept.iter()
                    .filter_map(|name| Some((name, std::env::var_os(name)?))),
            )
            .env("USER", "maria")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder.path())
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(self.command(arguments).output().unwrap())
    }
}

impl Ended {
    pub(crate) fn of(output: std::process::Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Holds it to an exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    /// Holds it to success.
    #[track_caller]
    pub(crate) fn succeeded(self) -> Self {
        self.exits(0)
    }

    /// The one document on stdout.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// The one line on stderr that says what went wrong.
    #[track_caller]
    pub(crate) fn error(&self) -> &str {
        let mut lines = self
            .stderr
            .lines()
            .filter_map(|line| line.strip_prefix("error: "));
        let error = lines
            .next()
            .unwrap_or_else(|| panic!("no error: {self:#?}"));
        assert_eq!(lines.next(), None, "one line: {self:#?}");
        error
    }
}

/// The example file of the repository.
pub(crate) fn example_file() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/customers.csv");
    path.canonicalize().unwrap().to_str().unwrap().to_owned()
}

/// A file of so many customers with wallets of their own.
pub(crate) fn customers(rows: u32) -> String {
    let mut text = String::from("wallet,country,externalId\n");
    for row in 1..=rows {
        text.push_str(&format!("0x{row:040x},DE,C-{row:06}\n"));
    }
    text
}
