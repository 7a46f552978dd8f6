//! Whether selections fit the types of a schema: every field exists, has the arguments it needs, and has something
//! selected below it exactly when there is something to select.

use super::{SelectedField, sub_selections};
use crate::{
    input_values::misfit_in_field_set,
    type_members::{field_of, is_composite},
};
use apollo_compiler::{
    Name, Node, Schema,
    ast::{Argument, DirectiveList, Field, FieldDefinition, InputValueDefinition, Selection, Type},
    parser::SourceSpan,
    schema::ExtendedType,
};

/// What was found of the selected fields, and what does not fit.
#[derive(Debug)]
pub(crate) struct Fitted<'s> {
    /// In the order of the selection, at every depth, up to the misfit.
    pub(crate) fields: Vec<SelectedField<'s>>,
    pub(crate) misfit: Option<Misfit>,
}

/// Why selections do not fit: `Product has no field nmae`.
#[derive(Debug, Clone)]
pub(crate) struct Misfit {
    pub(crate) message: String,
    pub(crate) location: Option<SourceSpan>,
    /// What is there fits, but more should be there: a required argument, or fields of a field.
    pub(crate) is_gap: bool,
}

/// Fits selections to a type. The first misfit ends it; fields are looked up before their arguments are looked at, and
/// gaps come last.
pub(crate) fn fit<'s>(schema: &'s Schema, parent: &Name, selections: &[Selection]) -> Fitted<'s> {
    let mut fitter = Fitter { schema, fields: Vec::new() };
    let looked_up = fitter.look_up(parent, selections);
    let checked = looked_up.and_then(|()| fitter.check_fields(parent, selections, Fitter::check_arguments));
    let misfit = checked.and_then(|()| fitter.check_fields(parent, selections, Fitter::check_gaps)).err();
    Fitted { fields: fitter.fields, misfit }
}

type Fit = Result<(), Misfit>;

fn misfit(location: Option<SourceSpan>, message: String) -> Fit {
    Err(Misfit { message, location, is_gap: false })
}

type FieldCheck<'s> = fn(&Fitter<'s>, &Name, &Field, &FieldDefinition) -> Fit;

struct Fitter<'s> {
    schema: &'s Schema,
    fields: Vec<SelectedField<'s>>,
}

impl<'s> Fitter<'s> {
    fn look_up(&mut self, parent: &Name, selections: &[Selection]) -> Fit {
        for selection in selections {
            match selection {
                Selection::Field(field) => self.look_up_field(parent, field, sub_selections(selection))?,
                Selection::InlineFragment(fragment) => {
                    self.check_directives(&fragment.directives)?;
                    if let Some(condition) = &fragment.type_condition {
                        self.check_type_condition(condition)?;
                    }
                    let parent = fragment.type_condition.as_ref().unwrap_or(parent);
                    self.look_up(parent, &fragment.selection_set)?;
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.fragment_name;
                    let message = format!(
                        "there is no fragment {name}, and nowhere to define one; write `... on TYPE {{ ... }}`"
                    );
                    return misfit(name.location(), message);
                }
            }
        }
        Ok(())
    }

    fn look_up_field(&mut self, parent: &Name, field: &Field, inner: &[Selection]) -> Fit {
        self.check_directives(&field.directives)?;
        let location = field.name.location();
        if field.name == "__typename" {
            return match inner.is_empty() {
                true => Ok(()),
                false => misfit(location, "`__typename` has no fields to select".to_owned()),
            };
        }
        let Some(definition) = field_of(self.schema, parent, &field.name) else {
            return misfit(location, self.no_such_field(parent, &field.name));
        };
        self.fields.push(SelectedField { parent: parent.clone(), definition, location });
        let ty = definition.ty.inner_named_type();
        if !inner.is_empty() && !is_composite(self.schema, ty) {
            let message = format!("{parent}.{} is of type {ty}, which has no fields to select", field.name);
            return misfit(location, message);
        }
        self.look_up(ty, inner)
    }

    fn no_such_field(&self, parent: &Name, field: &Name) -> String {
        match self.schema.types.get(parent) {
            Some(ExtendedType::Union(_)) => {
                format!("{parent} is a union and has no field {field}; select it in `... on TYPE {{ {field} }}`")
            }
            Some(ExtendedType::Object(object)) => no_field(parent, field, object.fields.keys()),
            Some(ExtendedType::Interface(interface)) => no_field(parent, field, interface.fields.keys()),
            _ => no_field(parent, field, []),
        }
    }

    fn check_type_condition(&self, condition: &Name) -> Fit {
        let message = match self.schema.types.get(condition) {
            None => format!("there is no type {condition} in this subgraph"),
            Some(_) if is_composite(self.schema, condition) => return Ok(()),
            Some(_) => format!("{condition} is not a type with fields"),
        };
        misfit(condition.location(), message)
    }

    fn check_directives(&self, directives: &DirectiveList) -> Fit {
        for directive in directives {
            let name = &directive.name;
            let Some(definition) = self.schema.directive_definitions.get(name) else {
                return misfit(name.location(), format!("there is no directive @{name}"));
            };
            for argument in &directive.arguments {
                // A variable would be a mistake in the directive, which is one already.
                if argument.value.as_variable().is_some() {
                    continue;
                }
                self.check_argument(&format!("@{name}"), &definition.arguments, argument)?;
            }
        }
        Ok(())
    }

    fn check_argument(&self, of: &str, defined: &[Node<InputValueDefinition>], argument: &Argument) -> Fit {
        let Argument { name, value } = argument;
        let Some(definition) = defined.iter().find(|defined| defined.name == *name) else {
            return misfit(name.location(), format!("{of} has no argument {name}"));
        };
        let ty: &Type = &definition.ty;
        if misfit_in_field_set(self.schema, ty, value).is_none() {
            return Ok(());
        }
        let written = value.serialize().no_indent();
        misfit(name.location(), format!("{written} is not a value for {of}({name}:), which is of type {ty}"))
    }

    /// Everything has been looked up.
    fn check_fields(&self, parent: &Name, selections: &[Selection], check: FieldCheck<'s>) -> Fit {
        for selection in selections {
            let inner = sub_selections(selection);
            match selection {
                Selection::Field(field) => {
                    let Some(definition) = field_of(self.schema, parent, &field.name) else { continue };
                    check(self, parent, field, definition)?;
                    self.check_fields(definition.ty.inner_named_type(), inner, check)?;
                }
                Selection::InlineFragment(fragment) => {
                    self.check_fields(fragment.type_condition.as_ref().unwrap_or(parent), inner, check)?;
                }
                Selection::FragmentSpread(_) => {}
            }
        }
        Ok(())
    }

    fn check_arguments(&self, parent: &Name, field: &Field, definition: &FieldDefinition) -> Fit {
        let of = format!("{parent}.{}", field.name);
        field.arguments.iter().try_for_each(|argument| self.check_argument(&of, &definition.arguments, argument))
    }

    fn check_gaps(&self, parent: &Name, field: &Field, definition: &FieldDefinition) -> Fit {
        let name = &field.name;
        let gap = |message: String| Err(Misfit { message, location: name.location(), is_gap: true });
        let is_given =
            |wanted: &InputValueDefinition| field.arguments.iter().any(|argument| argument.name == wanted.name);
        if let Some(missing) = definition.arguments.iter().find(|wanted| wanted.is_required() && !is_given(wanted)) {
            return gap(format!("{parent}.{name} needs a value for its argument {}", missing.name));
        }
        let ty = definition.ty.inner_named_type();
        match field.selection_set.is_none() && is_composite(self.schema, ty) {
            true => gap(format!("{parent}.{name} is of type {ty}; say which of its fields: `{name} {{ ... }}`")),
            false => Ok(()),
        }
    }
}

fn no_field<'f>(parent: &Name, field: &Name, fields: impl IntoIterator<Item = &'f Name>) -> String {
    let distance = |other: &str| strsim::damerau_levenshtein(field, other);
    let nearest = fields.into_iter().min_by_key(|other| distance(other));
    let nearest = nearest.filter(|nearest| distance(nearest) <= 1 + field.len() / 4);
    let advice = nearest.map(|nearest| format!("; did you mean {nearest}?")).unwrap_or_default();
    format!("{parent} has no field {field} in this subgraph{advice}")
}
