//! Making links, for the REST API and the command line alike.

use std::collections::BTreeSet;

use secrecy::{ExposeSecret, SecretString};
use symbolon_core::{
    actor::Actor,
    command::Command,
    ids::{ExternalId, InstanceName, InvestorId, IssuerId, ProviderName},
    investor::{Attested, Investor, InvestorKind},
    language::LanguageTag,
    link::{LinkId, LinkLifetime, LinkProgress, LinkToken},
    profile::{Field, Profile},
    time::UnixSeconds,
    wallet::{ChainScope, Vouched, WalletAddress},
};
use symbolon_store::{
    InvestorFilter, IssuerTransaction, Link, LinkPurpose, Request, SealedChanges, StoreError,
    Subject,
};

use crate::{
    problem::{FieldError, Problem, Result, catalog, unknown_investor},
    services::Account,
    state::{AppState, fresh_investor},
    vault::ProfileChanges,
};

/// A link that somebody wants.
#[derive(Debug)]
pub struct NewLink {
    /// For whom; nobody named is registered with it.
    pub investor: Option<InvestorId>,
    /// What somebody new is.
    pub kind: InvestorKind,
    /// The issuer's own reference of somebody new.
    pub external_id: Option<ExternalId>,
    /// Where mail reaches the person, for its profile.
    pub email: Option<SecretString>,
    /// By whom the person is to be verified.
    pub check: Check,
    /// Which wallet is to be proved.
    pub wallet: WantedWallet,
    /// In whose place it comes.
    pub replaces: Option<WalletAddress>,
    /// Where it counts.
    pub chains: ChainScope,
    /// In which language the person is spoken to; nothing for the browser's.
    pub language: Option<LanguageTag>,
    /// For how long.
    pub lifetime: LinkLifetime,
    /// Whether it is sent to the person's e-mail address, or shown to whoever asks.
    pub send: bool,
    /// Who answers for it that whoever proves a wallet is the investor, though nothing but
    /// an e-mail says so.
    pub attested: Option<Attested>,
}

/// By whom somebody is to be verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// By nobody: the link is for a wallet alone.
    None,
    /// By the issuer's only account with a provider.
    Only {
        /// The provider's level or workflow; nothing for the account's own.
        level: Option<String>,
    },
    /// By the account of this name.
    Named {
        /// Which one.
        provider: ProviderName,
        /// The provider's level or workflow; nothing for the account's own.
        level: Option<String>,
    },
}

/// Which wallet is to be proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WantedWallet {
    /// None.
    None,
    /// One of the person's choice.
    Any,
    /// This one.
    This(WalletAddress),
}

/// A link that can be stored.
#[derive(Debug)]
pub struct PreparedLink {
    registered: Option<Command>,
    email: Option<SealedChanges>,
    link: Link,
    send: bool,
}

impl PreparedLink {
    /// Its id.
    pub fn id(&self) -> LinkId {
        self.link.id
    }

    /// The same, asked for by a key that sees this instance alone: unless it is sent, what
    /// opens it is shown to that key.
    #[must_use]
    pub fn shown_to(mut self, instance: &InstanceName) -> Self {
        self.link.shown_to = (!self.send).then(|| instance.clone());
        self
    }

    /// Whether it is sent to the person.
    pub fn is_sent(&self) -> bool {
        self.send
    }
}

fn field(name: &str, code: &'static str, message: &str) -> Problem {
    Problem::invalid(vec![FieldError::new(name, code, message)])
}

/// Looks everything up that a link needs, and seals the e-mail address.
pub async fn prepare(
    state: &AppState,
    issuer: &IssuerId,
    new: &NewLink,
    by: &Actor,
) -> Result<PreparedLink> {
    state.site()?;
    if new.send && state.services.mailer.is_none() {
        return Err(Problem::plain(&catalog::NO_MAILER));
    }
    let (provider, level) = account(state, issuer, &new.check)?;
    if provider.is_none() && new.wallet == WantedWallet::None {
        let message = "the link asks for nothing: name a provider or ask for a wallet";
        return Err(field("check", "nothing_asked", message));
    }
    let now = state.clock.now();
    let Person {
        investor,
        kind,
        external_id,
        registered,
    } = whom(state, issuer, new).await?;
    let email = match &new.email {
        None => None,
        Some(email) => Some(sealed(state, issuer, investor, kind, email).await?),
    };
    if new.send && email.is_none() {
        has_address(state, issuer, investor, kind).await?;
    }
    let link = Link {
        id: LinkId(rand::random::<[u8; 16]>().into()),
        purpose: LinkPurpose {
            investor,
            provider,
            level,
            wants_wallet: new.wallet != WantedWallet::None,
            wallet: match new.wallet {
                WantedWallet::This(wallet) => Some(wallet),
                WantedWallet::Any | WantedWallet::None => None,
            },
            replaces: new.replaces,
            chains: new.chains.clone(),
            language: new.language.clone(),
            attested: new.attested.clone(),
        },
        external_id,
        progress: LinkProgress {
            expires: new.lifetime.ends(now),
            opened: None,
            started: None,
            completed: None,
            revoked: None,
        },
        challenge: None,
        shown_to: None,
        mailed: new.send,
        proved: None,
        waiting: None,
        verification: None,
        created: now,
        created_by: by.name.clone(),
    };
    Ok(PreparedLink {
        registered,
        email,
        link,
        send: new.send,
    })
}

fn account(
    state: &AppState,
    issuer: &IssuerId,
    check: &Check,
) -> Result<(Option<ProviderName>, Option<String>)> {
    let accounts = &state.services.accounts;
    let none = |detail| Problem::new(&catalog::NO_ACCOUNT, detail);
    let (found, level) = match check {
        Check::None => return Ok((None, None)),
        Check::Named { provider, level } => {
            let found = accounts.find(issuer, provider);
            let found = found.ok_or_else(|| {
                none(match names(accounts.of(issuer)) {
                    known if known.is_empty() => NO_PROVIDER.to_owned(),
                    known => format!(
                        "the issuer has no account `{provider}` with a provider: name one of {known}"
                    ),
                })
            });
            (found?, level)
        }
        Check::Only { level } => match accounts.of(issuer) {
            [] => return Err(none(NO_PROVIDER.to_owned())),
            [only] => (only, level),
            several => {
                return Err(none(format!(
                    "the issuer has several accounts with providers: name one of {} by `provider` (on the command line --provider)",
                    names(several)
                )));
            }
        },
    };
    Ok((Some(found.provider.name().clone()), level.clone()))
}

const NO_PROVIDER: &str = "the issuer has no account with a provider: add a [[provider]] to the configuration, or ask for no check by `check: false` (on the command line --no-check)";

fn names(accounts: &[Account]) -> String {
    let names = accounts
        .iter()
        .map(|account| account.provider.name().to_string());
    names.collect::<Vec<_>>().join(", ")
}

/// For whom a link is, and how the register comes to know somebody new.
struct Person {
    investor: InvestorId,
    kind: InvestorKind,
    external_id: Option<ExternalId>,
    registered: Option<Command>,
}

async fn whom(state: &AppState, issuer: &IssuerId, new: &NewLink) -> Result<Person> {
    if let Some(id) = new.investor {
        let found = state.store.investor(issuer, id).await;
        let found = found.map_err(unknown_investor)?;
        let investor = found.investor;
        if let Some(lost) = new.replaces
            && investor.wallet(lost).is_none()
        {
            let message = "not a wallet of this investor's: name the one whose key is lost";
            return Err(field("replaces", "unknown_wallet", message));
        }
        return Ok(Person {
            investor: id,
            kind: investor.kind,
            external_id: investor.external_id,
            registered: None,
        });
    }
    if new.replaces.is_some() {
        let message = "whose wallet is replaced must be named by investor";
        return Err(field("replaces", "unknown_wallet", message));
    }
    if let Some(known) = known_by(state, issuer, new.external_id.as_ref()).await? {
        let detail = format!("investor {known} has this external id already");
        return Err(Problem::new(&catalog::INVESTOR_EXISTS, detail));
    }
    Ok(Person {
        investor: fresh_investor(),
        kind: new.kind,
        external_id: new.external_id.clone(),
        registered: Some(Command::RegisterInvestor {
            kind: new.kind,
            external_id: new.external_id.clone(),
        }),
    })
}

async fn known_by(
    state: &AppState,
    issuer: &IssuerId,
    external_id: Option<&ExternalId>,
) -> Result<Option<InvestorId>> {
    let Some(external_id) = external_id else {
        return Ok(None);
    };
    let filter = InvestorFilter {
        external_id: Some(external_id.clone()),
        ..InvestorFilter::default()
    };
    let page = state.store.investors(issuer, &filter, None, 1).await?;
    Ok(page.investors.first().map(|found| found.investor.id))
}

async fn sealed(
    state: &AppState,
    issuer: &IssuerId,
    investor: InvestorId,
    kind: InvestorKind,
    email: &SecretString,
) -> Result<SealedChanges> {
    let mut known = Profile::empty(kind);
    let value = email.expose_secret().into();
    known.set(Field::Email, &value).map_err(|_| {
        field(
            "email",
            "bad_value",
            "write an e-mail address, such as name@example.com",
        )
    })?;
    let changes = ProfileChanges {
        known,
        forgotten: BTreeSet::new(),
    };
    Ok(state.vault()?.seal(issuer, investor, &changes).await?)
}

async fn has_address(
    state: &AppState,
    issuer: &IssuerId,
    investor: InvestorId,
    kind: InvestorKind,
) -> Result<()> {
    let profile = state.vault()?.open(issuer, investor, kind).await?;
    match profile.get(Field::Email) {
        Some(_) => Ok(()),
        None => Err(Problem::plain(&catalog::NO_EMAIL)),
    }
}

/// Stores a link in a transaction of the issuer's, with what belongs to it. The token's
/// hash is kept where the link is shown; where it is sent, each letter brings its own.
pub async fn store(
    transaction: &mut IssuerTransaction,
    prepared: &PreparedLink,
    token: Option<&LinkToken>,
    by: &Actor,
    now: UnixSeconds,
) -> Result<()> {
    let investor = prepared.link.purpose.investor;
    if prepared.send && prepared.registered.is_none() {
        may_be_sent(transaction, &prepared.link).await?;
    }
    if let Some(command) = &prepared.registered {
        decide(transaction, Subject::New(investor), command, by, now).await?;
    }
    if let Some(email) = &prepared.email {
        let fields = [Field::Email].into();
        let changed = Command::ChangeProfile { fields };
        decide(transaction, Subject::Investor(investor), &changed, by, now).await?;
        transaction.keep_profile(investor, email, now).await?;
    }
    let id = prepared.link.id;
    let offered = Command::OfferLink { link: id };
    decide(transaction, Subject::Investor(investor), &offered, by, now).await?;
    let hash = token.map(LinkToken::hash);
    transaction.add_link(&prepared.link, hash).await?;
    if prepared.send {
        write_letter(transaction, prepared.link.id, now).await?;
    }
    Ok(())
}

/// Wants a link to be sent again.
pub async fn send(
    transaction: &mut IssuerTransaction,
    link: &Link,
    now: UnixSeconds,
) -> Result<()> {
    may_be_sent(transaction, link).await?;
    Ok(write_letter(transaction, link.id, now).await?)
}

/// Refuses to send what would bind a wallet by an e-mail alone to somebody who was judged.
async fn may_be_sent(transaction: &mut IssuerTransaction, link: &Link) -> Result<()> {
    let investor = transaction.investor(link.purpose.investor).await;
    let investor = investor.map_err(unknown_investor)?.investor;
    let sent = Link {
        mailed: true,
        ..link.clone()
    };
    Ok(vouched(&sent).is_enough_for(&investor)?)
}

/// Who acts by a link, as the log names them.
pub(crate) fn actor(investor: &Investor) -> Actor {
    Actor {
        authority: investor.authority,
        ..Actor::system("link")
    }
}

/// What says that whoever proves a wallet by this link is its investor.
pub(crate) fn vouched(link: &Link) -> Vouched {
    let purpose = &link.purpose;
    let is_attested = purpose.attested.is_some();
    match is_by_email(link) && (is_attested || purpose.provider.is_none()) {
        true => Vouched::ByEmail(purpose.attested.clone()),
        false => Vouched::Otherwise,
    }
}

/// Whether a wallet that is proved by this link is bound by the check alone, once that is
/// passed: until then nothing but an e-mail says that its holder is the investor.
pub(crate) fn waits_for_check(link: &Link, investor: &Investor) -> bool {
    let purpose = &link.purpose;
    let is_checked_alone = purpose.provider.is_some() && purpose.attested.is_none();
    is_by_email(link) && is_checked_alone && investor.status.is_judged()
}

/// Whether whoever reads the mailbox may choose a wallet by this link.
fn is_by_email(link: &Link) -> bool {
    link.mailed && link.purpose.wants_wallet && link.purpose.wallet.is_none()
}

async fn write_letter(
    transaction: &mut IssuerTransaction,
    link: LinkId,
    now: UnixSeconds,
) -> Result<(), StoreError> {
    let due = symbolon_core::time::UnixMillis(now.0 * 1_000);
    let id = rand::random::<[u8; 16]>().into();
    transaction.write_letter(id, link, due).await
}

async fn decide(
    transaction: &mut IssuerTransaction,
    subject: Subject,
    command: &Command,
    by: &Actor,
    now: UnixSeconds,
) -> Result<()> {
    let request = Request {
        subject,
        command: command.clone(),
    };
    let mut answers = transaction.decide(vec![request], by, now).await?;
    match answers.pop() {
        Some(answer) => Ok(answer.map(drop)?),
        None => Err(Problem::plain(&catalog::INTERNAL)),
    }
}

/// The link as it stands.
pub fn link(prepared: &PreparedLink) -> &Link {
    &prepared.link
}
