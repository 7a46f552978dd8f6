//! Rust source as the rules see it: without comments, literals and tests. A scanner, not a parser.

/// The source with comments and the contents of string and character literals blanked; lines stay lines.
pub(crate) fn without_comments_and_literals(source: &str) -> String {
    let mut blanked = String::with_capacity(source.len());
    let mut rest = source;
    let mut previous = ' ';
    while let Some(next) = rest.chars().next() {
        let (length, shown) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), "")
        } else if rest.starts_with("/*") {
            (block_comment_length(rest), "")
        } else if let Some(length) = raw_string_length(rest).filter(|_| !is_word(previous)) {
            (length, "\"\"")
        } else if next == '"' {
            (quoted_length(rest, '"'), "\"\"")
        } else if next == '\'' && is_character_literal(rest) {
            (quoted_length(rest, '\''), "' '")
        } else {
            (next.len_utf8(), &rest[..next.len_utf8()])
        };
        blanked.push_str(shown);
        if length > 1 {
            blanked.extend(rest[..length].chars().filter(|c| *c == '\n'));
        }
        previous = next;
        rest = &rest[length..];
    }
    blanked
}

/// What comes before the tests at a file's end.
pub(crate) fn without_tests(source: &str) -> &str {
    match source.find("\n#[cfg(test)]\nmod tests {") {
        Some(start) => &source[..start + 1],
        None => source,
    }
}

pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether these words stand in the text with no letter, digit or `_` beside them.
pub(crate) fn contains_words(text: &str, words: &str) -> bool {
    text.match_indices(words)
        .any(|(start, _)| !text[..start].ends_with(is_word) && !text[start + words.len()..].starts_with(is_word))
}

fn block_comment_length(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

fn raw_string_length(text: &str) -> Option<usize> {
    let after_r = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let hashes = after_r.len() - after_r.trim_start_matches('#').len();
    let body = after_r[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let body_length = body.find(&end).map_or(body.len(), |at| at + end.len());
    Some(text.len() - body.len() + body_length)
}

fn quoted_length(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// `'a'` and `'\n'` are; the lifetime `'a` is not.
fn is_character_literal(text: &str) -> bool {
    let mut following = text.chars().skip(1);
    match following.next() {
        Some('\\') => true,
        Some(_) => following.next() == Some('\''),
        None => false,
    }
}

#[test]
fn blanks_comments_and_literals_and_keeps_lines() {
    let source = "let a = \"tokio\"; // tokio\n/* tokio\n */ let b = 'x'; fn c<'a>() { r#\"tok\"io\"# }\n";
    let blanked = without_comments_and_literals(source);
    assert!(!blanked.contains("tok"), "{blanked}");
    assert_eq!(blanked.lines().count(), source.lines().count());
    assert!(blanked.contains("fn c<'a>()"), "{blanked}");
}

#[test]
fn finds_whole_words_only() {
    assert!(contains_words("use std::fs;", "std::fs"));
    assert!(!contains_words("use std::fs_more;", "std::fs"));
}
