//! Field sets of subgraphs: the selections in `@key`, `@requires`, `@provides` and `@fromContext`, as syntax, and which
//! fields of the subgraph they name.
//!
//! Whether a field set fits the types is for [`fit`] to say; everything else stops at what does not exist.

mod context_text;
mod fit;
mod walk;

pub(crate) use context_text::{context_selection_text, split_context};
pub(crate) use fit::{Fitted, fit};
pub(crate) use walk::{Visit, walk};

use apollo_compiler::{
    Name, Node, Schema,
    ast::{self, Definition, Selection},
    diagnostic::ToCliReport,
    parser::SourceSpan,
    schema::FieldDefinition,
    validation::WithErrors,
};
use std::{borrow::Cow, cmp::Ordering, ops::Range};

/// How deep selections may be nested. Nobody writes more, and walking them must not exhaust the stack.
const DEPTH_MAX: usize = 100;

/// Why a text is no field set.
#[derive(Debug)]
pub(crate) struct Unparsed {
    pub(crate) message: String,
    /// Where [`range_in`] finds it.
    pub(crate) location: Option<SourceSpan>,
}

/// Parses a field set; braces around it are optional.
pub(crate) fn parse(text: &str) -> Result<Vec<Selection>, Unparsed> {
    let refuse = |message: &str| Err(Unparsed { message: message.to_owned(), location: None });
    // No line break before the brace that is added: a comment at the end of the text would otherwise be one for us and
    // swallow the brace for others, who read the same text in the supergraph.
    let document = if is_braced(text) { text.to_owned() } else { format!("{{{text}}}") };
    let document = match ast::Document::parse(document, "field set") {
        Ok(document) => document,
        Err(invalid) => return Err(syntax_error(text, &invalid)),
    };
    let [Definition::OperationDefinition(operation)] = document.definitions.as_slice() else {
        return refuse("it should be one selection of fields");
    };
    let selections = &operation.selection_set;
    if is_too_deep(selections, DEPTH_MAX) {
        return refuse(&format!("it is nested more than {DEPTH_MAX} levels deep"));
    }
    match selections.is_empty() || selections.iter().any(has_empty_braces) {
        true => refuse("it selects nothing"),
        false => Ok(selections.clone()),
    }
}

fn syntax_error(text: &str, invalid: &WithErrors<ast::Document>) -> Unparsed {
    // The parser speaks of the braces around the whole, which are ours.
    let (open, closed) = (text.matches('{').count(), text.matches('}').count());
    let message = match open.cmp(&closed) {
        _ if text.trim().is_empty() => "it selects nothing".to_owned(),
        Ordering::Greater => "a `{` is not closed".to_owned(),
        Ordering::Less => "there is a `}` without its `{`".to_owned(),
        Ordering::Equal if text.contains('#') => "a comment swallows the rest of its line; leave it out".to_owned(),
        Ordering::Equal => "it should be names of fields, each with its own fields in braces".to_owned(),
    };
    let location = invalid.errors.iter().next().and_then(|finding| finding.error.location());
    Unparsed { message, location: location.filter(|_| open == closed) }
}

fn is_braced(text: &str) -> bool {
    text.trim_start_matches([' ', '\t', '\n', '\r', '\u{feff}']).starts_with('{')
}

/// Where something that [`parse`] found stands in the text.
pub(crate) fn range_in(text: &str, location: Option<SourceSpan>) -> Option<Range<usize>> {
    let location = location?;
    let added = if is_braced(text) { 0 } else { 1 };
    Some(location.offset().checked_sub(added)?..location.end_offset().checked_sub(added)?)
}

/// Selections in one line, without braces around the whole.
pub(crate) fn print(selections: &[Selection]) -> String {
    let texts: Vec<String> = selections.iter().map(|selection| selection.serialize().no_indent().to_string()).collect();
    texts.join(" ")
}

/// The text for a join directive: as written, unless it has braces around the whole or a comment, which not every reader
/// of a supergraph expects there.
pub(crate) fn plain_text(text: &str) -> Cow<'_, str> {
    if !is_braced(text) && !text.contains('#') {
        return Cow::Borrowed(text);
    }
    parse(text).map_or(Cow::Borrowed(text), |selections| Cow::Owned(print(&selections)))
}

fn has_empty_braces(selection: &Selection) -> bool {
    let is_empty = match selection {
        Selection::Field(field) => field.selection_set.as_ref().is_some_and(Vec::is_empty),
        Selection::InlineFragment(fragment) => fragment.selection_set.is_empty(),
        Selection::FragmentSpread(_) => false,
    };
    is_empty || sub_selections(selection).iter().any(has_empty_braces)
}

fn is_too_deep(selections: &[Selection], depth_max: usize) -> bool {
    selections.iter().any(|selection| {
        let inner = sub_selections(selection);
        !inner.is_empty() && (depth_max == 0 || is_too_deep(inner, depth_max - 1))
    })
}

pub(crate) fn sub_selections(selection: &Selection) -> &[Selection] {
    match selection {
        Selection::Field(field) => field.selection_set.as_deref().unwrap_or_default(),
        Selection::InlineFragment(fragment) => &fragment.selection_set,
        Selection::FragmentSpread(_) => &[],
    }
}

/// A field that a selection names, with the type it is selected on.
#[derive(Debug, Clone)]
pub(crate) struct SelectedField<'s> {
    pub(crate) parent: Name,
    pub(crate) definition: &'s Node<FieldDefinition>,
    /// Where [`range_in`] finds it.
    pub(crate) location: Option<SourceSpan>,
}

/// All fields that selections on a type name, at every depth, in their order, up to the first that does not exist.
pub(crate) fn selected_fields<'s>(
    schema: &'s Schema,
    parent: &Name,
    selections: &[Selection],
) -> Vec<SelectedField<'s>> {
    fit(schema, parent, selections).fields
}
