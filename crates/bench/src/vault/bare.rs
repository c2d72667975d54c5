//! The same by hand: AES-GCM without a vault, and the same statements without a store.

use std::collections::BTreeMap;

use aes_gcm::{
    Aes256Gcm, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use anyhow::{Context, Result, bail, ensure};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use sqlx::{Executor, PgPool, Row as _, postgres::PgPoolOptions};
use symbolon_core::{ids::InvestorId, profile::Field};
use symbolon_server::vault::ProfileChanges;

use crate::stage::{Register, now};

const MASTER: [u8; 32] = [7; 32];

/// The two databases.
pub(super) struct Bare {
    register: PgPool,
    keys: PgPool,
    issuer: i64,
}

impl Bare {
    pub(super) async fn of(register: &Register) -> Result<Self> {
        let keys = match register.url.split_once('?') {
            Some((url, rest)) => format!("{url}_keys?{rest}"),
            None => format!("{}_keys", register.url),
        };
        let pool = || PgPoolOptions::new().test_before_acquire(false);
        let (register, keys) = (
            pool().connect(&register.url).await?,
            pool().connect(&keys).await?,
        );
        let issuer = sqlx::query_scalar("SELECT issuer FROM issuer");
        Ok(Self {
            issuer: issuer.fetch_one(&register).await?,
            register,
            keys,
        })
    }

    pub(super) async fn close(&self) {
        self.register.close().await;
        self.keys.close().await;
    }

    /// A new profile: sealed, stored, and opened again.
    pub(super) async fn seal_and_open(
        &self,
        changes: &ProfileChanges,
        investor: InvestorId,
    ) -> Result<()> {
        self.seal(changes, investor).await?;
        self.open(investor).await
    }

    async fn seal(&self, changes: &ProfileChanges, investor: InvestorId) -> Result<()> {
        let (issuer, id) = (self.issuer, investor.0.as_slice());
        ensure!(self.wrapped(id).await?.is_none(), "nobody's yet");
        let values = "SELECT field, sealed FROM profile_value WHERE issuer = $1 AND investor = $2";
        let none = sqlx::query(values).bind(issuer).bind(id);
        ensure!(none.fetch_all(&self.register).await?.is_empty(), "nothing");
        let key: [u8; 32] = rand::random();
        sqlx::query(
            "INSERT INTO person_key (issuer, investor, master, wrapped) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (issuer, investor) DO NOTHING",
        )
        .bind(issuer)
        .bind(id)
        .bind("0123456789abcdef")
        .bind(encrypt(&MASTER, &key, id)?)
        .execute(&self.keys)
        .await?;
        let wrapped = self.wrapped(id).await?.context("it was kept")?;
        let key = unwrap(&wrapped, id)?;

        let (mut fields, mut sealed) = (Vec::new(), Vec::new());
        for (field, value) in changes.known.values() {
            fields.push(field.as_str().to_owned());
            let bound = bound(id, field.as_str());
            sealed.push(encrypt(&key, value.expose().as_bytes(), &bound)?);
        }
        let (mut found_by, mut digests) = (Vec::new(), Vec::new());
        for (field, term) in changes.known.search_terms() {
            found_by.push(field.as_str().to_owned());
            let mut mac = Hmac::<Sha256>::new_from_slice(&MASTER)?;
            mac.update(term.expose().as_bytes());
            digests.push(mac.finalize().into_bytes().to_vec());
        }
        let mut connection = self.register.acquire().await?;
        connection
            .execute(
                "BEGIN; SET LOCAL plan_cache_mode = force_custom_plan; \
                 SET LOCAL idle_in_transaction_session_timeout = '5s'",
            )
            .await?;
        let head = sqlx::query(
            "SELECT head_number, head_hash, commits FROM issuer WHERE issuer = $1 FOR UPDATE",
        )
        .bind(issuer)
        .fetch_one(&mut *connection)
        .await?;
        sqlx::query(
            "INSERT INTO profile_value (issuer, investor, field, sealed, changed_s) \
             SELECT $1, $2, r.field, r.sealed, $5 \
             FROM unnest($3::text[], $4::bytea[]) AS r (field, sealed) WHERE r.sealed IS NOT NULL \
             ON CONFLICT (issuer, investor, field) \
             DO UPDATE SET sealed = excluded.sealed, changed_s = excluded.changed_s",
        )
        .bind(issuer)
        .bind(id)
        .bind(&fields)
        .bind(&sealed)
        .bind(i64::try_from(now().0)?)
        .execute(&mut *connection)
        .await?;
        sqlx::query(
            "DELETE FROM profile_term WHERE issuer = $1 AND investor = $2 AND field = ANY($3)",
        )
        .bind(issuer)
        .bind(id)
        .bind(&fields)
        .execute(&mut *connection)
        .await?;
        sqlx::query(
            "INSERT INTO profile_term (issuer, field, digest, investor) \
             SELECT $1, r.field, r.digest, $2 \
             FROM unnest($3::text[], $4::bytea[]) AS r (field, digest)",
        )
        .bind(issuer)
        .bind(id)
        .bind(&found_by)
        .bind(&digests)
        .execute(&mut *connection)
        .await?;
        sqlx::query(
            "UPDATE issuer SET head_number = $2, head_hash = $3, commits = commits + 1 \
             WHERE issuer = $1 AND head_number = $2",
        )
        .bind(issuer)
        .bind(head.try_get::<i64, _>("head_number")?)
        .bind(head.try_get::<Vec<u8>, _>("head_hash")?)
        .execute(&mut *connection)
        .await?;
        connection.execute("COMMIT").await?;
        Ok(())
    }

    async fn open(&self, investor: InvestorId) -> Result<()> {
        let id = investor.0.as_slice();
        let values = "SELECT field, sealed FROM profile_value WHERE issuer = $1 AND investor = $2";
        let values = sqlx::query(values).bind(self.issuer).bind(id);
        let values = values.fetch_all(&self.register).await?;
        let wrapped = self.wrapped(id).await?.context("it has a key")?;
        let key = unwrap(&wrapped, id)?;
        let mut opened = BTreeMap::new();
        for row in values {
            let field: String = row.try_get("field")?;
            let sealed: Vec<u8> = row.try_get("sealed")?;
            let value = decrypt(&key, &sealed, &bound(id, &field))?;
            opened.insert(field.parse::<Field>()?, String::from_utf8(value)?);
        }
        ensure!(opened.len() == 8, "all of it is there");
        Ok(())
    }

    async fn wrapped(&self, id: &[u8]) -> Result<Option<Vec<u8>>> {
        let row = sqlx::query(
            "SELECT master, wrapped FROM person_key WHERE issuer = $1 AND investor = $2",
        )
        .bind(self.issuer)
        .bind(id)
        .fetch_optional(&self.keys)
        .await?;
        Ok(row.map(|row| row.try_get("wrapped")).transpose()?)
    }
}

fn bound(id: &[u8], field: &str) -> Vec<u8> {
    [id, field.as_bytes()].concat()
}

fn unwrap(wrapped: &[u8], id: &[u8]) -> Result<[u8; 32]> {
    match <[u8; 32]>::try_from(decrypt(&MASTER, wrapped, id)?) {
        Ok(key) => Ok(key),
        Err(_) => bail!("it has 32 bytes"),
    }
}

fn encrypt(key: &[u8; 32], msg: &[u8], aad: &[u8]) -> Result<Vec<u8>> {
    let nonce: [u8; 12] = rand::random();
    let cipher = Aes256Gcm::new(key.into());
    let sealed = cipher.encrypt(&Nonce::from(nonce), Payload { msg, aad });
    let sealed = sealed.ok().context("it is short enough")?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn decrypt(key: &[u8; 32], bytes: &[u8], aad: &[u8]) -> Result<Vec<u8>> {
    let (nonce, msg) = bytes.split_first_chunk::<12>().context("it has a nonce")?;
    let cipher = Aes256Gcm::new(key.into());
    let opened = cipher.decrypt(&Nonce::from(*nonce), Payload { msg, aad });
    opened.ok().context("it was sealed so")
}
