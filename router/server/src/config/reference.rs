//! Writes what the settings say about themselves: the JSON Schema for editors and the reference page for people.

use super::Config;
use hansa_settings::{reference_page, schema_text};
use std::{fs, io, path::Path};

const PAGE_HEAD: &str = "\
# Configuration reference

Generated from the code; change it there. Settings come from a YAML file (`--config FILE`), then from environment
variables, then from flags; later ones win. A variable's name is `HANSA_` and the setting's name in capitals, with two
underscores for each dot: `limits.depth_max` is `HANSA_LIMITS__DEPTH_MAX`. Lists in a variable are separated by commas.
Durations and sizes are written with their unit: `500ms`, `10s`, `2m`, `1h`; `512B`, `64KiB`, `2MiB`, `1GiB`.
Editors check the file against `schema/config.schema.json`.
";

/// Writes `schema/config.schema.json` and `docs/reference/configuration.md` under `directory`.
pub fn write_reference(directory: &Path) -> io::Result<()> {
    let schema = schemars::schema_for!(Config).to_value();
    let schema_folder = directory.join("schema");
    let page_folder = directory.join("docs/reference");
    fs::create_dir_all(&schema_folder)?;
    fs::create_dir_all(&page_folder)?;
    fs::write(schema_folder.join("config.schema.json"), schema_text(&schema))?;
    fs::write(page_folder.join("configuration.md"), reference_page(PAGE_HEAD, &schema))?;
    fs::write(page_folder.join("error-codes.md"), crate::error_code::reference_page())
}
