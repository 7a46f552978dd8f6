//! An operation as a tree that can be made, walked and cut, and its text.
//!
//! Arguments and directives are GraphQL text, since nothing looks into them but for the variables they name.

use serde_json::{Map, Value};
use std::fmt::{self, Write as _};

/// One query.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Operation {
    pub variables: Vec<Variable>,
    pub selections: Vec<Selection>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    pub name: String,
    /// As in the operation: `[ID!]!`.
    pub ty: String,
    pub default: Option<String>,
    /// `None`: not sent.
    pub value: Option<Value>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Selection {
    Field(Field),
    Fragment(Fragment),
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Field {
    pub alias: Option<String>,
    pub name: String,
    /// Names and values.
    pub arguments: Vec<(String, String)>,
    /// `@include(if: $yes)`.
    pub directives: Vec<String>,
    pub selections: Vec<Selection>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fragment {
    /// Inline without one.
    pub name: Option<String>,
    /// The type condition; named fragments have one.
    pub on: Option<String>,
    pub directives: Vec<String>,
    pub selections: Vec<Selection>,
}

impl Field {
    pub fn response_name(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.name)
    }
}

impl Selection {
    pub(crate) fn selections(&self) -> &[Selection] {
        match self {
            Selection::Field(field) => &field.selections,
            Selection::Fragment(fragment) => &fragment.selections,
        }
    }
}

impl Operation {
    /// The variables that the text uses, with their values, as a JSON object.
    pub fn variable_values(&self) -> Value {
        let used = self.used_variables();
        let values = used.into_iter().filter_map(|variable| Some((variable.name.clone(), variable.value.clone()?)));
        Value::Object(values.collect::<Map<_, _>>())
    }

    /// Fields and fragments, at all levels.
    pub fn size(&self) -> usize {
        size(&self.selections)
    }

    fn used_variables(&self) -> Vec<&Variable> {
        let mut texts = Vec::new();
        collect_texts(&self.selections, &mut texts);
        let is_used = |variable: &&Variable| texts.iter().any(|text| names_variable(text, &variable.name));
        self.variables.iter().filter(is_used).collect()
    }
}

fn size(selections: &[Selection]) -> usize {
    selections.iter().map(|selection| 1 + size(selection.selections())).sum()
}

fn collect_texts<'a>(selections: &'a [Selection], texts: &mut Vec<&'a str>) {
    for selection in selections {
        let directives = match selection {
            Selection::Field(field) => {
                texts.extend(field.arguments.iter().map(|(_, value)| value.as_str()));
                &field.directives
            }
            Selection::Fragment(fragment) => &fragment.directives,
        };
        texts.extend(directives.iter().map(String::as_str));
        collect_texts(selection.selections(), texts);
    }
}

/// `$id` is in `{a: $id}` and not in `$idea`. In a string it would be found too, and a variable too many is refused:
/// values with a dollar are variables' values, never text.
fn names_variable(text: &str, name: &str) -> bool {
    let after = |start: usize| text[start + 1..].strip_prefix(name);
    let is_end = |rest: &str| !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_');
    text.match_indices('$').any(|(start, _)| after(start).is_some_and(is_end))
}

/// The operation's text, then its named fragments.
impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Text { text: String::new(), fragments: Vec::new() };
        text.text.push_str("query Verify");
        let variables: Vec<String> = self.used_variables().into_iter().map(definition).collect();
        if !variables.is_empty() {
            let _ = write!(text.text, "({})", variables.join(", "));
        }
        text.selections(&self.selections, 0);
        text.text.push('\n');
        let mut written = 0;
        while let Some(fragment) = text.fragments.get(written).copied() {
            written += 1;
            let (name, on) = (fragment.name.as_deref(), fragment.on.as_deref());
            let _ = write!(text.text, "\nfragment {} on {}", name.unwrap_or_default(), on.unwrap_or_default());
            text.selections(&fragment.selections, 0);
            text.text.push('\n');
        }
        formatter.write_str(&text.text)
    }
}

fn definition(variable: &Variable) -> String {
    let default = variable.default.as_ref().map(|default| format!(" = {default}")).unwrap_or_default();
    format!("${}: {}{default}", variable.name, variable.ty)
}

struct Text<'a> {
    text: String,
    fragments: Vec<&'a Fragment>,
}

impl<'a> Text<'a> {
    fn selections(&mut self, selections: &'a [Selection], depth: usize) {
        self.text.push_str(" {\n");
        for selection in selections {
            self.indent(depth + 1);
            match selection {
                Selection::Field(field) => self.field(field, depth + 1),
                Selection::Fragment(fragment) => self.fragment(fragment, depth + 1),
            }
            self.text.push('\n');
        }
        self.indent(depth);
        self.text.push('}');
    }

    fn field(&mut self, field: &'a Field, depth: usize) {
        if let Some(alias) = &field.alias {
            let _ = write!(self.text, "{alias}: ");
        }
        self.text.push_str(&field.name);
        if !field.arguments.is_empty() {
            let arguments: Vec<String> =
                field.arguments.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            let _ = write!(self.text, "({})", arguments.join(", "));
        }
        self.directives(&field.directives);
        if !field.selections.is_empty() {
            self.selections(&field.selections, depth);
        }
    }

    fn fragment(&mut self, fragment: &'a Fragment, depth: usize) {
        self.text.push_str("...");
        if let Some(name) = &fragment.name {
            self.text.push_str(name);
            self.fragments.push(fragment);
            return self.directives(&fragment.directives);
        }
        if let Some(on) = &fragment.on {
            let _ = write!(self.text, " on {on}");
        }
        self.directives(&fragment.directives);
        self.selections(&fragment.selections, depth);
    }

    fn directives(&mut self, directives: &[String]) {
        for directive in directives {
            let _ = write!(self.text, " {directive}");
        }
    }

    fn indent(&mut self, depth: usize) {
        self.text.extend(std::iter::repeat_n("  ", depth));
    }
}
