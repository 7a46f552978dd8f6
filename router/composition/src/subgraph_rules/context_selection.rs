//! What `@fromContext` selects from a context: in every type that sets the context, one value of the argument's type.

use super::{Examined, from_context::Contextual};
use crate::{
    field_set::{self, sub_selections},
    type_members::field_of,
};
use apollo_compiler::{
    Name,
    ast::{InlineFragment, Selection, Type},
    schema::ExtendedType,
};

type Location<'a> = (&'a Name, &'a ExtendedType);
/// The error says what is wrong with the selection.
type Check = Result<(), String>;

pub(super) fn check(examined: &Examined, contextual: &Contextual, locations: &[Location], selection: &str) -> Check {
    let selections = field_set::parse(selection).map_err(|unparsed| unparsed.message)?;
    check_plain(&selections)?;
    if let Some((location, _)) = locations.iter().find(|(_, ty)| examined.subgraph.is_interface_object(ty)) {
        return Err(format!("{location} is an interface object, which sets no contexts"));
    }
    let argument_type: &Type = &contextual.argument.ty;
    let checker = Checker { examined, argument_type };
    let fragments: Vec<&InlineFragment> = selections
        .iter()
        .filter_map(|selection| match selection {
            Selection::InlineFragment(fragment) => Some(fragment.as_ref()),
            _ => None,
        })
        .collect();
    match (fragments.len(), selections.len()) {
        (0, 1) => locations.iter().try_for_each(|(location, _)| checker.check_on(location, &selections)),
        (given, all) if given == all => checker.check_fragments(locations, &fragments),
        _ => Err("it should select one field, or one in each of several `... on TYPE`".to_owned()),
    }
}

/// No directives, no aliases.
fn check_plain(selections: &[Selection]) -> Check {
    for selection in selections {
        let directives = match selection {
            Selection::Field(field) if field.alias.is_some() => {
                return Err(format!("`{}` cannot have another name in it", field.name));
            }
            Selection::Field(field) => &field.directives,
            Selection::InlineFragment(fragment) => &fragment.directives,
            Selection::FragmentSpread(spread) => &spread.directives,
        };
        if let Some(directive) = directives.first() {
            return Err(format!("it cannot depend on @{}", directive.name));
        }
        check_plain(sub_selections(selection))?;
    }
    Ok(())
}

struct Checker<'a> {
    examined: &'a Examined<'a>,
    argument_type: &'a Type,
}

impl Checker<'_> {
    /// Each fragment is for some location, and each location has one.
    fn check_fragments(&self, locations: &[Location], fragments: &[&InlineFragment]) -> Check {
        let types = &self.examined.subgraph.schema.types;
        let mut conditions: Vec<&Name> = Vec::with_capacity(fragments.len());
        for fragment in fragments {
            let Some(condition) = &fragment.type_condition else {
                return Err("`...` should name a type: `... on TYPE`".to_owned());
            };
            if !types.get(condition).is_some_and(ExtendedType::is_object) {
                return Err(format!("`... on {condition}` does not name an object type"));
            }
            if conditions.contains(&condition) {
                return Err(format!("`... on {condition}` is there twice"));
            }
            if !locations.iter().any(|location| self.may_be(location, condition)) {
                return Err(format!(
                    "`... on {condition}` is never used: nothing that sets the context is a {condition}"
                ));
            }
            conditions.push(condition);
            self.check_on(condition, &fragment.selection_set)?;
        }
        let is_missing = |location: &&Location| !conditions.iter().any(|condition| self.may_be(location, condition));
        match locations.iter().find(is_missing) {
            Some((location, _)) => Err(format!("{location} sets the context, too, and no `... on` is for it")),
            None => Ok(()),
        }
    }

    /// Whether objects of a type can be what sets the context.
    fn may_be(&self, (name, ty): &Location, object: &Name) -> bool {
        match ty {
            ExtendedType::Interface(_) => {
                self.examined.implementations(name).any(|implementation| implementation == object)
            }
            ExtendedType::Union(union) => union.members.contains(object),
            _ => *name == object,
        }
    }

    fn check_on(&self, parent: &Name, selections: &[Selection]) -> Check {
        self.check_no_interface_object(parent)?;
        if let Some(misfit) = field_set::fit(&self.examined.subgraph.schema, parent, selections).misfit {
            return Err(misfit.message);
        }
        self.check_values(parent, selections, &|ty| ty)
    }

    fn check_no_interface_object(&self, ty: &str) -> Check {
        let definition = self.examined.subgraph.schema.types.get(ty);
        match definition.is_some_and(|definition| self.examined.subgraph.is_interface_object(definition)) {
            true => Err(format!("{ty} is an interface object, through which nothing can be selected")),
            false => Ok(()),
        }
    }

    /// `wrap` makes lists of a type, one for each list on the way.
    fn check_values(&self, parent: &Name, selections: &[Selection], wrap: &dyn Fn(Type) -> Type) -> Check {
        for selection in selections {
            let Selection::Field(field) = selection else {
                return Err("`...` can only be at its top".to_owned());
            };
            let string = || Type::Named(apollo_compiler::name!("String"));
            let definition = field_of(&self.examined.subgraph.schema, parent, &field.name);
            let ty = definition.map_or_else(string, |definition| nullable(&definition.ty));
            let named = ty.inner_named_type().clone();
            self.check_no_interface_object(&named)?;
            let wrap_again = |inner: Type| wrap(in_lists_of(&ty, inner));
            match sub_selections(selection) {
                [] => self.check_type(&format!("{parent}.{}", field.name), &wrap(ty.clone()))?,
                inner => self.check_values(&named, inner, &wrap_again)?,
            }
        }
        Ok(())
    }

    /// A value of a context may always be missing, so it is nullable whatever its field is.
    fn check_type(&self, of: &str, ty: &Type) -> Check {
        let wanted = self.argument_type;
        if ty == wanted {
            return Ok(());
        }
        match *ty == nullable(wanted) {
            true => Err(format!("the value may be missing, so the argument cannot be of type {wanted}; make it {ty}")),
            false => Err(format!("{of} gives {ty}, and the argument is of type {wanted}")),
        }
    }
}

/// A type without its non-null marks.
fn nullable(ty: &Type) -> Type {
    match ty {
        Type::Named(name) | Type::NonNullNamed(name) => Type::Named(name.clone()),
        Type::List(item) | Type::NonNullList(item) => Type::List(Box::new(nullable(item))),
    }
}

fn in_lists_of(ty: &Type, inner: Type) -> Type {
    match ty {
        Type::Named(_) | Type::NonNullNamed(_) => inner,
        Type::List(item) | Type::NonNullList(item) => Type::List(Box::new(in_lists_of(item, inner))),
    }
}
