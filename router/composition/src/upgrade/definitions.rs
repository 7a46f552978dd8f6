//! Directives that a federation 1 subgraph defines for itself and that have a meaning in federation 2: their definitions
//! must be those of federation 2. Codes DIRECTIVE_DEFINITION_INVALID, INVALID_GRAPHQL.

use crate::{
    Diagnostic, codes,
    specs::{self, FEDERATION_OF_UPGRADED, Spec},
    subgraph::{Subgraph, directive_problems},
};
use apollo_compiler::ast::{Definition, DirectiveLocation};

/// What keeps the subgraph from being upgraded. `is_alone`: there is nobody to share fields with.
pub(super) fn problems(subgraph: &Subgraph, is_alone: bool) -> Vec<Diagnostic> {
    let known: Vec<Definition> = specs::federation_1_definitions();
    let is_known = |name: &str| known.iter().any(|known| known.name().is_some_and(|known| known == name));
    let mut diagnostics = Vec::new();
    for definition in specs::definitions(Spec::Federation, FEDERATION_OF_UPGRADED) {
        let Definition::DirectiveDefinition(expected) = definition else { continue };
        let Some(own) = subgraph.schema.directive_definitions.get(&expected.name) else { continue };
        if is_known(&expected.name) {
            continue;
        }
        let place = || subgraph.place(own.name.location(), "");
        let is_custom_scalar = |name: &str| {
            let ty = subgraph.schema.types.get(name);
            ty.is_some_and(|ty| ty.is_scalar() && !ty.is_built_in())
        };
        let problems = directive_problems(own, &expected, &is_custom_scalar);
        let is_sound = problems.is_empty();
        for problem in problems {
            let message = format!("@{} is a directive of federation 2 and is defined differently: {problem}", own.name);
            diagnostics.push(Diagnostic::new(codes::DIRECTIVE_DEFINITION_INVALID, message).at(place()));
        }
        // Upgrading applies it to both.
        let needed = [DirectiveLocation::Object, DirectiveLocation::FieldDefinition];
        let is_applicable = needed.iter().all(|location| own.locations.contains(location));
        if own.name == "shareable" && is_sound && !is_alone && !is_applicable {
            let message =
                "@shareable has to be applicable to OBJECT and FIELD_DEFINITION; its definition is best left out";
            diagnostics.push(Diagnostic::new(codes::INVALID_GRAPHQL, message).at(place()));
        }
    }
    diagnostics
}
