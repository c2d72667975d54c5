//! What instances do with their customers, for the REST API and the command line alike.

pub mod changing;
pub mod export;
pub mod linking;
pub mod offering;
pub mod opening;
mod own;
pub mod shown;

use std::collections::BTreeSet;

use symbolon_core::{
    actor::Actor,
    command::Command,
    customer::{CustomerData, CustomerId, MOST_NOTES, ReferenceKey, WantedChange},
    ids::{ExternalId, InstanceName, InvestorId, IssuerId},
    investor::InvestorKind,
    profile::{Field, Personal},
    register::Refusal,
    time::UnixSeconds,
};
use symbolon_store::{
    Customer, CustomerRecord, Decision, IssuerTransaction, NewCustomer, Request, SealedChanges,
    SealedData, SealedNote, StoreError, Subject,
};
use symbolon_vault::CustomerPlace;

use crate::{
    problem::{Problem, Result, catalog, unknown_investor},
    state::{AppState, fresh_investor},
    vault::{IdStandard, ProfileChanges},
};
pub use changing::changeable;
use changing::logged;
pub(crate) use own::own;

/// How often something is prepared anew that somebody else's change has overtaken.
pub const TRIES: u32 = 8;

/// A customer that somebody wants.
#[derive(Debug)]
pub struct Wanted {
    /// On whom it stands.
    pub whom: Whom,
    /// The instance's own reference.
    pub external_id: Option<ExternalId>,
    /// What the instance knows of it.
    pub data: Option<CustomerData>,
}

/// On whom a customer stands.
#[derive(Debug)]
pub enum Whom {
    /// An investor of the register.
    Known(InvestorId),
    /// Somebody new, unless the profile tells that the register knows the person.
    New {
        /// Person or entity.
        kind: InvestorKind,
        /// What is known beyond a verdict, for the vault; not taken in where the person
        /// is known.
        profile: Option<ProfileChanges>,
        /// By which id somebody new goes.
        id: IdStandard,
    },
}

/// A customer that can be stored.
#[derive(Debug)]
pub struct Prepared {
    id: CustomerId,
    investor: InvestorId,
    new: Option<(InvestorKind, Option<NewProfile>)>,
    external_id: Option<ExternalId>,
    data: SealedData,
    /// What was given of the person beyond what it is known by.
    given: BTreeSet<Field>,
}

/// A customer that was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The customer.
    pub customer: Customer,
    /// Whether the register knew its investor before.
    pub investor_known: bool,
    /// Fields of the given profile that were not taken in, since the register knew the
    /// person. Those that say who the person is are the same. Of the others nobody is told
    /// whether the vault has them, or what they say there: whoever only makes customers
    /// could try values out.
    pub not_taken: BTreeSet<Field>,
}

type NewProfile = (BTreeSet<Field>, SealedChanges);

impl Prepared {
    /// Its id.
    pub const fn id(&self) -> CustomerId {
        self.id
    }
}

/// Looks everything up that a customer needs, and seals what is known of it.
pub async fn prepare(
    state: &AppState,
    issuer: &IssuerId,
    instance: &InstanceName,
    wanted: &Wanted,
) -> Result<Prepared> {
    let id = CustomerId(rand::random::<[u8; 16]>().into());
    let (investor, new) = match &wanted.whom {
        Whom::Known(investor) => {
            let found = state.store.investor(issuer, *investor).await;
            Refusal::unless_known(&found.map_err(unknown_investor)?.investor)?;
            (*investor, None)
        }
        Whom::New {
            kind,
            profile: None,
            ..
        } => (fresh_investor(), Some((*kind, None))),
        Whom::New {
            kind,
            profile: Some(profile),
            id,
        } => {
            let vault = state.vault()?;
            let known = vault.identify(issuer, &profile.known, *id).await?;
            let investor = known.unwrap_or_else(fresh_investor);
            let sealed = vault.seal(issuer, investor, profile).await?;
            let profile = (profile.fields(), sealed);
            (investor, Some((*kind, Some(profile))))
        }
    };
    let given = match &wanted.whom {
        Whom::New {
            profile: Some(profile),
            ..
        } => {
            let given = profile.known.values().map(|(field, _)| field);
            given.filter(|field| !field.identifies()).collect()
        }
        _ => BTreeSet::new(),
    };
    let data = match &wanted.data {
        None => SealedData::default(),
        Some(data) => {
            let place = CustomerPlace {
                issuer,
                investor,
                instance,
                customer: id,
            };
            state.vault()?.seal_data(&place, Some(data)).await?
        }
    };
    Ok(Prepared {
        id,
        investor,
        new,
        external_id: wanted.external_id.clone(),
        data,
        given,
    })
}

/// Stores a customer in a transaction of the issuer's, with the investor where that is
/// new.
pub async fn store(
    transaction: &mut IssuerTransaction,
    instance: &InstanceName,
    prepared: &Prepared,
    reference: &ReferenceKey,
    by: &Actor,
    now: UnixSeconds,
) -> Result<Made> {
    let investor = prepared.investor;
    let external_id = prepared.external_id.as_ref();
    // Before anything is done, so that a batch goes on without it.
    transaction
        .customer_is_new(instance, investor, external_id)
        .await?;
    let investor_known = match (transaction.investor(investor).await, &prepared.new) {
        (Ok(_), _) => true,
        (Err(StoreError::NotFound { .. }), Some((kind, profile))) => {
            register(transaction, investor, *kind, profile.as_ref(), by, now).await?;
            false
        }
        (Err(error), _) => return Err(unknown_investor(error)),
    };
    let new = NewCustomer {
        id: prepared.id,
        investor,
        registered_investor: !investor_known,
        external_id: prepared.external_id.clone(),
        reference: reference.hash(transaction.issuer(), instance),
        created_by: by.name.clone(),
    };
    let added = Command::AddCustomer {
        instance: instance.clone(),
    };
    decide(transaction, Subject::Investor(investor), added, by, now).await?;
    transaction.add_customer(instance, &new, now).await?;
    if prepared.data.data.is_some() {
        transaction
            .keep_customer_data(instance, prepared.id, &prepared.data, now)
            .await?;
    }
    let not_taken = match investor_known {
        true => prepared.given.clone(),
        false => BTreeSet::new(),
    };
    Ok(Made {
        customer: transaction.lock_customer(instance, prepared.id).await?,
        investor_known,
        not_taken,
    })
}

async fn register(
    transaction: &mut IssuerTransaction,
    investor: InvestorId,
    kind: InvestorKind,
    profile: Option<&NewProfile>,
    by: &Actor,
    now: UnixSeconds,
) -> Result<()> {
    // The external id is the instance's, and the register's would be everybody's.
    let registered = Command::RegisterInvestor {
        kind,
        external_id: None,
    };
    decide(transaction, Subject::New(investor), registered, by, now).await?;
    if let Some((fields, sealed)) = profile {
        let fields = fields.clone();
        let changed = Command::ChangeProfile { fields };
        decide(transaction, Subject::Investor(investor), changed, by, now).await?;
        transaction.keep_profile(investor, sealed, now).await?;
    }
    Ok(())
}

pub(crate) async fn decide(
    transaction: &mut IssuerTransaction,
    subject: Subject,
    command: Command,
    by: &Actor,
    now: UnixSeconds,
) -> Result<Decision> {
    let request = Request { subject, command };
    let mut answers = transaction.decide(vec![request], by, now).await?;
    match answers.pop() {
        Some(answer) => Ok(answer?),
        None => Err(Problem::plain(&catalog::INTERNAL)),
    }
}

/// A note, sealed under the number that comes next.
#[derive(Debug)]
pub struct PreparedNote {
    customer: CustomerId,
    investor: InvestorId,
    number: u32,
    sealed: symbolon_core::profile::Sealed,
}

/// Seals a note.
pub async fn prepare_note(
    state: &AppState,
    issuer: &IssuerId,
    instance: &InstanceName,
    found: &CustomerRecord,
    note: &Personal,
) -> Result<PreparedNote> {
    Refusal::unless_known(&found.investor)?;
    let number = found.customer.notes + 1;
    if number > MOST_NOTES {
        return Err(Problem::plain(&catalog::TOO_MANY_NOTES));
    }
    let place = place(issuer, instance, &found.customer);
    Ok(PreparedNote {
        customer: found.customer.id,
        investor: found.customer.investor,
        number,
        sealed: state.vault()?.seal_note(&place, number, note).await?,
    })
}

/// Stores a note.
pub async fn store_note(
    transaction: &mut IssuerTransaction,
    instance: &InstanceName,
    prepared: &PreparedNote,
    by: &Actor,
    now: UnixSeconds,
) -> Result<Customer> {
    let customer = changeable(transaction, instance, prepared.customer).await?;
    still_on(&customer, prepared.investor)?;
    logged(
        transaction,
        instance,
        &customer,
        WantedChange::Note,
        by,
        now,
    )
    .await?;
    let note = SealedNote {
        number: prepared.number,
        sealed: prepared.sealed.clone(),
        author: by.name.clone(),
        written: now,
    };
    match transaction.add_note(instance, customer.id, &note).await? {
        true => Ok(transaction.lock_customer(instance, customer.id).await?),
        false => Err(overtaken()),
    }
}

/// Something was sealed for one investor, and the customer stands on another by now.
pub(crate) fn still_on(customer: &Customer, investor: InvestorId) -> Result<()> {
    match customer.investor == investor {
        true => Ok(()),
        false => Err(overtaken()),
    }
}

fn overtaken() -> Problem {
    Problem::plain(&catalog::CUSTOMER_CHANGED)
}

/// Whether somebody else was quicker, so that the same may be prepared anew.
pub fn is_overtaken(problem: &Problem) -> bool {
    problem.kind.code == catalog::CUSTOMER_CHANGED.code
}

/// Where a customer's sealed parts are.
pub fn place<'a>(
    issuer: &'a IssuerId,
    instance: &'a InstanceName,
    customer: &Customer,
) -> CustomerPlace<'a> {
    CustomerPlace {
        issuer,
        investor: customer.investor,
        instance,
        customer: customer.id,
    }
}
