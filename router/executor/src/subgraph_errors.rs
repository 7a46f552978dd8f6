//! Reads the `errors` of a subgraph's answer: what they say, and which rows and fields they are about.
//!
//! An error explains the null it stands for: that slot is marked as failed, so that no second error is made of it.

use crate::{
    ErrorPolicy, codes,
    errors::{ErrorLog, ErrorRecord, ErrorText, Places},
    faults::{Location, PathSegment, Place},
    gaps::{Gap, GapPart},
    prepare::{
        PreparedPlan, Span,
        decode_program::{DecodeField, DecodeValue},
        fetch_program::PreparedFetchKind,
    },
    representation::{Asked, AskedLookup},
    rows::{Rows, Slice, Slot},
    scan::{ScanError, Scanner, is_key, unescape},
};
use hansa_federation::SubgraphId;

pub(crate) struct ErrorReader<'a, 'r> {
    pub(crate) plan: &'a PreparedPlan,
    pub(crate) policy: &'a ErrorPolicy,
    pub(crate) rows: &'r mut Rows,
    pub(crate) log: &'r mut ErrorLog,
    pub(crate) fetch: u32,
    pub(crate) subgraph: SubgraphId,
    pub(crate) kind: PreparedFetchKind,
    pub(crate) asked: &'r Asked,
    /// The text that the errors are in.
    pub(crate) body: &'a [u8],
    pub(crate) buffer: u32,
    /// Places of all errors read here.
    pub(crate) located: Vec<Location>,
    /// What the errors read here explain.
    pub(crate) gaps: Vec<Gap>,
}

/// Members of one error, as text.
#[derive(Default)]
struct RawError<'a> {
    message: Option<&'a [u8]>,
    path: Option<&'a [u8]>,
    extensions: Option<&'a [u8]>,
}

enum Segment<'a> {
    Key(&'a [u8]),
    Index(u32),
}

impl<'a> ErrorReader<'a, '_> {
    /// `errors` is the list's place in the body. Returns how many errors it holds; `None` when it is no list.
    pub(crate) fn read(&mut self, errors: &'a [u8]) -> Result<Option<usize>, ScanError> {
        let mut scanner = scanner(errors);
        if scanner.peek() != b'[' {
            return Ok(None);
        }
        let mut count = 0;
        let mut has_more = scanner.open(b']')?;
        while has_more {
            let start = scanner.at;
            scanner.skip_value()?;
            count += 1;
            if self.log.records.len() < self.log.errors_max {
                let error = raw_error(scanner.since(start))?;
                self.add(&error)?;
            } else {
                self.log.left_out += 1;
            }
            has_more = scanner.has_more(b']')?;
        }
        Ok(Some(count))
    }

    fn add(&mut self, error: &RawError<'a>) -> Result<(), ScanError> {
        let mut code = ErrorText::from(codes::DOWNSTREAM_SERVICE_ERROR);
        let mut extensions = Vec::new();
        if let Some(members) = error.extensions {
            let policy = self.policy;
            for_each_member(members, |key, value| {
                let forwarded = policy.forwarded_extensions.iter().position(|name| is_key(key, name.as_bytes()));
                match forwarded {
                    Some(_) if is_key(key, b"code") && is_text(value) => code = ErrorText::Given(self.slice(value)),
                    // These are ours.
                    Some(_) if [&b"code"[..], b"service", b"traceId"].iter().any(|own| is_key(key, own)) => {}
                    Some(index) if is_whole(value) => extensions.push((index as u32, self.slice(value))),
                    _ => {}
                }
            })?;
        }
        let message = match error.message {
            Some(message) if self.policy.forward_messages && is_text(message) => ErrorText::Given(self.slice(message)),
            _ => "a subgraph reported an error".into(),
        };
        let segments = segments(error.path.unwrap_or(b"null"))?;
        let (locations, gap) = self.locate(&segments);
        self.located.extend_from_slice(&locations);
        let needs_place = locations.is_empty() && !matches!(self.kind, PreparedFetchKind::Root(_));
        let places = if locations.is_empty() { Places::Unknown } else { Places::At(locations) };
        let (fetch, subgraph) = (self.fetch, Some(self.subgraph));
        let record = self.log.add(ErrorRecord { fetch, subgraph, code, message, extensions, places });
        if let Some(part) = gap {
            self.gaps.push(Gap { part, record: record.filter(|_| needs_place) });
        }
        Ok(())
    }

    /// Where a piece of the body is.
    fn slice(&self, piece: &[u8]) -> Slice {
        let start = piece.as_ptr().addr() - self.body.as_ptr().addr();
        Slice { buffer: self.buffer, start: start as u32, len: piece.len() as u32 }
    }

    /// The places that an error names, or the gap that it explains.
    fn locate(&mut self, segments: &[Segment<'_>]) -> (Vec<Location>, Option<GapPart>) {
        match self.kind {
            PreparedFetchKind::Root(_) | PreparedFetchKind::RootBelow(_) if segments.is_empty() => {
                (Vec::new(), Some(GapPart::Fetch))
            }
            PreparedFetchKind::Root(selection) => (vec![self.descend(selection, Rows::ROOT, segments)], None),
            PreparedFetchKind::RootBelow(_) => (self.locate_for_all(&self.asked.lookups[0], 0, segments), None),
            PreparedFetchKind::Entities(_) => self.locate_entity(segments),
        }
    }

    fn locate_entity(&mut self, segments: &[Segment<'_>]) -> (Vec<Location>, Option<GapPart>) {
        let asked = self.asked;
        let texts = &self.plan.texts;
        let position = match segments.first() {
            Some(Segment::Key(key)) => asked.lookups.iter().position(|lookup| lookup.has_key(key, texts)),
            _ => None,
        };
        let Some(position) = position else { return (Vec::new(), Some(GapPart::Fetch)) };
        let (lookup, position) = (&asked.lookups[position], position as u32);
        // Without an index the error does not say which entity it is about: it stands for all that are missing.
        let Some(&Segment::Index(index)) = segments.get(1) else {
            return (Vec::new(), Some(GapPart::Lookup { lookup: position }));
        };
        if lookup.rows.len() <= index as usize {
            return (Vec::new(), Some(GapPart::Lookup { lookup: position }));
        }
        let locations = self.locate_for_all(lookup, index, &segments[2..]);
        let is_whole = segments.len() == 2 || lookup.null_items.contains(&index);
        let gap = is_whole.then_some(GapPart::Entity { lookup: position, index });
        (locations, gap)
    }

    /// The place below one entity, for each row that stands for it. Objects below are shared by these; the row itself is not.
    fn locate_for_all(&mut self, lookup: &AskedLookup, index: u32, segments: &[Segment<'_>]) -> Vec<Location> {
        let row = lookup.rows[index as usize];
        let location = self.descend(lookup.selection, row, segments);
        let rows = lookup.rows_of(index).filter(|_| location.row == row);
        let mut locations: Vec<Location> = rows.map(|row| Location { row, ..location.clone() }).collect();
        if locations.is_empty() {
            locations.push(location);
        }
        locations
    }

    /// Follows a path through a row's fields as far as there is data, and marks the null at its end as explained.
    fn descend(&mut self, selection: u32, row: u32, segments: &[Segment<'_>]) -> Location {
        let (mut selection, mut row) = (selection, row);
        let mut location = Location { row, place: Place::Row, rest: Vec::new() };
        let mut segments = segments.iter();
        while let Some(segment) = segments.next() {
            let Segment::Key(key) = segment else { break };
            let Some(field) = self.find_field(selection, key) else { break };
            location = Location { row, place: Place::Slot(field.slot), rest: Vec::new() };
            let mut index = self.place_of(row, field.slot);
            while let (Slot::List { start, len }, Some(Segment::Index(item))) =
                (self.rows.slots[index], segments.as_slice().first())
                && *item < len
            {
                location.rest.push(PathSegment::Index(*item));
                index = (start + item) as usize;
                segments.next();
            }
            match (self.rows.slots[index], field.value) {
                (Slot::Row(child), value) if let Some(object) = self.object_of(value, child) => {
                    (row, selection) = (child, object);
                }
                (slot, value) => {
                    if let Slot::Absent | Slot::Null | Slot::NotFound = slot {
                        self.rows.slots[index] = Slot::Failed;
                    }
                    self.follow_names(value, segments.as_slice(), &mut location.rest);
                    break;
                }
            }
        }
        location
    }

    /// Where a field's value is, or the text that it is in. What is not there gets a place of its own, so that it can be explained.
    fn place_of(&mut self, row: u32, slot: u32) -> usize {
        let index = self.rows.place_of(self.plan, row, slot);
        match self.rows.run_around(self.plan, row, slot) {
            Some(run) if !matches!(self.rows.slots[index], Slot::Leaf(_)) => {
                // Without room for it the explanation is lost, not the null.
                let _ = self.rows.take_apart(self.plan, row, run);
                self.rows.place_of(self.plan, row, slot)
            }
            _ => index,
        }
    }

    /// Where the data ends before the path does, the rest is translated by the programs alone.
    fn follow_names(&self, value: DecodeValue, segments: &[Segment<'_>], rest: &mut Vec<PathSegment>) {
        let mut value = value;
        for segment in segments {
            match segment {
                Segment::Index(index) => rest.push(PathSegment::Index(*index)),
                Segment::Key(key) => {
                    let Some(object) = self.plan.decode.any_object_of(value) else { return };
                    let Some(field) = self.find_field(object, key) else { return };
                    let shape = self.plan.decode.objects[object as usize].shape;
                    let Some(visible) = self.visible_field(shape, field.slot) else { return };
                    rest.push(PathSegment::Field(visible));
                    value = field.value;
                }
            }
        }
    }

    fn object_of(&self, value: DecodeValue, row: u32) -> Option<u32> {
        self.plan.decode.object_of(value, self.rows.row(row).shape)
    }

    fn visible_field(&self, shape: u32, slot: u32) -> Option<u32> {
        let program = &self.plan.write;
        let mut types = program.types[program.shapes[shape as usize].range()].iter();
        types
            .find_map(|&known| program.all_fields_of(known).range().find(|&field| program.fields[field].slot == slot))
            .map(|at| at as u32)
    }

    fn find_field(&self, selection: u32, key: &[u8]) -> Option<&'a DecodeField> {
        let plan = self.plan;
        let variants: Span = plan.decode.objects[selection as usize].variants;
        variants.range().find_map(|variant| {
            let mut fields = plan.decode.fields[plan.decode.variants[variant].fields.range()].iter();
            fields.find(|field| {
                let name = plan.texts.get(field.key);
                is_key(key, &name[1..name.len() - 2])
            })
        })
    }
}

/// The text was checked before, depth included.
fn scanner(text: &[u8]) -> Scanner<'_> {
    Scanner::new(text, usize::MAX)
}

fn raw_error(text: &[u8]) -> Result<RawError<'_>, ScanError> {
    let mut error = RawError::default();
    for_each_member(text, |key, value| {
        if is_key(key, b"message") {
            error.message = Some(value);
        } else if is_key(key, b"path") {
            error.path = Some(value);
        } else if is_key(key, b"extensions") {
            error.extensions = Some(value);
        }
    })?;
    Ok(error)
}

/// Calls `visit` with every member of an object; with none if it is something else.
fn for_each_member<'t>(text: &'t [u8], mut visit: impl FnMut(&'t [u8], &'t [u8])) -> Result<(), ScanError> {
    let mut scanner = scanner(text);
    if scanner.peek() != b'{' {
        return Ok(());
    }
    let mut has_more = scanner.open(b'}')?;
    while has_more {
        let key = scanner.key()?;
        let start = scanner.at;
        scanner.skip_value()?;
        visit(key, scanner.since(start));
        has_more = scanner.has_more(b'}')?;
    }
    Ok(())
}

/// Nothing that a client can ask for is that deep.
const PATH_SEGMENTS_MAX: usize = 1024;

/// A path's segments up to the first that makes no sense.
fn segments(path: &[u8]) -> Result<Vec<Segment<'_>>, ScanError> {
    let mut segments = Vec::new();
    let mut scanner = scanner(path);
    if scanner.peek() != b'[' {
        return Ok(segments);
    }
    let mut has_more = scanner.open(b']')?;
    while has_more && segments.len() < PATH_SEGMENTS_MAX {
        let start = scanner.at;
        scanner.skip_value()?;
        let text = scanner.since(start);
        let index = std::str::from_utf8(text).ok().and_then(|text| text.parse::<u32>().ok());
        match (text, index) {
            ([b'"', key @ .., b'"'], _) => segments.push(Segment::Key(key)),
            (_, Some(index)) => segments.push(Segment::Index(index)),
            _ => break,
        }
        has_more = scanner.has_more(b']')?;
    }
    Ok(segments)
}

/// A string that every client can read.
fn is_text(json: &[u8]) -> bool {
    matches!(json, [b'"', raw @ .., b'"'] if unescape(raw).is_some())
}

/// A value that every client can read.
fn is_whole(json: &[u8]) -> bool {
    let mut scanner = scanner(json);
    scanner.skip_value().is_ok() && !scanner.is_unreadable
}
