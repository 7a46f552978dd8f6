//! Labels of progressive overrides: which of them an operation has already taken as active or not.

use hansa_federation::{Field, FieldInSubgraph, OverrideLabel, Supergraph, TypeId};
use hashbrown::HashMap;
use std::collections::BTreeSet;

/// Labels with their choice, ascending. A label that is not there can still be either.
pub(super) type Labels = Vec<(u32, bool)>;

#[derive(Debug)]
pub(super) struct LabelIndex {
    ids: HashMap<String, u32>,
    /// By type, the labels on fields of it and of what is below it.
    below: Vec<BTreeSet<u32>>,
}

impl LabelIndex {
    pub(super) fn new(supergraph: &Supergraph) -> Self {
        let mut index = LabelIndex { ids: HashMap::new(), below: Vec::new() };
        for known in supergraph.types.iter().flat_map(|ty| &ty.fields).flat_map(|field| &field.in_subgraphs) {
            if let Some((name, _)) = known.override_label.as_ref().map(choice) {
                let next = index.ids.len() as u32;
                index.ids.entry_ref(name).or_insert(next);
            }
        }
        if !index.ids.is_empty() {
            index.below = index.labels_below(supergraph);
        }
        index
    }

    /// Whether the field is resolved there under the labels. What is not chosen yet counts as contradicted.
    pub(super) fn allows(&self, labels: Option<&Labels>, known: &FieldInSubgraph) -> bool {
        let Some((name, wanted)) = known.override_label.as_ref().map(choice) else { return true };
        let chosen = labels.and_then(|labels| chosen(labels, *self.ids.get(name)?));
        chosen == Some(wanted)
    }

    /// The labels to go on with when a field is asked for: each way to choose those on which it depends.
    pub(super) fn choices(&self, labels: &Labels, field: &Field) -> Vec<Labels> {
        let mut choices = vec![labels.clone()];
        let of_field = field.in_subgraphs.iter().filter_map(|known| known.override_label.as_ref());
        for (name, _) in of_field.map(choice) {
            let Some(id) = self.ids.get(name).copied() else { continue };
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

    fn labels_below(&self, supergraph: &Supergraph) -> Vec<BTreeSet<u32>> {
        let mut above: Vec<Vec<usize>> = vec![Vec::new(); supergraph.types.len()];
        let mut below: Vec<BTreeSet<u32>> = vec![BTreeSet::new(); supergraph.types.len()];
        for (index, definition) in supergraph.types.iter().enumerate() {
            for field in &definition.fields {
                above[field.ty.named.0 as usize].push(index);
                let labels = field.in_subgraphs.iter().filter_map(|known| known.override_label.as_ref());
                below[index].extend(labels.filter_map(|label| self.ids.get(choice(label).0)));
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
}

/// Whether all of `part` is chosen the same way in `whole`.
pub(super) fn is_subset(part: &Labels, whole: &Labels) -> bool {
    part.iter().all(|(id, active)| chosen(whole, *id) == Some(*active))
}

fn choice(label: &OverrideLabel) -> (&str, bool) {
    match label {
        OverrideLabel::Overrides(name) => (name, true),
        OverrideLabel::Overridden(name) => (name, false),
    }
}

fn chosen(labels: &Labels, id: u32) -> Option<bool> {
    let index = labels.binary_search_by_key(&id, |(known, _)| *known).ok()?;
    Some(labels[index].1)
}

fn with(labels: &Labels, id: u32, active: bool) -> Labels {
    let mut labels = labels.clone();
    if let Err(index) = labels.binary_search_by_key(&id, |(known, _)| *known) {
        labels.insert(index, (id, active));
    }
    labels
}
