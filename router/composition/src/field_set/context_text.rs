//! The text of `@fromContext(field:)`: a context and a selection from it.

use super::plain_text;

/// Context name and selection of a `@fromContext(field:)`: `$user { id }`.
pub(crate) fn split_context(text: &str) -> Option<(&str, &str)> {
    let rest = skip_ignored(skip_ignored(text).strip_prefix('$')?);
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let (name, selection) = rest.split_at(end);
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (is_name && !selection.is_empty()).then_some((name, selection))
}

/// What GraphQL ignores between tokens, from the start of a text.
fn skip_ignored(mut text: &str) -> &str {
    loop {
        text = text.trim_start_matches([' ', '\t', '\n', '\r', ',']);
        match text.strip_prefix('#') {
            Some(comment) => text = comment.find(['\n', '\r']).map_or("", |end| &comment[end..]),
            None => return text,
        }
    }
}

/// The selection for a join directive. Other than in field sets, braces around the whole are usual; there is nothing else
/// beside them.
pub(crate) fn context_selection_text(selection: &str) -> String {
    let is_usual = selection.trim().ends_with('}') && !selection.contains('#');
    if is_usual { selection.to_owned() } else { plain_text(selection).into_owned() }
}
