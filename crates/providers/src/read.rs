//! Values of providers' JSON. What is not there, or of another kind, is `None`.

use serde_json::Value;
use symbolon_core::{
    country::Country,
    profile::{Field, Profile},
    time::{Day, UnixMillis},
};
use time::{
    Date, PrimitiveDateTime, Time, UtcOffset, format_description::BorrowedFormatItem,
    macros::format_description,
};

const DATE: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");
const TIME: &[BorrowedFormatItem<'_>] = format_description!("[hour]:[minute]:[second]");
const HTTP_DATE: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

/// A text that says something, at a JSON pointer.
pub(crate) fn text<'a>(json: &'a Value, pointer: &str) -> Option<&'a str> {
    let text = json.pointer(pointer)?.as_str()?.trim();
    (!text.is_empty()).then_some(text)
}

/// The entries of a list, at a JSON pointer.
pub(crate) fn list<'a>(json: &'a Value, pointer: &str) -> &'a [Value] {
    let list = json.pointer(pointer).and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

/// A country. Providers write alpha-3.
pub(crate) fn country(text: &str) -> Option<Country> {
    text.parse().ok()
}

/// The one value of several, if there is one: of two that contradict each other
/// neither is known.
pub(crate) fn agreed<T: PartialEq>(mut values: impl Iterator<Item = T>) -> Option<T> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

/// `YYYY-MM-DD`, from 1970 on.
pub(crate) fn day(text: &str) -> Option<Day> {
    text.parse().ok()
}

/// A moment as providers write them: `2026-03-01 10:05:00`, with or without `.123`,
/// and `+0000`, or RFC 3339. Without a zone it is UTC.
pub(crate) fn moment(text: &str) -> Option<UnixMillis> {
    let date = Date::parse(text.get(..10)?, DATE).ok()?;
    if !matches!(text.as_bytes().get(10)?, b' ' | b'T') {
        return None;
    }
    let time = Time::parse(text.get(11..19)?, TIME).ok()?;
    let rest = text.get(19..)?;
    let (millis, zone) = match rest.strip_prefix('.') {
        Some(rest) => {
            let end = rest.bytes().take_while(u8::is_ascii_digit).count();
            (thousandths(rest.get(..end)?)?, rest.get(end..)?)
        }
        None => (0, rest),
    };
    let at = PrimitiveDateTime::new(date, time).assume_offset(offset(zone)?);
    let at = i128::from(at.unix_timestamp()) * 1000 + i128::from(millis);
    u64::try_from(at).ok().map(UnixMillis)
}

fn thousandths(digits: &str) -> Option<u32> {
    if !(1..=9).contains(&digits.len()) {
        return None;
    }
    let padded: String = digits.chars().chain("00".chars()).take(3).collect();
    padded.parse().ok()
}

fn offset(zone: &str) -> Option<UtcOffset> {
    let sign = match zone.bytes().next() {
        None => return Some(UtcOffset::UTC),
        Some(b'Z') if zone.len() == 1 => return Some(UtcOffset::UTC),
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return None,
    };
    let digits: String = zone.get(1..)?.chars().filter(|c| *c != ':').collect();
    let number = |range: std::ops::Range<usize>| digits.get(range)?.parse::<u8>().ok();
    let (hours, minutes) = (number(0..2)?, number(2..4)?);
    if digits.len() != 4 || hours > 23 || minutes > 59 {
        return None;
    }
    let (hours, minutes) = (i8::try_from(hours).ok()?, i8::try_from(minutes).ok()?);
    UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()
}

/// The `Date` of an HTTP answer.
pub(crate) fn http_date(text: &str) -> Option<UnixMillis> {
    let at = PrimitiveDateTime::parse(text, HTTP_DATE).ok()?.assume_utc();
    let seconds = u64::try_from(at.unix_timestamp()).ok()?;
    Some(UnixMillis(seconds * 1000))
}

/// Keeps a value if it can be one: what a provider writes otherwise is left out, and
/// its absence is seen by whoever needs it.
pub(crate) fn keep(profile: &mut Profile, field: Field, value: Option<Value>) {
    if let Some(value) = value {
        let _ = profile.set(field, &value);
    }
}

/// Keeps those entries of a list that can be of it.
pub(crate) fn keep_each(profile: &mut Profile, field: Field, entries: Vec<Value>) {
    let readable = |entry: &Value| {
        let mut alone = Profile::empty(profile.kind());
        let entry = Value::Array(vec![entry.clone()]);
        alone.set(field, &entry).is_ok()
    };
    let entries: Vec<Value> = entries.into_iter().filter(readable).collect();
    if !entries.is_empty() {
        keep(profile, field, Some(Value::Array(entries)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_in_every_form_that_providers_use() {
        let whole = 1_772_359_500_000;
        for (text, millis) in [
            ("2026-03-01 10:05:00", whole),
            ("2026-03-01 10:05:00+0000", whole),
            ("2026-03-01 10:05:00.123", whole + 123),
            ("2026-03-01 10:05:00.1", whole + 100),
            ("2026-03-01 10:05:00.123456+0000", whole + 123),
            ("2026-03-01T10:05:00Z", whole),
            ("2026-03-01T10:05:00.5Z", whole + 500),
            ("2026-03-01T12:05:00+02:00", whole),
            ("2026-03-01T04:35:00-0530", whole),
        ] {
            assert_eq!(moment(text), Some(UnixMillis(millis)), "{text}");
        }
    }

    #[test]
    fn the_rest_is_no_moment() {
        for text in [
            "",
            "2026-03-01",
            "2026-03-01 10:05",
            "2026-13-01 10:05:00",
            "2026-03-01 25:05:00",
            "2026-03-01 10:05:00.",
            "2026-03-01 10:05:00 UTC",
            "2026-03-01 10:05:00+00",
            "2026-03-01 10:05:00+9900",
            "2026-03-01ü10:05:00",
            "1969-12-31 23:59:59",
            "1772359500",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn dates_of_answers_and_of_documents() {
        let at = http_date("Sun, 01 Mar 2026 10:05:00 GMT");
        assert_eq!(at, Some(UnixMillis(1_772_359_500_000)));
        assert_eq!(http_date("yesterday"), None);
        assert_eq!(day("1970-01-02"), Some(Day(1)));
        assert_eq!(day("2030-02-30"), None);
        assert_eq!(day("1969-12-31"), None);
    }

    #[test]
    fn of_two_that_contradict_each_other_neither_is_known() {
        assert_eq!(agreed([1, 1].into_iter()), Some(1));
        assert_eq!(agreed([1, 2].into_iter()), None);
        assert_eq!(agreed([0_u8; 0].into_iter()), None);
    }
}
