//! The contexts of the platform: the one list that everything uses. To add one: a line in it, and a dependency in
//! `cli/Cargo.toml`.
//!
//! A context's crate has `NAME`, `NODES`, `PUBLISHES`, `LISTENS`, `sdl()` and a type with `open(&Services)` and `subgraph()`.
//! The subgraph `node` is made of their lists of nodes, the event map of their lists of events.

#[cfg(test)]
mod tests;

use hansa_event_sourcing::Published;
use hansa_messaging::Listener;
use hansa_node::Node;
use hansa_subgraph_host::{OpenError, Services, Subgraph};

/// A context as it is known without its stores.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context {
    pub(crate) name: &'static str,
    /// Types with an id, by the prefix of their ids.
    nodes: &'static [(&'static str, &'static str)],
    pub(crate) publishes: &'static [Published],
    pub(crate) listens: &'static [Listener],
    sdl: fn() -> String,
}

/// A field's name, and the crate and the type behind it.
macro_rules! contexts {
    ($($field:ident: $package:ident::$context:ident,)+) => {
        /// All contexts, in the order in which they are opened.
        const CONTEXTS: &[Context] = &[
            $(Context {
                name: $package::NAME,
                nodes: $package::NODES,
                publishes: $package::PUBLISHES,
                listens: $package::LISTENS,
                sdl: $package::sdl,
            }),+
        ];

        /// All contexts, opened in one process.
        #[derive(Debug)]
        #[allow(dead_code, reason = "the demo has something for some of them only")]
        pub(crate) struct Contexts {
            $(pub(crate) $field: $package::$context,)+
            pub(crate) subgraphs: Vec<Subgraph>,
        }

        impl Contexts {
            /// `services` gives each context its own by its name.
            pub(crate) async fn open<E: From<OpenError>>(
                services: impl Fn(&'static str) -> Result<Services, E>,
            ) -> Result<Contexts, E> {
                let mut subgraphs = Vec::with_capacity(CONTEXTS.len() + 1);
                $(
                    let own = services($package::NAME)?;
                    let $field = $package::$context::open(&own).await?;
                    subgraphs.push($field.subgraph());
                )+
                subgraphs.push(node().subgraph(&services(hansa_node::NAME)?));
                Ok(Contexts { $($field,)+ subgraphs })
            }
        }

        /// Opens the subgraph of this name; `None` where there is none.
        pub(crate) async fn open_one(name: &str, own: &Services) -> Option<Result<Subgraph, OpenError>> {
            match name {
                $($package::NAME => {
                    Some($package::$context::open(own).await.map(|context| context.subgraph()))
                })+
                hansa_node::NAME => Some(Ok(node().subgraph(own))),
                _ => None,
            }
        }
    };
}

contexts! {
    identity: hansa_identity::Identity,
    catalog: hansa_catalog::Catalog,
    social: hansa_social::Social,
    inventory: hansa_inventory::Inventory,
    orders: hansa_orders::Orders,
    payments: hansa_payments::Payments,
    shipping: hansa_shipping::Shipping,
}

/// All contexts, without `node`, which has nothing to tell.
pub(crate) fn all() -> &'static [Context] {
    CONTEXTS
}

/// Names of all subgraphs. A new context is the last.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    [hansa_node::NAME].into_iter().chain(CONTEXTS.iter().map(|context| context.name))
}

/// The SDL of the subgraph of this name; otherwise the names there are, the nearest first.
pub(crate) fn sdl(name: &str) -> Result<String, Vec<&'static str>> {
    if name == hansa_node::NAME {
        return Ok(node().sdl());
    }
    let found = CONTEXTS.iter().find(|context| context.name == name);
    found.map(|context| (context.sdl)()).ok_or_else(|| {
        let mut names: Vec<&'static str> = names().collect();
        names.sort_by_key(|known| strsim::damerau_levenshtein(known, name));
        names
    })
}

fn node() -> Node {
    let nodes = CONTEXTS.iter().flat_map(|context| context.nodes.iter().copied());
    Node::new(nodes).expect("no two contexts claim a prefix or a type: whoever starts the binary sees this fail")
}
