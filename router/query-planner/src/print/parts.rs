//! The later parts of a response, for people and for tools.

use crate::plan::{Part, PartId, PartKind, QueryPlan};
use serde_json::{Value, json};

/// A part after the first, and what is answered with it.
struct PartLine<'p> {
    id: usize,
    kind: &'static str,
    /// Of its fragments or its stream.
    labels: Vec<&'p str>,
    /// Of fields, or of streamed lists.
    positions: Vec<String>,
}

impl QueryPlan {
    /// One line for each part after the first: `part 1 deferred "slow": user.reviews`.
    pub(super) fn parts_text(&self) -> String {
        let line = |line: PartLine<'_>| {
            let labels: String = line.labels.iter().map(|label| format!(" {label:?}")).collect();
            format!("part {} {}{labels}: {}\n", line.id, line.kind, line.positions.join(", "))
        };
        self.part_lines().map(line).collect()
    }

    pub(super) fn parts_json(&self) -> Vec<Value> {
        let value = |line: PartLine<'_>| json!({ "id": line.id, "kind": line.kind, "labels": line.labels, "positions": line.positions });
        self.part_lines().map(value).collect()
    }

    fn part_lines(&self) -> impl Iterator<Item = PartLine<'_>> {
        self.parts.iter().enumerate().skip(1).map(|(id, part)| self.part_line(id, part))
    }

    fn part_line(&self, id: usize, part: &Part) -> PartLine<'_> {
        let part_id = PartId(id as u32);
        let mut line = PartLine { id, kind: "deferred", labels: Vec::new(), positions: Vec::new() };
        match &part.kind {
            PartKind::Deferred(fragments) => {
                let fragments = fragments.iter().map(|fragment| &self.fragments[fragment.0 as usize]);
                line.labels.extend(fragments.filter_map(|fragment| fragment.label.as_deref()));
            }
            PartKind::Initial | PartKind::Streamed => line.kind = "streamed",
        }
        for shape in &self.shapes {
            for field in shape.variants.iter().flat_map(|variant| &variant.fields) {
                let stream = field.stream.as_ref().filter(|stream| stream.part == part_id);
                if field.deferred != Some(part_id) && stream.is_none() {
                    continue;
                }
                let dot = if shape.position.is_empty() { "" } else { "." };
                let position = format!("{}{dot}{}", shape.position, field.response_name);
                if !line.positions.contains(&position) {
                    line.positions.push(position);
                }
                let label = stream.and_then(|stream| stream.label.as_deref());
                line.labels.extend(label.filter(|_| line.labels.is_empty()));
            }
        }
        line
    }
}
