//! An upload's parameters: who answers for the file, and how to read it.

use serde::Deserialize;
use symbolon_core::{
    ids::IssuerId,
    import::{ColumnMap, Field, Mapping},
    investor::Source,
};
use utoipa::IntoParams;

use crate::{
    extract::Check,
    problem::{FieldError, Problem, Result, catalog},
    rest::verdicts,
    state::AppState,
};

/// Who answers for the file, and how to read it.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct UploadQuery {
    /// Who answers for every verdict in the file, by name.
    #[param(example = "maria.keller")]
    operator: String,
    /// The whole text that they signed.
    attestation_text: String,
    /// The issuer's version of that text.
    #[param(example = "2026-03")]
    attestation_version: String,
    /// This file's own column names, each as `NAME=FIELD`; may be repeated.
    /// They go before the issuer's column map.
    #[serde(default, deserialize_with = "one_or_many")]
    #[param(example = json!(["Kunde Wallet=wallet"]))]
    map: Vec<String>,
    /// `true` judges the file and stores nothing.
    #[param(value_type = Option<bool>, default = false)]
    dry_run: Option<String>,
}

fn one_or_many<'de, D: serde::Deserializer<'de>>(values: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    Ok(match OneOrMany::deserialize(values)? {
        OneOrMany::One(value) => vec![value],
        OneOrMany::Many(values) => values,
    })
}

impl UploadQuery {
    pub(super) fn source(&self) -> Result<Source> {
        let mut check = Check::default();
        let source = verdicts::source(
            &mut check,
            "",
            &self.operator,
            &self.attestation_text,
            &self.attestation_version,
        );
        check.finish(source).map_err(invalid_parameters)
    }

    pub(super) fn is_dry_run(&self) -> Result<bool> {
        match self.dry_run.as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => {
                let error = FieldError::new("dry_run", "unknown_value", "use `true` or `false`");
                Err(invalid_parameters(vec![error]))
            }
        }
    }

    /// The file's own column names before the issuer's.
    pub(super) async fn columns(&self, state: &AppState, issuer: &IssuerId) -> Result<ColumnMap> {
        let wrong =
            |error: String| invalid_parameters(vec![FieldError::new("map", "bad_mapping", error)]);
        let own = ColumnMap::parse(&self.map).map_err(|error| wrong(error.to_string()))?;
        let issuers = state.store.column_map(issuer).await?;
        let issuers = issuers.into_iter().filter_map(|(column, field)| {
            let field = field.parse::<Field>().ok()?;
            own.field_of(&column)
                .is_none()
                .then_some(Mapping { column, field })
        });
        let named = own.iter().map(|(column, field)| Mapping {
            column: column.to_owned(),
            field,
        });
        let all = ColumnMap::new(named.chain(issuers)).map_err(|error| wrong(error.to_string()))?;
        Ok(all.needing(&own))
    }
}

fn invalid_parameters(errors: Vec<FieldError>) -> Problem {
    Problem::of_fields(&catalog::INVALID_PARAMETER, errors)
}
