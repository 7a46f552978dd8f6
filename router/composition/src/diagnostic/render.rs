//! Diagnostics as text for a terminal or a log: code and message, the places with their source lines, what the code means
//! and what to do. The layout is that of the Rust compiler.
//!
//! SDL is foreign text: what could steer a terminal or reorder a line is shown as a visible character instead.

#[cfg(test)]
mod tests;

use crate::{
    SubgraphSource,
    codes::Level,
    diagnostic::{Diagnostic, Place, Span},
};
use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level as Heading, Message, Padding, Renderer, Snippet,
    renderer::DEFAULT_LINE_NUM_STYLE,
};
use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

/// Places shown of one diagnostic; the others are counted.
const PLACES_MAX: usize = 10;
/// Characters shown of a source line, and of what is underlined in it.
const LINE_CHARACTERS_MAX: usize = 110;
const UNDERLINED_CHARACTERS_MAX: usize = 80;
/// Characters shown before the underlined ones in a line that is cut.
const LEADING_CHARACTERS: usize = 30;
/// Characters shown of a label or a line of explanation.
const LABEL_CHARACTERS_MAX: usize = 160;
const TEXT_CHARACTERS_MAX: usize = 4000;
const CUT: &str = "...";

/// One diagnostic with everything there is to say about it, ending in a line break.
pub fn render(diagnostic: &Diagnostic, sources: &[SubgraphSource], colour: bool) -> String {
    render_with(&SourceLines::new(sources), diagnostic, true, colour)
}

/// Diagnostics one after another and a line that counts them; nothing for none. What a code means is said at its first
/// diagnostic only.
pub fn render_all(diagnostics: &[Diagnostic], sources: &[SubgraphSource], colour: bool) -> String {
    let lines = SourceLines::new(sources);
    let mut explained = BTreeSet::new();
    let mut text = String::new();
    for diagnostic in diagnostics {
        let is_first = explained.insert((diagnostic.code.level, diagnostic.code.name));
        text.push_str(&render_with(&lines, diagnostic, is_first, colour));
        text.push('\n');
    }
    if !diagnostics.is_empty() {
        text.push_str(&summary(diagnostics));
        text.push('\n');
    }
    text
}

fn summary(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    let counted: Vec<&Diagnostic> =
        diagnostics.iter().filter(|diagnostic| errors == 0 || diagnostic.is_error()).collect();
    let places = counted.iter().flat_map(|diagnostic| &diagnostic.places);
    let subgraphs = places.map(|place| &place.subgraph).collect::<BTreeSet<_>>().len();
    let what = match errors {
        0 => format!("composed with {}", count(counted.len(), "hint")),
        _ => format!("composition failed: {}", count(errors, "error")),
    };
    match subgraphs {
        0 => what,
        _ => format!("{what} in {}", count(subgraphs, "subgraph")),
    }
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// The subgraphs' SDLs by name, split into lines when first asked for one.
struct SourceLines<'a> {
    by_name: BTreeMap<&'a str, (&'a SubgraphSource, OnceCell<Vec<&'a str>>)>,
}

impl<'a> SourceLines<'a> {
    fn new(sources: &'a [SubgraphSource]) -> Self {
        let by_name = sources.iter().map(|source| (source.name.as_str(), (source, OnceCell::new()))).collect();
        SourceLines { by_name }
    }

    fn origin(&self, subgraph: &str) -> &'a str {
        self.by_name.get(subgraph).map_or("", |(source, _)| &source.origin)
    }

    /// Nothing for a place that is not in the SDL.
    fn excerpt(&self, place: &Place) -> Option<Excerpt> {
        let span = place.span?;
        let (source, lines) = self.by_name.get(place.subgraph.as_str())?;
        let lines = lines.get_or_init(|| split_lines(&source.sdl));
        Some(Excerpt::new(lines.get(span.line.checked_sub(1)?)?, span))
    }
}

/// Lines as GraphQL has them: they end in a line feed, a carriage return, or both.
fn split_lines(sdl: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    for line in sdl.split('\n') {
        lines.extend(line.strip_suffix('\r').unwrap_or(line).split('\r'));
    }
    lines
}

fn render_with(lines: &SourceLines, diagnostic: &Diagnostic, with_meaning: bool, colour: bool) -> String {
    let (level, name) = match diagnostic.code.level {
        Level::Error => (Heading::ERROR, "error"),
        Level::Warn => (Heading::WARNING, "warn hint"),
        Level::Info => (Heading::INFO, "info hint"),
        Level::Debug => (Heading::NOTE, "debug hint"),
    };
    let message = printable_line(&diagnostic.message, TEXT_CHARACTERS_MAX);
    let title = level.clone().with_name(name).primary_title(message).id(diagnostic.code.name);
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut text = renderer.render(&[Group::with_title(title)]);
    let groups = groups(lines, diagnostic, &level.no_name(), (with_meaning, colour));
    if !groups.is_empty() {
        text.push('\n');
        text.push_str(&renderer.render(&groups));
    }
    text.lines().flat_map(|line| [line.trim_end(), "\n"]).collect()
}

/// A group for each place, the last one with everything that is said below the places.
fn groups<'a>(
    lines: &SourceLines,
    diagnostic: &Diagnostic,
    level: &Heading<'a>,
    (with_meaning, colour): (bool, bool),
) -> Vec<Group<'a>> {
    let shown = &diagnostic.places[..diagnostic.places.len().min(PLACES_MAX)];
    let excerpts: Vec<Option<Excerpt>> = shown.iter().map(|place| lines.excerpt(place)).collect();
    let last_line = excerpts.iter().flatten().map(|excerpt| excerpt.line).max();
    let gutter = " ".repeat(last_line.map_or(0, |line| line.to_string().len()));
    let mut notes = notes(diagnostic, with_meaning);
    let mut groups = Vec::new();
    for (position, (place, excerpt)) in shown.iter().zip(excerpts).enumerate() {
        let is_last = position + 1 == shown.len();
        let text = format!("{gutter}{} {}", arrow(colour), origin_text(lines, place, excerpt.is_some()));
        let mut group = Group::with_title(level.clone().secondary_title(text));
        if let Some(excerpt) = excerpt {
            group = group.element(excerpt.snippet(place));
            group = if is_last && notes.is_empty() { group } else { group.element(Padding) };
        }
        groups.push(if is_last { group.elements(notes.drain(..)) } else { group });
    }
    if !notes.is_empty() {
        groups.push(Group::with_level(level.clone()).elements(notes));
    }
    groups
}

fn notes<'a>(diagnostic: &Diagnostic, with_meaning: bool) -> Vec<Message<'a>> {
    let mut notes = Vec::new();
    if let Some(hidden) = diagnostic.places.len().checked_sub(PLACES_MAX).filter(|hidden| *hidden > 0) {
        notes.push(Heading::NOTE.no_name().message(format!("and {}", count(hidden, "more place"))));
    }
    if !diagnostic.explanation.is_empty() {
        let shown = diagnostic.explanation.iter().map(|line| printable_line(line, TEXT_CHARACTERS_MAX));
        notes.push(Heading::NOTE.no_name().message(shown.collect::<Vec<_>>().join("\n")));
    }
    if with_meaning {
        notes.push(Heading::NOTE.with_name("what it means").message(diagnostic.code.meaning));
        notes.push(Heading::HELP.with_name("what to do").message(diagnostic.code.advice));
    }
    notes
}

fn arrow(colour: bool) -> String {
    match colour {
        true => format!("{DEFAULT_LINE_NUM_STYLE}-->{DEFAULT_LINE_NUM_STYLE:#}"),
        false => "-->".to_owned(),
    }
}

/// `products.graphql:12:3 (subgraph products)`, and the label if there is no source line to put it on.
fn origin_text(lines: &SourceLines, place: &Place, has_excerpt: bool) -> String {
    let subgraph = printable_line(&place.subgraph, LABEL_CHARACTERS_MAX);
    let file = printable_line(lines.origin(&place.subgraph), TEXT_CHARACTERS_MAX);
    let position = place.span.map(|span| format!(":{}:{}", span.line, span.column)).unwrap_or_default();
    let label = printable_line(&place.label, LABEL_CHARACTERS_MAX);
    let label = if has_excerpt || label.is_empty() { String::new() } else { format!(": {label}") };
    match file.is_empty() {
        true => format!("subgraph {subgraph}{position}{label}"),
        false => format!("{file}{position} (subgraph {subgraph}){label}"),
    }
}

/// What is shown of a source line, and which of its bytes are underlined.
struct Excerpt {
    line: usize,
    text: String,
    underlined: Range<usize>,
}

impl Excerpt {
    /// A place that goes over several lines is underlined to the end of the first.
    fn new(line: &str, span: Span) -> Self {
        let characters: Vec<char> = line.chars().collect();
        let start = span.column.saturating_sub(1).min(characters.len());
        let end = if span.end_line > span.line { line.trim_end().chars().count() } else { span.end_column.max(1) - 1 };
        let end = end.clamp(start, characters.len()).min(start + UNDERLINED_CHARACTERS_MAX);
        let (first, last) = window(characters.len(), start);
        let mut excerpt = Excerpt { line: span.line, text: String::new(), underlined: 0..0 };
        if first > 0 {
            excerpt.text.push_str(CUT);
        }
        for (position, character) in characters.iter().enumerate().take(last).skip(first) {
            if position == start {
                excerpt.underlined.start = excerpt.text.len();
            }
            excerpt.text.push(if *character == '\t' { '\t' } else { printable(*character) });
            if position < end {
                excerpt.underlined.end = excerpt.text.len();
            }
        }
        if start >= last {
            excerpt.underlined.start = excerpt.text.len();
        }
        excerpt.underlined.end = excerpt.underlined.end.max(excerpt.underlined.start);
        if last < characters.len() {
            excerpt.text.push_str(CUT);
        }
        excerpt
    }

    fn snippet<'a>(self, place: &Place) -> Snippet<'a, Annotation<'a>> {
        let mut annotation = AnnotationKind::Primary.span(self.underlined);
        if !place.label.is_empty() {
            annotation = annotation.label(printable_line(&place.label, LABEL_CHARACTERS_MAX));
        }
        Snippet::source(self.text).line_start(self.line).annotation(annotation)
    }
}

/// The characters of a line of this length to show, so that the one at `start` is seen.
fn window(length: usize, start: usize) -> (usize, usize) {
    if length <= LINE_CHARACTERS_MAX {
        return (0, length);
    }
    let first = start.saturating_sub(LEADING_CHARACTERS).min(length - LINE_CHARACTERS_MAX);
    (first, first + LINE_CHARACTERS_MAX)
}

/// One line of text from outside, cut when it is longer than anyone reads.
fn printable_line(text: &str, characters_max: usize) -> String {
    let mut line: String = text.chars().take(characters_max).map(printable).collect();
    if text.chars().nth(characters_max).is_some() {
        line.push_str(CUT);
    }
    line
}

/// The character itself, or one that stands for it if it could steer a terminal, hide or reorder text.
fn printable(character: char) -> char {
    match character {
        '\t' | '\n' | '\r' => ' ',
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}' => char::REPLACEMENT_CHARACTER,
        _ => character,
    }
}
