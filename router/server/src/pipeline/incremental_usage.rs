//! Where a document uses `@defer` and `@stream`, and what a request has to give for them.

use apollo_compiler::{
    ExecutableDocument, Name, Node,
    ast::{Directive, Value},
    executable::{Field, Operation, Selection, SelectionSet},
};
use hashbrown::HashSet;

/// What an operation has of the two directives.
#[derive(Debug, Default)]
pub(crate) struct IncrementalUsage {
    /// Some `@defer` or `@stream`, active or not.
    pub(crate) is_there: bool,
    /// Variables that say how many items of a list come at once.
    pub(crate) initial_counts: Vec<Name>,
}

impl IncrementalUsage {
    pub(crate) fn of(document: &ExecutableDocument, operation: &Operation) -> IncrementalUsage {
        let mut usage = IncrementalUsage::default();
        let mut visited = HashSet::new();
        let mut pending = vec![&operation.selection_set];
        while let Some(set) = pending.pop() {
            walk(set, &mut |_, selection| {
                usage.note(selection);
                if let Selection::FragmentSpread(spread) = selection
                    && visited.insert(&spread.fragment_name)
                {
                    let fragment = document.fragments.get(&spread.fragment_name);
                    pending.extend(fragment.map(|fragment| &fragment.selection_set));
                }
            });
        }
        usage
    }

    fn note(&mut self, selection: &Selection) {
        let Selection::Field(field) = selection else {
            self.is_there |= selection.directives().has("defer");
            return;
        };
        let Some(stream) = stream_of(field) else { return };
        self.is_there = true;
        if let Some(Value::Variable(name)) = stream.specified_argument_by_name("initialCount").map(|count| &**count)
            && !self.initial_counts.contains(name)
        {
            self.initial_counts.push(name.clone());
        }
    }
}

pub(crate) fn stream_of(field: &Field) -> Option<&Node<Directive>> {
    field.directives.get("stream")
}

pub(crate) fn is_false_or_variable(directive: &Directive) -> bool {
    let condition = directive.specified_argument_by_name("if");
    condition.is_some_and(|condition| matches!(**condition, Value::Boolean(false) | Value::Variable(_)))
}

/// Shows each selection within `set`, with the selection set that has it. Fragment spreads are not followed.
pub(crate) fn walk<'a>(set: &'a SelectionSet, look: &mut dyn FnMut(&'a SelectionSet, &'a Selection)) {
    let mut pending = vec![set];
    while let Some(set) = pending.pop() {
        for selection in &set.selections {
            look(set, selection);
            match selection {
                Selection::Field(field) => pending.extend(&field.selection_set),
                Selection::InlineFragment(fragment) => pending.push(&fragment.selection_set),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
}
