//! A map of what was looked up a moment ago.

use std::{
    borrow::Borrow,
    collections::HashMap,
    fmt,
    hash::Hash,
    sync::{PoisonError, RwLock},
    time::Duration,
};

use symbolon_core::time::UnixMillis;

/// What is more is cleared of old entries, then altogether: a bound on memory,
/// not a size that anybody should reach.
const MOST: usize = 10_000;

/// Values that are taken as true for a short while.
pub(crate) struct Recent<K, V> {
    entries: RwLock<HashMap<K, (UnixMillis, V)>>,
    keep_ms: u64,
}

impl<K: Eq + Hash, V: Clone> Recent<K, V> {
    pub(crate) fn new(keep: Duration) -> Self {
        Self {
            entries: RwLock::default(),
            keep_ms: u64::try_from(keep.as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// The value, if it was put recently. A clock that went back makes
    /// everything old (I12).
    pub(crate) fn get<Q>(&self, key: &Q, now: UnixMillis) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        let (at, value) = entries.get(key)?;
        self.is_recent(*at, now).then(|| value.clone())
    }

    pub(crate) fn put(&self, key: K, value: V, now: UnixMillis) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MOST {
            entries.retain(|_, (at, _)| self.is_recent(*at, now));
        }
        if entries.len() >= MOST {
            entries.clear();
        }
        entries.insert(key, (now, value));
    }

    fn is_recent(&self, at: UnixMillis, now: UnixMillis) -> bool {
        now.0
            .checked_sub(at.0)
            .is_some_and(|age| age < self.keep_ms)
    }
}

impl<K, V> fmt::Debug for Recent<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recent")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_forgotten_in_time_and_when_time_goes_back() {
        let cache = Recent::new(Duration::from_secs(5));
        cache.put("key", 1, UnixMillis(10_000));
        assert_eq!(cache.get("key", UnixMillis(14_999)), Some(1));
        assert_eq!(cache.get("key", UnixMillis(15_000)), None);
        assert_eq!(cache.get("key", UnixMillis(9_999)), None);
    }
}
