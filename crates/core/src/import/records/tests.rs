//! Records that arrive in pieces.

use super::*;

type Found = Result<(u64, Vec<String>), (u64, Loss, u64)>;

fn read(text: &[u8], piece: usize) -> Vec<Found> {
    let mut records = Records::new();
    let mut found = Vec::new();
    let drain = |records: &mut Records, found: &mut Vec<Found>| {
        while let Some(next) = records.next() {
            found.push(match next {
                Ok(record) => Ok((
                    record.line,
                    record
                        .fields()
                        .map(|field| String::from_utf8_lossy(field).into_owned())
                        .collect(),
                )),
                Err(broken) => Err((broken.line, broken.loss, broken.through)),
            });
        }
    };
    for bytes in text.chunks(piece) {
        records.feed(bytes);
        drain(&mut records, &mut found);
    }
    records.finish();
    drain(&mut records, &mut found);
    found
}

fn fields(line: u64, fields: &[&str]) -> Found {
    Ok((
        line,
        fields.iter().map(|field| (*field).to_owned()).collect(),
    ))
}

#[test]
fn lines_are_counted_through_every_kind_of_break() {
    let text = b"a,b\r\n\r\n\"c\nd\r\ne\",f\rg,\"h\"\"\"\n\n\ni,j";
    for piece in [1, 2, 3, 1000] {
        assert_eq!(
            read(text, piece),
            [
                fields(1, &["a", "b"]),
                fields(3, &["c\nd\r\ne", "f"]),
                fields(6, &["g", "h\""]),
                fields(9, &["i", "j"]),
            ],
            "cut every {piece}"
        );
    }
}

#[test]
fn a_byte_order_mark_in_a_later_line_is_text() {
    for piece in [1, 1000] {
        assert_eq!(
            read(b"a\n\xef\xbb\xbfb\n", piece)[1],
            fields(2, &["\u{feff}b"])
        );
        let after_a_loss = read(b"\"a\n\xef\xbb\xbfb\n", piece);
        assert_eq!(
            after_a_loss,
            [Err((1, Loss::Unclosed, 1)), fields(2, &["\u{feff}b"])]
        );
    }
}

#[test]
fn a_line_too_long_costs_itself_alone() {
    let exact = "x".repeat(MAX_LINE);
    for (length, fits) in [
        (MAX_LINE, true),
        (MAX_LINE + 1, false),
        (MAX_LINE * 5, false),
    ] {
        let text = format!("a,b\n{}\nc,d\n", "x".repeat(length));
        for piece in [1000, 65_536, 1 << 20] {
            let found = read(text.as_bytes(), piece);
            assert_eq!(found.len(), 3);
            let wide = if fits {
                fields(2, &[&exact])
            } else {
                Err((2, Loss::TooLong { quoted: false }, 2))
            };
            assert_eq!(found[1], wide);
            assert_eq!(found[2], fields(3, &["c", "d"]));
        }
    }
}

#[test]
fn an_unclosed_quote_costs_its_own_line_alone() {
    for (rows, loss) in [
        (3, Loss::Unclosed),
        (30_000, Loss::TooLong { quoted: true }),
    ] {
        let mut text = String::from("a,b\nc,\"d\n");
        for row in 0..rows {
            text.push_str(&format!("e,{row}\n"));
        }
        let found = read(text.as_bytes(), 997);
        assert_eq!(found[0], fields(1, &["a", "b"]));
        assert_eq!(found[1], Err((2, loss, 2)));
        assert_eq!(found[2], fields(3, &["e", "0"]));
        assert_eq!(found.len(), rows + 2);
    }
}

#[test]
fn a_hostile_file_is_not_read_again_for_ever() {
    // Each line closes the quote of the one before and opens another.
    let text = "x\",\"\n".repeat(100_000);
    let found = read(text.as_bytes(), 65_536);
    let lost: u64 = found
        .iter()
        .filter_map(|found| found.as_ref().err())
        .map(|(line, _, through)| through - line + 1)
        .sum();
    assert!(found.len() < 2 * REREADS as usize, "{}", found.len());
    assert!(lost > 90_000, "{lost}");
}

#[test]
fn many_fields_are_no_matter() {
    let text = ",".repeat(5000);
    for piece in [1, 17, 10_000] {
        assert_eq!(
            read(text.as_bytes(), piece)[0].as_ref().unwrap().1.len(),
            5001
        );
    }
}
