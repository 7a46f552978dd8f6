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
    let (line, column) = line_and_column(text, location.offset());
    let (end_line, end_column) = line_and_column(text, location.end_offset());
    Some(Span { line, column, end_line, end_column })
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
