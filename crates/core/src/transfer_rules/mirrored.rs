//! What a chain's `CountryRules` must be told to come to the register's rules.

use alloy_primitives::{Address, B256};

use super::{
    CountryRule, RULES_WAIT_SECONDS, Standing,
    record::{RuleKey, RuleRecord, packed},
};
use crate::{
    mirror::companion::{CompanionEntry, CompanionWrite, RuleAnnouncement, RuleWithdrawal},
    time::UnixSeconds,
    wallet::Version,
};

/// How a chain stands to a country's rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleOnChain {
    /// It comes to the register's rule by itself.
    Mirrored,
    /// It is being told, or read.
    UnderWay,
    /// It holds another one, and nobody tells it: somebody has blocked the country
    /// there.
    Differs,
}

impl RuleOnChain {
    /// By what was last read there.
    pub fn of(standing: &Standing, observed: Option<RuleRecord>, is_under_way: bool) -> Self {
        match observed {
            _ if is_under_way => Self::UnderWay,
            None => Self::UnderWay,
            Some(held) if packed(held.in_the_end()) == packed(standing.in_the_end()) => {
                Self::Mirrored
            }
            Some(_) => Self::Differs,
        }
    }

    /// Its name in interfaces.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mirrored => "mirrored",
            Self::UnderWay => "under_way",
            Self::Differs => "differs",
        }
    }
}

/// A country's rule as the register has it, to be held against a chain's.
#[derive(Clone, Copy, Debug)]
pub struct MirroredRule {
    /// Where the chain's `CountryRules` is.
    pub contract: Address,
    /// Whose.
    pub key: RuleKey,
    /// How it stands.
    pub standing: Standing,
    /// Whether the chain was told of nothing since it last changed. What is no news
    /// opens no country that the chain blocks: somebody blocked it there, or the
    /// register has lost a decision, and people decide.
    pub is_news: bool,
    /// The hash of the log's entry that last changed it.
    pub source: B256,
}

impl MirroredRule {
    /// What is to be written next, given what the chain will hold once everything
    /// under way is mined; nothing where it comes to the register's rule by itself,
    /// or is left to people.
    ///
    /// A rule is announced for the contract's own delay, which begins when the chain
    /// is told: it may hold later there than in the register, and never sooner. One
    /// that was replaced before a chain could be told of it is left out there, a
    /// block aside.
    pub fn next_write(&self, held: RuleRecord, now: UnixSeconds) -> Option<CompanionWrite> {
        let is_block = |rule: Option<CountryRule>| rule.is_some_and(|rule| rule.is_block());
        let due = self.standing.at(now);
        if is_block(due) && !is_block(held.in_force(now)) {
            // What is announced beside it follows.
            return self.announce(due, held, now);
        }
        let wanted = self.standing.in_the_end();
        let coming = held.in_the_end();
        let holds_anew = self.is_news && self.standing.announced.is_some();
        if packed(coming) == packed(wanted) && !holds_anew {
            return None;
        }
        if is_block(coming) && !self.is_news {
            return None;
        }
        let stays = packed(held.in_force(now)) == packed(wanted);
        match stays && held.announced(now).is_some() && !holds_anew {
            true => self.withdraw(held, now),
            false => self.announce(wanted, held, now),
        }
    }

    fn announce(
        &self,
        rule: Option<CountryRule>,
        held: RuleRecord,
        now: UnixSeconds,
    ) -> Option<CompanionWrite> {
        let version = next(held);
        let from = UnixSeconds(now.0 + RULES_WAIT_SECONDS);
        let becomes = held.announcing(rule, now, from, version);
        (becomes != held).then_some(CompanionWrite {
            contract: self.contract,
            entry: CompanionEntry::AnnounceRule(RuleAnnouncement {
                key: self.key,
                version,
                rule: packed(rule),
                source: self.source,
            }),
            is_denial: rule.is_some_and(|rule| rule.is_block()),
            is_last: packed(rule) == packed(self.standing.in_the_end()),
            becomes: becomes.0,
        })
    }

    fn withdraw(&self, held: RuleRecord, now: UnixSeconds) -> Option<CompanionWrite> {
        let (key, version) = (self.key, next(held));
        let becomes = held.withdrawn(now, version);
        (becomes != held).then_some(CompanionWrite {
            contract: self.contract,
            entry: CompanionEntry::WithdrawRule(RuleWithdrawal { key, version }),
            is_denial: true,
            is_last: true,
            becomes: becomes.0,
        })
    }
}

/// The version of the next write: what was planned upon the same word and comes
/// late is stale.
fn next(held: RuleRecord) -> Version {
    Version(held.version().0.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{country::Country, investor::Level, transfer_rules::Announced};

    const NOW: UnixSeconds = UnixSeconds(1_790_000_000);
    const LATER: UnixSeconds = UnixSeconds(NOW.0 + RULES_WAIT_SECONDS);

    fn asking(level: Level) -> Option<CountryRule> {
        Some(CountryRule {
            least_level: Some(level),
            ..CountryRule::OPEN
        })
    }

    fn holds(rule: Option<CountryRule>) -> Standing {
        Standing {
            rule,
            ..Standing::default()
        }
    }

    fn announced(rule: Option<CountryRule>, next: Option<CountryRule>) -> Standing {
        let announced = Announced {
            rule: next,
            from: LATER,
        };
        Standing {
            announced: Some(announced),
            ..holds(rule)
        }
    }

    fn mirrored(standing: Standing, is_news: bool) -> MirroredRule {
        MirroredRule {
            contract: Address::with_last_byte(88),
            key: Some(Country::US),
            standing,
            is_news,
            source: B256::repeat_byte(7),
        }
    }

    fn writes(standing: Standing, is_news: bool, held: RuleRecord) -> Option<CompanionWrite> {
        mirrored(standing, is_news).next_write(held, NOW)
    }

    /// A chain where this rule holds.
    fn settled(rule: Option<CountryRule>) -> RuleRecord {
        let long_ago = UnixSeconds(NOW.0 - 1_000_000);
        RuleRecord::EMPTY.announcing(rule, long_ago, UnixSeconds(NOW.0 - 1), Version(3))
    }

    const BLOCK: Option<CountryRule> = Some(CountryRule::BLOCKED);

    #[test]
    fn what_is_announced_is_announced_with_the_next_version() {
        let write = writes(announced(None, asking(Level::Basic)), true, settled(None)).unwrap();
        let CompanionEntry::AnnounceRule(announcement) = write.entry else {
            panic!("{write:?}");
        };
        assert_eq!(announcement.version, Version(4));
        assert_eq!(announcement.rule, packed(asking(Level::Basic)));
        assert!(!write.is_denial && write.is_last);
        let becomes = RuleRecord(write.becomes);
        assert_eq!(becomes.in_force(LATER), asking(Level::Basic));
        let told = announced(None, asking(Level::Basic));
        assert_eq!(writes(told, false, becomes), None, "once is enough");
    }

    #[test]
    fn what_was_withdrawn_and_is_announced_again_waits_anew() {
        let earlier = UnixSeconds(NOW.0 - 3_600);
        let rule = asking(Level::Basic);
        let held = settled(None).announcing(rule, earlier, LATER, Version(4));
        let write = writes(announced(None, rule), true, held).unwrap();
        let (_, from) = RuleRecord(write.becomes).announced(NOW).unwrap();
        assert_eq!(from, LATER);
        assert!(matches!(write.entry, CompanionEntry::AnnounceRule(_)));
    }

    #[test]
    fn a_block_goes_ahead_and_is_told_before_what_is_to_follow_it() {
        let write = writes(holds(BLOCK), true, settled(None)).unwrap();
        assert!(write.is_denial && write.is_last);
        assert_eq!(RuleRecord(write.becomes).in_force(NOW), BLOCK);

        let reopened = announced(BLOCK, asking(Level::Enhanced));
        let first = writes(reopened, true, settled(None)).unwrap();
        assert!(first.is_denial && !first.is_last);
        let second = writes(reopened, true, RuleRecord(first.becomes)).unwrap();
        assert!(!second.is_denial && second.is_last);
        let end = RuleRecord(second.becomes);
        assert_eq!(end.in_force(NOW), BLOCK);
        assert_eq!(end.in_force(LATER), asking(Level::Enhanced));
    }

    #[test]
    fn a_withdrawal_leaves_what_holds() {
        let rule = asking(Level::Basic);
        let held = settled(rule).announcing(None, NOW, LATER, Version(4));
        let write = writes(holds(rule), true, held).unwrap();
        assert!(matches!(write.entry, CompanionEntry::WithdrawRule(_)));
        assert!(write.is_denial);
        assert_eq!(RuleRecord(write.becomes).in_force(LATER), rule);
    }

    #[test]
    fn what_holds_already_for_want_of_a_timely_withdrawal_is_announced_away() {
        let held = settled(asking(Level::Basic));
        let write = writes(holds(None), false, held).unwrap();
        assert!(matches!(write.entry, CompanionEntry::AnnounceRule(_)));
        assert_eq!(RuleRecord(write.becomes).in_force(LATER), None);
    }

    #[test]
    fn a_block_that_is_no_news_to_the_register_is_left_to_people() {
        let blocked = settled(None).blocked(Version(9));
        let open = holds(asking(Level::Basic));
        assert_eq!(writes(open, false, blocked), None);
        assert!(writes(open, true, blocked).is_some(), "they have decided");
    }

    #[test]
    fn people_see_where_a_chain_stands() {
        let told = announced(None, asking(Level::Basic));
        let held = RuleRecord(writes(told, true, settled(None)).unwrap().becomes);
        let of = |held, under_way| RuleOnChain::of(&told, held, under_way);
        assert_eq!(of(Some(held), false), RuleOnChain::Mirrored);
        assert_eq!(of(Some(held), true), RuleOnChain::UnderWay);
        assert_eq!(of(None, false), RuleOnChain::UnderWay);
        assert_eq!(
            of(Some(held.blocked(Version(9))), false),
            RuleOnChain::Differs
        );
    }

    #[test]
    fn at_the_last_version_only_blocks_are_written() {
        let full = (0..16).fold(RuleRecord::EMPTY, |record, _| {
            let version = Version(record.version().0.saturating_add(4_096));
            record.announcing(asking(Level::Basic), NOW, NOW, version)
        });
        assert_eq!(full.version(), Version(u16::MAX));
        assert_eq!(writes(holds(None), true, full), None);
        assert!(writes(holds(BLOCK), true, full).is_some());
    }
}
