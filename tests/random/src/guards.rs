//! Who may read what of a world, and the rules by which a field is refused:
//!
//! - A field needs what itself, its type and the type of its value demand; of an interface's or union's value, what all
//!   types that it can have demand alike.
//! - What an interface demands itself holds for the fields that it declares, on each of its types.
//! - A field that is computed needs what its inputs need, on each type that they can be of.
//!
//! A refused field is null with an error, and no subgraph is asked for it unless it is part of a key.

use crate::{
    field_set::{FieldSet, FieldSetItem},
    world::{How, World},
};
use std::collections::BTreeSet;

/// `@authenticated` and `@requiresScopes` of one element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Guard {
    pub needs_known: bool,
    /// One of the sets is needed as a whole. Implies a caller who is known.
    pub scopes: Option<Vec<BTreeSet<String>>>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Caller {
    pub is_known: bool,
    pub scopes: BTreeSet<String>,
}

/// How the directives are called in one text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GuardNames {
    pub authenticated: &'static str,
    pub requires_scopes: &'static str,
}

impl Guard {
    fn is_met_by(&self, caller: &Caller) -> bool {
        match &self.scopes {
            Some(sets) => caller.is_known && sets.iter().any(|set| set.is_subset(&caller.scopes)),
            None => caller.is_known || !self.needs_known,
        }
    }

    /// The single things that it demands.
    fn demands(&self) -> Vec<Guard> {
        let known = Guard { needs_known: true, scopes: None };
        let scopes = self.scopes.as_ref().map(|_| Guard { needs_known: false, scopes: self.scopes.clone() });
        (self.needs_known || scopes.is_some()).then_some(known).into_iter().chain(scopes).collect()
    }

    /// Who meets both.
    pub(crate) fn and(&self, other: &Guard) -> Guard {
        let scopes = match (&self.scopes, &other.scopes) {
            (Some(one), Some(other)) => {
                let both = one.iter().flat_map(|one| other.iter().map(move |other| one | other));
                let both: BTreeSet<BTreeSet<String>> = both.collect();
                Some(both.into_iter().collect())
            }
            (one, other) => one.clone().or_else(|| other.clone()),
        };
        Guard { needs_known: self.needs_known || other.needs_known, scopes }
    }

    /// With a space before each directive.
    pub(crate) fn text(&self, names: GuardNames) -> String {
        let mut text = String::new();
        if self.needs_known {
            text.push_str(&format!(" @{}", names.authenticated));
        }
        if let Some(sets) = &self.scopes {
            let sets: Vec<String> = sets
                .iter()
                .map(|set| {
                    let set: Vec<String> = set.iter().map(|scope| format!("\"{scope}\"")).collect();
                    format!("[{}]", set.join(", "))
                })
                .collect();
            text.push_str(&format!(" @{}(scopes: [{}])", names.requires_scopes, sets.join(", ")));
        }
        text
    }
}

/// What one caller may read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub world: &'a World,
    pub caller: &'a Caller,
}

impl Reader<'_> {
    /// Value of `extensions.code` with which the caller is refused.
    pub(crate) fn code(&self) -> &'static str {
        if self.caller.is_known { "FORBIDDEN" } else { "UNAUTHENTICATED" }
    }

    /// By which rule the field is refused, if it is.
    pub(crate) fn refusal(&self, type_name: &str, field_name: &str) -> Option<&'static str> {
        let field = self.world.field(type_name, field_name)?;
        if self.world.guards.is_empty() {
            return None;
        }
        if !self.may(&format!("{type_name}.{field_name}")) {
            return Some("refused: field");
        }
        if !self.may(type_name) {
            return Some("refused: type");
        }
        if !self.may_have(field.ty.name()) {
            return Some("refused: value");
        }
        let demanding = self.world.interfaces.iter().any(|(name, interface)| {
            interface.interface_fields.contains_key(field_name)
                && self.world.possible(name).contains(type_name)
                && !(self.may(name) && self.may(&format!("{name}.{field_name}")))
        });
        if demanding {
            return Some("refused: interface");
        }
        let resolved = field.placements.values().filter(|placement| placement.how == How::Resolved);
        let mut inputs = resolved.filter_map(|placement| placement.requires.as_ref());
        inputs.any(|inputs| !self.may_read(&BTreeSet::from([type_name]), inputs)).then_some("refused: input")
    }

    fn may(&self, coordinate: &str) -> bool {
        self.world.guards.get(coordinate).is_none_or(|guard| guard.is_met_by(self.caller))
    }

    fn may_have(&self, type_name: &str) -> bool {
        if !self.may(type_name) {
            return false;
        }
        if !self.world.is_abstract(type_name) {
            return true;
        }
        let possible = self.world.possible(type_name).into_iter();
        let mut visible = possible.filter(|name| !self.world.objects[*name].is_inaccessible);
        let demands = |name: &str| self.world.guards.get(name).map(Guard::demands).unwrap_or_default();
        let mut common = visible.next().map(demands).unwrap_or_default();
        for name in visible {
            common.retain(|demand| demands(name).contains(demand));
        }
        common.iter().all(|demand| demand.is_met_by(self.caller))
    }

    fn may_read(&self, types: &BTreeSet<&str>, fields: &FieldSet) -> bool {
        fields.0.iter().all(|item| match item {
            FieldSetItem::On { type_name, children } => {
                let narrowed = types.iter().copied().filter(|name| name == type_name).collect();
                self.may_read(&narrowed, children)
            }
            FieldSetItem::Field { name, children, .. } => types.iter().all(|type_name| {
                let Some(field) = self.world.field(type_name, name) else { return true };
                self.refusal(type_name, name).is_none()
                    && self.may_read(&self.world.possible(field.ty.name()), children)
            }),
        })
    }
}
