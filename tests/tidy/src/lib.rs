//! The house rules, as tests: one test a rule, over the files that git knows and what `cargo metadata` says.
//!
//! A failing rule prints every place that breaks it, what to do, and which page says why.

#[cfg(test)]
mod composition_codes;
#[cfg(test)]
mod dependencies;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod files;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod manifests;
#[cfg(test)]
mod names;
#[cfg(test)]
mod purity;
#[cfg(test)]
mod registered;
#[cfg(test)]
mod repository;
#[cfg(test)]
mod rust_text;
