//! One issuer on two chains, and short ways to say what happens to it.

use std::time::{Duration, Instant};

use alloy_primitives::{Address, B256};
use sqlx::{Connection, PgConnection};
use symbolon_core::{
    actor::Actor,
    command::{Command, Verdict},
    country::Country,
    ids::{ChainId, ExternalId, InvestorId, IssuerId, RegistryId},
    investor::{
        Accreditation, Attestation, InvestorKind, Level, PersonFacts, Residency, RevocationReason,
        Source, Years,
    },
    mirror::{filter::RegistryFilter, lane::Part, plan::PendingRecord},
    register::Refusal,
    time::UnixSeconds,
    wallet::{ChainScope, WalletAddress},
};
use symbolon_store::{Decision, Lease, NewChain, Request, Store, Subject};
use symbolon_testkit::database::TestDatabase;

const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) const NOW: UnixSeconds = UnixSeconds(1_790_000_000);
pub(crate) const EXPIRY: UnixSeconds = UnixSeconds(1_830_297_600);
pub(crate) const ONE: RegistryId = registry(31_337);
pub(crate) const TWO: RegistryId = registry(31_338);

const fn registry(chain: u64) -> RegistryId {
    RegistryId {
        chain: ChainId(chain),
        place: 0,
    }
}

pub(crate) struct Register {
    pub(crate) database: TestDatabase,
    pub(crate) issuer: IssuerId,
}

impl Register {
    /// An issuer with two chains and nobody in it.
    pub(crate) async fn empty() -> Self {
        Self::empty_in(TestDatabase::fresh().await).await
    }

    /// The same, in this empty database.
    pub(crate) async fn empty_in(database: TestDatabase) -> Self {
        let issuer = issuer("acme");
        open(&database.store, &issuer).await;
        Self { database, issuer }
    }

    /// With so many verified customers, each with its own wallet.
    pub(crate) async fn with_customers(count: u8) -> Self {
        let register = Self::empty().await;
        register.admit(count).await;
        register
    }

    /// Verifies so many customers, each with its own wallet.
    pub(crate) async fn admit(&self, count: u8) {
        for answer in self.decide((1..=count).map(admit).collect()).await {
            answer.unwrap();
        }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.database.store
    }

    pub(crate) async fn decide(&self, requests: Vec<Request>) -> Vec<Result<Decision, Refusal>> {
        decide(self.store(), &self.issuer, requests).await
    }

    pub(crate) async fn one(&self, subject: Subject, command: Command) -> Decision {
        let mut answers = self.decide(vec![Request { subject, command }]).await;
        answers.pop().unwrap().unwrap()
    }

    pub(crate) async fn revoke(&self, n: u8) -> Decision {
        self.one(
            Subject::Wallet(wallet(n)),
            Command::Revoke(RevocationReason::Sanctions),
        )
        .await
    }

    /// The lane to a chain, taken for as long as nobody else asks for it.
    pub(crate) async fn lease(&self, chain: RegistryId) -> Lease {
        let taken = self
            .store()
            .take_lease(&self.issuer, chain, "test", Duration::ZERO);
        taken.await.unwrap().unwrap()
    }

    /// What the chain is owed, whoever has had a turn.
    pub(crate) async fn pull(&self, chain: RegistryId, part: Part) -> Vec<PendingRecord> {
        let pulled = self
            .store()
            .pull(&self.lease(chain).await, &chain.into(), part, 100)
            .await;
        pulled.unwrap().records
    }

    /// The denials that the chain is owed.
    pub(crate) async fn denials(&self, chain: RegistryId) -> Vec<PendingRecord> {
        self.pull(chain, Part::Denials).await
    }

    /// The wallets whose turn it is.
    pub(crate) async fn in_turn(&self, chain: RegistryId) -> Vec<PendingRecord> {
        let told = self.store().told_through(&self.issuer, chain).await;
        self.pull(chain, Part::After(told.unwrap())).await
    }

    /// A connection behind the store's back.
    pub(crate) async fn raw(&self) -> PgConnection {
        PgConnection::connect(&self.database.url).await.unwrap()
    }

    pub(crate) async fn tamper(&self, statement: &'static str) {
        let done = sqlx::query(statement)
            .execute(&mut self.raw().await)
            .await
            .unwrap();
        assert!(done.rows_affected() > 0, "{statement} changed nothing");
    }

    /// Waits until the database answers this question with yes.
    pub(crate) async fn until(&self, question: &'static str) {
        let mut connection = self.raw().await;
        let begun = Instant::now();
        while !sqlx::query_scalar::<_, bool>(question)
            .fetch_one(&mut connection)
            .await
            .unwrap()
        {
            assert!(begun.elapsed() < PATIENCE, "never so: {question}");
        }
    }
}

pub(crate) async fn open(store: &Store, issuer: &IssuerId) {
    store.create_issuer(issuer, "Acme", NOW).await.unwrap();
    let mut transaction = store.begin(issuer).await.unwrap();
    for id in [ONE, TWO] {
        transaction.add_chain(&chain(id)).await.unwrap();
    }
    transaction.commit().await.unwrap();
}

pub(crate) async fn decide(
    store: &Store,
    issuer: &IssuerId,
    requests: Vec<Request>,
) -> Vec<Result<Decision, Refusal>> {
    let mut transaction = store.begin(issuer).await.unwrap();
    let answers = transaction.decide(requests, &actor(), NOW).await.unwrap();
    transaction.commit().await.unwrap();
    answers
}

pub(crate) fn chain(id: RegistryId) -> NewChain {
    NewChain {
        id,
        name: format!("chain {id}"),
        registry: Address::repeat_byte(0x77),
        identity_factory: Address::repeat_byte(0x76),
        filter: RegistryFilter::default(),
        deployed_block: 3,
        confirmations: 2,
        settings: serde_json::json!({"rpc": ["http://localhost:8545"]}),
    }
}

pub(crate) fn issuer(slug: &str) -> IssuerId {
    slug.parse().unwrap()
}

pub(crate) fn actor() -> Actor {
    Actor::command_line("maria")
}

pub(crate) fn wallet(n: u8) -> WalletAddress {
    WalletAddress::new(Address::repeat_byte(n)).unwrap()
}

pub(crate) fn id(n: u8) -> InvestorId {
    InvestorId(B256::repeat_byte(n))
}

pub(crate) fn reference(n: u8) -> ExternalId {
    format!("C-{n}").parse().unwrap()
}

/// Customer `n`, with wallet `n` and reference `C-n`.
pub(crate) fn admit(n: u8) -> Request {
    row(n, wallet(n), Some(reference(n)), verdict(Country::US))
}

pub(crate) fn row(
    new: u8,
    wallet: WalletAddress,
    external_id: Option<ExternalId>,
    verdict: Verdict,
) -> Request {
    Request {
        subject: Subject::Row {
            new: id(new),
            wallet,
            external_id: external_id.clone(),
        },
        command: Command::Admit {
            kind: InvestorKind::NaturalPerson,
            external_id,
            wallet,
            chains: ChainScope::All,
            verdict,
        },
    }
}

pub(crate) fn verdict(country: Country) -> Verdict {
    Verdict {
        level: Level::Enhanced,
        country,
        accreditation: Accreditation::Professional,
        accreditation_ends: Some(symbolon_core::time::Day(21_000)),
        us_person: country == Country::US,
        person: PersonFacts {
            least_age: Some(Years(21)),
            residency: Some(Residency::Citizen),
        },
        expiry: Some(EXPIRY),
        source: source(),
    }
}

pub(crate) fn source() -> Source {
    Source::Operator {
        operator: "Maria Keller".to_owned(),
        attestation: Attestation {
            text: "I have seen the \"originals\".".to_owned(),
            version: "2026-03".to_owned(),
        },
    }
}
