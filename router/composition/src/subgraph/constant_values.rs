//! Default values and the arguments of directives: made values of their types where they are written otherwise, and
//! refused where they are not. Code INVALID_GRAPHQL.
//!
//! Less strict than GraphQL, as composers are and libraries rely on: enum values may be strings, strings may be bare
//! names, `1.0` is an Int, input objects may lack fields, and a directive's argument may be null whatever its type.

use super::graphql_rules::Finding;
use crate::{input_values::misfit, type_members::directives_mut};
use apollo_compiler::{
    Name, Node, Schema,
    ast::{Argument, Directive, DirectiveList, FloatValue, IntValue, Type, Value},
    schema::{ExtendedType, FieldDefinition, InputValueDefinition},
};
use hashbrown::HashMap;

/// Writes the values of a schema as their types ask, and gives those that cannot be.
pub(super) fn coerce(schema: &mut Schema) -> Vec<Finding> {
    let mut coercion = Coercion { schema, findings: Vec::new() };
    let directives = coercion.directives(&schema.schema_definition.directives);
    let mut definitions: Vec<(Name, Vec<Node<InputValueDefinition>>)> = Vec::new();
    for (name, definition) in schema.directive_definitions.iter().filter(|(_, definition)| !definition.is_built_in()) {
        definitions.extend(coercion.arguments(&definition.arguments).map(|arguments| (name.clone(), arguments)));
    }
    let mut types: Vec<(Name, ExtendedType)> = Vec::new();
    for (name, ty) in schema.types.iter().filter(|(_, ty)| !ty.is_built_in()) {
        types.extend(coercion.ty(ty).map(|ty| (name.clone(), ty)));
    }
    let findings = coercion.findings;
    if let Some(directives) = directives {
        schema.schema_definition.make_mut().directives = directives;
    }
    for (name, arguments) in definitions {
        if let Some(definition) = schema.directive_definitions.get_mut(&name) {
            definition.make_mut().arguments = arguments;
        }
    }
    for (name, ty) in types {
        schema.types.insert(name, ty);
    }
    findings
}

/// Everything gives what to replace an element with, or nothing where it may stay.
struct Coercion<'s> {
    schema: &'s Schema,
    findings: Vec<Finding>,
}

impl Coercion<'_> {
    fn ty(&mut self, ty: &ExtendedType) -> Option<ExtendedType> {
        let directives = self.directives(ty.directives());
        let mut changed = ty.clone();
        let mut is_changed = directives.is_some();
        if let Some(directives) = directives {
            *directives_mut(&mut changed) = directives;
        }
        match (ty, &mut changed) {
            (ExtendedType::Object(object), ExtendedType::Object(changed)) => {
                for field in object.fields.values().filter_map(|field| self.field(field)) {
                    changed.make_mut().fields.insert(field.name.clone(), field);
                    is_changed = true;
                }
            }
            (ExtendedType::Interface(interface), ExtendedType::Interface(changed)) => {
                for field in interface.fields.values().filter_map(|field| self.field(field)) {
                    changed.make_mut().fields.insert(field.name.clone(), field);
                    is_changed = true;
                }
            }
            (ExtendedType::InputObject(input), ExtendedType::InputObject(changed)) => {
                for field in input.fields.values().filter_map(|field| self.input_value(field)) {
                    changed.make_mut().fields.insert(field.name.clone(), field);
                    is_changed = true;
                }
            }
            (ExtendedType::Enum(definition), ExtendedType::Enum(changed)) => {
                for value in definition.values.values() {
                    let Some(directives) = self.directives(&value.directives) else { continue };
                    if let Some(value) = changed.make_mut().values.get_mut(&value.value) {
                        value.make_mut().directives = directives;
                    }
                    is_changed = true;
                }
            }
            _ => {}
        }
        is_changed.then_some(changed)
    }

    fn field(&mut self, field: &Node<FieldDefinition>) -> Option<Node<FieldDefinition>> {
        let directives = self.directives(&field.directives);
        let arguments = self.arguments(&field.arguments);
        if directives.is_none() && arguments.is_none() {
            return None;
        }
        let mut changed = field.clone();
        let field = changed.make_mut();
        field.directives = directives.unwrap_or_else(|| field.directives.clone());
        field.arguments = arguments.unwrap_or_else(|| field.arguments.clone());
        Some(changed)
    }

    fn arguments(&mut self, arguments: &[Node<InputValueDefinition>]) -> Option<Vec<Node<InputValueDefinition>>> {
        replaced(arguments, |argument| self.input_value(argument))
    }

    fn input_value(&mut self, input: &Node<InputValueDefinition>) -> Option<Node<InputValueDefinition>> {
        let directives = self.directives(&input.directives);
        let default = input.default_value.as_ref().and_then(|default| self.value(&input.ty, default));
        let given = default.as_ref().or(input.default_value.as_ref());
        if let Some(given) = given {
            self.check(&input.ty, given, || format!("the default value of `{}`", input.name));
        }
        if directives.is_none() && default.is_none() {
            return None;
        }
        let mut changed = input.clone();
        let input = changed.make_mut();
        input.directives = directives.unwrap_or_else(|| input.directives.clone());
        input.default_value = default.or_else(|| input.default_value.clone());
        Some(changed)
    }

    fn directives(&mut self, directives: &DirectiveList) -> Option<DirectiveList> {
        replaced(directives, |directive| self.directive(directive)).map(DirectiveList)
    }

    fn directive(&mut self, directive: &Node<Directive>) -> Option<Node<Directive>> {
        let schema = self.schema;
        let definition = schema.directive_definitions.get(&directive.name)?;
        let mut arguments: Vec<Node<Argument>> = Vec::with_capacity(directive.arguments.len());
        let mut is_changed = false;
        for argument in &directive.arguments {
            let known = definition.argument_by_name(&argument.name);
            // What is null and cannot be is the default.
            let is_default = known.is_some_and(|known| known.ty.is_non_null() && known.default_value.is_some());
            if argument.value.is_null() && is_default {
                is_changed = true;
                continue;
            }
            let ty = known.map(|known| &known.ty);
            let value = ty.and_then(|ty| self.value(ty, &argument.value));
            is_changed |= value.is_some();
            let argument = value.map_or_else(
                || argument.clone(),
                |value| argument.same_location(Argument { name: argument.name.clone(), value }),
            );
            if let Some(ty) = ty.filter(|_| !argument.value.is_null()) {
                let what = || format!("the value of `@{}({}:)`", directive.name, argument.name);
                self.check(ty, &argument.value, what);
            }
            // Of an argument that is given twice, the last value counts.
            match arguments.iter_mut().find(|known| known.name == argument.name) {
                Some(known) => {
                    *known = argument;
                    is_changed = true;
                }
                None => arguments.push(argument),
            }
        }
        for missing in definition.arguments.iter().filter(|argument| argument.is_required()) {
            if directive.specified_argument_by_name(&missing.name).is_none() {
                let message = format!("the required argument `@{}({}:)` is not provided", directive.name, missing.name);
                self.findings.push(Finding { message, location: directive.location() });
            }
        }
        if !is_changed {
            return None;
        }
        let mut changed = directive.clone();
        changed.make_mut().arguments = arguments;
        Some(changed)
    }

    fn check(&mut self, ty: &Type, value: &Node<Value>, what: impl Fn() -> String) {
        if let Some(why) = misfit(self.schema, ty, value) {
            let message = format!("`{}` cannot be {}: {why}", value.serialize().no_indent(), what());
            self.findings.push(Finding { message, location: value.location() });
        }
    }

    fn value(&self, ty: &Type, value: &Node<Value>) -> Option<Node<Value>> {
        let changed = match (value.as_ref(), ty) {
            (Value::List(items), _) => {
                let item_type = if ty.is_list() { ty.item_type() } else { ty };
                Value::List(replaced(items, |item| self.value(item_type, item))?)
            }
            (Value::Object(fields), _) => self.object(ty, fields)?,
            (single, _) => self.scalar(ty.inner_named_type(), single)?,
        };
        Some(value.same_location(changed))
    }

    fn object(&self, ty: &Type, fields: &[(Name, Node<Value>)]) -> Option<Value> {
        let types: HashMap<&Name, &Type> = match self.schema.types.get(ty.inner_named_type()) {
            Some(ExtendedType::InputObject(input)) => {
                input.fields.iter().map(|(name, field)| (name, field.ty.as_ref())).collect()
            }
            _ => return None,
        };
        let coerced = |(name, value): &(Name, Node<Value>)| {
            let value = types.get(name).and_then(|ty| self.value(ty, value));
            value.map(|value| (name.clone(), value))
        };
        replaced(fields, coerced).map(Value::Object)
    }

    fn scalar(&self, ty: &Name, value: &Value) -> Option<Value> {
        match (value, self.schema.types.get(ty)?) {
            (Value::String(text), ExtendedType::Enum(definition)) => {
                definition.values.get_key_value(text.as_str()).map(|(name, _)| Value::Enum(name.clone()))
            }
            (Value::Enum(name), ExtendedType::Scalar(_)) if matches!(ty.as_str(), "String" | "ID") => {
                Some(Value::String(name.to_string()))
            }
            (Value::Float(number), ExtendedType::Scalar(_)) if ty == "Int" => whole_number(number),
            _ => None,
        }
    }
}

/// The items with those replaced that `change` gives something for; nothing if it never does.
fn replaced<T: Clone>(items: &[T], mut change: impl FnMut(&T) -> Option<T>) -> Option<Vec<T>> {
    let changed: Vec<Option<T>> = items.iter().map(&mut change).collect();
    if changed.iter().all(Option::is_none) {
        return None;
    }
    Some(changed.into_iter().zip(items).map(|(changed, same)| changed.unwrap_or_else(|| same.clone())).collect())
}

/// `1.0` as the `1` that it stands for.
fn whole_number(number: &FloatValue) -> Option<Value> {
    let number =
        number.try_to_f64().ok().filter(|number| number.fract() == 0.0 && number.abs() <= f64::from(i32::MAX))?;
    Some(Value::Int(IntValue::from(number as i32)))
}
