//! Smaller operations that may show the same difference.

use crate::operation::{Operation, Selection};

/// Operations that lack one part of `operation`, large parts first. None is empty; that they are valid is for the
/// caller to see.
pub fn cuts(operation: &Operation) -> Vec<Operation> {
    let mut places = Vec::new();
    collect_places(&operation.selections, &mut Vec::new(), &mut places);
    // What has most below it first: one try may save many.
    places.sort_by_key(|(path, size)| (std::cmp::Reverse(*size), path.len()));
    let mut cuts: Vec<Operation> = places.iter().filter_map(|(path, _)| without(operation, path)).collect();
    let parts = places.iter().flat_map(|(path, _)| part_cuts(operation, path));
    cuts.extend(parts);
    cuts
}

fn collect_places(selections: &[Selection], path: &mut Vec<usize>, places: &mut Vec<(Vec<usize>, usize)>) {
    for (index, selection) in selections.iter().enumerate() {
        path.push(index);
        places.push((path.clone(), size(selection)));
        collect_places(selection.selections(), path, places);
        path.pop();
    }
}

fn size(selection: &Selection) -> usize {
    1 + selection.selections().iter().map(size).sum::<usize>()
}

/// Without the selection at `path`; with it go parents that it leaves empty.
fn without(operation: &Operation, path: &[usize]) -> Option<Operation> {
    let mut smaller = operation.clone();
    remove(&mut smaller.selections, path);
    (!smaller.selections.is_empty()).then_some(smaller)
}

fn remove(selections: &mut Vec<Selection>, path: &[usize]) {
    let Some((index, rest)) = path.split_first() else { return };
    let Some(selection) = selections.get_mut(*index) else { return };
    let is_empty = match rest {
        [] => true,
        _ => {
            let below = selections_of(selection);
            remove(below, rest);
            below.is_empty()
        }
    };
    if is_empty {
        selections.remove(*index);
    }
}

fn selections_of(selection: &mut Selection) -> &mut Vec<Selection> {
    match selection {
        Selection::Field(field) => &mut field.selections,
        Selection::Fragment(fragment) => &mut fragment.selections,
    }
}

/// The selection at `path` without its directives, its alias, one of its arguments; a fragment's selections in its
/// place.
fn part_cuts(operation: &Operation, path: &[usize]) -> Vec<Operation> {
    let mut cuts = Vec::new();
    let mut change = |edit: &dyn Fn(&mut Selection) -> bool| {
        let mut smaller = operation.clone();
        if at(&mut smaller.selections, path).is_some_and(edit) {
            cuts.push(smaller);
        }
    };
    change(&|selection| {
        let directives = match selection {
            Selection::Field(field) => &mut field.directives,
            Selection::Fragment(fragment) => &mut fragment.directives,
        };
        !std::mem::take(directives).is_empty()
    });
    change(&|selection| match selection {
        Selection::Field(field) => field.alias.take().is_some(),
        Selection::Fragment(fragment) => fragment.name.take().is_some(),
    });
    for index in 0..argument_count(operation, path) {
        change(&|selection| match selection {
            Selection::Field(field) if index < field.arguments.len() => {
                field.arguments.remove(index);
                true
            }
            _ => false,
        });
    }
    cuts.extend(unwrapped(operation, path));
    cuts
}

fn argument_count(operation: &Operation, path: &[usize]) -> usize {
    let mut selections = operation.selections.as_slice();
    let mut count = 0;
    for index in path {
        let Some(selection) = selections.get(*index) else { return 0 };
        count = match selection {
            Selection::Field(field) => field.arguments.len(),
            Selection::Fragment(_) => 0,
        };
        selections = selection.selections();
    }
    count
}

fn at<'o>(selections: &'o mut [Selection], path: &[usize]) -> Option<&'o mut Selection> {
    let (index, rest) = path.split_first()?;
    let selection = selections.get_mut(*index)?;
    match rest {
        [] => Some(selection),
        _ => at(selections_of(selection), rest),
    }
}

fn unwrapped(operation: &Operation, path: &[usize]) -> Option<Operation> {
    let mut smaller = operation.clone();
    let (last, parents) = path.split_last()?;
    let siblings = match parents {
        [] => &mut smaller.selections,
        _ => selections_of(at(&mut smaller.selections, parents)?),
    };
    let Selection::Fragment(fragment) = siblings.get(*last)? else { return None };
    let below = fragment.selections.clone();
    siblings.splice(*last..=*last, below);
    Some(smaller)
}
