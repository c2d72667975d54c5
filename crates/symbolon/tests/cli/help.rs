//! Every `--help`, held to a committed text. `UPDATE=1 cargo test -p symbolon`
//! writes them anew.

use std::{collections::BTreeSet, fs, path::Path};

use crate::support::Desk;

const COMMANDS: [&[&str]; 116] = [
    &[],
    &["demo"],
    &["serve"],
    &["import"],
    &["verify"],
    &["revoke"],
    &["status"],
    &["instances"],
    &["instances", "create"],
    &["instances", "list"],
    &["customers"],
    &["customers", "add"],
    &["customers", "list"],
    &["customers", "search"],
    &["customers", "show"],
    &["customers", "data"],
    &["customers", "note"],
    &["customers", "status"],
    &["customers", "external-id"],
    &["customers", "link"],
    &["customers", "rekey"],
    &["customers", "archive"],
    &["customers", "restore"],
    &["customers", "export"],
    &["links"],
    &["links", "create"],
    &["links", "list"],
    &["links", "due"],
    &["links", "resend"],
    &["links", "revoke"],
    &["receipt"],
    &["case"],
    &["case", "verify"],
    &["export"],
    &["audit"],
    &["audit", "verify"],
    &["audit", "export"],
    &["doctor"],
    &["api-key"],
    &["api-key", "create"],
    &["api-key", "list"],
    &["api-key", "revoke"],
    &["chain"],
    &["chain", "list"],
    &["chain", "add"],
    &["chain", "deploy"],
    &["chain", "presets"],
    &["chain", "verify"],
    &["chain", "handover"],
    &["chain", "rotate-signer"],
    &["chain", "status"],
    &["chain", "compare"],
    &["chain", "reconcile"],
    &["authority"],
    &["authority", "add"],
    &["authority", "countries"],
    &["authority", "restrict"],
    &["authority", "reinstate"],
    &["authority", "reassign"],
    &["authority", "list"],
    &["approvers"],
    &["approvers", "set"],
    &["approvers", "show"],
    &["proposal"],
    &["proposal", "list"],
    &["proposal", "approve"],
    &["proposal", "withdraw"],
    &["proposal", "cancel"],
    &["token"],
    &["token", "check"],
    &["token", "add"],
    &["token", "list"],
    &["token", "forget"],
    &["rules"],
    &["rules", "show"],
    &["rules", "presets"],
    &["rules", "rehearse"],
    &["rules", "announce"],
    &["rules", "block"],
    &["rules", "withdraw"],
    &["rules", "deploy"],
    &["rules", "attach"],
    &["certificates"],
    &["certificates", "issue"],
    &["certificates", "revoke"],
    &["certificates", "define"],
    &["certificates", "deploy"],
    &["certificates", "attach"],
    &["claims"],
    &["claims", "issue"],
    &["claims", "revoke"],
    &["claims", "show"],
    &["claims", "deploy"],
    &["claims", "attach"],
    &["claims", "appoint"],
    &["claims", "dismiss"],
    &["vault"],
    &["vault", "put"],
    &["vault", "register"],
    &["vault", "show"],
    &["vault", "find"],
    &["vault", "custody"],
    &["vault", "hold"],
    &["vault", "lift"],
    &["vault", "retention"],
    &["vault", "due"],
    &["vault", "erase"],
    &["vault", "rotate"],
    &["vault", "export"],
    &["issuer"],
    &["issuer", "create"],
    &["issuer", "promise"],
    &["issuer", "list"],
    &["issuer", "writer"],
    &["issuer", "writer", "registrar"],
    &["issuer", "writer", "register"],
];

#[test]
fn every_help_is_as_committed_and_has_an_example() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/help");
    let update = std::env::var_os("UPDATE").is_some();
    let desk = Desk::bare();
    let mut known = BTreeSet::new();
    for command in COMMANDS {
        let arguments: Vec<_> = command.iter().copied().chain(["--help"]).collect();
        let help = desk.run(&arguments).succeeded().stdout;
        assert!(help.contains("Example"), "{command:?} has no example");
        let name = match command.join("-").as_str() {
            "" => "symbolon.txt".to_owned(),
            words => format!("{words}.txt"),
        };
        let path = folder.join(&name);
        if update {
            fs::write(&path, &help).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            help, committed,
            "{name} has changed: run again with UPDATE=1"
        );
        known.insert(name);
    }
    for file in fs::read_dir(&folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(known.contains(&name), "{name} is no command's: delete it");
    }
}

#[test]
fn what_officers_read_fits_a_narrow_terminal() {
    let mut desk = Desk::bare();
    desk.set("COLUMNS", "80");
    let help = |command: &[&str]| {
        desk.run(&[command, &["--help"]].concat())
            .succeeded()
            .stdout
    };
    for command in [&["links", "create"][..], &["links", "due"], &["case"]] {
        let help = help(command);
        let longest = help.lines().max_by_key(|line| line.chars().count());
        assert!(
            longest.is_some_and(|line| line.chars().count() <= 80),
            "{longest:?}"
        );
    }
    // Beside each other, and not one below the other.
    let help = help(&["links", "due"]);
    assert!(help.contains("--days <DAYS>     Those that end"), "{help}");
}

#[test]
fn every_command_has_a_committed_help() {
    let help = Desk::bare().run(&["--help"]).stdout;
    let listed = help
        .split_once("Commands:")
        .unwrap()
        .1
        .split_once("\n\n")
        .unwrap()
        .0;
    for line in listed.lines().filter(|line| !line.trim().is_empty()) {
        let name = line.split_whitespace().next().unwrap();
        let known = name == "help"
            || COMMANDS
                .iter()
                .any(|command| command.first() == Some(&name));
        assert!(known, "`{name}` is missing here");
    }
}

#[test]
fn a_wrong_command_line_exits_with_2() {
    let desk = Desk::bare();
    desk.run(&[]).exits(2);
    desk.run(&["imprt"]).exits(2);
    desk.run(&["import"]).exits(2);
    desk.run(&["verify", "C-00001", "--country", "DE"]).exits(2);
    desk.run(&["issuer", "create", "Not a slug"]).exits(2);
}
