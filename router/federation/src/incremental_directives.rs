//! `@defer` and `@stream` in the API schema, for a router that delivers responses in parts. GraphQL specification (draft),
//! "@defer" and "@stream".
//!
//! Subgraphs and their servers may define them too, in older forms. A definition that means the same is replaced.

use crate::Supergraph;
use apollo_compiler::{
    Name, Schema,
    ast::{Definition, DirectiveDefinition, Document, InputValueDefinition},
    validation::Valid,
};

const DEFINITIONS: &str = r#"
"Lets the rest of the response go first. The fragment's fields come later, in a part of their own."
directive @defer(
  "When false, the fragment comes with the rest."
  if: Boolean! = true
  "Names the part."
  label: String
) on FRAGMENT_SPREAD | INLINE_FRAGMENT

"Lets the rest of the response go before the list is complete. Its other items come later, in parts of their own."
directive @stream(
  "When false, the list comes as a whole."
  if: Boolean! = true
  "Names the part."
  label: String
  "How many items come with the rest."
  initialCount: Int! = 0
) on FIELD
"#;

/// The supergraph's own directive is another one than the specification's.
#[derive(Debug, thiserror::Error, Clone)]
#[error(
    "the supergraph has a directive `@{name}` of its own, which is another one than that of incremental delivery: {theirs}"
)]
pub struct IncrementalDirectiveClash {
    /// `defer` or `stream`.
    pub name: Name,
    theirs: String,
}

impl Supergraph {
    /// Lets operations use `@defer` and `@stream`, and introspection show them.
    pub fn with_incremental_directives(mut self) -> Result<Supergraph, IncrementalDirectiveClash> {
        let mut schema: Schema = Valid::into_inner(self.api_schema);
        let ours = Document::parse(DEFINITIONS, "incremental delivery").expect("the definitions are valid");
        for definition in ours.definitions {
            let Definition::DirectiveDefinition(ours) = definition else { continue };
            if let Some(theirs) = schema.directive_definitions.get(&ours.name)
                && !means_the_same(theirs, &ours)
            {
                return Err(clash(theirs));
            }
            schema.directive_definitions.insert(ours.name.clone(), ours);
        }
        // Schemas hold only those built-in scalars that they use.
        let built_in = Schema::new().types;
        for name in ["Boolean", "Int", "String"] {
            if let Some(scalar) = built_in.get(name) {
                schema.types.entry(scalar.name().clone()).or_insert_with(|| scalar.clone());
            }
        }
        self.api_schema = Valid::assume_valid(schema);
        Ok(self)
    }
}

/// What is valid with their definition is valid with ours, and both say the same. Whether `if` may be null, and its default,
/// are no difference: null has no meaning there.
fn means_the_same(theirs: &DirectiveDefinition, ours: &DirectiveDefinition) -> bool {
    let is_ours = |argument: &InputValueDefinition| {
        let same_name = ours.argument_by_name(&argument.name);
        same_name
            .is_some_and(|ours| !argument.ty.is_list() && ours.ty.inner_named_type() == argument.ty.inner_named_type())
    };
    !theirs.repeatable
        && theirs.locations.iter().all(|location| ours.locations.contains(location))
        && theirs.arguments.iter().all(|argument| is_ours(argument))
}

fn clash(theirs: &DirectiveDefinition) -> IncrementalDirectiveClash {
    let mut shown = theirs.clone();
    shown.description = None;
    for argument in &mut shown.arguments {
        argument.make_mut().description = None;
    }
    let theirs_on_one_line = shown.serialize().no_indent().to_string();
    IncrementalDirectiveClash { name: theirs.name.clone(), theirs: theirs_on_one_line.trim().to_owned() }
}
