//! The federation: what the owner decides, what authorities may do, and what
//! chains are told of them.

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256, Bytes};
use symbolon_core::{
    actor::Actor,
    command::Command,
    country::Country,
    federation::{
        ApprovalPolicy, FederationCommand, FederationRefusal, KeyGrant, OwnerOperation, ProposalId,
    },
    ids::{AuthorityIndex, RegistryId},
    investor::{InvestorKind, RevocationReason},
    mirror::{
        batch::{AuthorityRestriction, Batch, RestrictionNumber},
        fees::{Gas, GasPrice, Wei},
        lane::{Attempt, Envelope, Nonce, Outcome, Part, Receipt, Signed},
        plan::Discharge,
    },
    register::Refusal,
    time::{UnixMillis, UnixSeconds},
    wallet::ChainScope,
};
use symbolon_store::{
    AuditError, FederationDecision, FederationFailure, ProposalState, Request, StateDifference,
    Subject,
};

use crate::support::{NOW, ONE, Register, TWO, actor, admit, id, reference, row, verdict, wallet};

pub(crate) const BAFIN: AuthorityIndex = AuthorityIndex(1);
pub(crate) const FINMA: AuthorityIndex = AuthorityIndex(2);

pub(crate) fn countries(of: &[&str]) -> BTreeSet<Country> {
    of.iter().map(|code| code.parse().unwrap()).collect()
}

fn add(name: &str, of: &[&str]) -> OwnerOperation {
    OwnerOperation::AddAuthority {
        name: name.parse().unwrap(),
        countries: countries(of),
    }
}

pub(crate) fn acting_for(authority: AuthorityIndex) -> Actor {
    Actor {
        authority,
        ..Actor::api_key("inspector")
    }
}

pub(crate) fn approver(name: &str) -> Actor {
    Actor {
        person: Some(name.parse().unwrap()),
        ..Actor::api_key(name)
    }
}

impl Register {
    /// An issuer with two authorities, for Germany and for Switzerland.
    pub(crate) async fn with_authorities() -> Self {
        let register = Self::empty().await;
        register.propose(add("bafin", &["DE"])).await.unwrap();
        register.propose(add("finma", &["CH"])).await.unwrap();
        register
    }

    pub(crate) async fn propose(
        &self,
        operation: OwnerOperation,
    ) -> Result<FederationDecision, FederationFailure> {
        self.govern(&actor(), propose(operation)).await
    }

    pub(crate) async fn govern(
        &self,
        actor: &Actor,
        command: FederationCommand,
    ) -> Result<FederationDecision, FederationFailure> {
        let mut transaction = self.store().begin(&self.issuer).await.unwrap();
        let decided = transaction.govern(command, actor, NOW).await.unwrap();
        if decided.is_ok() {
            transaction.commit().await.unwrap();
        }
        decided
    }

    pub(crate) async fn by(&self, actor: &Actor, request: Request) -> Result<(), Refusal> {
        let mut transaction = self.store().begin(&self.issuer).await.unwrap();
        let answers = transaction.decide(vec![request], actor, NOW).await.unwrap();
        transaction.commit().await.unwrap();
        answers.into_iter().next().unwrap().map(|_| ())
    }

    pub(crate) async fn told(&self, chain: RegistryId, part: Part) -> Vec<AuthorityRestriction> {
        let pulled = self
            .store()
            .pull(&self.lease(chain).await, &chain.into(), part, 10)
            .await;
        pulled.unwrap().authorities
    }

    /// A block shows the authority cut off, for so many times.
    pub(crate) async fn show(&self, chain: RegistryId, times: u32) -> Vec<AuthorityIndex> {
        let found = AuthorityRestriction {
            number: RestrictionNumber(times),
            ..AuthorityRestriction::cut_off(BAFIN)
        };
        let mut transaction = self.store().begin(&self.issuer).await.unwrap();
        let left = transaction.compare_authorities(chain, 1, &[found]).await;
        transaction.commit().await.unwrap();
        left.unwrap()
    }

    pub(crate) async fn tell(&self, chain: RegistryId, told: AuthorityRestriction) {
        let discharge = Discharge {
            authority: Some(told),
            ..Discharge::default()
        };
        let lease = self.lease(chain).await;
        let done = self.store().discharge(&lease, &discharge);
        done.await.unwrap();
    }
}

pub(crate) fn propose(operation: OwnerOperation) -> FederationCommand {
    FederationCommand::Propose {
        operation,
        expires: UnixSeconds(NOW.0 + 86_400),
    }
}

pub(crate) fn german(n: u8) -> Request {
    row(n, wallet(n), None, verdict("DE".parse().unwrap()))
}

pub(crate) fn restrict(authority: AuthorityIndex) -> OwnerOperation {
    OwnerOperation::RestrictAuthority { authority }
}

#[tokio::test]
async fn an_authority_acts_in_its_countries_alone() {
    let register = Register::with_authorities().await;
    let bafin = acting_for(BAFIN);
    register.by(&bafin, german(1)).await.unwrap();
    let outside = Refusal::OutsideJurisdiction {
        authority: BAFIN,
        country: Country::US,
    };
    assert_eq!(register.by(&bafin, admit(2)).await, Err(outside));
    let revoke = Request {
        subject: Subject::Wallet(wallet(1)),
        command: Command::Revoke(RevocationReason::Documents),
    };
    assert!(matches!(
        register.by(&acting_for(FINMA), revoke.clone()).await,
        Err(Refusal::OutsideJurisdiction { .. })
    ));
    let nobody = acting_for(AuthorityIndex(9));
    assert_eq!(
        register.by(&nobody, german(3)).await,
        Err(Refusal::AuthorityRestricted(AuthorityIndex(9)))
    );
    register.by(&bafin, revoke).await.unwrap();
}

#[tokio::test]
async fn a_restricted_authority_takes_its_investors_with_it() {
    let register = Register::with_authorities().await;
    register.by(&acting_for(BAFIN), german(1)).await.unwrap();
    register.propose(restrict(BAFIN)).await.unwrap();
    let store = register.store();
    let report = store.wallet_report(&register.issuer, wallet(1)).await;
    assert!(report.unwrap().unwrap().authority_restricted);
    let restricted = store.restricted_authorities(&register.issuer).await;
    assert!(restricted.unwrap().includes(BAFIN));
    assert_eq!(
        register.by(&acting_for(BAFIN), german(2)).await,
        Err(Refusal::AuthorityRestricted(BAFIN))
    );

    // The owner looks at the investor again, and puts another in charge.
    let to_finma = OwnerOperation::ReassignInvestors {
        authority: FINMA,
        investors: [id(1)].into(),
    };
    let refused = register.propose(to_finma.clone()).await.unwrap_err();
    assert!(matches!(
        refused,
        FederationFailure::Investor {
            refusal: Refusal::OutsideJurisdiction { .. },
            ..
        }
    ));
    let both = OwnerOperation::SetAuthorityCountries {
        authority: FINMA,
        countries: countries(&["CH", "DE"]),
    };
    register.propose(both).await.unwrap();
    register.propose(to_finma).await.unwrap();
    let report = store.wallet_report(&register.issuer, wallet(1)).await;
    let report = report.unwrap().unwrap();
    assert!(!report.authority_restricted);
    assert_eq!(report.desired(&ONE.into()).authority(), FINMA);
    assert_eq!(report.wallet.version.0, 2, "the chains are owed the change");
    store.verify_log(&register.issuer).await.unwrap();
}

#[tokio::test]
async fn reassigning_somebody_unknown_reassigns_nobody() {
    let register = Register::with_authorities().await;
    register.by(&acting_for(BAFIN), german(1)).await.unwrap();
    let head = register.store().head(&register.issuer).await.unwrap();
    let operation = OwnerOperation::ReassignInvestors {
        authority: AuthorityIndex::OWNER,
        investors: [id(1), id(77)].into(),
    };
    let failure = FederationFailure::Investor {
        investor: id(77),
        refusal: Refusal::UnknownInvestor,
    };
    assert_eq!(register.propose(operation).await, Err(failure));
    let after = register.store().head(&register.issuer).await.unwrap();
    assert_eq!(after, head);
}

#[tokio::test]
async fn each_chain_is_told_of_an_authority_once() {
    let register = Register::with_authorities().await;
    let off = AuthorityRestriction::cut_off(BAFIN);
    let on = AuthorityRestriction::lifted(BAFIN, RestrictionNumber(1));
    assert_eq!(register.told(ONE, Part::Denials).await, []);
    register.propose(restrict(BAFIN)).await.unwrap();
    for chain in [ONE, TWO] {
        assert_eq!(register.told(chain, Part::Denials).await, [off]);
        assert_eq!(register.told(chain, Part::Again).await, []);
    }
    register.tell(ONE, off).await;
    assert_eq!(register.told(ONE, Part::Denials).await, []);
    assert_eq!(register.told(TWO, Part::Denials).await, [off]);

    let reinstate = OwnerOperation::ReinstateAuthority { authority: BAFIN };
    register.propose(reinstate).await.unwrap();
    let unknown = register.told(ONE, Part::Again).await;
    assert_eq!(
        unknown,
        [],
        "nobody knows which restriction that would lift"
    );
    register.show(ONE, 1).await;
    assert_eq!(register.told(ONE, Part::Again).await, [on]);
    for part in [Part::Denials, Part::Again] {
        assert_eq!(register.told(TWO, part).await, [], "it was never told");
    }
}

#[tokio::test]
async fn proposals_are_kept_with_what_became_of_them() {
    let register = Register::with_authorities().await;
    let policy = ApprovalPolicy {
        approvers: ["ada", "ben"].map(|name| name.parse().unwrap()).into(),
        required: 2,
    };
    let set = OwnerOperation::SetApprovalPolicy { policy };
    register.propose(set).await.unwrap();
    for (seed, name) in (1..).zip(["ada", "ben"]) {
        let grant = KeyGrant::Person(name.parse().unwrap());
        register.grant(name, seed, &grant).await.unwrap();
    }
    let ada = approver("ada");
    let proposed = register.govern(&ada, propose(restrict(BAFIN))).await;
    let proposal = ProposalId(proposed.unwrap().entry.0);
    let stranger = register
        .govern(&actor(), FederationCommand::Approve(proposal))
        .await;
    assert_eq!(stranger, Err(FederationRefusal::NoPerson.into()));

    let (store, issuer) = (register.store(), &register.issuer);
    let waiting = store.proposal(issuer, proposal).await.unwrap();
    assert_eq!(waiting.state, ProposalState::Open);
    assert_eq!(waiting.proposal.approvals.len(), 1);
    assert_eq!(register.told(ONE, Part::Denials).await, []);

    let ben = approver("ben");
    let done = register.govern(&ben, FederationCommand::Approve(proposal));
    let done = done.await.unwrap();
    let record = store.proposal(issuer, proposal).await.unwrap();
    assert_eq!(record.state, ProposalState::CarriedOut);
    assert_eq!(record.ended, Some(done.entry));
    assert_eq!(register.told(ONE, Part::Denials).await.len(), 1);
    let listed = store.proposals(issuer, None, 10).await.unwrap();
    assert_eq!(listed, [record]);
    store.verify_log(issuer).await.unwrap();
}

#[tokio::test]
async fn the_audit_sees_a_federation_that_was_edited() {
    for edit in [
        "UPDATE authority SET restricted = true WHERE authority = 1",
        "UPDATE authority SET countries = '{840}' WHERE authority = 2",
        "DELETE FROM authority WHERE authority = 2",
        "UPDATE issuer SET approvers = '{mallory}', approvals_required = 1",
    ] {
        let register = Register::with_authorities().await;
        register.tamper(edit).await;
        let audited = register.store().verify_log(&register.issuer).await;
        assert!(
            matches!(audited, Err(AuditError::State(StateDifference::Federation))),
            "{edit}: {audited:?}"
        );
    }
}

/// I5: the Swiss authority's key knows which customer the issuer will import
/// next, and has a wallet of its own bound under that reference before.
#[tokio::test]
async fn a_row_does_not_verify_what_another_authority_prepared() {
    let register = Register::with_authorities().await;
    let (finma, evil) = (acting_for(FINMA), wallet(66));
    let squat = [
        Request {
            subject: Subject::New(id(50)),
            command: Command::RegisterInvestor {
                kind: InvestorKind::NaturalPerson,
                external_id: Some(reference(9)),
            },
        },
        Request {
            subject: Subject::Investor(id(50)),
            command: Command::LinkWallet {
                wallet: evil,
                chains: ChainScope::All,
            },
        },
    ];
    for request in squat {
        register.by(&finma, request).await.unwrap();
    }
    // The issuer's own import, of a German customer.
    let german = row(
        9,
        wallet(9),
        Some(reference(9)),
        verdict("DE".parse().unwrap()),
    );
    let _ = register.by(&actor(), german).await;
    register.propose(restrict(FINMA)).await.unwrap();
    let report = register.store().wallet_report(&register.issuer, evil).await;
    let record = report.unwrap().unwrap().desired(&ONE.into());
    assert!(
        !record.is_approved(),
        "approved in Germany, on the owner's authority: {record:?}"
    );
}

/// Two signers' transactions are settled in any order, also against that of
/// their blocks.
#[tokio::test]
async fn what_the_newest_block_shows_of_an_authority_counts() {
    let register = Register::with_authorities().await;
    let off = AuthorityRestriction::cut_off(BAFIN);
    let on = AuthorityRestriction::lifted(BAFIN, RestrictionNumber(1));
    let telling = |authority| Discharge {
        authority: Some(authority),
        ..Discharge::default()
    };
    register.propose(restrict(BAFIN)).await.unwrap();
    register.tell(ONE, off).await;
    register.show(ONE, 1).await;
    let reinstate = OwnerOperation::ReinstateAuthority { authority: BAFIN };
    register.propose(reinstate).await.unwrap();
    // The old signer's reinstatement hangs; the authority is cut off again, and
    // the new signer tells so.
    register
        .sign(OLD, 0, Batch::Authority(on), telling(on))
        .await;
    register.propose(restrict(BAFIN)).await.unwrap();
    register
        .sign(NEW, 0, Batch::Authority(off), telling(off))
        .await;
    // Block 9 restricts, block 10 reinstates; block 10 is settled first.
    register
        .settle(OLD, 0, Outcome::Mined(mined(10, vec![on])))
        .await;
    register
        .settle(NEW, 0, Outcome::Mined(mined(9, vec![off])))
        .await;
    let store = register.store();
    let known = store.authorities_on_chains(&register.issuer).await.unwrap();
    assert_eq!(
        register.told(ONE, Part::Denials).await,
        [off],
        "the chain holds it reinstated, the register believes: {known:?}"
    );
}

/// What somebody else has cut off stays so, until the register has cut it off and
/// reinstated it.
#[tokio::test]
async fn what_others_cut_off_is_left_to_people() {
    let register = Register::with_authorities().await;
    assert_eq!(register.show(ONE, 3).await, [BAFIN]);
    for part in [Part::Denials, Part::Again] {
        assert_eq!(register.told(ONE, part).await, []);
    }
    register.propose(restrict(BAFIN)).await.unwrap();
    let reinstate = OwnerOperation::ReinstateAuthority { authority: BAFIN };
    register.propose(reinstate).await.unwrap();
    let on = AuthorityRestriction::lifted(BAFIN, RestrictionNumber(3));
    assert_eq!(register.told(ONE, Part::Again).await, [on]);
}

/// A reinstatement that lifted nothing: somebody else has cut the authority off
/// since.
#[tokio::test]
async fn a_reinstatement_in_vain_is_left_to_people() {
    let register = Register::with_authorities().await;
    register.propose(restrict(BAFIN)).await.unwrap();
    let off = AuthorityRestriction::cut_off(BAFIN);
    register.tell(ONE, off).await;
    register.show(ONE, 1).await;
    let reinstate = OwnerOperation::ReinstateAuthority { authority: BAFIN };
    register.propose(reinstate).await.unwrap();
    let on = register.told(ONE, Part::Again).await[0];
    let telling = Discharge {
        authority: Some(on),
        ..Discharge::default()
    };
    register.sign(OLD, 0, Batch::Authority(on), telling).await;
    register
        .settle(OLD, 0, Outcome::Mined(mined(9, vec![off])))
        .await;
    assert_eq!(register.told(ONE, Part::Again).await, []);
    let known = register.store().authorities_on_chains(&register.issuer);
    let known = known.await.unwrap();
    assert!(known[0].observed && !known[0].told, "{known:?}");
}

/// One of 500 whom the authority has verified meanwhile must not keep the other
/// 499 where they are, nor cost the approvals.
#[tokio::test]
async fn who_is_in_the_right_charge_already_keeps_nobody_back() {
    let register = Register::with_authorities().await;
    for n in [1, 2] {
        register.by(&acting_for(BAFIN), german(n)).await.unwrap();
    }
    let to_owner = OwnerOperation::ReassignInvestors {
        authority: AuthorityIndex::OWNER,
        investors: [id(1), id(2)].into(),
    };
    let by_name = Request {
        subject: Subject::Wallet(wallet(1)),
        command: Command::Verify(verdict("DE".parse().unwrap())),
    };
    register.by(&actor(), by_name).await.unwrap();
    let done = register.propose(to_owner).await;
    assert!(done.is_ok(), "{done:?}");
}

pub(crate) const OLD: Address = Address::repeat_byte(0x0D);
const NEW: Address = Address::repeat_byte(0x0E);

impl Register {
    pub(crate) async fn sign(
        &self,
        signer: Address,
        nonce: u64,
        batch: Batch,
        discharge: Discharge,
    ) {
        let signed = Signed {
            envelope: Envelope {
                nonce: Nonce(nonce),
                attempt: Attempt(0),
                gas_limit: Gas(1),
                price: GasPrice {
                    max_fee: Wei(1),
                    priority_fee: Wei(1),
                },
                head: self.store().head(&self.issuer).await.unwrap(),
                batch,
                discharge,
            },
            hash: B256::repeat_byte(7),
            raw: Bytes::from_static(&[2]),
            stored_at: UnixMillis(NOW.0 * 1000),
        };
        let lease = self.lease(ONE).await;
        let stored = self.store().store_signed(&lease, signer, &signed);
        stored.await.unwrap();
    }

    pub(crate) async fn settle(&self, signer: Address, nonce: u64, outcome: Outcome) {
        let ended = [(Nonce(nonce), outcome)];
        let target = ONE.into();
        let lease = self.lease(ONE).await;
        let settled = self.store().settle(&lease, &target, signer, &ended, NOW);
        settled.await.unwrap();
    }
}

pub(crate) fn mined(block_number: u64, authorities: Vec<AuthorityRestriction>) -> Receipt {
    Receipt {
        attempt: Attempt(0),
        block_number,
        succeeded: !authorities.is_empty(),
        gas_used: Gas(1),
        fee: Default::default(),
        records: Vec::new(),
        authorities,
    }
}
