//! Chains that hold what the register did not write: foreign mirrors, a register
//! restored from a backup, blocks that are reorganised away.

use alloy_primitives::{Address, B256};
use serde_json::json;
use symbolon_chain::{
    calldata::calldata, development::DevelopmentNode, registry::restricted_authorities,
};
use symbolon_core::{
    actor::Actor,
    command::{Command, Verdict},
    federation::{FederationCommand, OwnerOperation},
    ids::AuthorityIndex,
    mirror::{
        batch::{AuthorityRestriction, Batch, Denial, RestrictionNumber, Upsert},
        record::WalletRecord,
        rules::Grounds,
    },
    time::UnixSeconds,
    wallet::{Version, WalletAddress},
};
use symbolon_store::{Dispute, Request, Scan, Step, Subject};
use symbolon_testkit::chain::{TestChain, next_mirror};

use crate::register::{Register, policy, until};

/// Somebody with the MIRROR role, which is not the register, writes to the registry.
async fn write(chain: &TestChain, from: Address, batch: &Batch) {
    let head = B256::repeat_byte(0xfe);
    let input = calldata(chain.registry, head, batch);
    let node = DevelopmentNode::new(chain.endpoint.clone());
    let receipt = node.act(from, Some(chain.registry), input).await;
    receipt.unwrap().unwrap();
}

fn approval(wallet: WalletAddress, like: WalletRecord, version: u16) -> Batch {
    Batch::Upsert(vec![Upsert {
        wallet,
        record: like.with_approval(true).with_version(Version(version)),
    }])
}

fn denial(wallet: WalletAddress) -> Batch {
    Batch::Deny(vec![Denial {
        wallet,
        version: Version(1),
        grounds: Grounds::REVOKED,
    }])
}

async fn word(chain: &TestChain, wallet: WalletAddress) -> WalletRecord {
    chain.words(&[wallet]).await[0]
}

/// A register with a lane and a follower on this chain, and verified customers.
async fn mirrored(chain: &TestChain, customers: u32) -> (Register, Vec<WalletAddress>) {
    chain.appoint(next_mirror().address()).await;
    let mut register = Register::of(&[chain]).await;
    let wallets = register.admit(customers).await;
    run(&mut register, chain);
    register.until_mirrored(chain).await;
    until_reconciled(&register, chain).await;
    (register, wallets)
}

fn run(register: &mut Register, chain: &TestChain) {
    register.run_lane(chain.id(), chain.url(), policy());
    register.follow(chain.id(), chain.url());
}

async fn scan(register: &Register, chain: &TestChain) -> Option<Scan> {
    let scan = register.store.scan(&register.issuer, chain.id().into());
    scan.await.unwrap()
}

async fn until_reconciled(register: &Register, chain: &TestChain) {
    until("a scan has ended", async || {
        scan(register, chain)
            .await
            .is_some_and(|scan| scan.ended.is_some())
    })
    .await;
}

async fn disputes(register: &Register, chain: &TestChain) -> Vec<Dispute> {
    let (issuer, id) = (&register.issuer, chain.id().into());
    let disputes = register.store.disputes(issuer, id, None, 100).await;
    disputes.unwrap()
}

/// What a person says who looked again and finds the verdict right.
async fn verify_again(register: &Register, wallet: WalletAddress) {
    let holder = register.holder(wallet).await;
    let held = holder.status.verdict().unwrap();
    let verdict = Verdict {
        level: held.level,
        country: held.country,
        accreditation: held.accreditation,
        accreditation_ends: held.accreditation_ends,
        us_person: held.us_person,
        person: Default::default(),
        expiry: held.expiry,
        source: held.source.clone(),
    };
    ask(register, wallet, Command::Verify(verdict)).await;
}

async fn ask(register: &Register, wallet: WalletAddress, command: Command) {
    let subject = Subject::Wallet(wallet);
    register.decide(vec![Request { subject, command }]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_approval_of_a_revoked_wallet_is_denied_by_itself() {
    let chain = TestChain::start(31_337).await;
    let (register, wallets) = mirrored(&chain, 3).await;
    register.revoke(&wallets[..1]).await;
    register.until_mirrored(&chain).await;
    let like = word(&chain, wallets[1]).await;
    write(
        &chain,
        next_mirror().address(),
        &approval(wallets[0], like, 40),
    )
    .await;
    assert!(!word(&chain, wallets[0]).await.denies(), "it was approved");
    until("it is denied", async || {
        word(&chain, wallets[0]).await.denies()
    })
    .await;
    register.until_mirrored(&chain).await;
    assert!(word(&chain, wallets[0]).await.version() > Version(40));
    assert_eq!(disputes(&register, &chain).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_record_of_a_verified_wallet_is_written_anew() {
    let chain = TestChain::start(31_337).await;
    let (register, wallets) = mirrored(&chain, 3).await;
    let ours = word(&chain, wallets[0]).await;
    let foreign = ours.with_country_code(408);
    write(
        &chain,
        next_mirror().address(),
        &approval(wallets[0], foreign, 40),
    )
    .await;
    until("it is the register's again", async || {
        word(&chain, wallets[0]).await.country_code() == ours.country_code()
    })
    .await;
    register.until_mirrored(&chain).await;
    register.store.verify_log(&register.issuer).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stranger_denies_stays_denied_until_a_person_verifies_again() {
    let chain = TestChain::start(31_337).await;
    let (register, wallets) = mirrored(&chain, 3).await;
    write(&chain, next_mirror().address(), &denial(wallets[0])).await;
    until("it is disputed", async || {
        !disputes(&register, &chain).await.is_empty()
    })
    .await;
    // Whatever else is written, nothing lifts it.
    register.admit(5).await;
    until("the others arrive", async || {
        let owed = register.owed(chain.id()).await;
        owed.approvals + owed.denials + owed.open_transactions == 0
    })
    .await;
    assert!(word(&chain, wallets[0]).await.denies());
    let disputed = disputes(&register, &chain).await;
    assert_eq!((disputed.len(), disputed[0].wallet), (1, wallets[0]));
    assert!(!disputed[0].barred);

    verify_again(&register, wallets[0]).await;
    register.until_mirrored(&chain).await;
    assert!(!word(&chain, wallets[0]).await.denies());
    assert_eq!(disputes(&register, &chain).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_register_never_heard_of_is_denied() {
    let chain = TestChain::start(31_337).await;
    let (register, wallets) = mirrored(&chain, 2).await;
    let stranger = WalletAddress::new(Address::repeat_byte(0x77)).unwrap();
    let like = word(&chain, wallets[0]).await;
    write(
        &chain,
        next_mirror().address(),
        &approval(stranger, like, 5),
    )
    .await;
    until("it is denied", async || {
        word(&chain, stranger).await.denies()
    })
    .await;
    register.until_mirrored(&chain).await;
    // Whoever it turns out to be is bound above what the chain holds.
    assert_eq!(
        word(&chain, stranger).await,
        WalletRecord::tombstone(Version(5))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_that_was_interrupted_goes_on_where_it_was() {
    let chain = TestChain::start(31_337).await;
    let (mut register, mut wallets) = mirrored(&chain, 9).await;
    register.stop_lanes().await;
    wallets.sort();
    let (store, issuer, id) = (&register.store, &register.issuer, chain.id().into());
    let now = register.clock.now();
    store.begin_scan(issuer, id, 1, now).await.unwrap();
    for step in [
        Step::Swept(chain.height().await, true),
        Step::Compared(wallets[5], Default::default()),
    ] {
        let known = scan(&register, &chain).await.unwrap();
        assert!(store.advance_scan(issuer, id, &known, step).await.unwrap());
        // Another server that had read the same changes nothing.
        assert!(!store.advance_scan(issuer, id, &known, step).await.unwrap());
    }
    register.follow(chain.id(), chain.url());
    until_reconciled(&register, &chain).await;
    let scan = scan(&register, &chain).await.unwrap();
    assert_eq!(scan.findings.compared, 3);
}

/// What the backup does not know was decided after it, and reached two chains:
/// a revocation, and an approval.
#[tokio::test(flavor = "multi_thread")]
async fn a_register_restored_from_a_backup_notices_by_itself_and_verifies_nobody_wrongly() {
    let chains = [
        TestChain::start(31_337).await,
        TestChain::start(31_338).await,
    ];
    let mut register = Register::of(&[&chains[0], &chains[1]]).await;
    let before = register.admit(4).await;
    for chain in &chains {
        run(&mut register, chain);
    }
    for chain in &chains {
        register.until_mirrored(chain).await;
        until_reconciled(&register, chain).await;
    }
    register.stop_lanes().await;
    let backup = register.database.back_up().await;

    for chain in &chains {
        run(&mut register, chain);
    }
    register.revoke(&before[..1]).await;
    let lost = register.admit(2).await;
    for chain in &chains {
        register.until_mirrored(chain).await;
    }
    register.stop_lanes().await;
    register.database.restore(backup).await;

    // Somebody is verified again, who is revoked on every chain.
    verify_again(&register, before[0]).await;
    for chain in &chains {
        run(&mut register, chain);
    }
    for chain in &chains {
        until("the loss is noticed and looked into", async || {
            let known = register.store.chain(&register.issuer, chain.id()).await;
            let looked = scan(&register, chain)
                .await
                .is_some_and(|scan| scan.not_before > 0);
            let (store, issuer) = (&register.store, &register.issuer);
            let suspects = store.suspects(issuer, chain.id().into(), 1).await;
            looked && known.unwrap().alarm.is_none() && suspects.unwrap().is_empty()
        })
        .await;
    }
    let mut disputed = Vec::new();
    for chain in &chains {
        register.until_repaired(chain).await;
        assert!(word(chain, before[0]).await.denies(), "revoked, and lost");
        for wallet in &lost {
            assert!(word(chain, *wallet).await.denies(), "nobody knows of it");
        }
        assert!(!word(chain, before[1]).await.denies());
        disputed.extend(disputes(&register, chain).await);
    }
    // Barred because of one chain, it is denied on the other anyway.
    assert!(!disputed.is_empty());
    for dispute in disputed {
        assert_eq!((dispute.wallet, dispute.barred), (before[0], true));
    }
    register.store.verify_log(&register.issuer).await.unwrap();

    let wallet = before[0];
    ask(&register, wallet, Command::ReactivateWallet { wallet }).await;
    for chain in &chains {
        register.until_mirrored(chain).await;
        assert!(!word(chain, wallet).await.denies(), "a person has decided");
        assert_eq!(disputes(&register, chain).await, []);
    }
}

/// Deeper than what counts as final: what was settled is sent again, the same
/// bytes, and a denial among it lands once more.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_reorganisation_past_finality_undoes_is_sent_again() {
    let chain = TestChain::start(31_337).await;
    let (register, wallets) = mirrored(&chain, 3).await;
    register.revoke(&wallets[..1]).await;
    register.until_mirrored(&chain).await;
    let height = chain.height().await;
    until("all of it is read", async || {
        register.next_block(chain.id()).await > height
    })
    .await;
    // A scan that is under way would see the denial undone, and deny anew.
    until_reconciled(&register, &chain).await;
    let nonce = chain.mirror_nonce().await;
    // The blocks of the denial and of what else came last.
    chain.ask("anvil_reorg", json!([1, []])).await;
    assert!(!word(&chain, wallets[0]).await.denies(), "it is undone");
    until("it is denied again", async || {
        word(&chain, wallets[0]).await.denies()
    })
    .await;
    until_reconciled(&register, &chain).await;
    register.until_mirrored(&chain).await;
    assert_eq!(chain.mirror_nonce().await, nonce, "nothing new was signed");
    assert_eq!(disputes(&register, &chain).await, []);
    until("the alarm is over", async || {
        register.trouble(chain.id()).await.is_none()
    })
    .await;
}

/// A chain that is shorter than it was may be a node that lags behind: people are
/// told, and nothing follows from it before there are as many blocks again.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_follows_from_a_chain_that_is_shorter_than_it_was() {
    let chain = TestChain::start(31_337).await;
    let (register, wallets) = mirrored(&chain, 1).await;
    register.revoke(&wallets).await;
    register.until_mirrored(&chain).await;
    let height = chain.height().await;
    until("all of it is read", async || {
        register.next_block(chain.id()).await > height
    })
    .await;
    chain.ask("anvil_rollback", json!([1])).await;
    assert!(!word(&chain, wallets[0]).await.denies(), "it is undone");
    until("people are told", async || {
        let trouble = register.trouble(chain.id()).await;
        trouble.is_some_and(|trouble| trouble.contains("as long again"))
    })
    .await;
    let (store, issuer) = (&register.store, &register.issuer);
    assert_eq!(store.reopened(issuer, chain.id().into()).await.unwrap(), 0);
    chain.ask("anvil_mine", json!([1])).await;
    until("it is denied again", async || {
        word(&chain, wallets[0]).await.denies()
    })
    .await;
    until("the trouble is over", async || {
        register.trouble(chain.id()).await.is_none()
    })
    .await;
}

/// The owner of the register decides this about its authorities.
async fn govern(register: &Register, operation: OwnerOperation) {
    let now = register.clock.now();
    let command = FederationCommand::Propose {
        operation,
        expires: UnixSeconds(now.0 + 86_400),
    };
    let mut transaction = register.store.begin(&register.issuer).await.unwrap();
    let actor = Actor::system("test");
    let decided = transaction.govern(command, &actor, now).await.unwrap();
    decided.unwrap();
    transaction.commit().await.unwrap();
    register.wake.wake(&register.issuer);
}

/// The authority of Germany, whom the registry takes for one that counts.
async fn with_bafin(chain: &TestChain) -> (Register, AuthorityIndex) {
    let (register, _) = mirrored(chain, 1).await;
    let countries = ["DE".parse().unwrap()].into();
    let name = "bafin".parse().unwrap();
    govern(&register, OwnerOperation::AddAuthority { name, countries }).await;
    (register, AuthorityIndex(1))
}

async fn is_cut_off(chain: &TestChain, authority: AuthorityIndex) -> bool {
    let (endpoint, registry) = (&chain.endpoint, chain.registry);
    let found = restricted_authorities(endpoint, registry, [authority]).await;
    found.unwrap().includes(authority)
}

/// Somebody else who has the mirror's role cuts it off, or lets it count.
async fn turn(chain: &TestChain, authority: AuthorityIndex, restricted: bool) {
    let told = Batch::Authority(match restricted {
        true => AuthorityRestriction::cut_off(authority),
        false => AuthorityRestriction::lifted(authority, RestrictionNumber(1)),
    });
    write(chain, next_mirror().address(), &told).await;
    assert_eq!(is_cut_off(chain, authority).await, restricted);
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_register_has_cut_off_nobody_else_lets_count() {
    let chain = TestChain::start(31_337).await;
    let (register, authority) = with_bafin(&chain).await;
    govern(&register, OwnerOperation::RestrictAuthority { authority }).await;
    let cut_off = async || is_cut_off(&chain, authority).await;
    until("it is cut off", cut_off).await;
    turn(&chain, authority, false).await;
    until("it is cut off again", cut_off).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_somebody_else_has_cut_off_stays_so_until_people_decide() {
    let chain = TestChain::start(31_337).await;
    let (register, authority) = with_bafin(&chain).await;
    turn(&chain, authority, true).await;
    until("people see it", async || {
        let known = register.store.authorities_on_chains(&register.issuer);
        let known = known.await.unwrap();
        known.iter().any(|known| known.observed && !known.told)
    })
    .await;
    register.until_mirrored(&chain).await;
    assert!(is_cut_off(&chain, authority).await);
    govern(&register, OwnerOperation::RestrictAuthority { authority }).await;
    govern(&register, OwnerOperation::ReinstateAuthority { authority }).await;
    until("it counts again", async || {
        !is_cut_off(&chain, authority).await
    })
    .await;
}
