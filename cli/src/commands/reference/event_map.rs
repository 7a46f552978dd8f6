//! `docs/reference/events.md`: who publishes which event, and who listens to it.

use crate::platform::contexts::Context;
use std::{collections::BTreeMap, fmt::Write};

pub(super) fn page(contexts: &[Context]) -> String {
    let mut page = String::from(
        "# Events\n\n\
         <!-- Written by `cargo xtask schema`. -->\n\n\
         What contexts tell each other. They never call each other: a context publishes what became true, and whoever needs it \
         listens. Every event has an example in its envelope, and a JSON Schema, in [`schema/events`](../../schema/events).\n\
         [Adding a subgraph](../guides/adding-a-subgraph.md#events) says how to publish and how to listen.\n\n\
         ## The map\n\n",
    );
    page.push_str(&map(contexts));
    for context in contexts {
        page.push_str(&section(context, contexts));
    }
    page
}

/// An arrow from each publisher to each listener.
fn map(contexts: &[Context]) -> String {
    let mut arrows: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for context in contexts {
        for listening in context.listens.iter().flat_map(|listener| listener.events) {
            let names = arrows.entry((listening.context, context.name)).or_default();
            names.push(listening.aggregate.to_owned());
        }
    }
    let mut text = String::from("```mermaid\nflowchart LR\n");
    for context in contexts.iter().filter(|context| !context.publishes.is_empty() || !context.listens.is_empty()) {
        let _ = writeln!(text, "  {}", context.name);
    }
    for ((publisher, listener), mut aggregates) in arrows {
        aggregates.sort();
        aggregates.dedup();
        let _ = writeln!(text, "  {publisher} -- \"{}\" --> {listener}", aggregates.join(", "));
    }
    text.push_str("```\n");
    text
}

/// The events of one context.
fn section(context: &Context, contexts: &[Context]) -> String {
    let mut text = format!("\n## {}\n\n", context.name);
    if context.publishes.is_empty() {
        text.push_str("Publishes nothing.\n");
    } else {
        text.push_str("| event | version | example | schema | heard by |\n|---|---|---|---|---|\n");
    }
    for of in context.publishes {
        for (event_type, version) in of.events {
            let name = format!("{}.{}.{event_type}.v{version}", context.name, of.aggregate);
            let _ = writeln!(
                text,
                "| `{}.{event_type}` | {version} | [example](../../schema/events/{name}.json) | \
                 [schema](../../schema/events/{name}.schema.json) | {} |",
                of.aggregate,
                listeners((context.name, of.aggregate, event_type), contexts).join(", ")
            );
        }
    }
    text
}

/// Context and consumer, for each that hears this event.
fn listeners((publisher, aggregate, event_type): (&str, &str, &str), contexts: &[Context]) -> Vec<String> {
    let mut found = Vec::new();
    for context in contexts {
        for listener in context.listens {
            let hears = listener.events.iter().any(|listening| {
                (listening.context, listening.aggregate) == (publisher, aggregate)
                    && listening.events.iter().any(|(heard, _)| *heard == event_type)
            });
            if hears {
                found.push(format!("{} (`{}`)", context.name, listener.consumer));
            }
        }
    }
    found
}
