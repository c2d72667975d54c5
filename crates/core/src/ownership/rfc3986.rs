//! The parts of RFC 3986's grammar (its appendix A) that EIP-4361 names.

use core::net::Ipv6Addr;

/// `scheme`.
pub(super) fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

/// `authority`: `[ userinfo "@" ] host [ ":" port ]`, of which the host may be
/// empty.
pub(super) fn is_authority(text: &str) -> bool {
    let (userinfo, rest) = text.split_once('@').unwrap_or(("", text));
    let (host, port) = host_and_port(rest);
    encoded(userinfo, |b| is_in_name(b) || b == b':')
        && is_host(host)
        && port.is_none_or(|port| port.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether somebody can be there: an authority's host is not empty.
pub(super) fn has_host(authority: &str) -> bool {
    let rest = authority
        .split_once('@')
        .map_or(authority, |(_, rest)| rest);
    !host_and_port(rest).0.is_empty()
}

/// `URI`: with a scheme, hence absolute, and perhaps with a fragment.
pub(super) fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (hierarchy, query) = rest.split_once('?').unwrap_or((rest, ""));
    let is_free = |text: &str| encoded(text, |b| is_in_segment(b) || b"/?".contains(&b));
    is_scheme(scheme) && is_hierarchy(hierarchy) && is_free(query) && is_free(fragment)
}

/// `*pchar`.
pub(super) fn is_pchars(text: &str) -> bool {
    encoded(text, is_in_segment)
}

/// `reserved` or `unreserved`.
pub(super) fn is_reserved_or_unreserved(b: u8) -> bool {
    is_in_segment(b) || b"/?#[]".contains(&b)
}

/// `hier-part`: after `//` an authority and a path, else a path alone.
fn is_hierarchy(text: &str) -> bool {
    let is_path = |path: &str| encoded(path, |b| is_in_segment(b) || b == b'/');
    match text.strip_prefix("//") {
        Some(rest) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            is_authority(authority) && is_path(path)
        }
        None => is_path(text),
    }
}

/// A host in brackets has colons of its own.
fn host_and_port(text: &str) -> (&str, Option<&str>) {
    let after_brackets = text.rfind(']').map_or(0, |at| at + 1);
    match text[after_brackets..].find(':') {
        Some(at) => {
            let (host, port) = text.split_at(after_brackets + at);
            (host, port.get(1..))
        }
        None => (text, None),
    }
}

/// `host`. Addresses of IPv4 are names by the grammar, too.
fn is_host(text: &str) -> bool {
    match text.strip_prefix('[') {
        Some(rest) => rest
            .strip_suffix(']')
            .is_some_and(|literal| literal.parse::<Ipv6Addr>().is_ok() || is_ip_future(literal)),
        None => encoded(text, is_in_name),
    }
}

/// `IPvFuture`.
fn is_ip_future(text: &str) -> bool {
    let Some((version, address)) = text
        .strip_prefix(['v', 'V'])
        .and_then(|rest| rest.split_once('.'))
    else {
        return false;
    };
    !version.is_empty()
        && version.bytes().all(|b| b.is_ascii_hexdigit())
        && !address.is_empty()
        && address.bytes().all(|b| is_in_name(b) || b == b':')
}

/// `pchar` without `pct-encoded`.
fn is_in_segment(b: u8) -> bool {
    is_in_name(b) || b":@".contains(&b)
}

/// `unreserved` and `sub-delims`.
fn is_in_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&b)
}

/// Only such bytes, and `%` with two hexadecimal digits.
fn encoded(text: &str, allowed: impl Fn(u8) -> bool) -> bool {
    let mut bytes = text.bytes();
    while let Some(b) = bytes.next() {
        let hex = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_hexdigit());
        let passes = match b {
            b'%' => hex(bytes.next()) && hex(bytes.next()),
            b => allowed(b),
        };
        if !passes {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities_by_the_grammar() {
        for right in [
            "example.com",
            "a:b@example.com:1",
            "example.com:",
            "[::1]:80",
            "[::ffff:1.2.3.4]",
            "[v7.a:b]",
            "xn--bcher-kva.example",
            "b%C3%BCcher",
        ] {
            assert!(is_authority(right) && has_host(right), "{right}");
        }
        for hostless in ["", ":80", "user@", "user@:80"] {
            assert!(is_authority(hostless) && !has_host(hostless), "{hostless}");
        }
        for wrong in [
            "#a",
            "a b",
            "a/b",
            "a@b@c",
            "a:b:c",
            "a:80x",
            "[::1",
            "::1",
            "[::1]x",
            "[::g]",
            "[1.2.3.4]",
            "[v.a]",
            "[v7.]",
            "%4",
            "%zz",
            "bücher",
            "a]:1",
        ] {
            assert!(!is_authority(wrong), "{wrong}");
        }
    }

    #[test]
    fn uris_by_the_grammar() {
        for right in [
            "https://example.com/a/b;c=1?x=/?#y?/",
            "urn:uuid:9b6f",
            "mailto:a@b.example",
            "file:///etc",
            "https://example.com",
            "did:pkh:eip155:1:0xab",
            "a:",
            "ipfs://Qm/",
        ] {
            assert!(is_uri(right), "{right}");
        }
        for wrong in [
            "",
            "//example.com",
            "/a",
            ":a",
            "1a:b",
            "a b:c",
            "https://a b",
            "https://a/\"",
            "https://a/%2",
            "https://a#b#c",
            "https://[::1/a",
            "https://a/ü",
        ] {
            assert!(!is_uri(wrong), "{wrong}");
        }
    }
}
