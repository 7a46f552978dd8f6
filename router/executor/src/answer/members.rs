//! The members of an answer: `data` is decoded, `errors` is noted, the rest is skipped.

use crate::{
    decode::{DecodeError, Decoder, Origin, Position, WrongShape},
    faults::{Expected, FaultKind, Faults, Location, Place, SlotPlace},
    merge::Merger,
    prepare::fetch_program::PreparedFetchKind,
    representation::{Asked, AskedLookup},
    rows::Rows,
    scan::{ScanError, is_key},
};

/// What an answer's members were.
pub(super) struct Members {
    pub(super) data: Data,
    /// Where `errors` is, unless it is null.
    pub(super) errors: Option<(usize, usize)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Data {
    Missing,
    Null,
    Read,
}

/// Undoes an answer that is broken or said again.
pub(super) fn take_back(
    merger: &mut Merger<'_, '_>,
    faults: &mut Faults,
    (kind, asked): (PreparedFetchKind, &Asked),
    origin: Origin,
    target_lens: &[usize],
) {
    for &(place, present) in faults.contradicted.iter().rev() {
        let index = match place {
            SlotPlace::Field { row, slot } => merger.rows.slot_index(row, slot),
            SlotPlace::Item(index) => index,
        };
        merger.rows.slots[index] = present;
    }
    faults.clear();
    if let PreparedFetchKind::Root(selection) = kind {
        merger.take_back(selection, Rows::ROOT, origin);
    }
    for lookup in &asked.lookups {
        merger.begin_selection();
        lookup.rows.iter().for_each(|&row| merger.take_back(lookup.selection, row, origin));
    }
    for (target, &len) in merger.rows.targets.iter_mut().zip(target_lens) {
        target.truncate(len);
    }
}

impl Decoder<'_, '_> {
    /// Reads the whole answer.
    pub(super) fn members_of_answer(
        &mut self,
        kind: PreparedFetchKind,
        asked: &mut Asked,
        target_lens: &[usize],
    ) -> Result<Members, DecodeError> {
        let mut members = Members { data: Data::Missing, errors: None };
        self.scanner.skip_whitespace();
        if self.scanner.peek() != b'{' {
            self.scanner.skip_value()?;
            return Err(DecodeError::Shape(WrongShape::Answer));
        }
        let mut has_more = self.scanner.open(b'}')?;
        while has_more {
            let key = self.scanner.key()?;
            if is_key(key, b"data") {
                if members.data == Data::Read {
                    // The last one counts.
                    let (plan, supergraph, rows) = (self.plan, self.supergraph, &mut *self.rows);
                    let mut merger = Merger::new(plan, supergraph, rows);
                    take_back(&mut merger, self.faults, (kind, asked), self.origin, target_lens);
                    asked.lookups.iter_mut().for_each(|lookup| lookup.is_answered = false);
                }
                members.data = self.data(kind, asked)?;
            } else {
                let start = self.scanner.at;
                self.scanner.skip_value()?;
                if is_key(key, b"errors") {
                    let is_null = self.scanner.since(start) == b"null";
                    members.errors = (!is_null).then_some((start, self.scanner.at));
                }
            }
            has_more = self.scanner.has_more(b'}')?;
        }
        self.scanner.skip_whitespace();
        if !self.scanner.is_at_end() {
            return Err(DecodeError::Scan(ScanError::Malformed));
        }
        Ok(members)
    }

    fn data(&mut self, kind: PreparedFetchKind, asked: &mut Asked) -> Result<Data, DecodeError> {
        match self.scanner.peek() {
            b'n' => {
                self.scanner.literal(b"null")?;
                return Ok(Data::Null);
            }
            b'{' => {}
            _ => {
                self.scanner.skip_value()?;
                return Err(DecodeError::Shape(WrongShape::Data));
            }
        }
        match kind {
            PreparedFetchKind::Root(selection) => {
                let at = Position { row: Rows::ROOT, slot: None };
                self.object(selection, Some(Rows::ROOT), at)?;
            }
            PreparedFetchKind::RootBelow(_) => {
                let lookup = &mut asked.lookups[0];
                let row = lookup.rows[0];
                self.object(lookup.selection, Some(row), Position { row, slot: None })?;
                lookup.is_answered = true;
            }
            PreparedFetchKind::Entities(_) => {
                let mut next = 0;
                let mut has_more = self.scanner.open(b'}')?;
                while has_more {
                    let key = self.scanner.key()?;
                    let is_meant = |lookup: &AskedLookup| lookup.has_key(key, &self.plan.texts);
                    // They come in the order in which they were asked for.
                    let is_next = asked.lookups.get(next).is_some_and(is_meant);
                    let found = if is_next { Some(next) } else { asked.lookups.iter().position(is_meant) };
                    match found {
                        Some(index) => {
                            next = index + 1;
                            let lookup = &mut asked.lookups[index];
                            lookup.null_items.clear();
                            lookup.odd_items.clear();
                            lookup.is_answered = self.entities(lookup)?;
                        }
                        None => self.scanner.skip_value()?,
                    }
                    has_more = self.scanner.has_more(b'}')?;
                }
            }
        }
        Ok(Data::Read)
    }

    /// Reads the items of one `_entities` field. False: it is null.
    fn entities(&mut self, lookup: &mut AskedLookup) -> Result<bool, DecodeError> {
        match self.scanner.peek() {
            b'[' => {}
            b'n' => {
                self.scanner.literal(b"null")?;
                return Ok(false);
            }
            _ => return Err(DecodeError::Shape(WrongShape::Entities)),
        }
        let selection = lookup.selection;
        let mut rows = lookup.rows.iter().zip(0..);
        let mut has_more = self.scanner.open(b']')?;
        while has_more {
            let Some((&row, index)) = rows.next() else {
                return Err(DecodeError::Shape(WrongShape::MoreEntities));
            };
            match self.scanner.peek() {
                b'{' => {
                    if self.object(selection, Some(row), Position { row, slot: None })?.is_none() {
                        lookup.odd_items.push(index);
                    }
                }
                b'n' => {
                    self.scanner.literal(b"null")?;
                    lookup.null_items.push(index);
                }
                _ => {
                    self.scanner.skip_value()?;
                    let location = Location { row, place: Place::Row, rest: Vec::new() };
                    self.faults.add(location, FaultKind::Expected(Expected::Object));
                    lookup.odd_items.push(index);
                }
            }
            has_more = self.scanner.has_more(b']')?;
        }
        if rows.next().is_some() {
            return Err(DecodeError::Shape(WrongShape::FewerEntities));
        }
        Ok(true)
    }
}
