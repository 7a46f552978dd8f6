//! `cargo xtask new-subgraph NAME`: a bounded context that compiles, composes and answers, to be changed into what it
//! is to be. The files are `xtask/templates/subgraph`; `{{name}}` and `{{Name}}` in them become the context's name.

mod check;
mod edits;
mod name;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

pub(crate) use check::check;
pub(crate) use name::ContextName;

use crate::repository::{root, target_dir};
use crate::schema;

/// Where a template goes, and its text.
type Template = (&'static str, &'static str);

macro_rules! templates {
    ($($path:literal from $file:literal,)+) => {
        &[$(($path, include_str!(concat!("../templates/subgraph/", $file, ".template")))),+]
    };
}

const TEMPLATES: &[Template] = templates![
    "subgraphs/{{name}}/Cargo.toml" from "Cargo.toml",
    "subgraphs/{{name}}/README.md" from "README.md",
    "subgraphs/{{name}}/migrations/postgres/0001_items.sql" from "migrations/postgres/0001_items.sql",
    "subgraphs/{{name}}/migrations/sqlite/0001_items.sql" from "migrations/sqlite/0001_items.sql",
    "subgraphs/{{name}}/src/commands.rs" from "src/commands.rs",
    "subgraphs/{{name}}/src/domain.rs" from "src/domain.rs",
    "subgraphs/{{name}}/src/domain/item.rs" from "src/domain/item.rs",
    "subgraphs/{{name}}/src/domain/refusal.rs" from "src/domain/refusal.rs",
    "subgraphs/{{name}}/src/domain/tests.rs" from "src/domain/tests.rs",
    "subgraphs/{{name}}/src/domain/title.rs" from "src/domain/title.rs",
    "subgraphs/{{name}}/src/graphql.rs" from "src/graphql.rs",
    "subgraphs/{{name}}/src/graphql/entities.rs" from "src/graphql/entities.rs",
    "subgraphs/{{name}}/src/graphql/item.rs" from "src/graphql/item.rs",
    "subgraphs/{{name}}/src/graphql/mutation.rs" from "src/graphql/mutation.rs",
    "subgraphs/{{name}}/src/graphql/query.rs" from "src/graphql/query.rs",
    "subgraphs/{{name}}/src/items.rs" from "src/items.rs",
    "subgraphs/{{name}}/src/lib.rs" from "src/lib.rs",
    "subgraphs/{{name}}/src/policies.cedar" from "src/policies.cedar",
    "subgraphs/{{name}}/src/tests.rs" from "src/tests.rs",
    "subgraphs/{{name}}/src/{{name}}.rs" from "src/name.rs",
];

pub(crate) fn run(name: &str) -> Result<()> {
    let name = ContextName::parse(name, root())?;
    generate(root(), &name)?;
    println!("\nSDLs and references are written by the binary, which is built now.");
    schema::write()?;
    write_examples(root(), &name)?;
    println!(
        "\nsubgraphs/{name} is a context that answers. Next:\n\n    \
         cargo test -p hansa-{name}\n    \
         cargo run -- up\n\n\
         docs/guides/adding-a-subgraph.md says what each part is and how to go on."
    );
    Ok(())
}

/// Writes the context into the repository at `root` and its name into the lists there; nothing, where one of the lists
/// is not as expected.
fn generate(root: &Path, name: &ContextName) -> Result<()> {
    let edits = edits::edits(root, name)?;
    let files = TEMPLATES.iter().map(|(path, text)| (name.fill(path), name.fill(text)));
    for (path, text) in files.chain(edits) {
        let file = root.join(&path);
        let folder = file.parent().context("a file is in a folder")?;
        fs::create_dir_all(folder).with_context(|| format!("could not make {}", folder.display()))?;
        fs::write(&file, text).with_context(|| format!("could not write {}", file.display()))?;
        println!("wrote {path}");
    }
    format(root, name)
}

/// The examples of the context's events, which its tests write where they are missing.
fn write_examples(root: &Path, name: &ContextName) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let package = format!("hansa-{name}");
    let written = Command::new(cargo)
        .args(["test", "--quiet", "-p", &package, "every_event_has_an_example"])
        .env("UPDATE_EXPECT", "1")
        .env("CARGO_TARGET_DIR", target_dir())
        .current_dir(root)
        .status();
    if !written.context("could not start `cargo test`")?.success() {
        bail!("the examples of {name}'s events could not be written");
    }
    Ok(())
}

/// Lines break elsewhere with another name.
fn format(root: &Path, name: &ContextName) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let package = format!("hansa-{name}");
    let formatted = Command::new(cargo).args(["fmt", "-p", &package]).current_dir(root).status();
    if !formatted.context("could not start `cargo fmt`")?.success() {
        bail!("`cargo fmt -p {package}` failed");
    }
    Ok(())
}
