//! Words that stand nowhere else, and a search for them wherever personal data could
//! have come to: as they are, in other cases, and in the encodings in which programs
//! write bytes down.

#![allow(
    clippy::expect_used,
    reason = "a search that cannot read has nothing better to do"
)]

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::Path,
};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

/// What is looked for.
#[derive(Debug)]
pub struct Canaries {
    needles: Vec<Needle>,
    /// By their first two bytes.
    by_prefix: HashMap<[u8; 2], Vec<usize>>,
    is_prefix: Vec<bool>,
}

#[derive(Debug)]
struct Needle {
    word: String,
    form: &'static str,
    bytes: Vec<u8>,
}

impl Canaries {
    /// These words, each at least six bytes long, so that nothing else is taken for them.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut needles = Vec::new();
        for word in words {
            assert!(word.len() >= 6, "{word} may stand anywhere");
            let cases = [word.to_owned(), word.to_lowercase(), word.to_uppercase()];
            for cased in BTreeSet::from(cases) {
                let forms = forms(&cased).into_iter().map(|(form, bytes)| Needle {
                    word: word.to_owned(),
                    form,
                    bytes,
                });
                needles.extend(forms);
            }
        }
        let mut by_prefix = HashMap::<_, Vec<_>>::new();
        let mut is_prefix = vec![false; 1 << 16];
        for (place, needle) in needles.iter().enumerate() {
            let prefix = [needle.bytes[0], needle.bytes[1]];
            by_prefix.entry(prefix).or_default().push(place);
            is_prefix[usize::from(u16::from_le_bytes(prefix))] = true;
        }
        Self {
            needles,
            by_prefix,
            is_prefix,
        }
    }

    /// Which of them stand in these bytes, and in which form.
    pub fn in_bytes(&self, bytes: &[u8]) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for (start, prefix) in bytes.windows(2).enumerate() {
            let prefix = [prefix[0], prefix[1]];
            if !self.is_prefix[usize::from(u16::from_le_bytes(prefix))] {
                continue;
            }
            let known = self.by_prefix.get(&prefix).into_iter().flatten();
            for needle in known.map(|place| &self.needles[*place]) {
                if bytes[start..].starts_with(&needle.bytes) {
                    found.insert(format!("{} as {}", needle.word, needle.form));
                }
            }
        }
        found
    }

    /// Which of them stand in files below this folder, and in which; and how many bytes
    /// were read.
    pub fn below(&self, folder: &Path) -> (BTreeSet<String>, u64) {
        let (mut found, mut read, mut open) = (BTreeSet::new(), 0, vec![folder.to_owned()]);
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(&folder).expect("list a folder") {
                let path = entry.expect("list a folder").path();
                let Ok(kind) = path.symlink_metadata() else {
                    // A server's own temporary file.
                    continue;
                };
                if kind.is_dir() {
                    open.push(path);
                } else if kind.is_file() {
                    let Ok(bytes) = fs::read(&path) else { continue };
                    read += bytes.len() as u64;
                    let here = self.in_bytes(&bytes).into_iter();
                    found.extend(here.map(|what| format!("{what} in {}", path.display())));
                }
            }
        }
        (found, read)
    }
}

/// How a word may be written down.
pub fn forms(word: &str) -> Vec<(&'static str, Vec<u8>)> {
    let utf8 = word.as_bytes();
    let units = || word.encode_utf16();
    let little: Vec<_> = units().flat_map(u16::to_le_bytes).collect();
    let big: Vec<_> = units().flat_map(u16::to_be_bytes).collect();
    let hex = |bytes: &[u8]| alloy::primitives::hex::encode(bytes);
    let mut forms = vec![
        ("UTF-8", utf8.to_vec()),
        ("hex", hex(utf8).into_bytes()),
        ("HEX", hex(utf8).to_uppercase().into_bytes()),
        ("hex of UTF-16LE", hex(&little).into_bytes()),
        ("UTF-16LE", little),
        ("UTF-16BE", big),
    ];
    for before in 0..3 {
        forms.push(("base64", base64(&STANDARD_NO_PAD, utf8, before)));
        forms.push(("base64 for URLs", base64(&URL_SAFE_NO_PAD, utf8, before)));
    }
    forms
}

/// What stays the same of a word in base64, whatever stands before and after it, where
/// so many bytes modulo three stand before it.
fn base64(engine: &impl Engine, word: &[u8], before: usize) -> Vec<u8> {
    let padded = [&vec![0; before][..], word].concat();
    let encoded = engine.encode(&padded).into_bytes();
    let (first, end) = ((before * 8).div_ceil(6), padded.len() * 8 / 6);
    encoded[first..end].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_written_down_is_found() {
        let canaries = Canaries::new(["Nightjar-77"]);
        for cased in ["Nightjar-77", "nightjar-77", "NIGHTJAR-77"] {
            for (form, bytes) in forms(cased) {
                for before in 0..7 {
                    let text = [&vec![b'x'; before][..], &bytes, b"yz"].concat();
                    let found = canaries.in_bytes(&text);
                    assert!(!found.is_empty(), "{cased} as {form} after {before}");
                }
            }
            for before in 0..7 {
                let text = [&vec![b'x'; before][..], cased.as_bytes(), b"yz"].concat();
                let found = canaries.in_bytes(STANDARD_NO_PAD.encode(text).as_bytes());
                assert!(!found.is_empty(), "{cased} within base64 after {before}");
            }
        }
        assert!(canaries.in_bytes(b"a nightjar, 77").is_empty());
    }
}
