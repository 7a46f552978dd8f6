//! External fields must look like the real ones.
//! Codes EXTERNAL_TYPE_MISMATCH, EXTERNAL_ARGUMENT_MISSING, EXTERNAL_ARGUMENT_TYPE_MISMATCH,
//! EXTERNAL_ARGUMENT_DEFAULT_MISMATCH, MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL.

use super::{Merger, Occurrence, default_values::same_value, fields::FieldSources};
use crate::codes::{self, Code};
use apollo_compiler::{
    Name, Node,
    ast::{Type, Value},
    schema::FieldDefinition,
};

impl Merger<'_> {
    /// Whether the declarations agree with the merged field to the letter.
    pub(super) fn check_external(
        &mut self,
        (ty, merged): (&Name, &FieldDefinition),
        external: &FieldSources<'_>,
        is_same_everywhere: bool,
    ) -> bool {
        let coordinate = format!("{ty}.{}", merged.name);
        let fits = |declared: &Type, this: &Self| {
            *declared == merged.ty || (!is_same_everywhere && this.is_subtype(&merged.ty, declared))
        };
        let wrong: Vec<_> = external.iter().filter(|(_, source)| !fits(&source.ty, self)).collect();
        if !wrong.is_empty() {
            let message = format!("{coordinate} is @external with another type than the {} it really has", merged.ty);
            let places = wrong.iter().map(|(index, source)| (*index, source.location(), format!("{} here", source.ty)));
            let places = places.collect();
            self.report_at(codes::EXTERNAL_TYPE_MISMATCH, &coordinate, message, places);
        }
        for argument in &merged.arguments {
            self.check_external_argument(&coordinate, argument, external);
        }
        external.iter().all(|(_, source)| source.ty == merged.ty)
    }

    fn check_external_argument(
        &mut self,
        coordinate: &str,
        argument: &apollo_compiler::ast::InputValueDefinition,
        external: &FieldSources<'_>,
    ) {
        let coordinate = format!("{coordinate}({}:)", argument.name);
        let mut problems: [(Code, Vec<Occurrence>); 3] = [
            (codes::EXTERNAL_ARGUMENT_MISSING, Vec::new()),
            (codes::EXTERNAL_ARGUMENT_TYPE_MISMATCH, Vec::new()),
            (codes::EXTERNAL_ARGUMENT_DEFAULT_MISMATCH, Vec::new()),
        ];
        for (index, source) in external {
            let Some(declared) = source.argument_by_name(&argument.name) else {
                problems[0].1.push((*index, source.location(), "the argument is missing here".to_owned()));
                continue;
            };
            if declared.ty != argument.ty && !self.is_subtype(&declared.ty, &argument.ty) {
                problems[1].1.push((*index, declared.location(), format!("{} here", declared.ty)));
            }
            if !same_default(declared.default_value.as_ref(), argument.default_value.as_ref()) {
                let given = declared.default_value.as_ref().map_or("no default".to_owned(), |value| value.to_string());
                problems[2].1.push((*index, declared.location(), format!("{given} here")));
            }
        }
        for (code, places) in problems {
            if places.is_empty() {
                continue;
            }
            let real = match (code == codes::EXTERNAL_ARGUMENT_DEFAULT_MISMATCH, &argument.default_value) {
                (false, _) => format!("the field really has the argument {}: {}", argument.name, argument.ty),
                (true, Some(value)) => format!("its default value really is {value}"),
                (true, None) => "it really has no default value".to_owned(),
            };
            let message = format!("{coordinate} differs where the field is @external: {real}");
            self.report_at(code, &coordinate, message, places);
        }
    }

    /// A directive that clients would see must stand where the field is resolved.
    pub(super) fn check_directives_on_external(&mut self, coordinate: &str, external: &FieldSources<'_>) {
        for (index, source) in external {
            let applied: Vec<_> = source
                .directives
                .iter()
                .filter(|applied| self.composed.is_merged(self.subgraph(*index), &applied.name))
                .cloned()
                .collect();
            for directive in applied {
                let message = format!(
                    "@{} on {coordinate} has no effect in `{}`, where the field is @external; put it where the field is \
                     resolved",
                    directive.name,
                    self.subgraph(*index).name
                );
                let places = vec![(*index, directive.location(), String::new())];
                self.report_at(codes::MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL, coordinate, message, places);
            }
        }
    }
}

fn same_default(one: Option<&Node<Value>>, other: Option<&Node<Value>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => same_value(one, other),
        (None, None) => true,
        _ => false,
    }
}
