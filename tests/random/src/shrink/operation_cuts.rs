//! Smaller operations, one cut at a time. Selections are numbered in the order of the text, fragments after the
//! operation.

use crate::operation::{Operation, Selection, SelectionKind};

enum Cut {
    Remove,
    /// Put what is inside in its place.
    Open,
    DropAlias,
    DropDirectives,
    DropArguments,
}

/// `None`: there is no selection of that number.
pub(super) fn cuts_at(operation: &Operation, number: usize) -> Option<Vec<Operation>> {
    let total: usize = count(&operation.selections)
        + operation.fragments.iter().map(|fragment| count(&fragment.selections)).sum::<usize>();
    if number >= total {
        return None;
    }
    let cuts = [Cut::Remove, Cut::Open, Cut::DropAlias, Cut::DropDirectives, Cut::DropArguments];
    Some(cuts.iter().filter_map(|cut| apply(operation, number, cut)).collect())
}

fn count(selections: &[Selection]) -> usize {
    selections.iter().map(|selection| 1 + count(&selection.selections)).sum()
}

fn apply(operation: &Operation, number: usize, cut: &Cut) -> Option<Operation> {
    let mut smaller = operation.clone();
    let bodies: Vec<(String, Vec<Selection>)> =
        operation.fragments.iter().map(|fragment| (fragment.name.clone(), fragment.selections.clone())).collect();
    let mut left = number;
    let Operation { selections, fragments, .. } = &mut smaller;
    let lists = std::iter::once(selections).chain(fragments.iter_mut().map(|fragment| &mut fragment.selections));
    for list in lists {
        match cut_in(list, &mut left, cut, &bodies) {
            Visit::Changed => return Some(smaller),
            Visit::Unchanged => return None,
            Visit::Passed => {}
        }
    }
    None
}

enum Visit {
    Changed,
    Unchanged,
    Passed,
}

fn cut_in(selections: &mut Vec<Selection>, left: &mut usize, cut: &Cut, bodies: &[(String, Vec<Selection>)]) -> Visit {
    for index in 0..selections.len() {
        if *left == 0 {
            let is_changed = cut_one(selections, index, cut, bodies);
            return if is_changed { Visit::Changed } else { Visit::Unchanged };
        }
        *left -= 1;
        match cut_in(&mut selections[index].selections, left, cut, bodies) {
            Visit::Passed => {}
            done => return done,
        }
    }
    Visit::Passed
}

fn cut_one(selections: &mut Vec<Selection>, index: usize, cut: &Cut, bodies: &[(String, Vec<Selection>)]) -> bool {
    let is_only = selections.len() == 1;
    let selection = &mut selections[index];
    match (cut, &mut selection.kind) {
        (Cut::Remove, _) => {
            if is_only {
                return false;
            }
            selections.remove(index);
            true
        }
        (Cut::Open, SelectionKind::Inline { .. }) => {
            let inner = std::mem::take(&mut selection.selections);
            selections.splice(index..=index, inner);
            true
        }
        (Cut::Open, SelectionKind::Spread { fragment }) => {
            let Some((_, body)) = bodies.iter().find(|(name, _)| name == fragment) else { return false };
            selections.splice(index..=index, body.clone());
            true
        }
        (Cut::DropAlias, SelectionKind::Field { alias, .. }) => alias.take().is_some(),
        (Cut::DropArguments, SelectionKind::Field { arguments, .. }) => {
            let is_changed = !arguments.is_empty();
            arguments.clear();
            is_changed
        }
        (Cut::DropDirectives, _) => {
            let is_changed = !selection.directives.is_empty();
            selection.directives.clear();
            is_changed
        }
        _ => false,
    }
}
