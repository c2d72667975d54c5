//! Paging by cursor: opaque to clients, the place of the last row to us.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use symbolon_core::time::UnixSeconds;
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
            return Err(Problem::parameter("limit", "out_of_range", message));
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

/// A place in a list by time, in which an id tells apart what is of one second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InTime<I>(pub(crate) UnixSeconds, pub(crate) I);

impl<I: fmt::Display> fmt::Display for InTime<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0.0, self.1)
    }
}

impl<I: FromStr> FromStr for InTime<I> {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (at, id) = text.split_once('.').ok_or(())?;
        let at = at.parse().map_err(|_| ())?;
        Ok(Self(UnixSeconds(at), id.parse().map_err(|_| ())?))
    }
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

impl<T: ToSchema> Page<T> {
    /// A page of what was found, of which one more than `limit` was asked for: that one
    /// tells whether there is more.
    pub(crate) fn cut<R, P: fmt::Display>(
        list: &str,
        limit: u32,
        mut found: Vec<R>,
        place: impl FnOnce(&R) -> P,
        shown: impl FnMut(R) -> T,
    ) -> Self {
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let last = found.last().filter(|_| more);
        Self {
            next_cursor: last.map(|last| cursor(list, place(last))),
            data: found.into_iter().map(shown).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_begins_where_one_more_was_found() {
        let page = |found: Vec<u64>| Page::cut("numbers", 2, found, |last| *last, |one| one);
        assert_eq!(page(vec![7, 8]).next_cursor, None);
        let cut = page(vec![7, 8, 9]);
        assert_eq!(cut.data, [7, 8]);
        assert_eq!(cut.next_cursor, Some(cursor("numbers", 8)));
    }

    #[test]
    fn a_place_in_time_is_read_as_it_was_written() {
        let place = InTime(UnixSeconds(17), 4_u64);
        assert_eq!(place.to_string().parse(), Ok(place));
        for text in ["17", "17.", ".4", "a.4"] {
            assert_eq!(text.parse::<InTime<u64>>(), Err(()), "{text}");
        }
    }

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
