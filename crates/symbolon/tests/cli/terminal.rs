//! What people see who look on.

use std::{fs::File, io::Read, os::fd::OwnedFd, process::Child};

use rustix::{
    fs::{Mode, OFlags, open},
    process::{Pid, Signal, kill_process},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
};

use crate::support::Desk;

/// A terminal: the end of whoever looks at it, and that of a program.
fn terminal() -> (File, OwnedFd) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap();
    let theirs = open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    (File::from(ours), theirs)
}

/// Reads on until a terminal has shown this so often.
fn until_shown(terminal: &mut File, shown: &mut String, what: &str, times: usize) {
    let mut bytes = [0; 4_096];
    while shown.matches(what).count() < times {
        let read = terminal.read(&mut bytes).unwrap();
        shown.push_str(&String::from_utf8_lossy(&bytes[..read]));
    }
}

fn interrupt(child: &Child) {
    let id = Pid::from_child(child);
    kill_process(id, Signal::INT).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn chain_status_stays_until_it_is_interrupted() {
    let desk = Desk::with_issuer().await;
    let (mut ours, theirs) = terminal();
    let mut command = desk.command(&["chain", "status"]);
    let mut child = command.stdout(theirs).spawn().unwrap();
    // The command keeps a copy of what its child was given.
    drop(command);
    let mut shown = String::new();
    until_shown(&mut ours, &mut shown, "\x1b[2J\x1b[Hacme at ", 2);
    until_shown(&mut ours, &mut shown, "Ctrl-C ends this.", 2);
    assert!(shown.contains("no chain yet"), "{shown}");
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn chain_status_is_shown_once_to_who_asks_for_that() {
    let desk = Desk::with_issuer().await;
    let (mut ours, theirs) = terminal();
    let mut command = desk.command(&["chain", "status", "--once"]);
    let mut child = command.stdout(theirs).spawn().unwrap();
    let mut shown = String::new();
    until_shown(&mut ours, &mut shown, "no chain yet", 1);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(!shown.contains('\x1b'), "{shown:?}");
}
