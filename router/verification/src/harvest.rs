//! Values that answers had, kept for the arguments of later operations: an id that was seen finds something.

use crate::random::Random;
use apollo_compiler::{Schema, schema::ExtendedType};
use hashbrown::HashMap;
use serde_json::Value;

/// Values kept of one field.
const VALUES_MAX: usize = 32;
/// Longer texts are no ids.
const TEXT_BYTES_MAX: usize = 512;

/// Leaf values by type and field, each once.
#[derive(Debug, Clone, Default)]
pub struct Harvest {
    /// By field name, then by the type that has it.
    fields: HashMap<String, HashMap<String, Pool>>,
    /// Of custom scalars, whatever field they were seen in.
    scalars: HashMap<String, Pool>,
}

#[derive(Debug, Clone, Default)]
struct Pool {
    scalar: String,
    values: Vec<Value>,
    seen: u64,
}

impl Pool {
    /// Past the limit the oldest goes, so that what is deleted meanwhile is forgotten.
    fn add(&mut self, scalar: &str, value: &Value) {
        if self.values.contains(value) {
            return;
        }
        scalar.clone_into(&mut self.scalar);
        match self.values.len() < VALUES_MAX {
            true => self.values.push(value.clone()),
            false => self.values[(self.seen % VALUES_MAX as u64) as usize] = value.clone(),
        }
        self.seen += 1;
    }
}

/// What a value is wanted for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// The argument's or input field's.
    pub(crate) name: &'a str,
    /// The scalar.
    pub(crate) scalar: &'a str,
    /// The type that the field with the argument gives.
    pub(crate) given: &'a str,
}

impl Harvest {
    pub(crate) fn add(&mut self, (ty, field): (&str, &str), scalar: &str, value: &Value) {
        if value.is_null() || value.is_array() || value.as_str().is_some_and(|text| text.len() > TEXT_BYTES_MAX) {
            return;
        }
        if !is_built_in(scalar) {
            self.scalars.entry_ref(scalar).or_default().add(scalar, value);
        }
        if !value.is_object() {
            self.fields.entry_ref(field).or_default().entry_ref(ty).or_default().add(scalar, value);
        }
    }

    /// A value that may mean something there.
    pub(crate) fn pick(&self, schema: &Schema, wanted: Wanted<'_>, random: &mut Random) -> Option<Value> {
        let values = self.values(schema, wanted);
        random.pick(&values).map(|value| (*value).clone())
    }

    fn values(&self, schema: &Schema, wanted: Wanted<'_>) -> Vec<&Value> {
        let is_given = |ty: &str| is_related(schema, ty, wanted.given);
        let names = [wanted.name, singular(wanted.name)];
        for name in names {
            let values = self.of_field(name, wanted.scalar, is_given);
            if !values.is_empty() {
                return values;
            }
        }
        for name in names {
            // `userId` is an id of a user.
            if let Some(owner) = owner_of_id(name) {
                let values = self.of_field("id", wanted.scalar, |ty| ty.eq_ignore_ascii_case(&owner));
                if !values.is_empty() {
                    return values;
                }
            }
        }
        let of_given_id = match wanted.scalar {
            "ID" => self.of_field("id", wanted.scalar, is_given),
            _ => Vec::new(),
        };
        if !of_given_id.is_empty() {
            return of_given_id;
        }
        for name in names.into_iter().filter(|name| *name != "id") {
            let values = self.of_field(name, wanted.scalar, |_| true);
            if !values.is_empty() {
                return values;
            }
        }
        match is_built_in(wanted.scalar) {
            // Whose it is cannot be told: of anybody, then.
            true if wanted.scalar == "ID" => self.of_field("id", wanted.scalar, |_| true),
            true => Vec::new(),
            false => self.scalars.get(wanted.scalar).map(|pool| pool.values.iter().collect()).unwrap_or_default(),
        }
    }

    /// In the order of the types' names, so that equal seeds pick equally.
    fn of_field(&self, field: &str, scalar: &str, is_wanted: impl Fn(&str) -> bool) -> Vec<&Value> {
        let Some(by_type) = self.fields.get(field) else { return Vec::new() };
        let mut pools: Vec<(&String, &Pool)> =
            by_type.iter().filter(|(ty, pool)| is_wanted(ty) && fits(&pool.scalar, scalar)).collect();
        pools.sort_by_key(|(ty, _)| *ty);
        pools.into_iter().flat_map(|(_, pool)| &pool.values).collect()
    }

    /// Values of a field of one type, whatever its scalar.
    pub(crate) fn pick_of(&self, ty: &str, field: &str, random: &mut Random) -> Option<Value> {
        let pool = self.fields.get(field)?.get(ty)?;
        random.pick(&pool.values).cloned()
    }
}

pub(crate) fn is_built_in(scalar: &str) -> bool {
    matches!(scalar, "ID" | "String" | "Int" | "Float" | "Boolean")
}

fn fits(seen: &str, wanted: &str) -> bool {
    seen == wanted || matches!((seen, wanted), ("ID", "String") | ("String", "ID") | ("Int", "ID" | "Float"))
}

/// One can be an object of the other.
fn is_related(schema: &Schema, ty: &str, given: &str) -> bool {
    ty == given || is_object_of(schema, ty, given) || is_object_of(schema, given, ty)
}

fn is_object_of(schema: &Schema, object: &str, of: &str) -> bool {
    match (schema.types.get(object), schema.types.get(of)) {
        (Some(ExtendedType::Object(object)), Some(ExtendedType::Interface(_))) => {
            object.implements_interfaces.contains(of)
        }
        (Some(ExtendedType::Object(_)), Some(ExtendedType::Union(union))) => union.members.contains(object),
        _ => false,
    }
}

/// `ids` asks for what `id` is.
fn singular(name: &str) -> &str {
    name.strip_suffix('s').filter(|name| !name.is_empty()).unwrap_or(name)
}

fn owner_of_id(name: &str) -> Option<String> {
    let owner = ["Id", "_id", "ID"].into_iter().find_map(|ending| name.strip_suffix(ending))?;
    let owner = owner.replace('_', "");
    (!owner.is_empty()).then_some(owner)
}
