//! Finding the native `anvil`, not the JavaScript that npm puts in front of it.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::files::{is_executable, make_executable, npm_package, on_path};
use crate::{Result, SandboxError};

/// `SYMBOLON_ANVIL`; else the npm package, whose version is pinned; else the one on `PATH`.
pub(super) fn find() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("SYMBOLON_ANVIL") {
        let named = PathBuf::from(named);
        return if is_native(&named) {
            Ok(named)
        } else {
            Err(SandboxError::AnvilMissing)
        };
    }
    let packaged = npm_package(&format!("@foundry-rs/{}", package()))
        .into_iter()
        .map(|package| {
            let binary = package.join("bin/anvil");
            make_executable(&binary);
            binary
        });
    packaged
        .chain(on_path("anvil"))
        .find(|file| is_native(file))
        .ok_or(SandboxError::AnvilMissing)
}

fn package() -> String {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let processor = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("anvil-{system}-{processor}")
}

fn is_native(file: &Path) -> bool {
    let mut start = [0; 2];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut start));
    is_executable(file) && read.is_ok() && &start != b"#!"
}
