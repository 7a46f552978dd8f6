//! The contexts of the platform: the one list that everything uses. To add one: a line in it, and a dependency in
//! `cli/Cargo.toml`.
//!
//! A context's crate has `NAME`, `sdl()` and a type with `open(&Services)` and `subgraph()`.

use hansa_subgraph_host::{OpenError, Services, Subgraph};

/// A context as it is known without its stores.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context {
    pub(crate) name: &'static str,
    pub(crate) sdl: fn() -> String,
}

/// A field's name, and the crate and the type behind it.
macro_rules! contexts {
    ($($field:ident: $package:ident::$context:ident,)+) => {
        /// All contexts, in the order in which they are opened.
        pub(crate) const CONTEXTS: &[Context] = &[$(Context { name: $package::NAME, sdl: $package::sdl }),+];

        /// All contexts, opened in one process.
        #[derive(Debug)]
        pub(crate) struct Contexts {
            $(pub(crate) $field: $package::$context,)+
            pub(crate) subgraphs: Vec<Subgraph>,
        }

        impl Contexts {
            /// `services` gives each context its own by its name.
            pub(crate) async fn open<E: From<OpenError>>(
                services: impl Fn(&'static str) -> Result<Services, E>,
            ) -> Result<Contexts, E> {
                let mut subgraphs = Vec::with_capacity(CONTEXTS.len());
                $(
                    let own = services($package::NAME)?;
                    let $field = $package::$context::open(&own).await?;
                    subgraphs.push($field.subgraph());
                )+
                Ok(Contexts { $($field,)+ subgraphs })
            }
        }

        /// Opens one of [`CONTEXTS`]; `None` for what is none.
        pub(crate) async fn open_one(name: &str, own: &Services) -> Option<Result<Subgraph, OpenError>> {
            match name {
                $($package::NAME => {
                    Some($package::$context::open(own).await.map(|context| context.subgraph()))
                })+
                _ => None,
            }
        }
    };
}

contexts! {
    identity: hansa_identity::Identity,
    catalog: hansa_catalog::Catalog,
    social: hansa_social::Social,
}

/// The context of this name; otherwise the names there are, the nearest first.
pub(crate) fn context(name: &str) -> Result<&'static Context, Vec<&'static str>> {
    let found = CONTEXTS.iter().find(|context| context.name == name);
    found.ok_or_else(|| {
        let mut names: Vec<&'static str> = CONTEXTS.iter().map(|context| context.name).collect();
        names.sort_by_key(|known| strsim::damerau_levenshtein(known, name));
        names
    })
}
