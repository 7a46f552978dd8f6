//! The federation directives, as `#[graphql(directive = directives::key::apply("id".into(), None))]` puts them into a
//! schema. Import the module and not its names: `key` would then be a type in every closure of the file.

use async_graphql::TypeDirective;

#[TypeDirective(location = "Object", location = "Interface", repeatable)]
pub fn key(fields: String, resolvable: Option<bool>) {}

#[TypeDirective(location = "Object", location = "FieldDefinition", repeatable)]
pub fn shareable() {}

#[TypeDirective(location = "FieldDefinition", location = "Object")]
pub fn external() {}

#[TypeDirective(location = "FieldDefinition")]
pub fn requires(fields: String) {}

#[TypeDirective(location = "FieldDefinition")]
pub fn provides(fields: String) {}

#[TypeDirective(
    location = "FieldDefinition",
    location = "Object",
    location = "Interface",
    location = "ArgumentDefinition",
    location = "Enum",
    location = "EnumValue",
    location = "InputObject",
    location = "InputFieldDefinition"
)]
pub fn inaccessible() {}

#[TypeDirective(
    location = "FieldDefinition",
    location = "Object",
    location = "Interface",
    location = "ArgumentDefinition",
    location = "Enum",
    location = "EnumValue",
    location = "InputObject",
    location = "InputFieldDefinition",
    repeatable
)]
pub fn tag(name: String) {}

#[TypeDirective(name = "override", location = "FieldDefinition")]
pub fn overrides(from: String, label: Option<String>) {}

#[TypeDirective(location = "FieldDefinition", location = "Object", location = "Interface", location = "Enum")]
pub fn authenticated() {}

/// One of the groups is enough, of which all scopes are needed.
#[TypeDirective(
    name = "requiresScopes",
    location = "FieldDefinition",
    location = "Object",
    location = "Interface",
    location = "Enum"
)]
pub fn requires_scopes(scopes: Vec<Vec<String>>) {}

/// What `requires_scopes::apply` wants for one scope.
pub fn scope(scope: &str) -> Vec<Vec<String>> {
    vec![vec![scope.to_owned()]]
}

/// The directives of this module, by their names in SDL.
pub(crate) const FEDERATION_DIRECTIVES: &[&str] = &[
    "authenticated",
    "external",
    "inaccessible",
    "key",
    "override",
    "provides",
    "requires",
    "requiresScopes",
    "shareable",
    "tag",
];
