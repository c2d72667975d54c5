//! A customer, as a row of a file tells of it.

use crate::{
    command::{Command, Verdict},
    country::Country,
    ids::ExternalId,
    investor::{Accreditation, InvestorKind, Level, PersonFacts, Source},
    time::UnixSeconds,
    wallet::{ChainScope, WalletAddress},
};

/// A row that is right: a customer to admit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerRow {
    /// The line in the file at which the row begins, the first line being 1.
    pub line: u64,
    /// The customer's wallet, which stands in no earlier row.
    pub wallet: WalletAddress,
    /// The jurisdiction of residence.
    pub country: Country,
    /// Person or entity, by the investor type.
    pub kind: InvestorKind,
    /// What the customer may buy, by the investor type.
    pub accreditation: Accreditation,
    /// How thoroughly it was verified: as the file says, else as is usual for
    /// the investor type.
    pub level: Level,
    /// Whether US law treats the customer as a US person: whoever resides in
    /// the US does. A file says nothing of citizens abroad, so those are for
    /// the issuer to verify by name.
    pub us_person: bool,
    /// What was seen of the person.
    pub person: PersonFacts,
    /// When the verdict ends; `None` is never. Later than the import's `now`.
    pub expiry: Option<UnixSeconds>,
    /// The issuer's own reference. The same in several rows: several wallets of
    /// one customer, and the rows agree in everything else.
    pub external_id: Option<ExternalId>,
}

impl CustomerRow {
    /// What the row asks of the register, on all chains; `source` is whoever
    /// answers for the file.
    pub fn into_command(self, source: Source) -> Command {
        Command::Admit {
            kind: self.kind,
            external_id: self.external_id,
            wallet: self.wallet,
            chains: ChainScope::All,
            verdict: Verdict {
                level: self.level,
                country: self.country,
                accreditation: self.accreditation,
                accreditation_ends: None,
                us_person: self.us_person,
                person: self.person,
                expiry: self.expiry,
                source,
            },
        }
    }
}
