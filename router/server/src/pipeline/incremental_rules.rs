//! What the specification demands of `@defer` and `@stream` beyond what the parser library checks, which knows the rules for
//! `@defer` only. GraphQL specification (draft), "Validation", "Directives". A rule is about the document: it holds
//! whether or not the client takes responses in parts.

mod same_streams;

use crate::{
    client_error::{Finding, Location},
    pipeline::incremental_usage::{is_false_or_variable, stream_of, walk},
};
use apollo_compiler::{
    ExecutableDocument, Name, Node, Schema,
    ast::{Directive, OperationType, Value},
    executable::{Field, Selection, SelectionSet},
    parser::SourceSpan,
};
use hashbrown::HashSet;

/// Findings in the order of the document. For a document that is valid otherwise and that uses the directives.
pub(crate) fn check(document: &ExecutableDocument, api_schema: &Schema) -> Vec<Finding> {
    let root = |kind| api_schema.root_operation(kind);
    let mut rules = Rules {
        document,
        roots: [OperationType::Mutation, OperationType::Subscription].map(|kind| (kind, root(kind))),
        labels: HashSet::new(),
        findings: Vec::new(),
    };
    let sets: Vec<&SelectionSet> = document
        .operations
        .iter()
        .map(|operation| &operation.selection_set)
        .chain(document.fragments.values().map(|fragment| &fragment.selection_set))
        .collect();
    rules.collect_labels_of_defer(&sets);
    for set in &sets {
        walk(set, &mut |set, selection| rules.check_selection(set, selection));
    }
    for operation in document.operations.iter().filter(|operation| operation.is_subscription()) {
        rules.streams_can_be_switched_off(&operation.selection_set);
    }
    rules.merged_fields_have_the_same_streams();
    rules.findings.sort_by_key(|finding| finding.locations.first().map(|place| (place.line, place.column)));
    rules.findings.dedup();
    rules.findings
}

struct Rules<'a> {
    document: &'a ExecutableDocument,
    roots: [(OperationType, Option<&'a Name>); 2],
    labels: HashSet<&'a str>,
    findings: Vec<Finding>,
}

impl<'a> Rules<'a> {
    fn report(&mut self, place: Option<SourceSpan>, description: String) {
        let place = place.and_then(|span| span.line_column(&self.document.sources));
        let location = place.map(|place| Location { line: place.line, column: place.column });
        self.findings.push(Finding { description, locations: location.into_iter().collect() });
    }

    /// They are known to be different from each other.
    fn collect_labels_of_defer(&mut self, sets: &[&'a SelectionSet]) {
        for set in sets {
            walk(set, &mut |_, selection| {
                let defer = selection.directives().get("defer");
                if let Some(Value::String(label)) = defer.and_then(|defer| label(defer)).map(|label| &**label) {
                    self.labels.insert(label);
                }
            });
        }
    }

    fn check_selection(&mut self, set: &'a SelectionSet, selection: &'a Selection) {
        let Selection::Field(field) = selection else { return };
        let Some(stream) = stream_of(field) else { return };
        if !field.ty().is_list() {
            let description = format!("`@stream` is for lists only, and `{}` is of type `{}`", field.name, field.ty());
            self.report(stream.location(), description);
        }
        if let Some((kind, _)) = self.roots.iter().find(|(_, root)| *root == Some(&set.ty)) {
            let description = format!("`@stream` is not allowed on root fields of a {kind}");
            self.report(stream.location(), description);
        }
        match label(stream).map(|label| (&**label, label.location())) {
            Some((Value::Variable(_), place)) => {
                self.report(place, "the label of a `@stream` must be a text, not a variable".to_owned());
            }
            Some((Value::String(label), place)) if !self.labels.insert(label) => {
                let description =
                    format!("the label `{label}` is used by another `@defer` or `@stream` of the document");
                self.report(place, description);
            }
            _ => {}
        }
        if let Some(count) = stream.specified_argument_by_name("initialCount")
            && let Value::Int(number) = &**count
            && number.as_str().starts_with('-')
        {
            self.report(count.location(), "the `initialCount` of a `@stream` must not be negative".to_owned());
        }
    }

    /// A subscription's events come one after another, each as a whole. What may be left out by `@skip` or `@include` is
    /// not looked at, as the specification has it for `@defer`.
    fn streams_can_be_switched_off(&mut self, set: &'a SelectionSet) {
        let mut visited = HashSet::new();
        let mut pending = vec![set];
        while let Some(set) = pending.pop() {
            for selection in &set.selections {
                if may_be_left_out(selection) {
                    continue;
                }
                match selection {
                    Selection::Field(field) => {
                        if let Some(stream) = stream_of(field)
                            && !is_false_or_variable(stream)
                        {
                            let description =
                                "a `@stream` in a subscription must be switched off: `if: false`, or a variable";
                            self.report(stream.location(), description.to_owned());
                        }
                        pending.extend(&field.selection_set);
                    }
                    Selection::InlineFragment(fragment) => pending.push(&fragment.selection_set),
                    Selection::FragmentSpread(spread) => {
                        let fragment = self.document.fragments.get(&spread.fragment_name);
                        if visited.insert(&spread.fragment_name) {
                            pending.extend(fragment.map(|fragment| &fragment.selection_set));
                        }
                    }
                }
            }
        }
    }
}

fn label(directive: &Directive) -> Option<&Node<Value>> {
    directive.specified_argument_by_name("label")
}

fn may_be_left_out(selection: &Selection) -> bool {
    let is_certain = |name: &str, certain: bool| {
        let directive = selection.directives().get(name);
        let condition = directive.and_then(|directive| directive.specified_argument_by_name("if"));
        condition.is_none_or(|condition| condition.to_bool() == Some(certain))
    };
    !is_certain("skip", false) || !is_certain("include", true)
}

/// Fields that may become one field of the response: those with one response name, at one place.
type Occurrences<'a> = Vec<&'a Node<Field>>;
