//! Which fields of the API have been asked of an object that was there.

use apollo_compiler::{Schema, schema::ExtendedType};
use hashbrown::HashMap;

/// How often each field that a query can reach was answered.
#[derive(Debug, Clone)]
pub struct Coverage {
    counts: HashMap<String, HashMap<String, u32>>,
}

impl Coverage {
    /// All fields of the object types and interfaces that a query can reach; none has been answered yet.
    pub fn new(schema: &Schema) -> Coverage {
        let mut counts: HashMap<String, HashMap<String, u32>> = HashMap::new();
        let implementers = schema.implementers_map();
        let mut pending: Vec<String> = schema.schema_definition.query.iter().map(|query| query.to_string()).collect();
        while let Some(name) = pending.pop() {
            if counts.contains_key(&name) {
                continue;
            }
            let mut fields = HashMap::new();
            match schema.types.get(name.as_str()) {
                Some(ExtendedType::Object(object)) => {
                    for (field, definition) in &object.fields {
                        fields.insert(field.to_string(), 0);
                        pending.push(definition.ty.inner_named_type().to_string());
                    }
                }
                Some(ExtendedType::Interface(interface)) => {
                    for (field, definition) in &interface.fields {
                        fields.insert(field.to_string(), 0);
                        pending.push(definition.ty.inner_named_type().to_string());
                    }
                    let objects = implementers.get(name.as_str()).into_iter().flat_map(|known| &known.objects);
                    pending.extend(objects.map(ToString::to_string));
                }
                Some(ExtendedType::Union(union)) => {
                    pending.extend(union.members.iter().map(|member| member.to_string()));
                }
                _ => {}
            }
            counts.insert(name, fields);
        }
        Coverage { counts }
    }

    pub(crate) fn add(&mut self, ty: &str, field: &str) {
        if let Some(count) = self.counts.get_mut(ty).and_then(|fields| fields.get_mut(field)) {
            *count = count.saturating_add(1);
        }
    }

    pub(crate) fn count(&self, ty: &str, field: &str) -> u32 {
        self.counts.get(ty).and_then(|fields| fields.get(field)).copied().unwrap_or_default()
    }

    /// Fields that were answered.
    pub fn covered(&self) -> usize {
        self.counts.values().flat_map(HashMap::values).filter(|count| **count > 0).count()
    }

    pub fn total(&self) -> usize {
        self.counts.values().map(HashMap::len).sum()
    }

    /// `Type.field` of those that were never answered, sorted.
    pub fn never(&self) -> Vec<String> {
        let fields = self.counts.iter().flat_map(|(ty, fields)| fields.iter().map(move |field| (ty, field)));
        let never = fields.filter(|(_, (_, count))| **count == 0);
        let mut never: Vec<String> = never.map(|(ty, (field, _))| format!("{ty}.{field}")).collect();
        never.sort();
        never
    }
}
