//! What doctor says of the site, the mail server and the providers, each finding with its
//! remedy.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
};

use serde_json::Value;
use symbolon_sandbox::provider::{
    ApiFault, EntrustOptions, FakeEntrust, FakeSumsub, SumsubOptions,
};

use crate::support::Desk;

/// A mail server that greets, and takes no password but `right`.
fn mail_server() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // Whoever hangs up is done.
            let _ = greeted(stream.unwrap());
        }
    });
    port
}

fn greeted(mut stream: TcpStream) -> std::io::Result<()> {
    writeln!(stream, "220 stand-in\r")?;
    for line in BufReader::new(stream.try_clone()?).lines() {
        let line = line?;
        // `\0user\0right`, as AUTH PLAIN has it.
        let answer = match line.split(' ').next().unwrap_or_default() {
            "EHLO" => "250-stand-in\r\n250 AUTH PLAIN",
            "AUTH" if line.ends_with("AHVzZXIAcmlnaHQ=") => "235 welcome",
            "AUTH" => "535 wrong password",
            "QUIT" => "221 bye",
            _ => "250 done",
        };
        writeln!(stream, "{answer}\r")?;
    }
    Ok(())
}

fn sumsub(fake: &FakeSumsub, secret: &str) -> String {
    format!(
        r#"
[[provider]]
issuer = "acme"
name = "sumsub"
kind = "sumsub"
token = {{ env = "SUMSUB_TOKEN" }}
secret = {{ env = "{secret}" }}
webhook_secret = {{ env = "SUMSUB_TOKEN" }}
account = {{ base_url = "{}", environment = "production", timeout_seconds = 2, mapping = {{ levels = {{}} }} }}
requirements = {{}}
"#,
        fake.url()
    )
}

fn entrust(fake: &FakeEntrust, token: &str) -> String {
    format!(
        r#"
[[provider]]
issuer = "acme"
name = "entrust"
kind = "entrust"
token = {{ env = "{token}" }}
webhook_token = {{ env = "ENTRUST_TOKEN" }}
account = {{ base_url = "{}", region = "eu", environment = "production", timeout_seconds = 2, mapping = {{ workflows = {{}} }} }}
requirements = {{}}
"#,
        fake.url()
    )
}

fn mail(url: &str) -> String {
    format!("[mail]\nurl = {{ env = \"{url}\" }}\nfrom = \"Acme <kyc@acme.example>\"\n")
}

async fn desk() -> Desk {
    let mut desk = Desk::with_issuer().await;
    for (name, value) in [
        ("SUMSUB_TOKEN", "token"),
        ("SUMSUB_SECRET", "secret"),
        ("ENTRUST_TOKEN", "token"),
        ("OTHER", "s3cret"),
    ] {
        desk.set(name, value);
    }
    desk
}

impl Desk {
    /// What doctor finds by this configuration, by the check's name.
    fn finds(&self, configuration: &str, name: &str) -> Value {
        self.write("symbolon.toml", configuration);
        let ended = self.run(&["doctor", "--json"]);
        assert!(!ended.stdout.contains("s3cret"), "{}", ended.stdout);
        let report = ended.json();
        let checks = report["checks"].as_array().unwrap();
        let found = checks.iter().find(|check| check["name"] == name);
        found.unwrap_or_else(|| panic!("{name}: {report}")).clone()
    }
}

#[track_caller]
fn is(check: &Value, status: &str, detail: &str, remedy: &str) {
    assert_eq!(check["status"], status, "{check}");
    let has = |field: &str, words: &str| {
        let text = check[field].as_str().unwrap_or_default();
        assert!(text.contains(words), "{field}: {check}");
    };
    has("detail", detail);
    has("remedy", remedy);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_asked_and_its_refusal_explained() {
    let desk = desk().await;
    let fake = FakeSumsub::start(SumsubOptions::default()).await.unwrap();
    let other = FakeEntrust::start(EntrustOptions::default()).await.unwrap();
    let (one, two) = ("provider acme/sumsub", "provider acme/entrust");
    let right = sumsub(&fake, "SUMSUB_SECRET") + &entrust(&other, "ENTRUST_TOKEN");
    for name in [one, two] {
        is(&desk.finds(&right, name), "ok", "takes the credentials", "");
    }
    let wrong = sumsub(&fake, "OTHER") + &entrust(&other, "OTHER");
    for name in [one, two] {
        let found = desk.finds(&wrong, name);
        is(&found, "fail", "refuses the credentials", "check the token");
    }
    let unset = sumsub(&fake, "UNSET");
    assert_eq!(desk.finds(&unset, one)["status"], "fail");
    fake.faults().on_request(ApiFault::Status {
        status: 503,
        retry_after: None,
    });
    is(&desk.finds(&right, one), "fail", "busy", "check the way");
    let gone = sumsub(&fake, "SUMSUB_SECRET");
    drop(fake);
    is(
        &desk.finds(&gone, one),
        "fail",
        "cannot be reached",
        "base_url",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_greets_as_its_url_says() {
    let mut desk = desk().await;
    let port = mail_server();
    desk.set("RIGHT", &format!("smtp://user:right@127.0.0.1:{port}"));
    desk.set("WRONG", &format!("smtp://user:s3cret@127.0.0.1:{port}"));
    desk.set(
        "TLS",
        &format!("smtp://user:right@127.0.0.1:{port}?tls=required"),
    );
    desk.set("SILENT", "smtp://127.0.0.1:9");
    desk.set("NONE", "http://127.0.0.1");
    is(&desk.finds(&mail("RIGHT"), "mail"), "ok", "greets", "");
    let found = desk.finds(&mail("WRONG"), "mail");
    is(&found, "fail", "refuses", "the password");
    let found = desk.finds(&mail("TLS"), "mail");
    is(&found, "fail", "does not offer", "check `tls`");
    let found = desk.finds(&mail("SILENT"), "mail");
    is(&found, "fail", "does not answer", "check its host");
    let found = desk.finds(&mail("NONE"), "mail");
    is(&found, "fail", "mail.url", "smtps://");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_is_where_people_come_by_tls() {
    let desk = desk().await;
    let site = |url: &str| format!("[site]\nurl = \"{url}\"\n");
    let found = desk.finds(&site("https://kyc.example.com"), "site");
    is(&found, "ok", "https://kyc.example.com", "");
    let found = desk.finds(&site("http://kyc.example.com"), "site");
    is(&found, "fail", "reads them", "https");
    let found = desk.finds(&site("http://127.0.0.1:8080"), "site");
    is(&found, "warn", "only this machine", "site.url");
    let found = desk.finds(&site("kyc.example.com/x"), "configuration");
    assert_eq!(found["status"], "fail", "{found}");
    let fake = FakeSumsub::start(SumsubOptions::default()).await.unwrap();
    let found = desk.finds(&sumsub(&fake, "SUMSUB_SECRET"), "site");
    is(&found, "warn", "there is none", "site.url");
}
