//! What composers ask of a subgraph as GraphQL, where that differs from the compiler. Code INVALID_GRAPHQL.
//!
//! The compiler follows the newest draft and is stricter in places; its findings of those kinds are passed over. Values
//! are checked in [`super::constant_values`].

use crate::link::Links;
use crate::{specs::Spec, type_members::BUILT_IN_SCALARS};
use apollo_compiler::{
    Name, Schema,
    ast::{Definition, DirectiveDefinition, Document, FieldDefinition, InputValueDefinition},
    parser::SourceSpan,
    schema::ExtendedType,
};
use hashbrown::HashSet;

/// Kinds of findings that are no reason to refuse a subgraph, or that are found otherwise.
pub(super) const TOLERATED: [&str; 14] = [
    "DeprecatedImplementationField",
    "FloatCoercionError",
    "IntCoercionError",
    "OneOfDirectiveOnExtension",
    "OneOfInputObjectFieldCount",
    "OneOfInputObjectFieldNonNull",
    "RecursiveDirectiveDefinition",
    "RequiredArgument",
    "RequiredField",
    "UndefinedEnumValue",
    "UndefinedInputValue",
    "UniqueArgument",
    "UniqueInputValue",
    "UnsupportedValueType",
];

/// A rule that is broken, and where.
pub(super) struct Finding {
    pub(super) message: String,
    pub(super) location: Option<SourceSpan>,
}

/// What can be said before federation's own definitions are in the document: they are not there to be referred to.
pub(super) fn check_document(document: &Document, links: &Links) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_federation_2 = links.of_spec(Spec::Federation).is_some();
    let known = Known::of(document);
    for definition in &document.definitions {
        match definition {
            Definition::DirectiveDefinition(directive) => {
                findings.extend(directive.arguments.iter().filter_map(|argument| known.unknown_type(argument)));
                findings.extend(duplicate_argument(directive));
            }
            Definition::ObjectTypeDefinition(object) => {
                known.check_fields(&object.fields, is_federation_2, &mut findings)
            }
            Definition::ObjectTypeExtension(object) => {
                known.check_fields(&object.fields, is_federation_2, &mut findings)
            }
            Definition::InterfaceTypeDefinition(interface) => {
                known.check_fields(&interface.fields, is_federation_2, &mut findings);
            }
            Definition::InterfaceTypeExtension(interface) => {
                known.check_fields(&interface.fields, is_federation_2, &mut findings);
            }
            Definition::InputObjectTypeDefinition(input) => {
                findings.extend(
                    input.fields.iter().filter(|field| is_introspection(field)).map(|field| unknown(&field.ty)),
                );
            }
            Definition::ScalarTypeExtension(scalar) if BUILT_IN_SCALARS.contains(&scalar.name.as_str()) => {
                let message = format!("`{}` is built in and cannot be extended", scalar.name);
                findings.push(Finding { message, location: scalar.name.location() });
            }
            _ => {}
        }
    }
    findings
}

fn duplicate_argument(directive: &DirectiveDefinition) -> Option<Finding> {
    let mut seen: HashSet<&Name> = HashSet::new();
    let again = directive.arguments.iter().find(|argument| !seen.insert(&argument.name))?;
    let message = format!("`@{}({}:)` is defined more than once", directive.name, again.name);
    Some(Finding { message, location: again.name.location() })
}

fn is_introspection(input: &InputValueDefinition) -> bool {
    input.ty.inner_named_type().starts_with("__")
}

fn unknown(ty: &apollo_compiler::ast::Type) -> Finding {
    let name = ty.inner_named_type();
    Finding { message: format!("cannot find type `{name}` in this subgraph"), location: name.location() }
}

/// Types that the document itself defines or extends.
struct Known<'d> {
    types: HashSet<&'d Name>,
}

impl<'d> Known<'d> {
    fn of(document: &'d Document) -> Self {
        let is_type = |definition: &&Definition| !matches!(definition, Definition::DirectiveDefinition(_));
        Known { types: document.definitions.iter().filter(is_type).filter_map(Definition::name).collect() }
    }

    fn has(&self, name: &Name) -> bool {
        BUILT_IN_SCALARS.contains(&name.as_str()) || self.types.contains(name)
    }

    fn unknown_type(&self, input: &InputValueDefinition) -> Option<Finding> {
        (!self.has(input.ty.inner_named_type())).then(|| unknown(&input.ty))
    }

    /// Types of introspection cannot be referred to; the machinery's can, where they are defined.
    fn check_fields(
        &self,
        fields: &[apollo_compiler::Node<FieldDefinition>],
        is_federation_2: bool,
        findings: &mut Vec<Finding>,
    ) {
        for field in fields {
            let is_machinery = matches!(field.name.as_str(), "_service" | "_entities");
            let is_concerned = |name: &Name| name.starts_with("__") || (is_machinery && is_federation_2);
            let arguments = field.arguments.iter().map(|argument| argument.ty.as_ref());
            for ty in arguments.chain([&field.ty]) {
                let name = ty.inner_named_type();
                if is_concerned(name) && !self.has(name) {
                    findings.push(unknown(ty));
                }
            }
        }
    }
}

/// `@oneOf` came after federation was specified: a subgraph that uses it must define it, and then it is what the subgraph
/// says.
pub(super) fn check_one_of(schema: &mut Schema, document: &Document) -> Vec<Finding> {
    let mut definitions = document.definitions.iter().filter_map(Definition::as_directive_definition);
    if let Some(own) = definitions.find(|definition| definition.name == "oneOf") {
        schema.directive_definitions.insert(own.name.clone(), own.clone());
        return Vec::new();
    }
    let applied = schema.types.values().filter_map(|ty| match ty {
        ExtendedType::InputObject(input) => input.directives.get("oneOf"),
        _ => None,
    });
    let message = "cannot find directive `@oneOf` in this subgraph";
    applied.map(|applied| Finding { message: message.to_owned(), location: applied.name.location() }).collect()
}
