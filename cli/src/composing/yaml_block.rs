//! An SDL written in a YAML block (`sdl: |`), as it stands in its file: with the lines before it empty and its
//! indentation kept, so that line and column of a message are those of the file. To GraphQL it is the same text.

use hansa_settings::Place;

/// `None` where the value is not literally in the file: quoted, folded, or with variables in it.
pub(super) fn in_place(file: &str, value_place: &Place, value: &str) -> Option<String> {
    let Place::File { line, .. } = value_place else { return None };
    let indicator = usize::try_from(*line).ok()?.checked_sub(1)?;
    // The place is that of the block's indicator, or of its first line.
    [indicator + 1, indicator].into_iter().find_map(|first| lines_from(file, first, value))
}

fn lines_from(file: &str, first: usize, value: &str) -> Option<String> {
    let mut text = "\n".repeat(first);
    let mut lines = file.lines().skip(first);
    let mut indentation = None;
    for line in value.lines() {
        let in_file = lines.next()?;
        let before = in_file.strip_suffix(line)?;
        if !before.chars().all(|c| c == ' ') {
            return None;
        }
        // An empty line may have lost its indentation; all others are indented alike.
        if !line.is_empty() && *indentation.get_or_insert(before) != before {
            return None;
        }
        text.push_str(in_file);
        text.push('\n');
    }
    indentation.map(|_| text)
}
