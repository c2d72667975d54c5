//! Writing CSV that spreadsheets open without harm.

/// Appends one line.
pub(crate) fn line(out: &mut Vec<u8>, cells: &[&str]) {
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write(out, cell);
    }
    out.extend_from_slice(b"\r\n");
}

/// A cell that a spreadsheet would take for a formula begins with `'`.
fn write(out: &mut Vec<u8>, cell: &str) {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if !formula && !cell.contains([',', '"', '\n', '\r']) {
        out.extend_from_slice(cell.as_bytes());
        return;
    }
    out.push(b'"');
    if formula {
        out.push(b'\'');
    }
    for byte in cell.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_disarmed_and_quotes_doubled() {
        let mut out = Vec::new();
        line(&mut out, &["plain", "=1+1", "a,\"b\"", "@x", ""]);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "plain,\"'=1+1\",\"a,\"\"b\"\"\",\"'@x\",\r\n"
        );
    }
}
