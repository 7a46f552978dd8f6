//! Refuses operations that would cost too much, before anything that could take long is done with them.
//!
//! Everything is counted as if fragments were expanded, without expanding them: each fragment is weighed once, so the
//! work is proportional to the document.

use crate::{
    client_error::{ClientError, Location},
    config::ByteSize,
    error_code::ErrorCode,
};
use apollo_compiler::{
    Name, Node,
    ast::{Definition, DirectiveList, Document, FragmentDefinition, OperationDefinition, Selection},
};
use hashbrown::HashMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Deeper input could exhaust the stack of a thread, whatever the settings say.
pub(crate) const INPUT_NESTING_MAX: u32 = 512;

/// What one request may ask for. Each limit has its own error code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsConfig {
    /// Size of a request's body; of one that is compressed, before and after it is decompressed.
    pub body_bytes_max: ByteSize,
    /// Whether bodies that are compressed with gzip, br, zstd or deflate are read.
    pub compressed_bodies: bool,
    /// Length of a request's URL, which carries the operation of a GET.
    pub url_bytes_max: ByteSize,
    /// Size of a request's head: method, URL and all headers. At least 8KiB.
    pub header_bytes_max: ByteSize,
    /// Size of the variables, as JSON text.
    pub variables_bytes_max: ByteSize,
    /// Lists and objects within each other in the variables; at most 512.
    pub variables_depth_max: u32,
    /// Tokens of a document, punctuation and white space included.
    pub tokens_max: u32,
    /// Nesting of a document's syntax: selection sets, values and types; at most 512.
    pub recursion_max: u32,
    /// Fields within each other in an operation.
    pub depth_max: u32,
    /// Fields of an operation, fragments expanded.
    pub fields_max: u32,
    /// Fields at the root of an operation.
    pub root_fields_max: u32,
    /// Aliases of an operation, fragments expanded.
    pub aliases_max: u32,
    /// Directives of an operation, fragments expanded.
    pub directives_max: u32,
    /// Errors that are reported of one invalid document.
    pub errors_max: u32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        LimitsConfig {
            body_bytes_max: ByteSize::from_mib(2),
            compressed_bodies: true,
            url_bytes_max: ByteSize::from_kib(32),
            header_bytes_max: ByteSize::from_kib(64),
            variables_bytes_max: ByteSize::from_mib(1),
            variables_depth_max: 32,
            tokens_max: 15_000,
            recursion_max: 200,
            depth_max: 50,
            fields_max: 10_000,
            root_fields_max: 20,
            aliases_max: 30,
            directives_max: 100,
            errors_max: 10,
        }
    }
}

/// How large a document is that is within the limits.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Extent {
    /// Of the largest operation, fragments expanded.
    pub(crate) fields: u64,
    /// Of all operations and fragments, each with fragments expanded: what validation looks at.
    pub(crate) expanded_fields: u64,
    /// Selections, arguments and directives as they stand in the text: what takes memory.
    pub(crate) nodes: usize,
}

/// Checks every operation of the document. Fragments in a circle weigh nothing: validation refuses them.
pub(crate) fn check(document: &Document, limits: &LimitsConfig) -> Result<Extent, ClientError> {
    let mut scale = Scale { fragments: HashMap::new(), nodes: 0 };
    let (mut fields, mut expanded_fields) = (0, 0u64);
    for definition in &document.definitions {
        if let Definition::FragmentDefinition(fragment) = definition {
            scale.fragments.entry(&fragment.name).or_insert(FragmentState::Unweighed(fragment));
        }
    }
    // Fragments first and each by itself, so that a fragment nobody uses is bounded too: validation looks at it.
    let names: Vec<&Name> = scale.fragments.keys().copied().collect();
    for name in names {
        let weight = scale.weigh_fragment(name);
        refuse_excess(&weight, limits, None)?;
        expanded_fields = expanded_fields.saturating_add(weight.fields);
    }
    for definition in &document.definitions {
        if let Definition::OperationDefinition(operation) = definition {
            let weight = scale.weigh_operation(operation);
            refuse_excess(&weight, limits, location(operation, document))?;
            refuse_above(
                (ErrorCode::RootFieldLimit, "root fields"),
                weight.root_fields,
                limits.root_fields_max,
                location(operation, document),
            )?;
            fields = weight.fields.max(fields);
            expanded_fields = expanded_fields.saturating_add(weight.fields);
        }
    }
    Ok(Extent { fields, expanded_fields, nodes: scale.nodes })
}

fn location(operation: &Node<OperationDefinition>, document: &Document) -> Option<Location> {
    let start = operation.location()?.line_column(&document.sources)?;
    Some(Location { line: start.line, column: start.column })
}

fn refuse_excess(weight: &Weight, limits: &LimitsConfig, place: Option<Location>) -> Result<(), ClientError> {
    let checks = [
        (ErrorCode::DepthLimit, "levels of fields", weight.depth, limits.depth_max),
        (ErrorCode::FieldLimit, "fields", weight.fields, limits.fields_max),
        (ErrorCode::AliasLimit, "aliases", weight.aliases, limits.aliases_max),
        (ErrorCode::DirectiveLimit, "directives", weight.directives, limits.directives_max),
    ];
    checks.into_iter().try_for_each(|(code, what, count, max)| refuse_above((code, what), count, max, place))
}

fn refuse_above(
    (code, what): (ErrorCode, &str),
    count: u64,
    max: u32,
    place: Option<Location>,
) -> Result<(), ClientError> {
    if count <= u64::from(max) {
        return Ok(());
    }
    let description = format!("the operation has {count} {what}; at most {max} are allowed");
    Err(ClientError::at(code, description, place.into_iter().collect()))
}

/// What a selection set amounts to with its fragments expanded. Sums stop at the largest number instead of wrapping.
#[derive(Debug, Clone, Copy, Default)]
struct Weight {
    fields: u64,
    root_fields: u64,
    aliases: u64,
    directives: u64,
    depth: u64,
}

impl Weight {
    fn add(&mut self, other: &Weight) {
        self.fields = self.fields.saturating_add(other.fields);
        self.root_fields = self.root_fields.saturating_add(other.root_fields);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.depth = self.depth.max(other.depth);
    }
}

enum FragmentState<'a> {
    Unweighed(&'a FragmentDefinition),
    Weighing,
    Weighed(Weight),
}

struct Scale<'a> {
    fragments: HashMap<&'a Name, FragmentState<'a>>,
    nodes: usize,
}

impl<'a> Scale<'a> {
    fn weigh_operation(&mut self, operation: &'a OperationDefinition) -> Weight {
        let mut weight = self.weigh_selections(&operation.selection_set);
        weight.directives = weight.directives.saturating_add(count(&operation.directives));
        for variable in &operation.variables {
            weight.directives = weight.directives.saturating_add(count(&variable.directives));
        }
        weight
    }

    /// An undefined fragment weighs nothing either.
    fn weigh_fragment(&mut self, name: &Name) -> Weight {
        let Some(state) = self.fragments.get_mut(name) else {
            return Weight::default();
        };
        let fragment = match state {
            FragmentState::Weighed(weight) => return *weight,
            FragmentState::Weighing => return Weight::default(),
            FragmentState::Unweighed(fragment) => *fragment,
        };
        *state = FragmentState::Weighing;
        let mut weight = self.weigh_selections(&fragment.selection_set);
        weight.directives = weight.directives.saturating_add(count(&fragment.directives));
        if let Some(state) = self.fragments.get_mut(name) {
            *state = FragmentState::Weighed(weight);
        }
        weight
    }

    fn weigh_selections(&mut self, selections: &'a [Selection]) -> Weight {
        let mut weight = Weight::default();
        self.nodes += selections.len();
        for selection in selections {
            let (directives, inner) = match selection {
                Selection::Field(field) => {
                    let mut inner = self.weigh_selections(field.selection_set.as_deref().unwrap_or_default());
                    inner.fields = inner.fields.saturating_add(1);
                    inner.root_fields = 1;
                    inner.aliases = inner.aliases.saturating_add(u64::from(field.alias.is_some()));
                    inner.depth += 1;
                    self.nodes += field.arguments.len();
                    (&field.directives, inner)
                }
                Selection::FragmentSpread(spread) => (&spread.directives, self.weigh_fragment(&spread.fragment_name)),
                Selection::InlineFragment(fragment) => {
                    (&fragment.directives, self.weigh_selections(&fragment.selection_set))
                }
            };
            weight.add(&inner);
            self.nodes += directives.len();
            weight.directives = weight.directives.saturating_add(count(directives));
        }
        weight
    }
}

fn count(directives: &DirectiveList) -> u64 {
    directives.len() as u64
}
