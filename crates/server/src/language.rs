//! The languages that pages and letters speak: which one a person is spoken to in, and
//! where its texts are.
//!
//! Messages that wallets sign stay in English. EIP-4361 writes all of their fields in
//! English and admits no letter beyond ASCII in the statement, and they are kept as
//! evidence, which must read the same whoever signed. The pages say beside them what
//! they say.

mod english;
mod french;
mod german;
mod italian;
mod spanish;
mod texts;

use symbolon_core::{language::LanguageTag, time::UnixSeconds};

pub(crate) use texts::{Asks, Occasion, Texts};

/// A language that is spoken here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    /// Where nobody asks for any other.
    #[default]
    English,
    German,
    French,
    Spanish,
    Italian,
}

impl Language {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [
        Self::English,
        Self::German,
        Self::French,
        Self::Spanish,
        Self::Italian,
    ];

    /// As ISO 639 and HTML's `lang` name it.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Italian => "it",
        }
    }

    /// Its own name for itself.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::French => "Français",
            Self::Spanish => "Español",
            Self::Italian => "Italiano",
        }
    }

    /// What it says.
    pub(crate) const fn texts(self) -> &'static Texts {
        match self {
            Self::English => &english::TEXTS,
            Self::German => &german::TEXTS,
            Self::French => &french::TEXTS,
            Self::Spanish => &spanish::TEXTS,
            Self::Italian => &italian::TEXTS,
        }
    }

    /// The one that a tag means, whatever else it says: `de` of `de-CH`.
    pub(crate) fn of(tag: &LanguageTag) -> Option<Self> {
        let primary = tag.primary();
        Self::ALL.into_iter().find(|known| known.code() == primary)
    }

    /// The one that a browser likes best, by its `Accept-Language` (RFC 9110): the highest
    /// weight, and of several such the first. What cannot be read is not asked for.
    pub(crate) fn liked(accepted: &str) -> Option<Self> {
        let mut best: Option<(Self, u16)> = None;
        for part in accepted.split(',') {
            let (tag, weight) = part.split_once(';').unwrap_or((part, "q=1"));
            let language = tag.trim().parse().ok();
            let language = language.and_then(|tag| Self::of(&tag));
            let (Some(language), Some(weight)) = (language, thousandths(weight)) else {
                continue;
            };
            if weight > best.map_or(0, |(_, most)| most) {
                best = Some((language, weight));
            }
        }
        best.map(|(language, _)| language)
    }

    /// A moment to the minute, in UTC, as people write it.
    pub(crate) fn moment(self, moment: UnixSeconds) -> String {
        let text = moment.to_string();
        let month = text.get(5..7).and_then(|month| month.parse::<usize>().ok());
        let day = text.get(8..10).and_then(|day| day.parse().ok());
        match (text.get(..4), month, day, text.get(11..16)) {
            (Some(year), Some(month @ 1..=12), Some(day), Some(time)) => {
                (self.texts().moment)(&texts::Moment {
                    day,
                    month: month - 1,
                    year,
                    time,
                })
            }
            _ => text,
        }
    }
}

/// A weight from 0 to 1, with up to three digits behind the point.
fn thousandths(parameter: &str) -> Option<u16> {
    let (_, value) = parameter
        .split_once('=')
        .filter(|(name, _)| name.trim() == "q")?;
    let value = value.trim();
    let (whole, rest) = value.split_once('.').unwrap_or((value, ""));
    let digits = format!("{rest:0<3}");
    match (whole, digits.len(), digits.parse::<u16>()) {
        ("0", 3, Ok(weight)) => Some(weight),
        ("1", 3, Ok(0)) => Some(1_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_likes_best_is_spoken() {
        for (accepted, spoken) in [
            ("de", Some(Language::German)),
            ("de-CH, fr;q=0.9", Some(Language::German)),
            ("pt-BR, fr;q=0.4, it;q=0.45", Some(Language::Italian)),
            ("ja, *;q=0.5", None),
            ("fr;q=0, es;q=0.001", Some(Language::Spanish)),
            ("en;q=0.5,de;q=0.5", Some(Language::English)),
            ("DE-at;q=1.000", Some(Language::German)),
            (" it ; q = 0.3 ", Some(Language::Italian)),
            ("de;q=2, de;q=-1, de;q=0.12345, de;q=x, de;v=1", None),
            ("", None),
            (";;,,;q=,-", None),
        ] {
            assert_eq!(Language::liked(accepted), spoken, "{accepted}");
        }
    }

    #[test]
    fn a_tag_means_its_language() {
        let of = |tag: &str| Language::of(&tag.parse().unwrap());
        for language in Language::ALL {
            assert_eq!(of(language.code()), Some(language));
        }
        assert_eq!(of("FR-ca"), Some(Language::French));
        assert_eq!(of("pt"), None);
    }

    #[test]
    fn moments_have_each_languages_form() {
        let at = UnixSeconds(1_772_323_380);
        let written = Language::ALL.map(|language| language.moment(at));
        assert_eq!(
            written,
            [
                "1 March 2026, 00:03 UTC",
                "1. März 2026, 00:03 Uhr (UTC)",
                "1er mars 2026 à 00:03 UTC",
                "1 de marzo de 2026, 00:03 UTC",
                "1 marzo 2026, ore 00:03 UTC",
            ]
        );
    }

    /// That no text was left out is the compiler's to see; that none was left in English,
    /// or says nothing, is not.
    #[test]
    fn no_language_borrows_anothers_sentences() {
        let said = |language: Language| {
            let t = language.texts();
            let with = |text: texts::With| text("ACME");
            vec![
                with(t.title),
                with(t.asks_who),
                with(t.why),
                with(t.why_check),
                t.why_chains.to_owned(),
                t.done.to_owned(),
                with(t.over),
                with(t.until),
                t.wallet.to_owned(),
                t.sign_with_any.to_owned(),
                t.check_begin.to_owned(),
                t.check_waiting.to_owned(),
                with(t.check_review),
                with(t.check_refused),
                t.sign_how.to_owned(),
                t.unknown.1.to_owned(),
                t.elsewhere.0.to_owned(),
                t.elsewhere.1.to_owned(),
                t.unfilled.to_owned(),
                t.gone.1.to_owned(),
                t.trouble.1.to_owned(),
                t.not_proven.to_owned(),
                with(t.refused),
                with(t.asks_wallet),
                with(t.wallet_keeps_tokens),
                (t.letter_subject)("ACME", Occasion::First),
                (t.letter_subject)("ACME", Occasion::Again),
                (t.letter_subject)("ACME", Occasion::Wallet),
                (t.letter_asks)("ACME", Asks::IdentityAndWallet),
                (t.letter_again)(None),
                with(t.letter_alone),
                with(t.letter_ignore),
            ]
        };
        for (place, one) in Language::ALL.into_iter().enumerate() {
            for other in &Language::ALL[place + 1..] {
                for (mine, theirs) in said(one).iter().zip(said(*other)) {
                    assert!(mine.len() > 3, "{one:?} says nothing");
                    assert_ne!(*mine, theirs, "{one:?} and {other:?}");
                }
            }
        }
    }
}
