//! Serving, with the private database that nobody had to set up.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, ChildStderr},
};

use crate::{import::signal, support::Desk};

/// Reads until the server says where it listens.
pub(crate) fn address(lines: &mut impl Iterator<Item = std::io::Result<String>>) -> String {
    let found = lines.map_while(Result::ok).find_map(|line| {
        let rest = line.strip_prefix("listening on http://")?;
        rest.split_once(' ').map(|(address, _)| address.to_owned())
    });
    found.unwrap_or_else(|| panic!("the server did not say where it listens"))
}

pub(crate) fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

pub(crate) fn start(desk: &Desk) -> (Child, std::io::Lines<BufReader<ChildStderr>>) {
    let mut child = desk
        .command(&["serve", "--listen", "127.0.0.1:0"])
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    (child, lines)
}

#[test]
fn it_serves_on_a_private_database_beside_other_commands_until_it_is_told_to_stop() {
    let desk = Desk::bare();
    let made = desk.run(&["issuer", "create", "acme"]).succeeded();
    let note = "no DATABASE_URL: using a private PostgreSQL in .symbolon/postgres";
    assert_eq!(
        made.stderr.lines().filter(|line| *line == note).count(),
        1,
        "{made:#?}"
    );

    let (mut child, mut lines) = start(&desk);
    let address = address(&mut lines);
    assert!(get(&address, "/docs").starts_with("HTTP/1.1 200"));
    assert!(get(&address, "/v1/investors").starts_with("HTTP/1.1 401"));
    // Another command joins the running database.
    let listed = desk.run(&["issuer", "list", "--json"]).succeeded().json();
    assert_eq!(listed[0]["issuer"], "acme");

    signal(child.id(), "TERM");
    let rest: Vec<_> = lines.map_while(Result::ok).collect();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest:#?}");
    assert!(TcpStream::connect(&address).is_err());
    // And the folder is free again.
    desk.run(&["issuer", "list"]).succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_named() {
    let desk = Desk::with_issuer().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().to_string();
    let ended = desk.run(&["serve", "--listen", &port]).exits(3);
    assert!(
        ended.error().starts_with("server.listen: cannot listen on"),
        "{ended:#?}"
    );
}

#[test]
fn doctor_runs_with_nothing_configured() {
    let desk = Desk::bare();
    let before = desk.run(&["doctor", "--json"]).succeeded().json();
    assert_eq!(before["ok"], true, "nothing is wrong before the first run");
    desk.run(&["issuer", "create", "acme"]).succeeded();
    let report = desk.run(&["doctor", "--json"]).succeeded().json();
    assert_eq!(report["ok"], true);
    let checks = report["checks"].as_array().unwrap();
    let status = |name: &str| {
        let check = checks.iter().find(|check| check["name"] == name);
        check.unwrap_or_else(|| panic!("no {name} in {checks:#?}"))["status"].clone()
    };
    assert_eq!(status("configuration"), "ok");
    assert_eq!(status("database"), "ok");
    assert_eq!(status("clock"), "ok");
    assert_eq!(status("chains"), "warn");
    for check in checks.iter().filter(|check| check["status"] != "ok") {
        assert!(!check["remedy"].as_str().unwrap().is_empty(), "{check}");
    }
    let text = desk.run(&["doctor"]).succeeded().stdout;
    assert!(text.contains("0 failures"), "{text}");
}
