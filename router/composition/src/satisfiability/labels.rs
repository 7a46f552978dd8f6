//! Labels of progressive overrides: which of them an operation has already taken as active or not.

use hansa_federation::{Field, FieldInSubgraph, LabelId, OverrideLabel, Supergraph, TypeId};
use std::collections::BTreeSet;

/// Labels with their choice, ascending. A label that is not there can still be either.
pub(super) type Labels = Vec<(LabelId, bool)>;

#[derive(Debug)]
pub(super) struct LabelIndex {
    /// By type, the labels on fields of it and of what is below it.
    below: Vec<BTreeSet<LabelId>>,
}

impl LabelIndex {
    pub(super) fn new(supergraph: &Supergraph) -> Self {
        let below = match supergraph.override_labels.as_slice() {
            [] => Vec::new(),
            _ => labels_below(supergraph),
        };
        LabelIndex { below }
    }

    /// Whether the field is resolved there under the labels. What is not chosen yet counts as contradicted.
    pub(super) fn allows(&self, labels: Option<&Labels>, known: &FieldInSubgraph) -> bool {
        let Some((id, wanted)) = known.override_label.map(choice) else { return true };
        labels.and_then(|labels| chosen(labels, id)) == Some(wanted)
    }

    /// The labels to go on with when a field is asked for: each way to choose those on which it depends.
    pub(super) fn choices(&self, labels: &Labels, field: &Field) -> Vec<Labels> {
        let mut choices = vec![labels.clone()];
        for id in field.in_subgraphs.iter().filter_map(|known| known.override_label).map(OverrideLabel::id) {
            if chosen(&choices[0], id).is_none() {
                choices = choices.iter().flat_map(|labels| [with(labels, id, false), with(labels, id, true)]).collect();
            }
        }
        choices
    }

    /// Forgets what matters no more below a type.
    pub(super) fn relevant(&self, labels: &Labels, ty: TypeId) -> Labels {
        let below = self.below.get(ty.0 as usize);
        labels.iter().filter(|(id, _)| below.is_some_and(|below| below.contains(id))).copied().collect()
    }
}

/// Whether all of `part` is chosen the same way in `whole`.
pub(super) fn is_subset(part: &Labels, whole: &Labels) -> bool {
    part.iter().all(|(id, active)| chosen(whole, *id) == Some(*active))
}

fn labels_below(supergraph: &Supergraph) -> Vec<BTreeSet<LabelId>> {
    let mut above: Vec<Vec<usize>> = vec![Vec::new(); supergraph.types.len()];
    let mut below: Vec<BTreeSet<LabelId>> = vec![BTreeSet::new(); supergraph.types.len()];
    for (index, definition) in supergraph.types.iter().enumerate() {
        for field in &definition.fields {
            above[field.ty.named.0 as usize].push(index);
            let labels = field.in_subgraphs.iter().filter_map(|known| known.override_label);
            below[index].extend(labels.map(OverrideLabel::id));
        }
        for object in definition.possible_types.iter().filter(|object| object.0 as usize != index) {
            above[object.0 as usize].push(index);
        }
    }
    let mut pending: Vec<usize> = (0..below.len()).filter(|index| !below[*index].is_empty()).collect();
    while let Some(index) = pending.pop() {
        let labels = below[index].clone();
        for above in &above[index] {
            let known = below[*above].len();
            below[*above].extend(labels.iter().copied());
            if below[*above].len() > known {
                pending.push(*above);
            }
        }
    }
    below
}

fn choice(label: OverrideLabel) -> (LabelId, bool) {
    match label {
        OverrideLabel::Overrides(id) => (id, true),
        OverrideLabel::Overridden(id) => (id, false),
    }
}

fn chosen(labels: &Labels, id: LabelId) -> Option<bool> {
    let index = labels.binary_search_by_key(&id, |(known, _)| *known).ok()?;
    Some(labels[index].1)
}

fn with(labels: &Labels, id: LabelId, active: bool) -> Labels {
    let mut labels = labels.clone();
    if let Err(index) = labels.binary_search_by_key(&id, |(known, _)| *known) {
        labels.insert(index, (id, active));
    }
    labels
}
