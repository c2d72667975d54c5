//! What goes wrong between two servers.

use std::time::Duration;

use serde_json::json;
use symbolon_core::time::UnixSeconds;
use symbolon_providers::{
    Clock, FetchError, Provider,
    sumsub::{Sumsub, SumsubSecrets},
};
use symbolon_sandbox::provider::{ApiFault, FakeSumsub, PayloadDigest};

use super::{from, open, sumsub::both, walk};

#[tokio::test]
async fn each_refusal_is_told_apart() {
    let (fake, sumsub, _) = both("current", PayloadDigest::Sha256).await;
    walk(&open(&sumsub, None).await, "pass").await;
    let applicant = fake.applicant_of("u-1").unwrap();
    let status = |status, retry_after| ApiFault::Status {
        status,
        retry_after,
    };
    let busy = |seconds: Option<u64>| FetchError::Busy {
        retry_after: seconds.map(Duration::from_secs),
    };
    for (fault, error) in [
        (status(409, Some(7)), busy(Some(7))),
        (status(429, Some(60)), busy(Some(60))),
        (status(503, None), busy(None)),
        (status(409, None), FetchError::Rejected { status: 409 }),
        (status(400, None), FetchError::Rejected { status: 400 }),
        (status(403, None), FetchError::Refused { status: 403 }),
        (status(404, None), FetchError::NotFound),
        (
            status(500, None),
            FetchError::Unreachable {
                why: "its server failed",
            },
        ),
        (ApiFault::Garbage, FetchError::Answer { problem: "no JSON" }),
        (
            ApiFault::Long {
                bytes: (4 << 20) + 1,
                told: true,
            },
            FetchError::Answer {
                problem: "too long",
            },
        ),
        (
            ApiFault::Long {
                bytes: (4 << 20) + 1,
                told: false,
            },
            FetchError::Answer {
                problem: "too long",
            },
        ),
        (
            ApiFault::Redirect(format!("{}/elsewhere", fake.url())),
            FetchError::Answer {
                problem: "it leads elsewhere",
            },
        ),
        (
            ApiFault::Slow(Duration::from_secs(3)),
            FetchError::Unreachable {
                why: "no answer in time",
            },
        ),
    ] {
        fake.faults().on_request(fault.clone());
        let found = sumsub.fetch(&applicant).await.unwrap_err();
        assert_eq!(found, error, "{fault:?}");
        assert!(!format!("{found} {found:?}").contains(&applicant));
        assert!(
            sumsub.fetch(&applicant).await.is_ok(),
            "the next one is answered"
        );
    }
}

#[tokio::test]
async fn nobody_listens() {
    let (fake, sumsub, _) = both("current", PayloadDigest::Sha256).await;
    drop(fake);
    // The task that listened ends a moment later.
    let mut last = None;
    for _ in 0..50 {
        last = sumsub.fetch("650000000000000000000001").await.err();
        if last.is_some_and(FetchError::passes) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{last:?}");
}

fn another(fake: &FakeSumsub, secret: &str, clock: Clock) -> Sumsub {
    let account = json!({
        "base_url": fake.url(), "environment": "production", "mapping": {"levels": {}},
    });
    let secrets = SumsubSecrets {
        token: "token".into(),
        secret: secret.into(),
        webhook_secrets: vec!["wh-secret".into()],
    };
    Sumsub::new("sumsub".parse().unwrap(), from(account), secrets, clock).unwrap()
}

#[tokio::test]
async fn wrong_credentials_and_wrong_clocks() {
    let (fake, sumsub, clock) = both("current", PayloadDigest::Sha256).await;
    walk(&open(&sumsub, None).await, "pass").await;
    let applicant = fake.applicant_of("u-1").unwrap();
    let at = |seconds: i64| {
        let clock = clock.clone();
        Clock::new(move || UnixSeconds(clock.seconds().saturating_add_signed(seconds)))
    };
    let refused = Err(FetchError::Refused { status: 401 });
    for (secret, seconds, right) in [
        ("secret", 0, true),
        ("secret", 60, true),
        ("secret", -60, true),
        ("secret", 61, false),
        ("secret", -61, false),
        ("other", 0, false),
    ] {
        let found = another(&fake, secret, at(seconds)).fetch(&applicant).await;
        let found = found.map(|_| ());
        let expected = if right { Ok(()) } else { refused };
        assert_eq!(found, expected, "{secret} {seconds}");
    }
}
