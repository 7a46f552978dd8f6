//! Writes the seeds of all targets into a folder, as the fuzzers read them.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use hansa_fuzz_targets::TARGETS;

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: hansa-fuzz-targets FOLDER, for example fuzz/corpus");
        return ExitCode::from(2);
    };
    match write_seeds(folder.into()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hansa-fuzz-targets: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn write_seeds(folder: PathBuf) -> Result<()> {
    for target in TARGETS {
        let folder = folder.join(target.name);
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let inputs = target.seeds()?.into_iter().chain(target.found()?);
        let mut count = 0;
        for (index, input) in inputs.enumerate() {
            let path = folder.join(format!("seed-{index:04}"));
            fs::write(&path, input).with_context(|| format!("cannot write {}", path.display()))?;
            count += 1;
        }
        println!("{}: {count} seeds", folder.display());
    }
    Ok(())
}
