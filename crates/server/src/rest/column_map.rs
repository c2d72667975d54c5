//! The issuer's own names for the columns of its customer files.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use symbolon_core::import::{ColumnMap, Field};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Refused;
use crate::{
    auth::Caller,
    extract::Body,
    problem::{FieldError, Problem, Result},
    state::AppState,
};

const MOST_COLUMNS: usize = 100;
const LONGEST_NAME: usize = 200;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show, replace))
}

/// Which column holds what.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ColumnMap)]
pub(super) struct ColumnMapBody {
    /// Column names, each with `wallet`, `country`, `expiry`, `investorType`,
    /// `level` or `externalId`. Case, blanks, `_` and `-` do not matter.
    #[schema(example = json!({"Kunde Wallet": "wallet", "Land": "country"}))]
    columns: BTreeMap<String, String>,
}

/// Show the column map
///
/// The issuer's own names, which imports try before the usual ones.
#[utoipa::path(
    get, path = "/column-map", operation_id = "show_column_map", tag = "Imports",
    responses((status = 200, description = "The column map", body = ColumnMapBody))
)]
async fn show(caller: Caller, State(state): State<AppState>) -> Result<Json<ColumnMapBody>> {
    let columns = state.store.column_map(&caller.issuer).await?;
    Ok(Json(ColumnMapBody { columns }))
}

/// Replace the column map
///
/// For all later imports, wherever they come from. A single import may add to
/// it by `map`.
#[utoipa::path(
    put, path = "/column-map", operation_id = "replace_column_map", tag = "Imports",
    request_body = ColumnMapBody,
    responses((status = 200, description = "The column map", body = ColumnMapBody), Refused)
)]
async fn replace(
    caller: Caller,
    State(state): State<AppState>,
    Body(body): Body<ColumnMapBody>,
) -> Result<Json<ColumnMapBody>> {
    caller.require_owner()?;
    let mut errors = Vec::new();
    if body.columns.len() > MOST_COLUMNS
        || body.columns.keys().any(|name| name.len() > LONGEST_NAME)
    {
        let message =
            format!("at most {MOST_COLUMNS} columns, each of at most {LONGEST_NAME} bytes");
        errors.push(FieldError::new("columns", "too_large", message));
    }
    let mut fields = BTreeMap::new();
    for (name, field) in body.columns {
        match field.parse::<Field>() {
            Ok(field) => drop(fields.insert(name, field)),
            Err(error) => {
                errors.push(FieldError::new(
                    "columns",
                    "unknown_field",
                    error.to_string(),
                ));
            }
        }
    }
    let map = ColumnMap::try_from(fields).map_err(|error| {
        errors.push(FieldError::new(
            "columns",
            "contradiction",
            error.to_string(),
        ))
    });
    let Ok(map) = map else {
        return Err(Problem::invalid(errors));
    };
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let columns = map
        .iter()
        .map(|(name, field)| (name.to_owned(), field.name().to_owned()))
        .collect();
    state.store.set_column_map(&caller.issuer, &columns).await?;
    Ok(Json(ColumnMapBody { columns }))
}
