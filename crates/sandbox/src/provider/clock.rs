//! The vendor's clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

const PLAIN: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
const HTTP: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

/// What time it is at the vendor's: by this machine, or as told.
#[derive(Clone, Debug, Default)]
pub struct VendorClock(Option<Arc<AtomicU64>>);

impl VendorClock {
    /// This machine's.
    pub const fn system() -> Self {
        Self(None)
    }

    /// One that stands at so many milliseconds after 1970 until it is advanced. Clones of it are
    /// the same clock.
    pub fn manual(millis: u64) -> Self {
        Self(Some(Arc::new(AtomicU64::new(millis))))
    }

    /// Makes it later. The system's clock takes no notice.
    pub fn advance(&self, by: Duration) {
        if let Some(millis) = &self.0 {
            let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
            millis.fetch_add(by, Ordering::SeqCst);
        }
    }

    /// Milliseconds after 1970.
    pub fn millis(&self) -> u64 {
        match &self.0 {
            Some(millis) => millis.load(Ordering::SeqCst),
            None => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH);
                since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(0))
            }
        }
    }

    /// Seconds after 1970.
    pub fn seconds(&self) -> u64 {
        self.millis() / 1000
    }

    fn date_time(&self) -> OffsetDateTime {
        let nanos = i128::from(self.millis()) * 1_000_000;
        OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// `2026-03-01 10:05:00`.
    pub(super) fn plain(&self) -> String {
        self.date_time().format(PLAIN).unwrap_or_default()
    }

    /// `2026-03-01 10:05:00.123`.
    pub(super) fn plain_millis(&self) -> String {
        format!("{}.{:03}", self.plain(), self.millis() % 1000)
    }

    /// `2026-03-01T10:05:00Z`.
    pub(super) fn rfc3339(&self) -> String {
        let at = self.date_time().replace_nanosecond(0);
        at.ok()
            .and_then(|at| at.format(&Rfc3339).ok())
            .unwrap_or_default()
    }

    /// As HTTP's `Date` has it.
    pub(super) fn http(&self) -> String {
        self.date_time().format(HTTP).unwrap_or_default()
    }
}

/// Seconds after 1970 of an RFC 3339 moment.
pub(super) fn moment(text: &str) -> Option<u64> {
    let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    u64::try_from(at.unix_timestamp()).ok()
}
