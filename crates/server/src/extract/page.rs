//! Paging by cursor: opaque to clients, the place of the last row to us.

use std::str::FromStr;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::{FieldError, Problem, Result, catalog};

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 500;

/// Which page.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Rows a page, 1 to 500.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 50)]
    pub(crate) limit: Option<String>,
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
}

impl PageQuery {
    /// How many rows, and after which place.
    pub(crate) fn read<C: FromStr>(&self, list: &str) -> Result<(u32, Option<C>)> {
        read(self.limit.as_deref(), self.cursor.as_deref(), list)
    }
}

/// How many rows, and after which place.
pub(crate) fn read<C: FromStr>(
    limit: Option<&str>,
    cursor: Option<&str>,
    list: &str,
) -> Result<(u32, Option<C>)> {
    let limit = match limit.map(str::parse) {
        None => DEFAULT_LIMIT,
        Some(Ok(limit)) if (1..=MAX_LIMIT).contains(&limit) => limit,
        Some(_) => {
            let message = format!("must be a number from 1 to {MAX_LIMIT}");
            let error = FieldError::new("limit", "out_of_range", message);
            return Err(Problem::of_fields(&catalog::INVALID_PARAMETER, vec![error]));
        }
    };
    let cursor = cursor
        .map(|text| opened(text, list).ok_or_else(invalid_cursor))
        .transpose()?;
    Ok((limit, cursor))
}

/// The cursor of a place in this list.
pub(crate) fn cursor(list: &str, place: impl std::fmt::Display) -> String {
    URL_SAFE_NO_PAD.encode(format!("{list}:{place}"))
}

fn opened<C: FromStr>(text: &str, list: &str) -> Option<C> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let place = std::str::from_utf8(&bytes)
        .ok()?
        .strip_prefix(list)?
        .strip_prefix(':')?;
    place.parse().ok()
}

fn invalid_cursor() -> Problem {
    let kind = &catalog::INVALID_CURSOR;
    Problem::of_fields(
        kind,
        vec![FieldError::new("cursor", "invalid_cursor", kind.remedy)],
    )
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T: ToSchema> {
    /// The rows.
    pub(crate) data: Vec<T>,
    /// What to pass as `cursor` for the next page; null at the end.
    pub(crate) next_cursor: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_opens_in_its_own_list_alone() {
        let text = cursor("events", 17);
        assert_eq!(opened::<u64>(&text, "events"), Some(17));
        assert_eq!(opened::<u64>(&text, "investors"), None);
        assert_eq!(opened::<u64>("events:17", "events"), None);
    }

    #[test]
    fn a_page_has_one_to_five_hundred_rows() {
        let limit = |text| read::<u64>(text, None, "events").map(|(limit, _)| limit);
        assert_eq!(limit(None).unwrap(), 50);
        assert_eq!(limit(Some("500")).unwrap(), 500);
        for wrong in ["0", "501", "-1", "many"] {
            assert_eq!(limit(Some(wrong)).unwrap_err().kind.status, 400);
        }
    }
}
