//! The issuer's deployments, which share its register.

use symbolon_core::{
    ids::{InstanceName, IssuerId},
    time::UnixSeconds,
};

use crate::{
    IssuerTransaction, Result, Store, StoreError,
    codec::{bigint, issuer_key, seconds},
};

/// One of the issuer's deployments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Its name, which the issuer has once.
    pub name: InstanceName,
    /// What people call it.
    pub title: String,
    /// When it was made.
    pub created: UnixSeconds,
}

const NO_INSTANCE: StoreError = StoreError::NotFound { what: "instance" };

fn named(name: &str) -> Result<InstanceName> {
    let read = name.parse();
    read.map_err(|_| StoreError::damaged("an instance's name"))
}

impl Store {
    /// All instances of an issuer, by name.
    pub async fn instances(&self, issuer: &IssuerId) -> Result<Vec<Instance>> {
        let rows = sqlx::query!(
            "SELECT instance, title, created_s FROM instance WHERE issuer = $1 ORDER BY instance",
            issuer_key(issuer),
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Instance {
                    name: named(&row.instance)?,
                    title: row.title,
                    created: seconds(row.created_s)?,
                })
            })
            .collect()
    }

    /// One instance.
    pub async fn instance(&self, issuer: &IssuerId, name: &InstanceName) -> Result<Instance> {
        let row = sqlx::query!(
            "SELECT title, created_s FROM instance WHERE issuer = $1 AND instance = $2",
            issuer_key(issuer),
            name.as_str(),
        )
        .fetch_optional(&self.pool)
        .await?
        .ok_or(NO_INSTANCE)?;
        Ok(Instance {
            name: name.clone(),
            title: row.title,
            created: seconds(row.created_s)?,
        })
    }
}

impl IssuerTransaction {
    /// Makes an instance, under a name that the issuer has not used.
    pub async fn add_instance(&mut self, instance: &Instance) -> Result<()> {
        sqlx::query!(
            "INSERT INTO instance (issuer, instance, title, created_s) VALUES ($1, $2, $3, $4)",
            issuer_key(&self.issuer),
            instance.name.as_str(),
            &instance.title,
            bigint(instance.created.0),
        )
        .execute(&mut *self.transaction)
        .await
        .map_err(StoreError::unless_unique("an instance of this name exists"))?;
        Ok(())
    }
}
