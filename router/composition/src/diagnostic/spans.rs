//! Byte offsets of the parser as lines and columns.
//!
//! Lines end as the GraphQL specification says (section "Line Terminators"): at LF, CR or both together.

use crate::{Place, Span};
use apollo_compiler::parser::{SourceMap, SourceSpan};
use std::ops::Range;

/// A location in a subgraph's SDL, without a label.
pub(crate) fn place(subgraph: &str, sources: &SourceMap, location: Option<SourceSpan>) -> Place {
    Place { subgraph: subgraph.to_owned(), span: span(sources, location), label: String::new() }
}

/// `None` for what stands in no file.
fn span(sources: &SourceMap, location: Option<SourceSpan>) -> Option<Span> {
    let location = location?;
    let text = sources.get(&location.file_id())?.source_text();
    let written = text.get(location.offset()..location.end_offset()).unwrap_or_default();
    let (line, column) = line_and_column(text, location.offset() + description_bytes(written));
    let (end_line, end_column) = line_and_column(text, location.end_offset());
    Some(Span { line, column, end_line, end_column })
}

/// How long the description before a definition is, with the blanks behind it: readers look for what it describes.
fn description_bytes(written: &str) -> usize {
    let Some(mut rest) = after_string(written) else { return 0 };
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        let Some(comment) = rest.strip_prefix('#') else { break };
        rest = comment.trim_start_matches(|c| !matches!(c, '\n' | '\r'));
    }
    // The text is nothing but a string.
    if rest.is_empty() { 0 } else { written.len() - rest.len() }
}

/// What follows the string that the text begins with.
fn after_string(text: &str) -> Option<&str> {
    let (quote, mut rest) = match text.strip_prefix("\"\"\"") {
        Some(rest) => ("\"\"\"", rest),
        None => ("\"", text.strip_prefix('"')?),
    };
    loop {
        if let Some(behind) = rest.strip_prefix(quote) {
            return Some(behind);
        }
        // An escaped quote ends nothing, nor does the one behind an escaped backslash; a block string has only the first.
        let escapes: &[&str] = if quote.len() == 1 { &["\\\\", "\\\""] } else { &["\\\"\"\""] };
        rest = match escapes.iter().find_map(|escape| rest.strip_prefix(escape)) {
            Some(behind) => behind,
            None => rest.get(rest.chars().next()?.len_utf8()..)?,
        };
    }
}

/// Where a part of a string's text stands in its literal. `None` when the line it is on is not written as it reads.
pub(crate) fn span_in_string(
    sources: &SourceMap,
    literal: SourceSpan,
    text: &str,
    range: Range<usize>,
) -> Option<Span> {
    let source = sources.get(&literal.file_id())?.source_text();
    let written = source.get(literal.offset()..literal.end_offset())?;
    let (before, after) = (text.get(..range.start)?, text.get(range.start..)?);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line_end = after.find('\n').map_or(text.len(), |at| range.start + at);
    // Block strings lose their indentation, so only whole lines can be compared.
    let line_at = literal.offset() + written.find(text.get(line_start..line_end)?)?;
    let start = line_at + range.start - line_start;
    let (line, column) = line_and_column(source, start);
    let (end_line, end_column) = line_and_column(source, (start + range.len()).min(line_at + line_end - line_start));
    Some(Span { line, column, end_line, end_column })
}

fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let bytes = before.as_bytes();
    let line_feeds = bytes.iter().filter(|byte| **byte == b'\n').count();
    let returns =
        bytes.iter().enumerate().filter(|(at, byte)| **byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')).count();
    let line_start = bytes.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(0, |at| at + 1);
    (line_feeds + returns + 1, before[line_start..].chars().count() + 1)
}
