//! The type of a field, argument or input field when subgraphs give it different ones.
//! Codes FIELD_TYPE_MISMATCH, FIELD_ARGUMENT_TYPE_MISMATCH.
//!
//! The result must be one of the given types: of outputs the one that all others are subtypes of, of inputs the one that
//! is a subtype of all others. That does not depend on the order of the subgraphs.

use super::{Merger, kinds::Kind};
use crate::codes::{self, Code};
use apollo_compiler::{ast::Type, parser::SourceSpan};

/// Where a type stands, for the choice and for what is said about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    Field,
    Argument,
    InputField,
}

impl Position {
    pub(super) fn is_input(self) -> bool {
        self != Position::Field
    }

    fn mismatch(self) -> Code {
        match self {
            Position::Argument => codes::FIELD_ARGUMENT_TYPE_MISMATCH,
            Position::Field | Position::InputField => codes::FIELD_TYPE_MISMATCH,
        }
    }

    fn compatible(self) -> Code {
        match self {
            Position::Argument => codes::INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE,
            Position::Field | Position::InputField => codes::INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE,
        }
    }

    pub(super) fn describe(self) -> &'static str {
        match self {
            Position::Field => "field",
            Position::Argument => "argument",
            Position::InputField => "input field",
        }
    }
}

/// A type as one subgraph gives it.
pub(super) type TypeSource<'t> = (usize, &'t Type, Option<SourceSpan>);

pub(super) struct MergedType {
    pub(super) ty: Type,
    /// All subgraphs give this very type.
    pub(super) is_same_everywhere: bool,
}

impl Merger<'_> {
    /// Merges types; of types that do not fit the first one is taken, after the error.
    pub(super) fn merge_type(
        &mut self,
        position: Position,
        coordinate: &str,
        sources: &[TypeSource<'_>],
    ) -> Option<MergedType> {
        let (_, first, _) = sources.first()?;
        if sources.iter().all(|(_, ty, _)| ty == first) {
            let merged = MergedType { ty: (*first).clone(), is_same_everywhere: true };
            self.record_enum_position(&merged.ty, position, coordinate);
            return Some(merged);
        }
        let fits = |winner: &Type| {
            sources.iter().all(|(_, other, _)| match position.is_input() {
                true => self.is_subtype(other, winner),
                false => self.is_subtype(winner, other),
            })
        };
        let winner = sources.iter().map(|(_, ty, _)| *ty).find(|ty| fits(ty)).cloned();
        let what = position.describe();
        let (code, message, ty) = match winner {
            Some(ty) => {
                let which = if position.is_input() { "narrowest" } else { "widest" };
                let message = format!(
                    "the {what} {coordinate} has different but compatible types: the supergraph has the {which}, {ty}"
                );
                (position.compatible(), message, ty)
            }
            None => {
                let message =
                    format!("the {what} {coordinate} has types in different subgraphs that do not fit together");
                (position.mismatch(), message, (*first).clone())
            }
        };
        let places = sources.iter().map(|(index, ty, location)| (*index, *location, format!("{ty} here"))).collect();
        self.report_at(code, coordinate, message, places);
        self.record_enum_position(&ty, position, coordinate);
        Some(MergedType { ty, is_same_everywhere: false })
    }

    /// Whether every value of type `narrow` is one of type `wide`, in the supergraph.
    pub(super) fn is_subtype(&self, wide: &Type, narrow: &Type) -> bool {
        match (wide, narrow) {
            (Type::NonNullNamed(wide), Type::NonNullNamed(narrow))
            | (Type::Named(wide), Type::NonNullNamed(narrow) | Type::Named(narrow)) => {
                self.is_named_subtype(wide, narrow)
            }
            (Type::NonNullList(wide), Type::NonNullList(narrow))
            | (Type::List(wide), Type::NonNullList(narrow) | Type::List(narrow)) => self.is_subtype(wide, narrow),
            _ => false,
        }
    }

    pub(super) fn record_enum_position(&mut self, ty: &Type, position: Position, coordinate: &str) {
        let name = ty.inner_named_type();
        if self.types.get(name).is_some_and(|ty| ty.kind == Kind::Enum) {
            let positions = self.enum_positions.entry(name.clone()).or_default();
            let used = if position.is_input() { &mut positions.input } else { &mut positions.output };
            if used.is_none() {
                *used = Some(coordinate.to_owned());
            }
        }
    }
}
