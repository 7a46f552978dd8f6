//! Makes the objects of a world and their values.

use super::{Builder, Weather};
use crate::world::{KeyPart, Record, RecordIndex, Role, Source, Ty, Value};
use indexmap::IndexMap;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

impl Builder {
    pub(super) fn make_records(&mut self, weather: Weather) {
        // The same number for all types, so that nested keys can pair records one to one.
        let per_type = self.random.between(2, 4);
        let mut firsts: BTreeMap<String, RecordIndex> = BTreeMap::new();
        for (name, object) in &self.world.objects {
            firsts.insert(name.clone(), self.world.records.len());
            let count = if object.role == Role::Root { 1 } else { per_type };
            for _ in 0..count {
                self.world.records.push(Record {
                    type_name: name.clone(),
                    values: IndexMap::new(),
                    has_null_key: false,
                    missing_in: BTreeMap::new(),
                });
            }
        }
        let names: Vec<String> = self.world.objects.keys().cloned().collect();
        for name in names {
            let fields: Vec<String> = self.world.objects[&name].fields.keys().cloned().collect();
            for field in fields {
                self.fill(&name, &field, &firsts, (per_type, weather));
            }
        }
    }

    fn fill(
        &mut self,
        object: &str,
        field_name: &str,
        firsts: &BTreeMap<String, RecordIndex>,
        (per_type, weather): (usize, Weather),
    ) {
        let candidates = self.candidates(object, field_name, weather);
        let is_leaf = self.world.is_leaf(self.world.objects[object].fields[field_name].ty.name());
        let field = &mut self.world.objects[object].fields[field_name];
        if !is_leaf && candidates.is_empty() {
            // No type that all resolvers know: always null or empty.
            field.ty = without_non_null(&field.ty);
            field.placements.values_mut().for_each(|placement| placement.ty = None);
        }
        let field = field.clone();
        for interface in self.world.interfaces.values_mut() {
            let is_member = interface.members.iter().any(|member| member == object);
            if let Some(declared) = interface.interface_fields.get_mut(field_name)
                && is_member
                && !field.ty.is_non_null()
                && (declared.is_non_null() || !is_leaf)
            {
                *declared = without_non_null(declared);
            }
        }
        let count = if self.world.objects[object].role == Role::Root { 1 } else { per_type };
        for number in 0..count {
            let value = match (field.key_part, field.source) {
                (Some(part), _) => key_value(&field.ty, part, number, object, firsts),
                (None, Source::Computed | Source::Lookup) => continue,
                _ => {
                    let records: Vec<RecordIndex> =
                        candidates.iter().flat_map(|name| firsts[name]..firsts[name] + per_type).collect();
                    self.value(field.narrowest_ty(), &records, weather)
                }
            };
            let record = firsts[object] + number;
            self.world.records[record].values.insert(field_name.to_owned(), value);
        }
    }

    /// Object types that every subgraph that declares the field can give for it.
    fn candidates(&self, object: &str, field_name: &str, weather: Weather) -> Vec<String> {
        let field = &self.world.objects[object].fields[field_name];
        let type_name = field.ty.name();
        let mut candidates: Vec<String> = self.world.possible(type_name).into_iter().map(str::to_owned).collect();
        for subgraph in field.placements.keys() {
            let known = self.world.possible_in(field.ty_in(*subgraph).name(), *subgraph);
            candidates.retain(|candidate| known.contains(&candidate.as_str()));
        }
        if weather == Weather::Fair {
            candidates.retain(|candidate| !self.world.objects[candidate].is_inaccessible);
        }
        candidates
    }

    fn value(&mut self, ty: &Ty, records: &[RecordIndex], weather: Weather) -> Value {
        if !ty.is_non_null() && self.random.chance(11) {
            return Value::Null;
        }
        match ty.nullable() {
            Ty::List(inner) => {
                let is_hopeless = records.is_empty() && !self.world.is_leaf(inner.name());
                let count = if is_hopeless { 0 } else { self.random.below(4) };
                Value::List((0..count).map(|_| self.value(inner, records, weather)).collect())
            }
            named => {
                let name = named.name().to_owned();
                if self.world.is_leaf(&name) {
                    return Value::Leaf(self.leaf(&name, weather));
                }
                match self.random.pick(records) {
                    Some(record) => Value::Record(*record),
                    None => Value::Null,
                }
            }
        }
    }

    fn leaf(&mut self, type_name: &str, weather: Weather) -> Json {
        let number = self.random.below(100);
        match type_name {
            "Int" => [json!(number), json!(-(number as i64)), json!(2_147_483_647)][self.random.below(3)].clone(),
            "Float" => [json!(number as f64 / 8.0), json!(number), json!(-1.5e300)][self.random.below(3)].clone(),
            "Boolean" => json!(number.is_multiple_of(2)),
            "ID" if number > 50 => json!(number.to_string()),
            "ID" => json!(format!("id-{number}")),
            "Anything" => [json!({"free": [number, null, {"x": "\u{e9}\n"}]}), json!(number), json!("free"), json!([])]
                [self.random.below(4)]
            .clone(),
            "String" => {
                const TEXTS: [&str; 6] = ["", "plain", "a \"quoted\" one", "line\nbreak\t\\", "Zürich – 東京 🚢", "x"];
                json!(format!("{}{number}", TEXTS[self.random.below(TEXTS.len())]))
            }
            _ => {
                let enumeration = &self.world.enums[type_name];
                let mut values = enumeration.values.clone();
                if weather == Weather::Fair {
                    values.retain(|value| !enumeration.inaccessible.contains(value));
                }
                json!(values[number % values.len()])
            }
        }
    }
}

fn key_value(ty: &Ty, part: KeyPart, number: usize, object: &str, firsts: &BTreeMap<String, RecordIndex>) -> Value {
    match part {
        KeyPart::Nested => Value::Record(firsts[ty.name()] + number),
        KeyPart::Unique if ty.name() == "Int" => Value::Leaf(json!(1000 + number)),
        KeyPart::Unique => Value::Leaf(json!(format!("{object}/{number}\"é"))),
        KeyPart::High => Value::Leaf(json!(format!("high{}", number % 2))),
        KeyPart::Low => Value::Leaf(json!(number / 2)),
    }
}

fn without_non_null(ty: &Ty) -> Ty {
    match ty {
        Ty::Named(_) => ty.clone(),
        Ty::List(inner) => without_non_null(inner).list(),
        Ty::NonNull(inner) => without_non_null(inner),
    }
}
