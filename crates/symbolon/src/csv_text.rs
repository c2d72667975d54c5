//! CSV that a spreadsheet may open without harm.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use crate::exit::{Failure, Result};

/// A value as a spreadsheet may see it. One that begins like a formula gets an
/// apostrophe, which spreadsheets take as "this is text".
pub(crate) fn harmless(value: &str) -> String {
    if value.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{value}")
    } else {
        value.to_owned()
    }
}

/// A file that is there in full or not at all; `-` or none is stdout.
pub(crate) struct Target {
    sink: Sink,
}

enum Sink {
    Stdout(BufWriter<io::Stdout>),
    File(Box<BufWriter<tempfile::NamedTempFile>>, std::path::PathBuf),
}

impl Target {
    /// Opens it for writing.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self> {
        let sink = match path {
            None => Sink::Stdout(BufWriter::new(io::stdout())),
            Some(path) if path == Path::new("-") => Sink::Stdout(BufWriter::new(io::stdout())),
            Some(path) => {
                let folder = match path.parent() {
                    Some(folder) if folder != Path::new("") => folder,
                    _ => Path::new("."),
                };
                let file = tempfile::NamedTempFile::new_in(folder)
                    .map_err(Failure::file("write", path))?;
                Sink::File(Box::new(BufWriter::new(file)), path.to_path_buf())
            }
        };
        Ok(Self { sink })
    }

    /// Puts what was written in place.
    pub(crate) fn finish(self) -> Result<()> {
        match self.sink {
            Sink::Stdout(mut stdout) => crate::output::written(stdout.flush()),
            Sink::File(buffer, path) => {
                let refused = |error: io::Error| Failure::file("write", &path)(error);
                let file = buffer
                    .into_inner()
                    .map_err(|error| refused(error.into_error()))?;
                file.as_file().sync_all().map_err(refused)?;
                file.persist(&path).map_err(|error| refused(error.error))?;
                Ok(())
            }
        }
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.sink {
            Sink::Stdout(stdout) => stdout.write(bytes),
            Sink::File(file, _) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Stdout(stdout) => stdout.flush(),
            Sink::File(file, _) => file.flush(),
        }
    }
}

/// A CSV writer upon a target, one record at a time.
pub(crate) fn record<W: Write>(
    writer: &mut csv::Writer<W>,
    fields: impl IntoIterator<Item = impl AsRef<str>>,
) -> Result<()> {
    let fields = fields.into_iter().map(|field| harmless(field.as_ref()));
    written(writer.write_record(fields.collect::<Vec<_>>()))
}

/// As [`crate::output::written`], for what the CSV writer says.
fn written(outcome: csv::Result<()>) -> Result<()> {
    crate::output::written(outcome.map_err(|error| match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }))
}

/// Puts what a CSV writer has written in place.
pub(crate) fn finish(writer: csv::Writer<Target>) -> Result<()> {
    match writer.into_inner() {
        Ok(target) => target.finish(),
        Err(error) => crate::output::written(Err(error.into_error())),
    }
}

/// Opens a file for reading, or stdin for `-`.
pub(crate) fn source(path: &Path) -> Result<(Box<dyn io::Read>, u64)> {
    if path == Path::new("-") {
        return Ok((Box::new(io::stdin()), 0));
    }
    let file = File::open(path).map_err(Failure::file("read", path))?;
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    Ok((Box::new(file), length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_is_a_formula() {
        for value in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(harmless(value), format!("'{value}"));
        }
        assert_eq!(harmless("C-00001"), "C-00001");
    }
}
