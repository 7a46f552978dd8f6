//! The SDL that composition reads: a schema's own definitions, in one order, with the link to the federation spec.

pub(crate) fn canonical_sdl(schema_sdl: &str) -> String {
    schema_sdl.to_owned()
}
