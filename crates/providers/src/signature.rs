//! Signatures by a shared secret over raw bytes.

use ::http::{HeaderMap, HeaderValue};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Sha256, Sha512};

use crate::HintError;

/// How a provider signs. SHA-1 is not among them, so no configuration can name it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Digest {
    /// HMAC-SHA-256.
    #[default]
    Sha256,
    /// HMAC-SHA-512.
    Sha512,
}

impl Digest {
    const fn bytes(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

/// A header that is there once.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, HintError> {
    let mut all = headers.get_all(name).iter();
    let value = all.next().map(HeaderValue::to_str).transpose();
    let value = value.map_err(|_| HintError::SignatureMalformed)?;
    if all.next().is_some() {
        return Err(HintError::SignatureMalformed);
    }
    Ok(value)
}

/// Whether one of the secrets made this signature, in small hexadecimal digits. All
/// are tried, each in constant time: there are two while one follows another.
pub(crate) fn verify(
    digest: Digest,
    secrets: &[SecretString],
    body: &[u8],
    signature: &str,
) -> Result<(), HintError> {
    let small = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if signature.len() != 2 * digest.bytes() || !signature.bytes().all(small) {
        return Err(HintError::SignatureMalformed);
    }
    let tag = hex::decode(signature).map_err(|_| HintError::SignatureMalformed)?;
    let right = secrets.iter().fold(false, |right, secret| {
        let key = secret.expose_secret().as_bytes();
        let this = match digest {
            Digest::Sha256 => is_by::<Hmac<Sha256>>(key, body, &tag),
            Digest::Sha512 => is_by::<Hmac<Sha512>>(key, body, &tag),
        };
        right | this
    });
    right.then_some(()).ok_or(HintError::SignatureWrong)
}

fn is_by<M: Mac + KeyInit>(key: &[u8], body: &[u8], tag: &[u8]) -> bool {
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else {
        return false;
    };
    mac.update(body);
    mac.verify_slice(tag).is_ok()
}

/// The HMAC-SHA-256 of the parts, one after another, in small hexadecimal digits.
pub(crate) fn sign(secret: &SecretString, parts: &[&[u8]]) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else {
        return String::new();
    };
    for part in parts {
        mac.update(part);
    }
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"applicantId":"650000000000000000000001","type":"applicantReviewed"}"#;
    const RIGHT: &str = "328917aec5edebb8aa455e907c7bc09475c644d0f5c761296ef10a254d24072e";

    #[test]
    fn any_of_the_secrets_will_do() {
        let secrets = |secrets: &[&str]| secrets.iter().map(|s| (*s).into()).collect::<Vec<_>>();
        let verify = |all: &[&str]| verify(Digest::Sha256, &secrets(all), BODY, RIGHT);
        assert_eq!(verify(&["wh-secret"]), Ok(()));
        assert_eq!(verify(&["wh-secret", "next"]), Ok(()));
        assert_eq!(verify(&["former", "wh-secret"]), Ok(()));
        assert_eq!(verify(&["other"]), Err(HintError::SignatureWrong));
        assert_eq!(verify(&[]), Err(HintError::SignatureWrong));
    }

    #[test]
    fn a_signature_has_one_form() {
        let secrets = ["wh-secret".into()];
        for text in [
            "",
            "8e011b04b7fc49e645e2a2a2ba852e213881dfaa",
            &RIGHT.to_uppercase(),
            &RIGHT[..62],
            &format!("{RIGHT}00"),
            &format!(" {}", &RIGHT[1..]),
            &"g".repeat(64),
        ] {
            let error = verify(Digest::Sha256, &secrets, BODY, text);
            assert_eq!(error, Err(HintError::SignatureMalformed), "{text}");
        }
        let error = verify(Digest::Sha512, &secrets, BODY, RIGHT);
        assert_eq!(error, Err(HintError::SignatureMalformed));
    }

    #[test]
    fn sha512_is_another_digest() {
        let mut mac = Hmac::<Sha512>::new_from_slice(b"wh-secret").unwrap();
        mac.update(BODY);
        let tag = hex::encode(mac.finalize().into_bytes());
        let secrets = ["wh-secret".into()];
        assert_eq!(verify(Digest::Sha512, &secrets, BODY, &tag), Ok(()));
    }
}
