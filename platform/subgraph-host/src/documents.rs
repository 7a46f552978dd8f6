//! Texts of operations become documents: parsed once while a text keeps coming, and only if they are of a size that
//! the library's own recursive checks can bear.

use crate::Mode;
use async_graphql::{
    ServerError,
    parser::{
        parse_query,
        types::{ExecutableDocument, OperationType, Selection, SelectionSet},
    },
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Levels of brackets in a text, which the parser recurses into.
const BRACKETS_MAX: usize = 128;
/// Levels of selections and fragments.
const LEVELS_MAX: usize = 64;
/// Selections, those of a fragment counted wherever it is spread.
const SELECTIONS_MAX: usize = 20_000;
const CACHED_DOCUMENTS_MAX: usize = 512;
const CACHED_TEXT_BYTES_MAX: usize = 16 * 1024;

/// Documents by their texts.
#[derive(Debug)]
pub(crate) struct Documents {
    /// The library alone would answer `null` to what it does not introspect.
    is_introspection_refused: bool,
    parsed: Mutex<HashMap<Box<str>, Arc<ExecutableDocument>>>,
}

impl Documents {
    pub(crate) fn new(mode: Mode) -> Documents {
        Documents { is_introspection_refused: mode == Mode::Production, parsed: Mutex::default() }
    }

    pub(crate) fn parse(&self, text: &str) -> Result<ExecutableDocument, ServerError> {
        let known = self.parsed.lock().unwrap_or_else(PoisonError::into_inner).get(text).cloned();
        if let Some(known) = known {
            return Ok(ExecutableDocument::clone(&known));
        }
        if bracket_levels(text) > BRACKETS_MAX {
            return Err(ServerError::new("the operation is nested too deeply", None));
        }
        let document = parse_query(text)?;
        self.check(&document)?;
        if text.len() <= CACHED_TEXT_BYTES_MAX {
            let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
            if parsed.len() >= CACHED_DOCUMENTS_MAX {
                parsed.clear();
            }
            parsed.insert(text.into(), Arc::new(document.clone()));
        }
        Ok(document)
    }

    fn check(&self, document: &ExecutableDocument) -> Result<(), ServerError> {
        let mut left = SELECTIONS_MAX;
        for (_, operation) in document.operations.iter() {
            count(document, &operation.node.selection_set.node, LEVELS_MAX, &mut left)?;
            if operation.node.ty == OperationType::Subscription {
                check_subscription(&operation.node.selection_set.node)?;
            }
        }
        let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
        let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
        if self.is_introspection_refused && operations.chain(fragments).any(introspects) {
            return Err(ServerError::new("introspection is switched off here", None));
        }
        Ok(())
    }
}

/// One field at the top, and not in a fragment, which the library would pass over. With several, events of one would be
/// executed in the midst of another's.
fn check_subscription(selections: &SelectionSet) -> Result<(), ServerError> {
    let is_plain = match selections.items.as_slice() {
        [only] => match &only.node {
            Selection::Field(field) => field.node.directives.is_empty(),
            _ => false,
        },
        _ => false,
    };
    match is_plain {
        true => Ok(()),
        false => {
            Err(ServerError::new("a subscription has one field, which is in no fragment and has no directives", None))
        }
    }
}

/// At least as many levels as the text has: brackets in strings and comments count too.
fn bracket_levels(text: &str) -> usize {
    let (mut level, mut deepest) = (0usize, 0);
    for byte in text.bytes() {
        match byte {
            b'{' | b'[' | b'(' => level += 1,
            b'}' | b']' | b')' => level = level.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(level);
    }
    deepest
}

/// Ends in fragments that spread themselves, too: each turn costs a level.
fn count(
    document: &ExecutableDocument,
    selections: &SelectionSet,
    levels: usize,
    left: &mut usize,
) -> Result<(), ServerError> {
    let Some(levels) = levels.checked_sub(1) else {
        return Err(ServerError::new("the operation is nested too deeply, or a fragment spreads itself", None));
    };
    for selection in &selections.items {
        *left = left.checked_sub(1).ok_or_else(|| ServerError::new("the operation selects too much", None))?;
        let inner = match &selection.node {
            Selection::Field(field) => Some(&field.node.selection_set.node),
            Selection::InlineFragment(fragment) => Some(&fragment.node.selection_set.node),
            Selection::FragmentSpread(spread) => {
                let fragment = document.fragments.get(&spread.node.fragment_name.node);
                fragment.map(|fragment| &fragment.node.selection_set.node)
            }
        };
        if let Some(inner) = inner.filter(|inner| !inner.items.is_empty()) {
            count(document, inner, levels, left)?;
        }
    }
    Ok(())
}

/// Whether the schema is asked for at the top, which is the only place where it can be.
fn introspects(selections: &SelectionSet) -> bool {
    selections.items.iter().any(|selection| match &selection.node {
        Selection::Field(field) => matches!(field.node.name.node.as_str(), "__schema" | "__type"),
        Selection::InlineFragment(fragment) => introspects(&fragment.node.selection_set.node),
        Selection::FragmentSpread(_) => false,
    })
}
