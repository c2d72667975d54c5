//! The case file as a page for people.

use super::{
    decided,
    desk::{KEY, checked},
};
use crate::support::{Desk, OTHER, WALLET};

/// Of a name and an attestation that would like to be more than text.
async fn hostile() -> Desk {
    let desk = Desk::with_issuer().await;
    desk.write("symbolon.toml", super::LANE);
    desk.write("mirror.key", KEY);
    let verify = ["verify", WALLET, "--country", "DE", "--external-id", "C-1"];
    let by = ["--operator", "<script>alert(1)</script>"];
    let text = ["--attestation", "seen \"><img src=x onerror=alert(2)>"];
    desk.run(&[&verify[..], &by, &text].concat()).succeeded();
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_says_for_people_what_the_file_says() {
    let desk = decided().await;
    let write = ["case", WALLET, "--out", "case.json", "--page", "case.html"];
    let written = desk.run(&[&write[..], &["--json"]].concat());
    assert_eq!(written.succeeded().json()["page"], "case.html");
    let page = desk.read("case.html");
    let (_, said) = checked(&desk, "case.json");
    let since = said["since"].as_str().unwrap();
    for says in [
        "<html lang=\"en\">",
        said["investor"].as_str().unwrap(),
        &format!("revoked since {since}"),
        "basic, DE, accreditation none, without end",
        "maria answers for it by attestation",
        WALLET,
        "the word of whoever bound it",
        "<td>cli:maria</td>",
        "<li>revoked: mistake</li>",
        "<th scope=\"row\">default</th>",
        super::SIGNER,
        "isMirror(",
        "symbolon case verify FILE --signer",
        "Nothing, as far as the register knows.",
    ] {
        assert!(page.contains(says), "{says}: {page}");
    }
    // For whoever reads by headings, and whoever prints; and nothing that runs or calls.
    assert_eq!(page.matches("<h1>").count(), 1);
    assert_eq!(page.matches("<h2").count(), 8);
    let tables = page.matches("<table ").count();
    assert_eq!(tables, 4, "{page}");
    assert_eq!(page.matches("<table aria-labelledby=\"").count(), tables);
    assert_eq!(page.matches("<th>").count(), 0, "a heading of what?");
    for at in [
        "prefers-color-scheme: dark",
        "@media print",
        "default-src 'none'",
    ] {
        assert!(page.contains(at), "{at}");
    }
    for never in ["<script", "http://", "https://", "<link", "<img", "url("] {
        assert!(!page.contains(never), "{never}: {page}");
    }
    // Made of the file alone it is the same, byte for byte; whoever knows the signer has
    // nothing left to ask.
    let verify = ["case", "verify", "case.json", "--page"];
    desk.run(&[&verify[..], &["again.html"]].concat())
        .succeeded();
    assert_eq!(desk.read("again.html"), page);
    let known = [&verify[..], &["known.html", "--signer", super::SIGNER]].concat();
    desk.run(&known).succeeded();
    assert!(!desk.read("known.html").contains("isMirror("));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_writes_a_name_writes_no_page() {
    let desk = hostile().await;
    let write = ["case", WALLET, "--out", "case.json", "--page", "case.html"];
    desk.run(&write).succeeded();
    let file = desk.read("case.json");
    assert!(file.contains("<script>alert(1)</script>"), "{file}");
    let page = desk.read("case.html");
    for (never, escaped) in [
        ("<script", "&#60;script&#62;alert(1)"),
        ("<img", "&#62;&#60;img src=x"),
    ] {
        assert!(!page.contains(never), "{page}");
        assert!(page.contains(escaped), "{escaped}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_is_made_of_a_file_that_is_not_genuine() {
    let desk = decided().await;
    desk.run(&["case", WALLET, "--out", "case.json"])
        .succeeded();
    let changed = desk.read("case.json").replace("cli:maria", "cli:mallory");
    desk.write("changed.json", &changed);
    let verify = ["case", "verify", "changed.json", "--page", "case.html"];
    desk.run(&verify).exits(8);
    let wrong = ["case", "verify", "case.json", "--page", "case.html"];
    desk.run(&[&wrong[..], &["--signer", OTHER]].concat())
        .exits(8);
    assert!(!desk.folder.path().join("case.html").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_over_and_neither_file_without_the_other() {
    let desk = decided().await;
    desk.write("taken.html", "a page");
    let write = ["case", WALLET, "--out"];
    for (files, code, says) in [
        (
            ["case.json", "taken.html"],
            4,
            "taken.html: there is a file already",
        ),
        (["case.json", "case.json"], 2, "--page: name another file"),
    ] {
        let [out, page] = files;
        let ended = desk.run(&[&write[..], &[out, "--page", page]].concat());
        let ended = ended.exits(code);
        assert!(ended.error().contains(says), "{ended:#?}");
        assert!(!desk.folder.path().join("case.json").exists());
    }
    assert_eq!(desk.read("taken.html"), "a page");
    desk.run(&[&write[..], &["case.json"]].concat()).succeeded();
    let again = ["case", "verify", "case.json", "--page", "taken.html"];
    desk.run(&again).exits(4);
    assert_eq!(desk.read("taken.html"), "a page");
}
