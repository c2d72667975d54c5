//! Secrets that a program is asked for: a KMS's own tool, a password manager.

use std::{
    io::Read,
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use secrecy::{ExposeSecret, SecretString, zeroize::Zeroize};

use super::program;
use crate::exit::{Failure, Result};

const PATIENCE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(10);

/// More than any key, and less than a mistake could print.
const MOST: u64 = 64 * 1024;

/// Of what it complains.
const MOST_OF_A_LINE: usize = 200;

/// What the command prints. Its arguments, and what it prints, are shown to nobody; of
/// its complaints the last line is.
pub(super) fn ask(key: &str, words: &[String]) -> Result<SecretString> {
    let refuse = |problem: &str, remedy: &str| {
        let program = program(words);
        Failure::configuration(format!("{key}: `{program}` {problem}: {remedy}"))
    };
    let mut child = Command::new(program(words))
        .args(words.iter().skip(1))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| {
            let problem = format!("cannot be run ({})", error.kind());
            refuse(&problem, "check the program's path and its permissions")
        })?;
    // Whoever prints much waits until somebody reads.
    let (printed, complained) = (
        in_background(child.stdout.take()),
        in_background(child.stderr.take()),
    );
    let deadline = Instant::now() + PATIENCE;
    let status = wait(&mut child, deadline).ok_or_else(|| {
        let problem = format!("gave no answer within {} s", PATIENCE.as_secs());
        refuse(&problem, "try it by hand")
    })?;
    if !status.success() {
        let complaint = last_line(&received(&complained, deadline));
        let problem = format!("failed ({status}){complaint}");
        return Err(refuse(&problem, "try it by hand"));
    }
    let text = String::from_utf8(received(&printed, deadline));
    let mut text = text.map_err(|_| refuse("printed no text", "it must print the secret alone"))?;
    let secret = SecretString::from(text.trim());
    text.zeroize();
    match secret.expose_secret().is_empty() {
        true => Err(refuse("printed nothing", "it must print the secret alone")),
        false => Ok(secret),
    }
}

fn in_background(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (read, bytes) = mpsc::channel();
    thread::spawn(move || {
        let mut all = Vec::new();
        if let Some(pipe) = pipe {
            let _ = pipe.take(MOST).read_to_end(&mut all);
        }
        let _ = read.send(all);
    });
    bytes
}

/// A child of its own may keep the pipe open for ever.
fn received(bytes: &Receiver<Vec<u8>>, deadline: Instant) -> Vec<u8> {
    let left = deadline.saturating_duration_since(Instant::now());
    bytes.recv_timeout(left).unwrap_or_default()
}

fn wait(child: &mut Child, deadline: Instant) -> Option<std::process::ExitStatus> {
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait().ok()? {
            return Some(status);
        }
        thread::sleep(LOOK);
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}

fn last_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let last = text
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| !line.is_empty());
    last.map_or_else(String::new, |line| {
        let line: String = line.chars().take(MOST_OF_A_LINE).collect();
        format!(", saying: {line}")
    })
}
