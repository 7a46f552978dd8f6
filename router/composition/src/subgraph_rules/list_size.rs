//! Rejects a `@listSize` that speaks of no list, or of arguments and fields that cannot give a size. Codes
//! LIST_SIZE_APPLIED_TO_NON_LIST, LIST_SIZE_INVALID_ASSUMED_SIZE, LIST_SIZE_INVALID_SLICING_ARGUMENT,
//! LIST_SIZE_INVALID_SIZED_FIELD.

use super::Examined;
use crate::{
    Diagnostic,
    codes::{self, Code},
    subgraph::FederationDirective,
    type_members::{field_of, fields, is_composite},
};
use apollo_compiler::{
    Node,
    ast::{Directive, Value},
    schema::FieldDefinition,
};

pub(super) fn check(examined: &Examined, found: &mut Vec<Diagnostic>) {
    let subgraph = examined.subgraph;
    for (name, ty) in &subgraph.schema.types {
        for field in fields(ty) {
            for applied in subgraph.applied(&field.directives, FederationDirective::ListSize) {
                let coordinate = format!("{name}.{}", field.name);
                let mut checker = Checker { examined, field, coordinate, applied, found };
                checker.check_assumed_size();
                checker.check_slicing_arguments();
                checker.check_sized_fields();
            }
        }
    }
}

struct Checker<'a> {
    examined: &'a Examined<'a>,
    field: &'a FieldDefinition,
    coordinate: String,
    applied: &'a Node<Directive>,
    found: &'a mut Vec<Diagnostic>,
}

impl<'a> Checker<'a> {
    /// An argument of the directive; null is the same as none.
    fn argument(&self, name: &str) -> Option<&'a Node<Value>> {
        self.applied.specified_argument_by_name(name).filter(|value| !value.is_null())
    }

    fn refuse(&mut self, code: Code, value: Option<&Node<Value>>, message: String) {
        let location = value.and_then(Node::location).or(self.applied.location());
        let spelling = self.examined.spelling(FederationDirective::ListSize);
        let message = format!("{spelling} on {}: {message}", self.coordinate);
        let place = self.examined.subgraph.place(location, "");
        self.found.push(Diagnostic::new(code, message).on(self.coordinate.as_str()).at(place));
    }

    fn check_assumed_size(&mut self) {
        let Some(value) = self.argument("assumedSize") else { return };
        let Value::Int(size) = value.as_ref() else { return };
        // As text: a size may be out of the range of Int.
        if size.as_str().strip_prefix('-').is_some_and(|digits| digits != "0") {
            let message = format!("no list has a size of {}; assume 0 or more", size.as_str());
            self.refuse(codes::LIST_SIZE_INVALID_ASSUMED_SIZE, Some(value), message);
        }
    }

    fn check_slicing_arguments(&mut self) {
        let code = codes::LIST_SIZE_INVALID_SLICING_ARGUMENT;
        for (name, item) in self.names("slicingArguments", code) {
            let argument = self.field.argument_by_name(name).map(|argument| &argument.ty);
            let message = match argument {
                None => format!("the field has no argument `{name}`"),
                Some(ty) if ty.is_list() || ty.inner_named_type() != "Int" => {
                    format!("its argument `{name}` is of type {ty}; only Int can be a size")
                }
                Some(_) => continue,
            };
            self.refuse(code, Some(item), message);
        }
    }

    fn check_sized_fields(&mut self) {
        let code = codes::LIST_SIZE_INVALID_SIZED_FIELD;
        let sized = self.argument("sizedFields").filter(|value| !value.as_list().is_some_and(<[_]>::is_empty));
        let Some(sized) = sized else {
            if !self.field.ty.is_list() {
                let message = format!("{} is not a list; name the lists in it in `sizedFields`", self.field.ty);
                self.refuse(codes::LIST_SIZE_APPLIED_TO_NON_LIST, None, message);
            }
            return;
        };
        let (ty, schema) = (self.field.ty.inner_named_type(), &self.examined.subgraph.schema);
        if !is_composite(schema, ty) {
            return self.refuse(code, Some(sized), format!("there are no fields in {ty} that could have a size"));
        }
        for (name, item) in self.names("sizedFields", code) {
            match field_of(schema, ty, name) {
                None if name != "__typename" => self.refuse(code, Some(item), format!("{ty} has no field `{name}`")),
                Some(definition) if definition.ty.is_list() => {}
                _ => {
                    let message = format!("{ty}.{name} is not a list, so it has no size");
                    self.refuse(codes::LIST_SIZE_APPLIED_TO_NON_LIST, Some(item), message);
                }
            }
        }
    }

    /// Names in a list argument of the directive.
    fn names(&mut self, argument: &str, code: Code) -> Vec<(&'a str, &'a Node<Value>)> {
        let Some(value) = self.argument(argument) else { return Vec::new() };
        let Some(items) = value.as_list() else {
            self.refuse(code, Some(value), format!("`{argument}` needs a list, as in `{argument}: [{value}]`"));
            return Vec::new();
        };
        let name = |item: &'a Node<Value>| item.as_str().or(item.as_enum().map(|name| name.as_str()));
        items.iter().filter_map(|item| Some((name(item)?, item))).collect()
    }
}
