//! What each field needs of its caller, all taken together: the field's own directives and those of its type, of the type
//! it returns, of the interfaces that declare it, and all that its `@requires` reads.
//!
//! Composition writes on an interface what its types need together, so that routers which look at the interface only are
//! safe. We look at each concrete type, so what is only a copy is left out, and a type that needs less is not punished
//! for another. What an interface demands beyond its types (older compositions allowed it) holds for the fields that it
//! declares, on each of its types.

mod inputs;

use super::{Reader, SupergraphError};
use crate::{Feature, Requirement, RequirementId, TypeDefinition, TypeId, TypeKind};
use apollo_compiler::ast::{Directive, DirectiveList, Value};
use hashbrown::HashMap;

const AUTHENTICATED: &str = "https://specs.apollo.dev/authenticated";
const REQUIRES_SCOPES: &str = "https://specs.apollo.dev/requiresScopes";

/// To be met all; sorted.
type Requirements = Vec<RequirementId>;

/// Combinations of scopes that are looked at, to find that an interface only repeats its types.
const COMBINATIONS_MAX: usize = 1024;

/// What stands in the document, by type and by field.
struct Declared {
    known: Vec<Requirement>,
    types: Vec<Requirements>,
    fields: Vec<Vec<Requirements>>,
}

/// Local names of the directives.
#[derive(Default)]
struct DirectiveNames {
    authenticated: Vec<String>,
    requires_scopes: Vec<String>,
}

impl Reader<'_> {
    /// Writes the requirements of all fields, and returns the different ones.
    pub(super) fn read_requirements(&self, types: &mut [TypeDefinition]) -> Result<Vec<Requirement>, SupergraphError> {
        let names = directive_names(self.features)?;
        if names.authenticated.is_empty() && names.requires_scopes.is_empty() {
            return Ok(Vec::new());
        }
        let declared = self.declared_requirements(types, &names)?;
        if declared.known.is_empty() {
            return Ok(Vec::new());
        }
        let mut needed: Vec<Vec<Requirements>> =
            (0..types.len()).map(|index| declared.of_fields(types, index)).collect();
        declared.add_of_interfaces(types, &mut needed);
        inputs::add_of_inputs(types, &mut needed);
        for (definition, needed) in types.iter_mut().zip(needed) {
            for (field, needed) in definition.fields.iter_mut().zip(needed) {
                field.requirements = needed;
            }
        }
        Ok(declared.known)
    }

    fn declared_requirements(
        &self,
        types: &[TypeDefinition],
        names: &DirectiveNames,
    ) -> Result<Declared, SupergraphError> {
        let mut declared = Declared { known: Vec::new(), types: Vec::new(), fields: Vec::new() };
        let mut ids = HashMap::new();
        for definition in types {
            let directives = self.schema.types[&definition.name].directives();
            let directives = directives.iter().map(|applied| &**applied);
            let of_type = declared.read(names, directives, (&mut ids, &definition.name))?;
            declared.types.push(of_type);
            let mut of_fields = Vec::with_capacity(definition.fields.len());
            for field in &definition.fields {
                let coordinate = format!("{}.{}", definition.name, field.name);
                let directives: &DirectiveList = &field.definition.directives;
                let directives = directives.iter().map(|applied| &**applied);
                of_fields.push(declared.read(names, directives, (&mut ids, &coordinate))?);
            }
            declared.fields.push(of_fields);
        }
        Ok(declared)
    }
}

/// Every name that the links give them; no other specification's directive can be called so.
fn directive_names(features: &[Feature]) -> Result<DirectiveNames, SupergraphError> {
    let mut names = DirectiveNames::default();
    for feature in features {
        let (known, name) = match feature.identity.as_str() {
            AUTHENTICATED => (&mut names.authenticated, "authenticated"),
            REQUIRES_SCOPES => (&mut names.requires_scopes, "requiresScopes"),
            _ => continue,
        };
        if feature.version != (0, 1) {
            let (identity, version) = (feature.identity.clone(), feature.version);
            return Err(SupergraphError::UnsupportedVersion { identity, version });
        }
        known.push(feature.directive_name(name));
        known.push(feature.namespace.clone());
        known.push(format!("{}__{name}", feature.namespace));
    }
    Ok(names)
}

impl Declared {
    fn read<'d>(
        &mut self,
        names: &DirectiveNames,
        directives: impl Iterator<Item = &'d Directive>,
        (ids, coordinate): (&mut HashMap<Requirement, RequirementId>, &str),
    ) -> Result<Requirements, SupergraphError> {
        let mut found = Vec::new();
        for applied in directives {
            let is = |names: &[String]| names.iter().any(|name| *name == applied.name.as_str());
            if is(&names.requires_scopes) {
                let scopes = scopes(applied).ok_or_else(|| {
                    let message =
                        format!("{coordinate}: @{} needs an argument `scopes` with lists of scope names", applied.name);
                    SupergraphError::Malformed(message)
                })?;
                found.extend(Requirement::of_scopes(scopes));
            } else if !is(&names.authenticated) {
                continue;
            }
            found.push(Requirement::Authenticated);
        }
        let mut requirements = Requirements::new();
        for requirement in found {
            let id = match ids.get(&requirement) {
                Some(id) => *id,
                None => {
                    let id = u16::try_from(self.known.len()).map(RequirementId);
                    let id = id.map_err(|_| {
                        SupergraphError::Malformed("more than 65536 different sets of scopes".to_owned())
                    })?;
                    self.known.push(requirement.clone());
                    ids.insert(requirement, id);
                    id
                }
            };
            requirements.push(id);
        }
        requirements.sort_unstable();
        requirements.dedup();
        Ok(requirements)
    }

    /// Of a type's fields: their own, the type's, and those of what they return.
    fn of_fields(&self, types: &[TypeDefinition], index: usize) -> Vec<Requirements> {
        let of_field = |(field, own): (&crate::Field, &Requirements)| {
            let mut needed = own.clone();
            add(&mut needed, &self.types[index]);
            add(&mut needed, &self.of_value(types, field.ty.named));
            needed
        };
        types[index].fields.iter().zip(&self.fields[index]).map(of_field).collect()
    }

    /// What is needed to have a value of a type: of an abstract one, what all of its types need alike.
    fn of_value(&self, types: &[TypeDefinition], ty: TypeId) -> Requirements {
        let definition = &types[ty.0 as usize];
        if !definition.is_abstract() {
            return self.types[ty.0 as usize].clone();
        }
        let mut needed = match definition.kind {
            TypeKind::Interface => self.of_interface(types, ty, None),
            _ => self.types[ty.0 as usize].clone(),
        };
        let mut possible = definition.possible_types.iter().filter(|object| !types[object.0 as usize].is_inaccessible);
        if let Some(first) = possible.next() {
            let mut common = self.types[first.0 as usize].clone();
            for object in possible {
                common.retain(|id| self.types[object.0 as usize].contains(id));
            }
            add(&mut needed, &common);
        }
        needed
    }

    /// What interfaces demand for the fields that they declare.
    fn add_of_interfaces(&self, types: &[TypeDefinition], needed: &mut [Vec<Requirements>]) {
        for (index, interface) in types.iter().enumerate() {
            if interface.kind != TypeKind::Interface {
                continue;
            }
            let id = TypeId(index as u32);
            let of_type = self.of_interface(types, id, None);
            for (position, field) in interface.fields.iter().enumerate() {
                let mut demanded = self.of_interface(types, id, Some(position));
                add(&mut demanded, &of_type);
                for object in interface.possible_types.iter().filter(|_| !demanded.is_empty()) {
                    if let Some(position) = field_position(&types[object.0 as usize], &field.name) {
                        add(&mut needed[object.0 as usize][position], &demanded);
                    }
                }
            }
        }
    }

    /// What an interface, or a field of it, demands other than as a copy of what its types need together.
    fn of_interface(&self, types: &[TypeDefinition], interface: TypeId, field: Option<usize>) -> Requirements {
        let index = interface.0 as usize;
        let own = field.map_or(&self.types[index], |field| &self.fields[index][field]);
        let mut together = Requirements::new();
        for object in types[index].possible_types.iter().filter(|_| !own.is_empty()) {
            let object = object.0 as usize;
            let of_object = match field.map(|field| &types[index].fields[field].name) {
                None => Some(&self.types[object]),
                Some(name) => field_position(&types[object], name).map(|position| &self.fields[object][position]),
            };
            add(&mut together, of_object.map(Vec::as_slice).unwrap_or_default());
        }
        let is_copy = self.implies(&together, own) && self.implies(own, &together);
        if is_copy { Requirements::new() } else { own.clone() }
    }

    /// Whether each way to meet the first is a way to meet the second. False where that is too much to find out.
    fn implies(&self, given: &[RequirementId], wanted: &[RequirementId]) -> bool {
        let mut combinations: Vec<Vec<&str>> = vec![Vec::new()];
        for id in given {
            let Requirement::Scopes(alternatives) = &self.known[usize::from(id.0)] else { continue };
            if combinations.len() * alternatives.len() > COMBINATIONS_MAX {
                return false;
            }
            let mut longer = Vec::with_capacity(combinations.len() * alternatives.len());
            for held in &combinations {
                for more in alternatives {
                    longer.push(held.iter().copied().chain(more.iter().map(String::as_str)).collect());
                }
            }
            combinations = longer;
        }
        wanted.iter().all(|id| match &self.known[usize::from(id.0)] {
            Requirement::Authenticated => given.contains(id),
            Requirement::Scopes(alternatives) => combinations.iter().all(|held| {
                alternatives.iter().any(|scopes| scopes.iter().all(|scope| held.contains(&scope.as_str())))
            }),
        })
    }
}

fn field_position(definition: &TypeDefinition, name: &str) -> Option<usize> {
    definition.fields.binary_search_by(|field| field.name.as_str().cmp(name)).ok()
}

/// Whether anything was new.
fn add(requirements: &mut Requirements, more: &[RequirementId]) -> bool {
    let before = requirements.len();
    for id in more {
        if let Err(index) = requirements.binary_search(id) {
            requirements.insert(index, *id);
        }
    }
    requirements.len() > before
}

/// A value that is no list stands for a list of one. `None`: no such lists.
fn scopes(applied: &Directive) -> Option<Vec<Vec<String>>> {
    let value = applied.specified_argument_by_name("scopes")?;
    items(value).iter().map(|set| items(set).iter().map(|scope| scope.as_str().map(str::to_owned)).collect()).collect()
}

fn items(value: &apollo_compiler::Node<Value>) -> &[apollo_compiler::Node<Value>] {
    value.as_list().unwrap_or(std::slice::from_ref(value))
}
