//! What the fuzzers in `fuzz` run: any bytes in, nothing out, and a panic is a finding. The same functions run in an
//! ordinary test on seeds and some mutations of them, so that they cannot rot.

mod case_folder;
mod mutation;
mod network;
mod operation_pipeline;
mod response_decoder;
mod sample_operation;
mod seeds;
mod supergraph_reader;

pub use mutation::Mutator;
pub use operation_pipeline::operation_pipeline;
pub use response_decoder::response_decoder;
pub use supergraph_reader::supergraph_reader;

use anyhow::{Context, Result};
use std::{fs, path::Path};

/// A function that takes any bytes.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Of the fuzzer's binary and of the folders with its inputs.
    pub name: &'static str,
    pub run: fn(&[u8]),
    seeds: fn() -> Result<Vec<Vec<u8>>>,
    dictionary: &'static str,
}

pub const TARGETS: [Target; 3] = [
    Target {
        name: "supergraph_reader",
        run: supergraph_reader,
        seeds: seeds::of_supergraph_reader,
        dictionary: "supergraph.dict",
    },
    Target {
        name: "operation_pipeline",
        run: operation_pipeline,
        seeds: seeds::of_operation_pipeline,
        dictionary: "operation.dict",
    },
    Target {
        name: "response_decoder",
        run: response_decoder,
        seeds: seeds::of_response_decoder,
        dictionary: "response.dict",
    },
];

const FUZZ: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz");

impl Target {
    /// Inputs to begin with, made of `tests/cases`.
    pub fn seeds(&self) -> Result<Vec<Vec<u8>>> {
        (self.seeds)()
    }

    /// Inputs that were findings once.
    pub fn found(&self) -> Result<Vec<Vec<u8>>> {
        let folder = Path::new(FUZZ).join("found").join(self.name);
        let Ok(entries) = fs::read_dir(&folder) else { return Ok(Vec::new()) };
        let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
        paths.sort();
        paths.iter().map(|path| fs::read(path).with_context(|| path.display().to_string())).collect()
    }

    /// Words that make changed inputs more interesting. One a line, in quotes.
    pub fn dictionary(&self) -> Result<Vec<String>> {
        let path = Path::new(FUZZ).join("dictionaries").join(self.dictionary);
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let quoted = text.lines().filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'));
        Ok(quoted.map(|word| word.replace("\\\"", "\"").replace("\\\\", "\\")).collect())
    }
}
