//! What settings say about themselves: the JSON Schema for editors and the reference page for people.

use serde_json::{Map, Value};
use std::fmt::Write as _;

/// A JSON Schema as it is committed.
pub fn schema_text(schema: &Value) -> String {
    format!("{schema:#}\n")
}

/// A page with `head` and a table for each section of a JSON Schema.
pub fn reference_page(head: &str, schema: &Value) -> String {
    let mut page = head.to_owned();
    write_section(&mut page, schema, schema, "");
    page
}

/// One table for the section's own settings, then its subsections.
fn write_section(page: &mut String, root: &Value, section: &Value, prefix: &str) {
    let no_properties = Map::new();
    let properties = section["properties"].as_object().unwrap_or(&no_properties);
    let mut subsections = Vec::new();
    let title = if prefix.is_empty() { "Top level" } else { prefix.trim_end_matches('.') };
    let _ = write!(page, "\n## {title}\n\n");
    if let Some(description) = section["description"].as_str().filter(|_| !prefix.is_empty()) {
        let _ = write!(page, "{}\n\n", one_line(description));
    }
    let mut rows = String::new();
    for (name, property) in properties {
        let target = resolved(root, property);
        if target["properties"].is_object() {
            subsections.push((format!("{prefix}{name}."), target.clone()));
            continue;
        }
        let description = property["description"].as_str().or(target["description"].as_str()).unwrap_or_default();
        let default = match &property["default"] {
            Value::Null => String::new(),
            default => format!("`{}`", cell(&default.to_string())),
        };
        let _ = writeln!(
            rows,
            "| `{prefix}{name}` | {} | {default} | {} |",
            kind_of(root, property),
            cell(&one_line(description))
        );
        if let Some((wrapper, element)) = element_of(root, target) {
            subsections.push((format!("{prefix}{name}{wrapper}"), element.clone()));
        }
    }
    if !rows.is_empty() {
        let _ = write!(page, "| Setting | Type | Default | Meaning |\n| --- | --- | --- | --- |\n{rows}");
    }
    for (prefix, subsection) in subsections {
        write_section(page, root, &subsection, &prefix);
    }
}

/// What a list or map holds, when that has settings of its own.
fn element_of<'a>(root: &'a Value, target: &'a Value) -> Option<(&'static str, &'a Value)> {
    let of = |element| Some(resolved(root, element)).filter(|element| element["properties"].is_object());
    if let Some(items) = of(&target["items"]) {
        return Some(("[].", items));
    }
    Some((".NAME.", of(&target["additionalProperties"])?))
}

fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let reference = schema["$ref"].as_str().or_else(|| {
        let alternatives = schema["anyOf"].as_array().or(schema["allOf"].as_array())?;
        alternatives.iter().find_map(|alternative| alternative["$ref"].as_str())
    });
    match reference.and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => root.pointer(pointer).unwrap_or(schema),
        None => schema,
    }
}

fn kind_of(root: &Value, property: &Value) -> String {
    let target = resolved(root, property);
    if let Some(words) = words_of(target) {
        return words.join(", ");
    }
    match target["pattern"].as_str() {
        Some(pattern) if pattern.contains("KiB") => return "size".to_owned(),
        Some(pattern) if pattern.contains("ms|") => return "duration".to_owned(),
        _ => {}
    }
    let kind = match &target["type"] {
        Value::Array(kinds) => kinds.first().and_then(Value::as_str).unwrap_or_default(),
        kind => kind.as_str().unwrap_or("rules"),
    };
    match kind {
        "integer" => "number".to_owned(),
        "array" => "list".to_owned(),
        "object" => "map".to_owned(),
        "string" => "text".to_owned(),
        kind => kind.to_owned(),
    }
}

fn words_of(target: &Value) -> Option<Vec<String>> {
    let quoted = |word: &Value| word.as_str().map(|word| format!("`{word}`"));
    if let Some(words) = target["enum"].as_array() {
        return words.iter().map(quoted).collect();
    }
    target["oneOf"].as_array()?.iter().map(|choice| quoted(&choice["const"])).collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
