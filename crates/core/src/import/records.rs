//! Bytes become records: RFC 4180 by `csv-core`, with true line numbers, a
//! bound on the length of a line, and a way out of a quote that never closes.
//!
//! A quote that somebody forgot to close swallows every line up to the next
//! quote, or the whole file. When that comes to light (the file ends, or
//! [`MAX_LINE`] is reached), the record's first line alone is given up, and
//! reading starts again behind it. A hostile file could make us read the same
//! bytes again and again that way, so it happens [`REREADS`] times a file at
//! most; afterwards the swallowed lines are lost, and the error says so.

mod record;

use csv_core::{ReadRecordResult, ReaderBuilder};

pub(super) use record::{Broken, Loss, Record};

use super::MAX_LINE;

const REREADS: u32 = 256;

/// What a step through the bytes came upon.
enum Step {
    Record { line: u64 },
    Broken(Broken),
}

/// The records of a file that arrives in pieces.
#[derive(Debug)]
pub(super) struct Records {
    core: csv_core::Reader,
    delimiter: u8,
    buffer: Vec<u8>,
    /// Where the record being read begins in the buffer, and on which line.
    start: usize,
    line: u64,
    /// Up to where `core` has read.
    scanned: usize,
    /// The last byte counted was `\r`, so that a `\n` now is the same break.
    after_return: bool,
    text: Vec<u8>,
    written: usize,
    ends: Vec<usize>,
    ended: usize,
    finished: bool,
    /// The rest of the present line is given up.
    skipping: bool,
    rereads: u32,
}

impl Records {
    pub(super) fn new() -> Self {
        Self {
            core: core(b','),
            delimiter: b',',
            buffer: Vec::new(),
            start: 0,
            line: 1,
            scanned: 0,
            after_return: false,
            text: vec![0; MAX_LINE + 2],
            written: 0,
            ends: vec![0; 16],
            ended: 0,
            finished: false,
            skipping: false,
            rereads: REREADS,
        }
    }

    /// Takes more of the file.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.start);
        self.scanned -= self.start;
        self.start = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// There is no more.
    pub(super) fn finish(&mut self) {
        self.finished = true;
    }

    /// Whether there is no more to come.
    pub(super) fn is_finished(&self) -> bool {
        self.finished
    }

    /// What has arrived and is not read yet.
    pub(super) fn unread(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Begins behind the file's first `start` bytes.
    pub(super) fn begin(&mut self, start: usize, delimiter: u8) {
        self.delimiter = delimiter;
        self.core = core(delimiter);
        self.start = start.min(self.buffer.len());
        self.scanned = self.start;
    }

    /// Lets go of everything: the file is not worth holding.
    pub(super) fn abandon(&mut self) {
        self.buffer = Vec::new();
        (self.start, self.scanned) = (0, 0);
    }

    /// The next record, or lines that make none; `None` asks for more bytes.
    pub(super) fn next(&mut self) -> Option<Result<Record<'_>, Broken>> {
        match self.step()? {
            Step::Record { line } => Some(Ok(Record {
                line,
                text: &self.text[..self.written],
                ends: &self.ends[..self.ended],
            })),
            Step::Broken(broken) => Some(Err(broken)),
        }
    }

    fn step(&mut self) -> Option<Step> {
        if self.scanned == self.start && !self.begin_record() {
            return None;
        }
        loop {
            // One more than the line may have: its line break.
            let limit = self.buffer.len().min(self.start + MAX_LINE + 1);
            if self.scanned == limit {
                if limit - self.start > MAX_LINE {
                    return Some(self.give_up());
                }
                if !self.finished {
                    return None;
                }
            }
            // The file's end is a line break too; within quotes it shows as one
            // that ends nothing.
            let at_end = self.scanned == limit;
            let input = if at_end {
                b"\n"
            } else {
                &self.buffer[self.scanned..limit]
            };
            let (result, read, written, ended) = self.core.read_record(
                input,
                &mut self.text[self.written..],
                &mut self.ends[self.ended..],
            );
            self.scanned += if at_end { 0 } else { read };
            self.written += written;
            self.ended += ended;
            match result {
                ReadRecordResult::Record => {
                    let line = self.line;
                    self.pass(self.scanned);
                    return Some(Step::Record { line });
                }
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::InputEmpty if !at_end => {}
                _ => return Some(self.give_up()),
            }
        }
    }

    /// Goes to where the next record begins, if that has arrived.
    fn begin_record(&mut self) -> bool {
        (self.written, self.ended) = (0, 0);
        if self.skipping {
            let rest = &self.buffer[self.start..];
            let found = rest.iter().position(|byte| is_break(*byte));
            self.start += found.unwrap_or(rest.len());
            self.scanned = self.start;
            self.skipping = found.is_none();
        }
        let rest = &self.buffer[self.start..];
        let breaks = rest.iter().take_while(|byte| is_break(**byte)).count();
        if breaks > 0 {
            self.pass(self.start + breaks);
            self.scanned = self.start;
        }
        self.start < self.buffer.len()
    }

    /// Moves the beginning to `end`, counting lines.
    fn pass(&mut self, end: usize) {
        let passed = &self.buffer[self.start..end];
        if let Some((&last, before)) = passed.split_last() {
            let inner: usize = before.iter().map(|byte| usize::from(is_break(*byte))).sum();
            if inner == 0 && !self.after_return {
                self.line += u64::from(is_break(last));
            } else {
                let mut before = if self.after_return { b'\r' } else { 0 };
                for &byte in passed {
                    let second_half = byte == b'\n' && before == b'\r';
                    self.line += u64::from(is_break(byte) && !second_half);
                    before = byte;
                }
            }
            self.after_return = last == b'\r';
        }
        self.start = end;
    }

    /// Refuses what has been read of the present record.
    fn give_up(&mut self) -> Step {
        let line = self.line;
        let raw = &self.buffer[self.start..self.scanned];
        // `core` goes on behind a line break only within quotes.
        let first_break = raw.iter().position(|byte| is_break(*byte));
        let loss = if raw.len() > MAX_LINE {
            Loss::TooLong {
                quoted: first_break.is_some() || self.is_quoted(),
            }
        } else {
            Loss::Unclosed
        };
        let through = match first_break {
            Some(at) if self.rereads > 0 => {
                self.rereads -= 1;
                self.pass(self.start + at + 1);
                line
            }
            _ => {
                self.pass(self.scanned);
                self.skipping = true;
                self.line
            }
        };
        self.scanned = self.start;
        self.core = core(self.delimiter);
        Step::Broken(Broken {
            line,
            loss,
            through,
        })
    }

    /// Whether `core` stands within quotes, where a line break ends nothing.
    /// It is of no use afterwards. (A clone would not do: csv-core 0.1.13
    /// clones a reader without the classes of its bytes.)
    fn is_quoted(&mut self) -> bool {
        let (result, ..) = self.core.read_record(b"\n", &mut [0; 4], &mut [0; 4]);
        result != ReadRecordResult::Record
    }
}

fn is_break(byte: u8) -> bool {
    byte == b'\n' || byte == b'\r'
}

/// A parser at the beginning of a line. It drops a byte order mark before the
/// first byte that it ever sees; ours is gone already, and one in a later line
/// is not one: so it sees a line break first.
fn core(delimiter: u8) -> csv_core::Reader {
    let mut core = ReaderBuilder::new().delimiter(delimiter).build();
    core.read_record(b"\n", &mut [0; 4], &mut [0; 4]);
    core
}

#[cfg(test)]
mod tests;
