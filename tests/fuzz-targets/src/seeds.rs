//! Inputs to begin with, made of `tests/cases`: its supergraphs, its operations, and its responses as answers.

use std::fs;

use anyhow::Result;

use crate::{
    case_folder::{self, CASES},
    operation_pipeline::{ALL_GRANTS, IN_PARTS},
    response_decoder::{SEPARATOR, fetch_count, stage_count},
};

pub(crate) fn of_supergraph_reader() -> Result<Vec<Vec<u8>>> {
    Ok(case_folder::all_supergraphs()?.into_iter().map(String::into_bytes).collect())
}

pub(crate) fn of_operation_pipeline() -> Result<Vec<Vec<u8>>> {
    let mut seeds = Vec::new();
    for (index, case) in CASES.iter().enumerate() {
        for operation in case_folder::operations(case)? {
            let mut seed = vec![u8::try_from(index)?, ALL_GRANTS | IN_PARTS];
            seed.extend_from_slice(operation.text.as_bytes());
            if let Some(variables) = operation.variables {
                seed.push(0);
                seed.extend_from_slice(variables.as_bytes());
            }
            seeds.push(seed);
        }
    }
    Ok(seeds)
}

/// The data files know the answers to root fields; what is asked of entities is made up.
pub(crate) fn of_response_decoder() -> Result<Vec<Vec<u8>>> {
    let entities = r#"{"data":{"_entities":[{"__typename":"User","id":"1","name":"a"},null]},"errors":[{"message":"m","path":["_entities",1,"name"],"extensions":{"code":"C"}}]}"#;
    let free_form = r#"{"data":{"any":{"a":[1,-2.5e3,"\u00e4\n"]},"text":"t","number":7,"node":{"any":null,"list":[[true],[]],"text":"x","node":null},"nodes":[{"any":0,"text":null,"node":{"list":null}}]}}"#;
    let mut seeds = vec![[&[0, 7], free_form.as_bytes()].concat()];
    let mut responses = Vec::new();
    for case in CASES {
        for folder in [case_folder::folder(case), case_folder::folder(case).join("operations")] {
            let Ok(entries) = fs::read_dir(folder) else { continue };
            let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
            paths.sort();
            for path in paths.iter().filter(|path| path.to_string_lossy().ends_with("response.json")) {
                let response: serde_json::Value = serde_json::from_slice(&fs::read(path)?)?;
                responses.push(response.to_string().into_bytes());
            }
        }
    }
    for stage in 1..stage_count() {
        let mut seed = vec![u8::try_from(stage)?, 7];
        seed.extend_from_slice(&responses[stage % responses.len()]);
        for _ in 1..fetch_count(stage) {
            seed.push(SEPARATOR);
            seed.extend_from_slice(entities.as_bytes());
        }
        seeds.push(seed);
    }
    Ok(seeds)
}
