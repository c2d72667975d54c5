//! A value of the file, as a message may show it.

const SHOWN: usize = 48;

/// A value from the file as a message may show it: not too long, and without
/// anything that could steer a terminal or turn the text around.
pub(super) fn shown(value: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let mut text: String = value
        .trim()
        .chars()
        .take(SHOWN)
        .map(|c| {
            if steers(c) {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect();
    if value.trim().chars().nth(SHOWN).is_some() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_shows_no_value_that_steers_or_floods() {
        assert_eq!(shown(" a\u{1b}[31m\u{202e}b\n"), "a\u{fffd}[31m\u{fffd}b");
        assert_eq!(shown(&"x".repeat(1000)).chars().count(), SHOWN + 1);
    }
}
