//! A client operation as a tree that is easy to make and to shrink, its text, and its parsed form.

use crate::{arguments::coerce_variables, guards::Caller};
use apollo_compiler::{
    ExecutableDocument, Schema,
    executable::{self, SelectionSet},
    validation::Valid,
};
use serde_json::{Map, Value as Json};
use std::{collections::BTreeSet, fmt::Write};

#[derive(Debug, Clone, Default)]
pub(crate) struct Operation {
    pub caller: Caller,
    /// Labels of progressive overrides that are active.
    pub labels: BTreeSet<String>,
    pub is_mutation: bool,
    pub variables: Vec<Variable>,
    pub selections: Vec<Selection>,
    pub fragments: Vec<Fragment>,
}

#[derive(Debug, Clone)]
pub(crate) struct Variable {
    pub name: String,
    /// With its default, as text: `Int! = 3`.
    pub declaration: String,
    /// Left out when `None`.
    pub value: Option<Json>,
}

#[derive(Debug, Clone)]
pub(crate) struct Fragment {
    pub name: String,
    pub condition: String,
    pub selections: Vec<Selection>,
}

#[derive(Debug, Clone)]
pub(crate) struct Selection {
    pub kind: SelectionKind,
    /// As text: `@skip(if: $v1)`.
    pub directives: Vec<String>,
    pub selections: Vec<Selection>,
}

#[derive(Debug, Clone)]
pub(crate) enum SelectionKind {
    Field {
        alias: Option<String>,
        name: String,
        /// Name and literal.
        arguments: Vec<(String, String)>,
    },
    Inline {
        condition: Option<String>,
    },
    Spread {
        fragment: String,
    },
}

impl Selection {
    pub(crate) fn field(name: &str) -> Selection {
        Selection {
            kind: SelectionKind::Field { alias: None, name: name.to_owned(), arguments: Vec::new() },
            directives: Vec::new(),
            selections: Vec::new(),
        }
    }
}

impl Operation {
    /// Fragments and variables that nothing uses are left out.
    pub(crate) fn text(&self) -> String {
        let mut body = String::new();
        write_selections(&self.selections, 0, &mut body);
        let mut fragments = String::new();
        let mut used: Vec<&Fragment> = Vec::new();
        self.add_used_fragments(&self.selections, &mut used);
        for fragment in used {
            let _ = write!(fragments, "\nfragment {} on {}", fragment.name, fragment.condition);
            write_selections(&fragment.selections, 0, &mut fragments);
            fragments.push('\n');
        }
        let declared: Vec<String> = self
            .variables
            .iter()
            .filter(|variable| uses(&body, &variable.name) || uses(&fragments, &variable.name))
            .map(|variable| format!("${}: {}", variable.name, variable.declaration))
            .collect();
        let kind = if self.is_mutation { "mutation" } else { "query" };
        let variables = if declared.is_empty() { String::new() } else { format!("({})", declared.join(", ")) };
        format!("{kind} Random{variables}{body}\n{fragments}")
    }

    fn add_used_fragments<'a>(&'a self, selections: &'a [Selection], used: &mut Vec<&'a Fragment>) {
        for selection in selections {
            if let SelectionKind::Spread { fragment } = &selection.kind
                && !used.iter().any(|known| known.name == *fragment)
                && let Some(fragment) = self.fragments.iter().find(|known| known.name == *fragment)
            {
                used.push(fragment);
                self.add_used_fragments(&fragment.selections, used);
            }
            self.add_used_fragments(&selection.selections, used);
        }
    }

    /// Values of the variables that the text declares.
    pub(crate) fn variable_values(&self) -> Map<String, Json> {
        let text = self.text();
        self.variables
            .iter()
            .filter(|variable| uses(&text, &variable.name))
            .filter_map(|variable| Some((variable.name.clone(), variable.value.clone()?)))
            .collect()
    }
}

fn uses(text: &str, variable: &str) -> bool {
    let reference = format!("${variable}");
    text.match_indices(&reference)
        .any(|(start, _)| !text[start + reference.len()..].starts_with(|next: char| next.is_ascii_alphanumeric()))
}

fn write_selections(selections: &[Selection], depth: usize, text: &mut String) {
    text.push_str(" {\n");
    for selection in selections {
        for _ in 0..=depth {
            text.push_str("  ");
        }
        match &selection.kind {
            SelectionKind::Field { alias, name, arguments } => {
                if let Some(alias) = alias {
                    let _ = write!(text, "{alias}: ");
                }
                text.push_str(name);
                if !arguments.is_empty() {
                    let arguments: Vec<String> =
                        arguments.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                    let _ = write!(text, "({})", arguments.join(", "));
                }
            }
            SelectionKind::Inline { condition: Some(condition) } => {
                let _ = write!(text, "... on {condition}");
            }
            SelectionKind::Inline { condition: None } => text.push_str("..."),
            SelectionKind::Spread { fragment } => {
                let _ = write!(text, "...{fragment}");
            }
        }
        for directive in &selection.directives {
            let _ = write!(text, " {directive}");
        }
        if !selection.selections.is_empty() {
            write_selections(&selection.selections, depth + 1, text);
        }
        text.push('\n');
    }
    for _ in 0..depth {
        text.push_str("  ");
    }
    text.push('}');
}

/// Valid against the API schema, with coerced variables.
#[derive(Debug)]
pub(crate) struct ParsedOperation {
    pub document: Valid<ExecutableDocument>,
    pub variables: Map<String, Json>,
    pub is_mutation: bool,
}

impl ParsedOperation {
    pub(crate) fn parse(api: &Valid<Schema>, operation: &Operation) -> Result<ParsedOperation, String> {
        let document = ExecutableDocument::parse_and_validate(api, operation.text(), "operation.graphql")
            .map_err(|invalid| invalid.errors.to_string())?;
        let parsed = document.operations.get(None).map_err(|error| error.message().to_string())?;
        let variables = coerce_variables(api, parsed, &operation.variable_values())?;
        Ok(ParsedOperation { variables, is_mutation: operation.is_mutation, document })
    }

    pub(crate) fn operation(&self) -> &executable::Operation {
        self.document.operations.iter().next().expect("a parsed operation has one")
    }

    pub(crate) fn selection_set(&self) -> &SelectionSet {
        &self.operation().selection_set
    }
}
