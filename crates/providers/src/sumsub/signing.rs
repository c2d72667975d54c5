//! How Sumsub wants requests signed: the time in seconds, the method, the path with
//! its query as it is sent, and the raw body, one after another.

use secrecy::SecretString;
use symbolon_core::time::UnixSeconds;

use crate::signature;

/// The token.
pub(super) const TOKEN: &str = "x-app-token";
/// The time of signing, which may differ by a minute from Sumsub's.
pub(super) const TIMESTAMP: &str = "x-app-access-ts";
/// The signature.
pub(super) const SIGNATURE: &str = "x-app-access-sig";

pub(super) fn signature(
    secret: &SecretString,
    at: UnixSeconds,
    method: &str,
    path_and_query: &str,
    body: &[u8],
) -> String {
    let at = at.0.to_string();
    let parts = [
        at.as_bytes(),
        method.as_bytes(),
        path_and_query.as_bytes(),
        body,
    ];
    signature::sign(secret, &parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signatures_that_were_computed_elsewhere() {
        let secret = "test-secret-key-0001".into();
        let at = UnixSeconds(1_700_000_000);
        let path = "/resources/applicants/-;externalUserId=u-1/one";
        assert_eq!(
            signature(&secret, at, "GET", path, b""),
            "75f977d1609629ddd8f7b24595efc4ea68fedf8e2beace6232685d190161459b"
        );
        let body = br#"{"userId":"u-1","levelName":"basic-kyc-level","ttlInSecs":600}"#;
        assert_eq!(
            signature(&secret, at, "POST", "/resources/accessTokens/sdk", body),
            "7b11a2197c89c1457125f4fcfdc4f852079b680cf1ad9d959415b59a0b747e40"
        );
    }
}
