//! Which part of the response shapes, fetches and places belong to.

use super::{PreparedPlan, write_program::WriteValue};
use crate::{
    faults::{Location, PathSegment, Place},
    initial_count,
    rows::Rows,
};
use apollo_compiler::Name;
use bytes::Bytes;
use hansa_query_planner::plan::{PartId, QueryPlan, ShapeId, ShapeValue};

#[derive(Debug, Default)]
pub(super) struct Parts {
    /// By shape; empty when there is one part.
    of_shapes: Vec<u32>,
}

impl Parts {
    pub(super) fn of(plan: &QueryPlan) -> Parts {
        if !plan.is_incremental() {
            return Parts::default();
        }
        let mut of_shapes: Vec<Option<PartId>> = vec![None; plan.shapes.len()];
        let mut next = vec![(QueryPlan::ROOT, QueryPlan::INITIAL)];
        while let Some((shape, part)) = next.pop() {
            if of_shapes[shape.0 as usize].replace(part).is_some() {
                continue;
            }
            let variants = plan.shape(shape).variants.iter();
            for field in variants.flat_map(|variant| &variant.fields) {
                next.extend(shape_of(field.value).map(|shape| (shape, field.deferred.unwrap_or(part))));
                let items = field.stream.as_ref().and_then(|stream| Some((shape_of(stream.items)?, stream.part)));
                next.extend(items);
            }
        }
        Parts { of_shapes: of_shapes.into_iter().map(|part| part.unwrap_or(QueryPlan::INITIAL).0).collect() }
    }

    pub(super) fn weight_bytes(&self) -> usize {
        size_of_val(&self.of_shapes[..])
    }
}

fn shape_of(value: ShapeValue) -> Option<ShapeId> {
    match value {
        ShapeValue::Object(shape) => Some(shape),
        ShapeValue::Typename | ShapeValue::Leaf(_) | ShapeValue::Introspection | ShapeValue::Refused(_) => None,
    }
}

impl PreparedPlan {
    /// The part that waits for a fetch; `None` for what is no fetch's number.
    pub(crate) fn part_of_fetch(&self, fetch: u32) -> Option<u32> {
        self.fetch.fetches.get(fetch as usize).map(|fetch| fetch.part)
    }

    /// The part in which a place is delivered.
    pub(crate) fn part_of_place(&self, rows: &Rows, location: &Location, variables: &[(Name, Bytes)]) -> u32 {
        let row = rows.row(location.row);
        let of_row = self.parts.of_shapes.get(row.shape as usize).copied().unwrap_or(QueryPlan::INITIAL.0);
        let Some(known) = self.write.type_of(row.shape, row.type_id) else { return of_row };
        let Place::Slot(slot) = location.place else { return of_row };
        let mut fields = self.write.all_fields_of(known).range();
        let Some(index) = fields.find(|&index| self.write.fields[index].slot == slot) else { return of_row };
        if let (WriteValue::Streamed(stream), Some(&PathSegment::Index(item))) =
            (self.write.fields[index].value, location.rest.first())
        {
            let stream = &self.write.streams[stream as usize];
            if item >= initial_count::of(&stream.initial_count, variables) {
                return stream.part;
            }
        }
        let groups = self.write.late_of(known).map(|late| &self.write.groups[late.groups.range()]);
        let group = groups.and_then(|groups| groups.iter().find(|group| group.fields.range().contains(&index)));
        group.map_or(of_row, |group| group.part)
    }
}
