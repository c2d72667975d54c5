//! An instance's customers, written out page by page, for the REST API and the command
//! line alike: what the register says of each, for anybody who may see the instance; with
//! what the instance knows of them, for a purpose that the log has.

use serde::Serialize;
use symbolon_core::{
    actor::Actor,
    command::Command,
    custody::Remark,
    ids::{InstanceName, IssuerId},
    register::Refusal,
    time::UnixSeconds,
    verdict::RestrictedAuthorities,
};
use symbolon_store::{CustomerFilter, CustomerPage, CustomerRecord, Request, Subject};

use super::{
    opening::{Opening, open},
    shown::{CustomerBody, CustomerWithData, OpenedBody},
};
use crate::{
    csv,
    problem::Result,
    rest::{
        model::holds,
        words::{AccreditationWord, Level, word},
    },
    state::AppState,
};

/// Customers in one page.
const PAGE: u32 = 500;
/// Customers whose data is opened in one transaction: a revocation waits for it.
const BATCH: u32 = 100;

/// The table's first line.
const HEADER: &str = "customer,externalId,status,archived,erased,verified,registerStatus,level,\
    country,accreditation,expiry,wallets,investor,created,changed\r\n";

/// How customers are written.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A table that spreadsheets open without harm, without personal data.
    Csv,
    /// A line of JSON each, without personal data.
    Lines,
    /// The same with data and notes.
    WithData {
        /// What for; the log has it before anything is opened.
        purpose: Remark,
        /// Who takes them out.
        by: Actor,
    },
}

/// Some customers, as they are written.
#[derive(Debug)]
pub struct Written {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// How many customers they are.
    pub customers: u64,
}

/// An export that goes on.
pub struct Export {
    state: AppState,
    issuer: IssuerId,
    instance: InstanceName,
    filter: CustomerFilter,
    shape: Shape,
    restricted: RestrictedAuthorities,
    now: UnixSeconds,
    /// What comes next, still to be written.
    next: Option<CustomerPage>,
}

impl Export {
    /// Begins one. Nothing is opened yet.
    pub async fn begin(
        state: &AppState,
        issuer: &IssuerId,
        instance: &InstanceName,
        filter: CustomerFilter,
        shape: Shape,
    ) -> Result<Self> {
        if matches!(shape, Shape::WithData { .. }) {
            state.vault()?;
        }
        let mut export = Self {
            restricted: state.store.restricted_authorities(issuer).await?,
            now: state.clock.now(),
            state: state.clone(),
            issuer: issuer.clone(),
            instance: instance.clone(),
            filter,
            shape,
            next: None,
        };
        export.next = Some(export.page(None).await?);
        Ok(export)
    }

    /// Whether nobody is to be written.
    pub fn is_empty(&self) -> bool {
        let page = self.next.as_ref();
        page.is_none_or(|page| page.customers.is_empty())
    }

    /// What stands above all customers.
    pub fn head(&self) -> &'static [u8] {
        match self.shape {
            Shape::Csv => HEADER.as_bytes(),
            Shape::Lines | Shape::WithData { .. } => b"",
        }
    }

    /// The next customers; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Written>> {
        let Some(page) = self.next.take() else {
            return Ok(None);
        };
        let customers = page.customers.len() as u64;
        let bytes = self.written(page.customers).await?;
        if page.next.is_some() {
            self.next = Some(self.page(page.next).await?);
        }
        Ok(Some(Written { bytes, customers }))
    }

    async fn page(&self, after: Option<u64>) -> Result<CustomerPage> {
        let limit = match self.shape {
            Shape::Csv | Shape::Lines => PAGE,
            Shape::WithData { .. } => BATCH,
        };
        let (issuer, instance) = (&self.issuer, &self.instance);
        let store = &self.state.store;
        let page = store.customers(issuer, instance, &self.filter, after, limit);
        Ok(page.await?)
    }

    async fn written(&self, customers: Vec<CustomerRecord>) -> Result<Vec<u8>> {
        let mut out = Vec::with_capacity(128 * 1024);
        match &self.shape {
            Shape::Csv => {
                for record in &customers {
                    row(record, self.restricted, self.now, &mut out);
                }
            }
            Shape::Lines => {
                for record in customers {
                    line(&self.shown(record), &mut out);
                }
            }
            Shape::WithData { purpose, by } => {
                for one in self.opened(customers, purpose, by).await? {
                    line(&one, &mut out);
                }
            }
        }
        Ok(out)
    }

    fn shown(&self, record: CustomerRecord) -> CustomerBody {
        CustomerBody::new(&self.instance, record, self.restricted, self.now)
    }

    /// Customers with what is known of them.
    async fn opened(
        &self,
        customers: Vec<CustomerRecord>,
        purpose: &Remark,
        by: &Actor,
    ) -> Result<Vec<CustomerWithData>> {
        let mut all = Vec::with_capacity(customers.len());
        let (mut changed, mut places) = (Vec::new(), Vec::new());
        for (record, opening) in self.tried(customers, purpose, by).await? {
            if let Some(Opening::Changed(record)) = &opening {
                changed.push(CustomerRecord::clone(record));
                places.push(all.len());
            }
            all.push(self.shown_with(record, opening)?);
        }
        // Who moved meanwhile is put on record as who it is by now, once: whoever moves
        // again is written without what is known.
        let again = self.tried(changed, purpose, by).await?;
        for (place, (record, opening)) in places.into_iter().zip(again) {
            all[place] = self.shown_with(record, opening)?;
        }
        Ok(all)
    }

    fn shown_with(
        &self,
        record: CustomerRecord,
        opening: Option<Opening>,
    ) -> Result<CustomerWithData> {
        let (record, opened) = match opening {
            Some(Opening::Known(opened)) => (record, Some(OpenedBody::new(&opened)?)),
            Some(Opening::Changed(now)) => (*now, None),
            None => (record, None),
        };
        Ok(CustomerWithData {
            customer: self.shown(record),
            opened,
        })
    }

    /// Puts customers on record, then opens them; nothing of whom nobody knows any more
    /// who it is.
    async fn tried(
        &self,
        customers: Vec<CustomerRecord>,
        purpose: &Remark,
        by: &Actor,
    ) -> Result<Vec<(CustomerRecord, Option<Opening>)>> {
        if customers.is_empty() {
            return Ok(Vec::new());
        }
        let requests = customers.iter().map(|record| Request {
            subject: Subject::Investor(record.investor.id),
            command: Command::ExportCustomer {
                instance: self.instance.clone(),
                purpose: purpose.clone(),
            },
        });
        let mut transaction = self.state.store.begin(&self.issuer).await?;
        let now = self.state.clock.now();
        let decided = transaction.decide(requests.collect(), by, now).await?;
        transaction.commit().await?;
        let mut all = Vec::with_capacity(customers.len());
        for (record, decided) in customers.into_iter().zip(decided) {
            let (issuer, instance) = (&self.issuer, &self.instance);
            let opening = match decided {
                Ok(_) => Some(open(&self.state, issuer, instance, &record.customer).await?),
                // Of somebody merged the customer stands elsewhere by now.
                Err(Refusal::Merged(_)) => {
                    let found = self
                        .state
                        .store
                        .customer(issuer, instance, record.customer.id);
                    Some(Opening::Changed(Box::new(found.await?)))
                }
                Err(Refusal::Erased) => None,
                Err(refusal) => return Err(refusal.into()),
            };
            all.push((record, opening));
        }
        Ok(all)
    }
}

fn row(
    record: &CustomerRecord,
    restricted: RestrictedAuthorities,
    now: UnixSeconds,
    out: &mut Vec<u8>,
) {
    let CustomerRecord { customer, investor } = record;
    let verdict = investor.status.verdict();
    let moment = |at: Option<UnixSeconds>| at.map(|at| at.to_string()).unwrap_or_default();
    let wallets = investor.wallets.iter();
    let wallets: Vec<_> = wallets.map(|wallet| wallet.address.to_string()).collect();
    let words = verdict.map(|verdict| {
        let level = word(&Level::from(verdict.level));
        let accreditation = AccreditationWord::from(verdict.accreditation_at(now));
        (level, accreditation.as_str())
    });
    let (level, accreditation) = words.unwrap_or_default();
    csv::line(
        out,
        &[
            &customer.id.to_string(),
            customer.external_id.as_ref().map_or("", |id| id.as_str()),
            customer.status.as_str(),
            &moment(customer.archived),
            &moment(customer.erased),
            match holds(investor, restricted, now) {
                true => "true",
                false => "false",
            },
            investor.status.name().as_str(),
            &level,
            verdict.map_or("", |verdict| verdict.country.alpha2()),
            accreditation,
            &moment(verdict.and_then(|verdict| verdict.expiry)),
            &wallets.join(" "),
            &investor.id.to_string(),
            &customer.created.to_string(),
            &customer.changed.to_string(),
        ],
    );
}

fn line(value: &impl Serialize, out: &mut Vec<u8>) {
    // Writing to memory a value without odd maps cannot fail.
    let _ = serde_json::to_writer(&mut *out, value);
    out.push(b'\n');
}
