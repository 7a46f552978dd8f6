//! Arguments and variables, at random.

use super::OperationGenerator;
use crate::{
    operation::Variable,
    sdl::literal,
    world::{Argument, Source, Ty, Value},
};
use serde_json::{Map, Value as Json, json};

impl OperationGenerator<'_> {
    pub(super) fn arguments(&mut self, definitions: &[Argument], source: Source) -> Vec<(String, String)> {
        let mut arguments = Vec::new();
        for definition in definitions {
            let is_optional = !definition.ty.is_non_null() || definition.default.is_some();
            if is_optional && self.random.chance(35) {
                continue;
            }
            let value = if source == Source::Lookup { self.record_id() } else { self.input(&definition.ty) };
            let text = if self.random.chance(40) {
                self.variable_with(&definition.ty, value)
            } else {
                self.literal_with_variables(&definition.ty, &value)
            };
            arguments.push((definition.name.clone(), text));
        }
        arguments
    }

    fn record_id(&mut self) -> Json {
        let ids: Vec<Json> = self
            .world
            .records
            .iter()
            .filter_map(|record| match record.values.get("id") {
                Some(Value::Leaf(id)) => Some(id.clone()),
                _ => None,
            })
            .collect();
        self.random.pick(&ids).cloned().unwrap_or_else(|| json!("nobody"))
    }

    fn input(&mut self, ty: &Ty) -> Json {
        if !ty.is_non_null() && self.random.chance(10) {
            return Json::Null;
        }
        match ty.nullable() {
            Ty::List(inner) => (0..self.random.below(3)).map(|_| self.input(inner)).collect(),
            named => self.named_input(named.name()),
        }
    }

    fn named_input(&mut self, name: &str) -> Json {
        let number = self.random.below(9);
        match name {
            "Int" => json!(number),
            "Boolean" => json!(number.is_multiple_of(2)),
            "ID" => json!(format!("key{number}")),
            "String" => json!(["", "te\"xt", "Grüße\n"][number % 3]),
            "Anything" => [json!({"deep": [number, {"x": null}]}), json!("any"), json!(1.5)][number % 3].clone(),
            "Mood" => json!(["RED", "GREEN", "BLUE"][number % 3]),
            _ => {
                let fields = self.world.inputs.get(name).cloned().unwrap_or_default();
                let mut object = Map::new();
                for field in fields {
                    let is_deep = field.ty.name() == name;
                    let may_skip = !field.ty.is_non_null() || field.default.is_some();
                    if (may_skip && self.random.chance(50)) || (is_deep && self.random.chance(70)) {
                        continue;
                    }
                    let value = self.input(&field.ty);
                    object.insert(field.name, value);
                }
                Json::Object(object)
            }
        }
    }

    /// A literal, perhaps with a variable somewhere inside.
    fn literal_with_variables(&mut self, ty: &Ty, value: &Json) -> String {
        if let (Json::Object(members), Some(fields)) = (value, self.world.inputs.get(ty.name())) {
            let fields = fields.clone();
            let members: Vec<String> = members
                .iter()
                .filter_map(|(name, member)| {
                    let field = fields.iter().find(|field| field.name == *name)?;
                    let text = if self.random.chance(30) {
                        self.variable_with(&field.ty, member.clone())
                    } else {
                        self.literal_with_variables(&field.ty, member)
                    };
                    Some(format!("{name}: {text}"))
                })
                .collect();
            return format!("{{{}}}", members.join(", "));
        }
        literal(self.world, ty, value)
    }

    pub(super) fn variable(&mut self, ty: &Ty) -> String {
        let value = self.input(ty);
        self.variable_with(ty, value)
    }

    /// A variable of the type, new or known, as `$name`.
    pub(super) fn variable_with(&mut self, ty: &Ty, value: Json) -> String {
        let known: Vec<String> = self
            .operation
            .variables
            .iter()
            .filter(|variable| variable.declaration.split(" =").next() == Some(ty.to_string().as_str()))
            .map(|variable| variable.name.clone())
            .collect();
        if let Some(name) = self.random.pick(&known)
            && self.random.chance(40)
        {
            return format!("${name}");
        }
        let mut declaration = ty.to_string();
        let mut given = Some(value);
        if self.random.chance(25) {
            let default = self.input(&ty.clone().non_null());
            declaration = format!("{ty} = {}", literal(self.world, ty, &default));
            given = given.filter(|_| self.random.chance(50));
        } else if !ty.is_non_null() && self.random.chance(20) {
            given = None;
        }
        let name = format!("v{}", self.operation.variables.len());
        self.operation.variables.push(Variable { name: name.clone(), declaration, value: given });
        format!("${name}")
    }
}
