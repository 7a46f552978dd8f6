//! Scalars and enums: checked, and kept as slices.

use super::{DecodeError, Decoder, Position};
use crate::{
    faults::{Expected, FaultKind},
    prepare::LeafCheck,
    rows::Slot,
};

impl Decoder<'_, '_> {
    /// Steps over a list of leaves and tells whether its text can stand as it is.
    pub(super) fn is_plain_list(&mut self, check: LeafCheck, depth: u8) -> Result<bool, DecodeError> {
        if let LeafCheck::Enum(index) = check
            && self.plan.enums.get(index).has_inaccessible
        {
            return Ok(false);
        }
        if self.scanner.peek() != b'[' {
            return Ok(false);
        }
        let mut has_more = self.scanner.open(b']')?;
        while has_more {
            let is_plain = if depth > 1 {
                self.is_plain_list(check, depth - 1)?
            } else {
                matches!(self.checked_leaf(check)?, Ok(Slot::Leaf(_)))
            };
            if !is_plain {
                return Ok(false);
            }
            has_more = self.scanner.has_more(b']')?;
        }
        Ok(true)
    }

    #[inline]
    pub(super) fn leaf(&mut self, check: LeafCheck, at: Position) -> Result<Slot, DecodeError> {
        match self.checked_leaf(check)? {
            Ok(slot) => Ok(slot),
            Err(kind) => {
                let location = self.location(at);
                self.faults.add(location, kind);
                Ok(Slot::Failed)
            }
        }
    }

    #[inline]
    fn checked_leaf(&mut self, check: LeafCheck) -> Result<Result<Slot, FaultKind>, DecodeError> {
        let start = self.scanner.at;
        self.scanner.is_unreadable = false;
        let is_right = match self.scanner.peek() {
            b'"' => {
                let has_escapes = self.scanner.string()?;
                match check {
                    LeafCheck::String | LeafCheck::Id | LeafCheck::Any => true,
                    LeafCheck::Enum(index) => self.is_enum_value(index, start, has_escapes),
                    LeafCheck::Int | LeafCheck::Float | LeafCheck::Boolean => false,
                }
            }
            b'n' => return Ok(Ok(self.null()?)),
            b'-' | b'0'..=b'9' => {
                let number = self.scanner.number()?;
                match check {
                    LeafCheck::Int => number.is_int32,
                    LeafCheck::Float | LeafCheck::Any => true,
                    LeafCheck::Id if number.is_integer => return Ok(Ok(Slot::NumberId(self.slice(start)))),
                    _ => false,
                }
            }
            b't' => {
                self.scanner.literal(b"true")?;
                matches!(check, LeafCheck::Boolean | LeafCheck::Any)
            }
            b'f' => {
                self.scanner.literal(b"false")?;
                matches!(check, LeafCheck::Boolean | LeafCheck::Any)
            }
            _ => {
                self.scanner.skip_value()?;
                check == LeafCheck::Any
            }
        };
        if !is_right {
            return Ok(Err(FaultKind::Expected(expectation(check))));
        }
        if self.scanner.is_unreadable {
            return Ok(Err(FaultKind::Unreadable));
        }
        Ok(Ok(Slot::Leaf(self.slice(start))))
    }

    fn is_enum_value(&self, index: u32, start: usize, has_escapes: bool) -> bool {
        let raw = self.scanner.since(start);
        let raw = &raw[1..raw.len() - 1];
        let check = self.plan.enums.get(index);
        // Escapes in an enum value would have to be undone wherever it is compared: nobody writes them.
        !has_escapes && check.has(raw)
    }
}

fn expectation(check: LeafCheck) -> Expected {
    match check {
        LeafCheck::Int => Expected::Int,
        LeafCheck::Float => Expected::Float,
        LeafCheck::String => Expected::String,
        LeafCheck::Boolean => Expected::Boolean,
        LeafCheck::Id => Expected::Id,
        LeafCheck::Enum(_) => Expected::EnumValue,
        LeafCheck::Any => Expected::Any,
    }
}
