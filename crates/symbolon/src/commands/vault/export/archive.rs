//! A ZIP file under AES-256 (WinZip's AE-2), which is there in full or not at all.

use std::{
    fs,
    io::{self, BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};
use tempfile::NamedTempFile;
use zip::{AesMode, CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::exit::{Exit, Failure, Result};

/// RFC 4648's base32: nobody takes one letter for another.
const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

const GROUPS: usize = 8;
const LETTERS_A_GROUP: usize = 4;

/// What opens an archive: 160 random bits. AE-2 stretches passphrases by a thousand
/// rounds alone, which is nothing for one that a person would choose.
pub(in crate::commands) struct Passphrase(SecretString);

impl Passphrase {
    /// One that nobody has.
    pub(in crate::commands) fn draw() -> Self {
        let letters: [u8; GROUPS * LETTERS_A_GROUP] = rand::random();
        let letters = letters.map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
        let groups = letters.chunks(LETTERS_A_GROUP);
        let groups: Vec<String> = groups.map(|group| group.iter().collect()).collect();
        Self(groups.join("-").into())
    }

    /// The passphrase, for whoever is to open the archive.
    pub(in crate::commands) fn text(&self) -> &SecretString {
        &self.0
    }

    /// Writes it into a new file that only its owner reads.
    pub(in crate::commands) fn keep(&self, path: &Path) -> Result<()> {
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(|error| match error.kind() {
                // Perhaps another archive's passphrase.
                io::ErrorKind::AlreadyExists => Failure::taken(path),
                _ => Failure::file("write", path)(error),
            })?;
        writeln!(file, "{}", self.0.expose_secret())
            .and_then(|()| file.sync_all())
            .map_err(Failure::file("write", path))
    }
}

/// An archive that is being written.
pub(in crate::commands) struct Archive<'p> {
    writer: ZipWriter<BufWriter<NamedTempFile>>,
    passphrase: &'p Passphrase,
    path: PathBuf,
}

impl<'p> Archive<'p> {
    /// Begins one beside its place, where nothing may be: another archive's passphrase
    /// would open nothing any more.
    pub(in crate::commands) fn begin(path: &Path, passphrase: &'p Passphrase) -> Result<Self> {
        if path.exists() {
            return Err(Failure::taken(path));
        }
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        // It goes with this value, and its mode is 0600.
        let file = NamedTempFile::new_in(folder).map_err(Failure::file("write", path))?;
        Ok(Self {
            writer: ZipWriter::new(BufWriter::new(file)),
            passphrase,
            path: path.to_path_buf(),
        })
    }

    /// Begins a file in it.
    pub(in crate::commands) fn file(&mut self, name: &str) -> Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            // Nobody knows how long it gets.
            .large_file(true)
            .unix_permissions(0o600)
            .with_aes_encryption(AesMode::Aes256, self.passphrase.0.expose_secret());
        let begun = self.writer.start_file(name, options);
        begun.map_err(|error| refused(&self.path, error.into()))
    }

    /// Goes on with that file.
    pub(in crate::commands) fn write(&mut self, text: &str) -> Result<()> {
        let written = self.writer.write_all(text.as_bytes());
        written.map_err(|error| refused(&self.path, error))
    }

    /// Puts the archive in its place.
    pub(in crate::commands) fn finish(self) -> Result<()> {
        let Self { writer, path, .. } = self;
        let buffer = writer.finish();
        let buffer = buffer.map_err(|error| refused(&path, error.into()))?;
        let file = buffer.into_inner();
        let file = file.map_err(|error| refused(&path, error.into_error()))?;
        file.as_file()
            .sync_all()
            .map_err(|error| refused(&path, error))?;
        file.persist_noclobber(&path)
            .map_err(|error| match error.error.kind() {
                io::ErrorKind::AlreadyExists => Failure::taken(&path),
                _ => refused(&path, error.error),
            })?;
        Ok(())
    }
}

fn refused(path: &Path, error: io::Error) -> Failure {
    Failure::new(
        Exit::Unexpected,
        format!(
            "cannot write {}: {}: check that the disk has room",
            path.display(),
            error.kind()
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_is_long_plain_and_new() {
        let (one, other) = (Passphrase::draw(), Passphrase::draw());
        let text = one.text().expose_secret();
        assert_eq!(text.len(), 39);
        assert!(text.bytes().all(|b| LETTERS.contains(&b) || b == b'-'));
        assert_ne!(text, other.text().expose_secret());
    }

    #[test]
    fn an_archive_that_is_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let passphrase = Passphrase::draw();
        let mut archive = Archive::begin(&folder.path().join("out.zip"), &passphrase).unwrap();
        archive.file("investors.json").unwrap();
        archive.write("a secret").unwrap();
        drop(archive);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn an_archive_takes_no_earlier_ones_place() {
        let folder = tempfile::tempdir().unwrap();
        let (path, passphrase) = (folder.path().join("out.zip"), Passphrase::draw());
        Archive::begin(&path, &passphrase)
            .unwrap()
            .finish()
            .unwrap();
        assert!(Archive::begin(&path, &passphrase).is_err());
        // Somebody else may have been faster.
        let other = folder.path().join("other.zip");
        let slow = Archive::begin(&other, &passphrase).unwrap();
        fs::write(&other, "an archive").unwrap();
        assert!(slow.finish().is_err());
        assert_eq!(fs::read(&other).unwrap(), b"an archive");
    }
}
