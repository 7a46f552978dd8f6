//! What collections may say of themselves.

use crate::{CollectionSpec, OpenError, path::Path};

/// Names become part of texts, so they are looked at first.
pub(crate) fn check(collections: &[CollectionSpec]) -> Result<(), OpenError> {
    let is_name = |name: &str| {
        name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
            && name.len() <= 60
    };
    for (index, collection) in collections.iter().enumerate() {
        let wrong = |reason: String| OpenError::Specification { collection: collection.name, reason };
        if !is_name(collection.name) {
            return Err(wrong("names are small letters, digits and underscores".to_owned()));
        }
        if collections[..index].iter().any(|other| other.name == collection.name) {
            return Err(wrong("there are two of this name".to_owned()));
        }
        for (index, spec) in collection.indexes.iter().enumerate() {
            if !is_name(spec.name) || collection.indexes[..index].iter().any(|other| other.name == spec.name) {
                return Err(wrong(format!("`{}` is no name of an index, or there are two of it", spec.name)));
            }
            if spec.paths.is_empty() {
                return Err(wrong(format!("index `{}` has no fields", spec.name)));
            }
        }
        let paths = collection.indexes.iter().flat_map(|index| index.paths).map(|path| direction(path).0);
        for path in paths.chain(collection.times.iter().copied()) {
            Path::new(path).checked().map_err(|error| wrong(error.to_string()))?;
        }
    }
    Ok(())
}

/// The path, and whether it is sorted downwards.
pub(crate) fn direction(path: &'static str) -> (&'static str, bool) {
    path.strip_prefix('-').map_or((path, false), |path| (path, true))
}
