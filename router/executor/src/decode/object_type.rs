//! Which type an object has, and where it says so.

use super::{DecodeError, Decoder};
use crate::{
    faults::FaultKind,
    prepare::decode_program::DecodeObject,
    rows::TYPE_UNKNOWN,
    scan::{is_key, unescape},
};
use hansa_federation::TypeId;
use hansa_query_planner::plan::TypeSource;

/// An object's type as its subgraph gives it, and what is read for it.
pub(super) struct ObjectType {
    pub(super) type_id: TypeId,
    pub(super) variant: Option<u32>,
    /// `__typename` was the first member and has been read.
    pub(super) is_behind_typename: bool,
}

impl Decoder<'_, '_> {
    pub(super) fn object_type(
        &mut self,
        object: &DecodeObject,
        row: Option<u32>,
        is_empty: bool,
    ) -> Result<Result<ObjectType, FaultKind>, DecodeError> {
        let known = |type_id, variant| ObjectType { type_id, variant, is_behind_typename: false };
        match object.type_source {
            TypeSource::Static(type_id) => Ok(Ok(known(type_id, object.static_variant))),
            TypeSource::Row => {
                let type_id = row.map_or(TYPE_UNKNOWN, |row| self.rows.row(row).type_id);
                Ok(Ok(known(type_id, self.plan.decode.variant_of(object, type_id))))
            }
            TypeSource::Typename if is_empty => Ok(Err(FaultKind::NoTypename)),
            TypeSource::Typename => {
                let members = self.scanner.at;
                let is_first = self.scanner.take(b"\"__typename\":");
                if is_first {
                    self.scanner.skip_whitespace();
                } else if !self.find_typename()? {
                    self.scanner.at = members;
                    return Ok(Err(FaultKind::NoTypename));
                }
                let found = self.typename(object)?;
                if !is_first || found.is_err() {
                    self.scanner.at = members;
                }
                Ok(found.map(|(type_id, variant)| ObjectType { type_id, variant, is_behind_typename: is_first }))
            }
        }
    }

    /// Looks for `__typename` among later members, and stands before its value if there is one.
    #[cold]
    fn find_typename(&mut self) -> Result<bool, DecodeError> {
        let mut ahead = self.scanner.clone();
        loop {
            if is_key(ahead.key()?, b"__typename") {
                self.scanner.at = ahead.at;
                return Ok(true);
            }
            ahead.skip_value()?;
            if !ahead.has_more(b'}')? {
                return Ok(false);
            }
        }
    }

    fn typename(&mut self, object: &DecodeObject) -> Result<Result<(TypeId, Option<u32>), FaultKind>, DecodeError> {
        for known in &self.plan.decode.types[object.types.range()] {
            if self.scanner.take(self.plan.texts.get(known.name)) {
                return Ok(Ok((known.type_id, Some(known.variant))));
            }
        }
        if self.scanner.peek() != b'"' {
            return Ok(Err(FaultKind::NoTypename));
        }
        let start = self.scanner.at + 1;
        self.scanner.string()?;
        let raw = self.scanner.since(start);
        let type_id = unescape(&raw[..raw.len() - 1]).and_then(|name| self.supergraph.type_id(&name));
        let Some(type_id) = type_id else { return Ok(Err(FaultKind::UnknownType)) };
        Ok(Ok((type_id, self.plan.decode.variant_of(object, type_id))))
    }

    /// An interface object's row learns its concrete type; a concrete type stays.
    pub(super) fn refine_type(&mut self, row: u32, type_id: TypeId) {
        let present = &mut self.rows.rows[row as usize].type_id;
        if *present != type_id && (*present == TYPE_UNKNOWN || self.supergraph.ty(*present).is_abstract()) {
            let is_better = *present == TYPE_UNKNOWN || !self.supergraph.ty(type_id).is_abstract();
            if type_id != TYPE_UNKNOWN && is_better {
                *present = type_id;
            }
        }
    }
}
