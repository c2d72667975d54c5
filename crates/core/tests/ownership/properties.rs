//! Any text is read or refused, and what was read is written as it was.

use alloy_primitives::Address;
use proptest::{collection::vec, option, prelude::*};
use symbolon_core::{
    ids::ChainId,
    ownership::{Message, Timestamp},
    time::UnixSeconds,
    wallet::WalletAddress,
};

fn texts<T>(pattern: &'static str) -> impl Strategy<Value = T>
where
    T: std::str::FromStr + std::fmt::Debug,
{
    let read = |text: String| text.parse().ok();
    pattern.prop_filter_map("the pattern is wider than the grammar", read)
}

fn moments() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        (0_u64..253_402_300_800).prop_map(|at| Timestamp::at(UnixSeconds(at)).unwrap()),
        texts(
            "[0-2][0-9]{3}-0[1-9]-[0-2][0-9][Tt]1[0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,12})?([Zz]|[+-]0[0-9]:[0-5][0-9])"
        ),
    ]
}

prop_compose! {
    fn messages()(
        scheme in option::of(texts("[a-zA-Z][a-zA-Z0-9+.-]{0,8}")),
        domain in texts("([a-z:%0-9]{1,6}@)?([a-zA-Z0-9._~!$-]{1,20}|\\[[0-9a-f:]{2,20}\\])(:[0-9]{0,5})?"),
        wallet in any::<[u8; 20]>().prop_filter_map("zero", |bytes| WalletAddress::new(Address::from(bytes)).ok()),
        statement in option::of(texts("[a-zA-Z0-9 ._~:/?#\\[\\]@!$&'()*+,;=-]{0,60}")),
        uri in texts("[a-z][a-z0-9+.-]{0,6}:(//[a-z0-9.:]{0,10})?[a-z0-9/._~%:@-]{0,12}(\\?[a-z=/?]{0,6})?(#[a-z/?]{0,6})?"),
        chain in any::<u64>(),
        nonce in texts("[a-zA-Z0-9]{8,40}"),
        issued_at in moments(),
        expiration_time in option::of(moments()),
        not_before in option::of(moments()),
        request_id in option::of(texts("[a-zA-Z0-9:@._~!$&'()*+,;=-]{0,20}")),
        resources in option::of(vec(texts("[a-z]{1,6}:[a-z0-9/]{0,12}"), 0..4)),
    ) -> Message {
        Message {
            scheme, domain, wallet, statement, uri, chain: ChainId(chain), nonce, issued_at,
            expiration_time, not_before, request_id, resources,
        }
    }
}

/// One message with one place changed.
fn nearly() -> impl Strategy<Value = String> {
    let change = prop_oneof![
        Just(String::new()),
        Just("\n".to_owned()),
        Just("\r".to_owned()),
        Just("\nURI: a:b".to_owned()),
        Just("\n- a:b".to_owned()),
        any::<char>().prop_map(String::from),
    ];
    (messages(), any::<prop::sample::Index>(), 0_usize..3, change).prop_map(
        |(message, at, gone, change)| {
            let mut text: Vec<char> = message.to_string().chars().collect();
            let from = at.index(text.len());
            let to = (from + gone).min(text.len());
            text.splice(from..to, change.chars());
            text.into_iter().collect()
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_read(message in messages()) {
        prop_assert_eq!(message.to_string().parse(), Ok(message));
    }

    #[test]
    fn what_is_read_is_written(text in nearly()) {
        match text.parse::<Message>() {
            Ok(message) => prop_assert_eq!(message.to_string(), text),
            Err(error) => {
                let words = error.to_string();
                prop_assert!(words.len() < 500 && words.contains(": "), "{}", words);
            }
        }
    }

    #[test]
    fn no_text_is_too_strange(text in "\\PC{0,400}", lines in vec("[ -~]{0,30}", 0..20)) {
        let _ = text.parse::<Message>();
        let _ = lines.join("\n").parse::<Message>();
        let _ = text.parse::<Timestamp>();
    }
}
