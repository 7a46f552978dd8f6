//! Puts the definitions of linked specifications into a subgraph's document, and checks those that it brings itself.
//! Codes DIRECTIVE_DEFINITION_INVALID, TYPE_DEFINITION_INVALID.
//!
//! A subgraph may define federation's directives itself, as many libraries print them: with fewer locations, without
//! optional arguments, with `String` where the specification has a scalar of its own.

use crate::{Diagnostic, Place, codes, link::Links, specs, type_members::BUILT_IN_SCALARS};
use apollo_compiler::{
    Name, Node,
    ast::{Definition, DirectiveDefinition, Document, InputValueDefinition, Type, Value},
    parser::SourceSpan,
};
use hashbrown::HashMap;

/// Definitions to add to the document, in the order of the links.
pub(super) fn complete(
    document: &mut Document,
    links: &Links,
    place: &dyn Fn(Option<SourceSpan>) -> Place,
) -> (Vec<Definition>, Vec<Diagnostic>) {
    let is_federation_1 = links.of_spec(specs::Spec::Federation).is_none();
    let mut expected: Vec<Definition> = Vec::new();
    for linked in &links.features {
        let Some(spec) = linked.spec else { continue };
        let is_own_link = spec == specs::Spec::Link && links.directive != "link";
        if !is_own_link {
            expected.extend(specs::local_definitions(spec, &linked.feature));
        }
    }
    if is_federation_1 {
        replace_loose_definitions(document);
        expected.extend(specs::federation_1_definitions());
        expected.push(scalar("_FieldSet"));
        add_unlinked_link(document, &mut expected);
    }
    let mut checker = Checker { place, diagnostics: Vec::new() };
    let added = checker.missing(document, expected);
    (added, checker.diagnostics)
}

/// In a schema that links nothing, `@link` may be used all the same and means nothing.
fn add_unlinked_link(document: &Document, expected: &mut Vec<Definition>) {
    let has_link = |definition: &Definition| match definition {
        Definition::DirectiveDefinition(directive) => directive.name == "link",
        _ => false,
    };
    if expected.iter().chain(&document.definitions).any(has_link) {
        return;
    }
    expected.extend(specs::local_definitions(specs::Spec::Link, &specs::Spec::Link.feature((1, 0), None)));
}

fn scalar(name: &str) -> Definition {
    Definition::ScalarTypeDefinition(Node::new(apollo_compiler::ast::ScalarTypeDefinition {
        description: None,
        name: specs::name(name),
        directives: Default::default(),
    }))
}

/// Federation 1 never fixed how its directives are defined: a definition without argument, or with `fields` of some
/// textual type, stands for the real one.
fn replace_loose_definitions(document: &mut Document) {
    document.definitions.retain(|definition| {
        let Definition::DirectiveDefinition(directive) = definition else { return true };
        let is_field_set_directive = matches!(directive.name.as_str(), "key" | "requires" | "provides");
        !(is_field_set_directive && is_loose(&directive.arguments))
    });
}

fn is_loose(arguments: &[Node<InputValueDefinition>]) -> bool {
    match arguments {
        [] => true,
        [only] => {
            let is_text = matches!(only.ty.inner_named_type().as_str(), "String" | "_FieldSet" | "FieldSet");
            only.name == "fields" && only.ty.is_named() && !only.ty.is_non_null() && is_text
        }
        _ => false,
    }
}

struct Checker<'a> {
    place: &'a dyn Fn(Option<SourceSpan>) -> Place,
    diagnostics: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn missing(&mut self, document: &Document, expected: Vec<Definition>) -> Vec<Definition> {
        let mut directives: HashMap<Name, Node<DirectiveDefinition>> = HashMap::new();
        let mut types: HashMap<Name, &Definition> = HashMap::new();
        for definition in &document.definitions {
            match definition {
                Definition::DirectiveDefinition(directive) => {
                    directives.entry(directive.name.clone()).or_insert_with(|| directive.clone());
                }
                other if !other.is_extension_definition() => {
                    if let Some(name) = other.name() {
                        types.entry(name.clone()).or_insert(other);
                    }
                }
                _ => {}
            }
        }
        for extension in &document.definitions {
            if let Definition::EnumTypeExtension(definition) = extension {
                types.entry(definition.name.clone()).or_insert(extension);
            }
        }
        let is_custom_scalar =
            |name: &str| types.get(name).is_some_and(|ty| matches!(ty, Definition::ScalarTypeDefinition(_)));
        let mut added: Vec<Definition> = Vec::new();
        for definition in expected {
            let Some(name) = definition.name().cloned() else { continue };
            match &definition {
                Definition::DirectiveDefinition(directive) => match directives.get(&name) {
                    Some(own) => self.check_directive(own, directive, &is_custom_scalar),
                    None => {
                        directives.insert(name, directive.clone());
                        added.push(definition);
                    }
                },
                _ => match types.get(&name) {
                    Some(own) => self.check_type(own, &definition),
                    None if added.iter().any(|known| known.name() == Some(&name) && !is_directive(known)) => {}
                    None => added.push(definition),
                },
            }
        }
        added
    }

    fn check_type(&mut self, own: &Definition, expected: &Definition) {
        let name = own.name().map(Name::as_str).unwrap_or_default();
        let problem = match (own, expected) {
            (Definition::ScalarTypeDefinition(_), Definition::ScalarTypeDefinition(_)) => None,
            (Definition::EnumTypeDefinition(own), Definition::EnumTypeDefinition(expected)) => {
                let values = |definition: &apollo_compiler::ast::EnumTypeDefinition| {
                    let mut values: Vec<String> =
                        definition.values.iter().map(|value| value.value.to_string()).collect();
                    values.sort();
                    values
                };
                let expected = values(expected);
                (values(own) != expected).then(|| format!("its values should be {}", expected.join(", ")))
            }
            (Definition::EnumTypeExtension(_), Definition::EnumTypeDefinition(_)) => {
                Some("it cannot be extended".to_owned())
            }
            (_, Definition::EnumTypeDefinition(_)) => Some("it should be an enum".to_owned()),
            _ => Some("it should be a scalar".to_owned()),
        };
        if let Some(problem) = problem {
            let message =
                format!("the type {name} belongs to a linked specification and is defined differently: {problem}");
            self.push(codes::TYPE_DEFINITION_INVALID, message, own.location());
        }
    }

    fn check_directive(
        &mut self,
        own: &DirectiveDefinition,
        expected: &DirectiveDefinition,
        is_custom_scalar: &dyn Fn(&str) -> bool,
    ) {
        for problem in directive_problems(own, expected, is_custom_scalar) {
            let message =
                format!("@{} belongs to a linked specification and is defined differently: {problem}", own.name);
            self.push(codes::DIRECTIVE_DEFINITION_INVALID, message, own.name.location());
        }
    }

    fn push(&mut self, code: codes::Code, message: String, location: Option<SourceSpan>) {
        self.diagnostics.push(Diagnostic::new(code, message).at((self.place)(location)));
    }
}

fn is_directive(definition: &Definition) -> bool {
    matches!(definition, Definition::DirectiveDefinition(_))
}

/// What makes a definition incompatible with the specification's.
///
/// `is_custom_scalar`: whether the subgraph defines a scalar of that name.
pub(crate) fn directive_problems(
    own: &DirectiveDefinition,
    expected: &DirectiveDefinition,
    is_custom_scalar: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    let mut problems = Vec::new();
    for wanted in &expected.arguments {
        match own.argument_by_name(&wanted.name) {
            Some(argument) => problems.extend(argument_problem(argument, wanted, is_custom_scalar)),
            None if wanted.is_required() => problems.push(format!("the argument `{}` is missing", wanted.name)),
            None => {}
        }
    }
    for argument in &own.arguments {
        if expected.argument_by_name(&argument.name).is_none() {
            problems.push(format!("there is no argument `{}`", argument.name));
        }
    }
    if own.repeatable && !expected.repeatable {
        problems.push("it is not repeatable".to_owned());
    }
    let stray: Vec<&str> = own
        .locations
        .iter()
        .filter(|location| !expected.locations.contains(*location))
        .map(|location| location.name())
        .collect();
    if !stray.is_empty() {
        problems.push(format!("it cannot be applied to {}", stray.join(", ")));
    }
    problems
}

fn argument_problem(
    own: &InputValueDefinition,
    expected: &InputValueDefinition,
    is_custom_scalar: &dyn Fn(&str) -> bool,
) -> Option<String> {
    if !is_redefinition(&own.ty, &expected.ty, is_custom_scalar) {
        return Some(format!("the argument `{}` should be of type {} and not {}", own.name, expected.ty, own.ty));
    }
    let default = |value: &InputValueDefinition| value.default_value.as_ref().map(|value| value.as_ref().clone());
    let (given, wanted) = (default(own).filter(|value| !matches!(value, Value::Null)), default(expected));
    if !own.ty.is_non_null() && given != wanted {
        let text = |value: &Option<Value>| value.as_ref().map_or("none".to_owned(), Value::to_string);
        return Some(format!("the default of `{}` should be {} and not {}", own.name, text(&wanted), text(&given)));
    }
    None
}

/// Where the specification has a scalar of its own, the subgraph may have whatever is no other scalar of its own: String,
/// mostly. To demand what is optional is a narrower definition, and harmless.
fn is_redefinition(own: &Type, expected: &Type, is_custom_scalar: &dyn Fn(&str) -> bool) -> bool {
    if expected.is_non_null() && !own.is_non_null() {
        return false;
    }
    if own.is_list() && expected.is_list() {
        return is_redefinition(own.item_type(), expected.item_type(), is_custom_scalar);
    }
    let is_same = !own.is_list() && !expected.is_list() && own.inner_named_type() == expected.inner_named_type();
    is_same || (is_own_scalar(expected) && (own.is_list() || !is_custom_scalar(own.inner_named_type())))
}

/// Whether the type is a scalar of a specification; those that are not are built in, or the enum of purposes.
fn is_own_scalar(ty: &Type) -> bool {
    let name = ty.inner_named_type().as_str();
    let is_enum = name.rsplit("__").next() == Some("Purpose");
    !ty.is_list() && !is_enum && !BUILT_IN_SCALARS.contains(&name)
}
