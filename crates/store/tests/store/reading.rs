//! Lists: every filter, every page, nothing twice and nothing missed.

use symbolon_core::{country::Country, investor::StatusName, time::UnixSeconds};
use symbolon_store::InvestorFilter;

use crate::support::{EXPIRY, Register, id, reference, row, verdict, wallet};

async fn listed(register: &Register, filter: InvestorFilter) -> Vec<u8> {
    let page = register
        .store()
        .investors(&register.issuer, &filter, None, 100)
        .await
        .unwrap();
    page.investors
        .iter()
        .map(|record| record.investor.id.0[0])
        .collect()
}

#[tokio::test]
async fn pages_follow_each_other() {
    let register = Register::with_customers(7).await;
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let filter = InvestorFilter::default();
        let page = register
            .store()
            .investors(&register.issuer, &filter, after, 3)
            .await
            .unwrap();
        assert!(page.investors.len() <= 3);
        seen.extend(page.investors.iter().map(|record| record.investor.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, (1..=7).map(id).collect::<Vec<_>>());
}

#[tokio::test]
async fn every_filter_narrows() {
    let register = Register::with_customers(4).await;
    let swiss: Country = "CH".parse().unwrap();
    register
        .decide(vec![row(5, wallet(5), None, verdict(swiss))])
        .await;
    register.revoke(2).await;
    let filter = InvestorFilter::default;
    let status = |status| InvestorFilter {
        status: Some(status),
        ..filter()
    };
    assert_eq!(listed(&register, status(StatusName::Revoked)).await, [2]);
    assert_eq!(
        listed(&register, status(StatusName::Verified)).await,
        [1, 3, 4, 5]
    );
    let of = |country| InvestorFilter {
        country: Some(country),
        ..filter()
    };
    assert_eq!(listed(&register, of(swiss)).await, [5]);
    let revoked_swiss = InvestorFilter {
        country: Some(swiss),
        ..status(StatusName::Revoked)
    };
    assert!(listed(&register, revoked_swiss).await.is_empty());
    let named = InvestorFilter {
        external_id: Some(reference(3)),
        ..filter()
    };
    assert_eq!(listed(&register, named).await, [3]);
    let held = InvestorFilter {
        wallet: Some(wallet(4)),
        ..filter()
    };
    assert_eq!(listed(&register, held).await, [4]);
    let unknown = InvestorFilter {
        wallet: Some(wallet(9)),
        ..filter()
    };
    assert!(listed(&register, unknown).await.is_empty());
    let before = |at| InvestorFilter {
        expires_before: Some(UnixSeconds(at)),
        ..filter()
    };
    assert!(listed(&register, before(EXPIRY.0)).await.is_empty());
    assert_eq!(listed(&register, before(EXPIRY.0 + 1)).await.len(), 5);
}

#[tokio::test]
async fn statistics_count_what_is_there() {
    let register = Register::with_customers(4).await;
    register.revoke(2).await;
    let soon = UnixSeconds(EXPIRY.0 + 1);
    let counted = register
        .store()
        .statistics(&register.issuer, soon)
        .await
        .unwrap();
    assert_eq!(
        counted.investors,
        [(StatusName::Revoked, 1), (StatusName::Verified, 3)]
    );
    assert_eq!(counted.expiring, 3);
    assert_eq!(counted.chains.len(), 2);
    assert_eq!(
        (counted.chains[0].approvals, counted.chains[0].denials),
        (3, 1)
    );
}
