//! Transfer rules by country: what holds, and what is announced.

use std::collections::BTreeMap;

use sqlx::{PgConnection, PgExecutor};
use symbolon_core::{
    country::Country,
    ids::IssuerId,
    log::EntryNumber,
    mirror::companion::CompanionKey,
    transfer_rules::{
        Announced, CountryRule, Schedule, Standing,
        record::{RuleKey, key_code, restored, stored},
    },
    wallet::Version,
};

use crate::{
    Result, Store, StoreError,
    codec::{bigint, issuer_key, seconds},
    companion,
};

impl Store {
    /// The transfer rules, with what is announced of them.
    pub async fn rules(&self, issuer: &IssuerId) -> Result<Schedule> {
        all(&self.pool, issuer).await
    }
}

/// All of them.
pub(crate) async fn all(executor: impl PgExecutor<'_>, issuer: &IssuerId) -> Result<Schedule> {
    let rows = sqlx::query_as!(
        RuleRow,
        "SELECT country, version, rule, announced, from_s FROM country_rule WHERE issuer = $1",
        issuer_key(issuer),
    )
    .fetch_all(executor)
    .await?;
    let rules: Result<BTreeMap<_, _>> = rows.into_iter().map(RuleRow::read).collect();
    Ok(Schedule(rules?))
}

/// Stores how one country stands.
pub(crate) async fn write(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    key: RuleKey,
    standing: Standing,
    entry: EntryNumber,
) -> Result<()> {
    let announced = standing.announced;
    sqlx::query!(
        "INSERT INTO country_rule \
             (issuer, country, version, rule, announced, from_s, changed_entry) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (issuer, country) \
         DO UPDATE SET version = excluded.version, rule = excluded.rule, \
             announced = excluded.announced, from_s = excluded.from_s, \
             changed_entry = excluded.changed_entry",
        issuer_key(issuer),
        // ISO 3166-1 numeric codes are below 1,000.
        key_code(key).cast_signed(),
        i32::from(standing.version.0),
        bigint(stored(standing.rule)),
        announced.map(|announced| bigint(stored(announced.rule))),
        announced.map(|announced| bigint(announced.from.0)),
        bigint(entry.0),
    )
    .execute(&mut *connection)
    .await?;
    // Whatever ends what was announced cannot wait.
    companion::owe(
        connection,
        issuer,
        CompanionKey::Rule(key),
        entry,
        announced.is_none(),
    )
    .await
}

struct RuleRow {
    country: i16,
    version: i32,
    rule: i64,
    announced: Option<i64>,
    from_s: Option<i64>,
}

impl RuleRow {
    fn read(self) -> Result<(RuleKey, Standing)> {
        let damaged = || StoreError::damaged(format!("country {} has no such rule", self.country));
        let key = match u16::try_from(self.country).map_err(|_| damaged())? {
            0 => None,
            code => Some(Country::from_numeric(code).ok_or_else(damaged)?),
        };
        let announced = match (self.announced, self.from_s) {
            (Some(bytes), Some(from)) => Some(Announced {
                rule: rule(bytes).ok_or_else(damaged)?,
                from: seconds(from)?,
            }),
            (None, None) => None,
            _ => return Err(damaged()),
        };
        let standing = Standing {
            version: Version(u16::try_from(self.version).map_err(|_| damaged())?),
            rule: rule(self.rule).ok_or_else(damaged)?,
            announced,
        };
        Ok((key, standing))
    }
}

/// The rule of these bytes, if they are those of one.
fn rule(bytes: i64) -> Option<Option<CountryRule>> {
    let bytes = u64::try_from(bytes).ok()?;
    let rule = restored(bytes);
    (stored(rule) == bytes).then_some(rule)
}
