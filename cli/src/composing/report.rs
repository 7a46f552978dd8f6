//! What is said about a composition: text for people, JSON for programs.

use crate::{
    composing::{
        attempt::Attempt,
        inputs::{Inputs, Unavailable},
    },
    output::LOGGED_AS,
};
use hansa_composition::{Diagnostic, Place, SubgraphSource, codes::Level};
use hansa_settings::{Mistake, Place as SettingPlace};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Codes of what keeps composition from beginning; those of composition itself are its own.
const CONFIGURATION_INVALID: &str = "CONFIGURATION_INVALID";
const SUBGRAPH_UNAVAILABLE: &str = "SUBGRAPH_UNAVAILABLE";
const ROUTING_URL_MISSING: &str = "ROUTING_URL_MISSING";

pub(super) fn text(attempt: &Attempt, hints: Option<Level>, colour: bool) -> String {
    let mut text = String::new();
    let mark = if colour { "\x1b[1;91merror\x1b[0m" } else { "error" };
    match &attempt.inputs {
        Inputs::Mistakes(mistakes) => {
            for mistake in mistakes {
                let _ = writeln!(text, "{mark}: {}", without_control(&mistake.to_string()));
            }
        }
        Inputs::Unavailable(subgraphs) => {
            for subgraph in subgraphs {
                let _ = writeln!(text, "{mark}: {}", unavailable(subgraph));
            }
        }
        Inputs::Ready { subgraphs, stale, unrouted } => {
            for subgraph in unrouted {
                let _ = writeln!(text, "warning: {}", without_url(subgraph));
            }
            for subgraph in stale {
                let _ = writeln!(text, "{}", with_last_sdl(&unavailable(subgraph)));
            }
            let composition = &attempt.composition;
            // Levels are ordered from the gravest on.
            let shown = |hint: &&Diagnostic| hints.is_some_and(|level| hint.code.level <= level);
            let hints = composition.hints.iter().filter(shown);
            let diagnostics: Vec<Diagnostic> = composition.errors.iter().chain(hints).cloned().collect();
            text.push_str(&hansa_composition::render_all(&diagnostics, subgraphs, colour));
        }
    }
    text
}

fn unavailable(Unavailable { subgraph, url, reason, .. }: &Unavailable) -> String {
    format!("subgraph `{subgraph}` at {url}: {reason}")
}

/// A file must not steer the terminal of whoever composes it.
fn without_control(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character.is_control() {
            true => shown.extend(character.escape_default()),
            false => shown.push(character),
        }
    }
    shown
}

fn without_url(subgraph: &str) -> String {
    format!(
        "subgraph `{subgraph}` has no `routing_url`: the supergraph does not say where the router asks it, so the router's \
         settings must; write \"\" if they do"
    )
}

fn with_last_sdl(reason: &str) -> String {
    let end = if reason.ends_with('?') { " Its" } else { "; its" };
    format!("{reason}{end} last SDL is taken")
}

/// One event for each error, and each subgraph that does not answer now, where log lines are for machines.
pub(super) fn log(attempt: &Attempt) {
    for error in json(attempt)["errors"].as_array().into_iter().flatten() {
        let text = |member: &str| error[member].as_str().unwrap_or_default();
        let (line, column) = (error["line"].as_u64(), error["column"].as_u64());
        let (code, subgraph, file) = (text("code"), text("subgraph"), text("file"));
        tracing::error!(target: LOGGED_AS, code, subgraph.name = subgraph, file, line, column, "{}", text("message"));
    }
    if let Inputs::Ready { stale, unrouted, .. } = &attempt.inputs {
        for subgraph in unrouted {
            let code = ROUTING_URL_MISSING;
            tracing::warn!(target: LOGGED_AS, code, subgraph.name = subgraph, "{}", without_url(subgraph));
        }
        for Unavailable { subgraph, url, reason, .. } in stale {
            let code = SUBGRAPH_UNAVAILABLE;
            tracing::warn!(target: LOGGED_AS, code, subgraph.name = subgraph, file = url, "{}", with_last_sdl(reason));
        }
    }
}

pub(super) fn json(attempt: &Attempt) -> Value {
    let composition = &attempt.composition;
    let (sources, (stale, unrouted)) = match &attempt.inputs {
        Inputs::Ready { subgraphs, stale, unrouted } => (subgraphs.as_slice(), (stale.as_slice(), unrouted.as_slice())),
        Inputs::Mistakes(_) | Inputs::Unavailable(_) => (&[][..], (&[][..], &[][..])),
    };
    let mut errors: Vec<Value> = match &attempt.inputs {
        Inputs::Mistakes(mistakes) => mistakes.iter().map(mistake_json).collect(),
        Inputs::Unavailable(subgraphs) => subgraphs.iter().map(unavailable_json).collect(),
        Inputs::Ready { .. } => Vec::new(),
    };
    let diagnostic_json = |diagnostic: &Diagnostic| diagnostic_json(diagnostic, sources);
    errors.extend(composition.errors.iter().map(diagnostic_json));
    let hints: Vec<Value> = composition.hints.iter().map(diagnostic_json).collect();
    json!({
        "ok": attempt.supergraph().is_some(),
        "errors": errors,
        "hints": hints,
        "supergraph": attempt.supergraph().map(|supergraph| &supergraph.sdl),
        "api": attempt.supergraph().map(|supergraph| &supergraph.api),
        "stale": stale.iter().map(|subgraph| &subgraph.subgraph).collect::<Vec<_>>(),
        "unrouted": unrouted,
    })
}

fn mistake_json(mistake: &Mistake) -> Value {
    let (file, line, column) = match &mistake.place {
        SettingPlace::File { path, line, column } => (Some(path.display().to_string()), Some(line), Some(column)),
        _ => (None, None, None),
    };
    let message = if file.is_some() { mistake.message.clone() } else { mistake.to_string() };
    json!({
        "code": CONFIGURATION_INVALID,
        "message": message,
        "subgraph": null,
        "file": file,
        "line": line,
        "column": column,
    })
}

fn unavailable_json(Unavailable { subgraph, url, reason, .. }: &Unavailable) -> Value {
    json!({
        "code": SUBGRAPH_UNAVAILABLE,
        "message": reason,
        "subgraph": subgraph,
        "file": url,
        "line": null,
        "column": null,
    })
}

fn diagnostic_json(diagnostic: &Diagnostic, sources: &[SubgraphSource]) -> Value {
    let first = diagnostic.places.first();
    let span = first.and_then(|place| place.span);
    json!({
        "code": diagnostic.code.name,
        "message": diagnostic.message,
        "subgraph": first.map(|place| &place.subgraph),
        "file": first.and_then(|place| origin(place, sources)),
        "line": span.map(|span| span.line),
        "column": span.map(|span| span.column),
        "level": level(diagnostic.code.level),
        "coordinate": diagnostic.coordinate,
        "places": diagnostic.places.iter().map(|place| place_json(place, sources)).collect::<Vec<_>>(),
        "explanation": diagnostic.explanation,
        "meaning": diagnostic.code.meaning,
        "advice": diagnostic.code.advice,
    })
}

fn place_json(place: &Place, sources: &[SubgraphSource]) -> Value {
    json!({
        "subgraph": place.subgraph,
        "file": origin(place, sources),
        "line": place.span.map(|span| span.line),
        "column": place.span.map(|span| span.column),
        "endLine": place.span.map(|span| span.end_line),
        "endColumn": place.span.map(|span| span.end_column),
        "label": place.label,
    })
}

fn origin<'a>(place: &Place, sources: &'a [SubgraphSource]) -> Option<&'a str> {
    sources.iter().find(|source| source.name == place.subgraph).map(|source| source.origin.as_str())
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warn => "warn",
        Level::Info => "info",
        Level::Debug => "debug",
    }
}
