//! Layouts of response positions: the client's fields first, then slots for keys and requirements as fetches need them.

use super::Assembly;
use crate::{
    plan::{FragmentId, PartId, QueryPlan, Shape, ShapeField, ShapeId, ShapeStream, ShapeValue, ShapeVariant, SlotId},
    planner::PlanError,
    selections::{ArgumentsId, Group, Item, SelectionId, Selections, StreamId, UsageId, UsageSetId},
    solve::{common_items, type_independent_group},
};
use apollo_compiler::Name;
use hansa_federation::{TypeId, TypeKind, Wrapping};
use hashbrown::HashMap;

/// Positions of one plan are limited: a document whose fragments multiply past this is refused.
const SHAPES_MAX: usize = 50_000;

/// Where a field is kept.
pub(super) struct SlotPlace {
    pub(super) slot: SlotId,
    /// The shape of its objects.
    pub(super) child: Option<ShapeId>,
    pub(super) stream: Option<StreamId>,
    pub(super) later_child: Option<ShapeId>,
}

#[derive(Debug)]
pub(crate) struct ShapeDraft {
    pub(crate) shape: Shape,
    /// `None` for positions that only keys and requirements have.
    selection: Option<SelectionId>,
    by_response_name: HashMap<Name, SlotId>,
    children: HashMap<(SlotId, SelectionId, PartId), ShapeId>,
    /// The objects of streamed lists after the first ones, by the part of the first ones.
    later_children: HashMap<(SlotId, SelectionId, PartId), ShapeId>,
    /// The part that its rows are in.
    pub(super) part: PartId,
    /// The position above, and its slot for these rows.
    pub(super) parent: Option<(ShapeId, SlotId)>,
    /// The parts of its fields that wait for more than their row.
    pub(super) parts: HashMap<UsageSetId, PartId>,
    /// Deferred fragments that begin at its rows.
    pub(super) begun: Vec<(UsageId, FragmentId)>,
    /// Whether it is an object tells fields of one name apart that are an object in one type and a leaf in another.
    internal: HashMap<(Name, ArgumentsId, bool), (SlotId, Option<ShapeId>)>,
    /// Names of the client's slots, by slot; `None` for the others.
    pub(crate) response_names: Vec<Option<Name>>,
}

impl ShapeDraft {
    fn new(position: String, part: PartId, parent: Option<(ShapeId, SlotId)>) -> Self {
        ShapeDraft {
            shape: Shape { position, ..Shape::default() },
            selection: None,
            by_response_name: HashMap::new(),
            children: HashMap::new(),
            later_children: HashMap::new(),
            part,
            parent,
            parts: HashMap::new(),
            begun: Vec::new(),
            internal: HashMap::new(),
            response_names: Vec::new(),
        }
    }

    fn add_slot(&mut self, name: &str, response_name: Option<Name>) -> SlotId {
        self.shape.slots.push(name.to_owned());
        self.response_names.push(response_name);
        SlotId(self.shape.slots.len() as u32 - 1)
    }
}

impl<'a> Assembly<'a> {
    /// Lays out a position of the client's response and everything below.
    pub(crate) fn client_shape(&mut self, selection: SelectionId) -> Result<(), PlanError> {
        self.lay_out(selection, ShapeDraft::new(String::new(), QueryPlan::INITIAL, None)).map(drop)
    }

    fn lay_out(&mut self, selection: SelectionId, draft: ShapeDraft) -> Result<ShapeId, PlanError> {
        if self.shapes.len() >= SHAPES_MAX {
            return Err(PlanError::TooMuchWork);
        }
        let id = ShapeId(self.shapes.len() as u32);
        self.shapes.push(ShapeDraft { selection: Some(selection), ..draft });
        let selections = self.selections;
        let whole = selections.get(selection);
        for usage in whole.groups.iter().flat_map(|group| &group.fragments) {
            self.begin_fragment(id, *usage);
        }
        for group in &whole.groups {
            for ty in &group.types {
                self.client_variant(id, *ty, group)?;
            }
        }
        for interface in self.graph.interface_objects() {
            let types = &self.graph.supergraph().ty(*interface).possible_types;
            if let Some(group) = type_independent_group(whole, types) {
                let group = &whole.groups[group];
                let variants = &mut self.shapes[id.0 as usize].shape.variants;
                // What the types agree on holds whichever it is; the interface may promise less.
                match variants.iter_mut().find(|variant| group.types.iter().all(|ty| variant.types.contains(ty))) {
                    Some(variant) => variant.types.push(*interface),
                    None => self.client_variant(id, *interface, group)?,
                }
            }
        }
        Ok(id)
    }

    /// Types whose fields also agree in nullability and type share a variant.
    fn client_variant(&mut self, id: ShapeId, ty: TypeId, group: &Group) -> Result<(), PlanError> {
        let mut fields = Vec::with_capacity(group.items.len());
        for item in &group.items {
            // An interface need not have the fields that are asked of all its types.
            let is_declared = self.graph.field(ty, &item.name).is_some();
            fields.push(self.client_field(id, if is_declared { ty } else { group.types[0] }, item)?);
        }
        let fragments: Vec<FragmentId> = group.fragments.iter().map(|usage| self.begin_fragment(id, *usage)).collect();
        let variants = &mut self.shapes[id.0 as usize].shape.variants;
        if variants.iter().any(|variant| variant.types.contains(&ty)) {
            return Ok(());
        }
        match variants.iter_mut().find(|variant| variant.fields == fields && variant.fragments == fragments) {
            Some(variant) => variant.types.push(ty),
            None => variants.push(ShapeVariant { types: vec![ty], fields, fragments }),
        }
        Ok(())
    }

    fn client_field(&mut self, id: ShapeId, ty: TypeId, item: &Item) -> Result<ShapeField, PlanError> {
        let response_name = item.response_name.clone().expect("the client's fields have response names");
        let draft = &mut self.shapes[id.0 as usize];
        let place = item.same_as.as_ref().unwrap_or(&response_name);
        let slot = match draft.by_response_name.get(place) {
            Some(slot) => *slot,
            None => {
                let slot = draft.add_slot(&response_name, Some(response_name.clone()));
                draft.by_response_name.insert(response_name.clone(), slot);
                slot
            }
        };
        let deferred = item.deferred.map(|_| self.part_of(id, item.deferred));
        let (wrapping, value) = self.client_value(id, (ty, slot), item)?;
        let stream = match item.stream {
            Some(stream) => Some(Box::new(self.stream(id, (slot, stream, value), item)?)),
            None => None,
        };
        Ok(ShapeField { deferred, stream, ..ShapeField::new(response_name, slot, wrapping, value) })
    }

    fn client_value(
        &mut self,
        id: ShapeId,
        (ty, slot): (TypeId, SlotId),
        item: &Item,
    ) -> Result<(Wrapping, ShapeValue), PlanError> {
        if item.is_typename() {
            return Ok((Wrapping::NON_NULL, ShapeValue::Typename));
        }
        let response_name = item.response_name.as_ref().unwrap_or(&item.name);
        let supergraph = self.graph.supergraph();
        let Some(field) = supergraph.ty(ty).field(&item.name) else {
            if id != QueryPlan::ROOT {
                let position = self.position(id, response_name, Wrapping::NULLABLE);
                return Err(PlanError::IntrospectionBelow { position });
            }
            let wrapping = if item.name == "__schema" { Wrapping::NON_NULL } else { Wrapping::NULLABLE };
            return Ok((wrapping, ShapeValue::Introspection));
        };
        let wrapping = field.ty.wrapping;
        if let Some(refusal) = item.refusal {
            return Ok((wrapping, ShapeValue::Refused(refusal)));
        }
        let value = match (item.child, supergraph.leaf_kind(field.ty.named)) {
            (Some(child), _) => {
                let part = self.part_of(id, item.deferred);
                let known = self.shapes[id.0 as usize].children.get(&(slot, child, part)).copied();
                let shape = match known {
                    Some(shape) => shape,
                    None => {
                        let position = self.position(id, response_name, wrapping);
                        let shape = self.lay_out(child, ShapeDraft::new(position, part, Some((id, slot))))?;
                        self.shapes[id.0 as usize].children.insert((slot, child, part), shape);
                        shape
                    }
                };
                ShapeValue::Object(shape)
            }
            (None, Some(kind)) => ShapeValue::Leaf(kind),
            (None, None) => ShapeValue::Introspection,
        };
        Ok((wrapping, value))
    }

    /// The items of a streamed list after the first ones: in a part of their own, laid out like the first ones.
    fn stream(
        &mut self,
        id: ShapeId,
        (slot, stream, value): (SlotId, StreamId, ShapeValue),
        item: &Item,
    ) -> Result<ShapeStream, PlanError> {
        let first_part = self.part_of(id, item.deferred);
        let (part, items) = match (value, item.child) {
            (ShapeValue::Object(first), Some(child)) => {
                let key = (slot, child, first_part);
                let known = self.shapes[id.0 as usize].later_children.get(&key).copied();
                let shape = match known {
                    Some(shape) => shape,
                    None => {
                        let part = self.parts.add_streamed(first_part);
                        let position = self.shapes[first.0 as usize].shape.position.clone();
                        let shape = self.lay_out(child, ShapeDraft::new(position, part, Some((id, slot))))?;
                        self.shapes[id.0 as usize].later_children.insert(key, shape);
                        shape
                    }
                };
                (self.shapes[shape.0 as usize].part, ShapeValue::Object(shape))
            }
            _ => (self.parts.add_streamed(first_part), value),
        };
        let usage = self.selections.deferral.stream(stream);
        let (label, initial_count) = (usage.label.clone(), usage.initial_count.clone());
        Ok(ShapeStream { label, initial_count, part, items })
    }

    fn position(&self, parent: ShapeId, name: &str, wrapping: Wrapping) -> String {
        let parent = &self.shapes[parent.0 as usize].shape.position;
        let dot = if parent.is_empty() { "" } else { "." };
        format!("{parent}{dot}{name}{}", "[]".repeat(usize::from(wrapping.list_depth())))
    }

    /// Where the rows of a shape keep a field of type `ty`: the client's place when the client asked for it, else a slot
    /// of its own.
    pub(super) fn slot(&mut self, id: ShapeId, ty: TypeId, item: &Item) -> SlotPlace {
        let asked = match item.response_name {
            Some(_) => item,
            None => match self.asked_by_client(&self.shapes[id.0 as usize], ty, item) {
                Some(asked) => asked,
                None => return self.internal_slot(id, ty, item),
            },
        };
        let part = self.part_of(id, asked.deferred);
        let draft = &self.shapes[id.0 as usize];
        let slot = draft.by_response_name[asked.response_name.as_ref().unwrap_or(&asked.name)];
        let key = asked.child.map(|child| (slot, self.selections.origin(child), part));
        let shape = |shapes: &HashMap<_, ShapeId>| key.and_then(|key| shapes.get(&key).copied());
        let (child, later_child) = (shape(&draft.children), shape(&draft.later_children));
        SlotPlace { slot, child, stream: asked.stream, later_child }
    }

    fn asked_by_client(&self, draft: &ShapeDraft, ty: TypeId, item: &Item) -> Option<&'a Item> {
        let selections: &'a Selections = self.selections;
        let selection = selections.get(draft.selection?);
        // A key may be refused to the client and still be needed.
        let is_same =
            |asked: &&Item| asked.refusal.is_none() && asked.name == item.name && asked.arguments == item.arguments;
        let items = match self.graph.supergraph().ty(ty) {
            // An interface object's row has what is asked of every type.
            definition if definition.kind == TypeKind::Interface => {
                return common_items(selection, ty, definition).into_iter().find(is_same);
            }
            _ => selection.items_for(ty)?,
        };
        items.iter().find(is_same)
    }

    fn internal_slot(&mut self, id: ShapeId, ty: TypeId, item: &Item) -> SlotPlace {
        let place =
            |(slot, child): (SlotId, Option<ShapeId>)| SlotPlace { slot, child, stream: None, later_child: None };
        let key = (item.name.clone(), item.arguments, item.child.is_some());
        if let Some(known) = self.shapes[id.0 as usize].internal.get(&key) {
            return place(*known);
        }
        let name = format!("{}{}", item.name, self.selections.arguments(item.arguments).text);
        let wrapping = self.graph.field(ty, &item.name).map(|field| field.ty.wrapping).unwrap_or_default();
        let slot = self.shapes[id.0 as usize].add_slot(&name, None);
        let child = item.child.map(|_| {
            let position = self.position(id, &item.name, wrapping);
            let part = self.shapes[id.0 as usize].part;
            self.shapes.push(ShapeDraft::new(position, part, Some((id, slot))));
            ShapeId(self.shapes.len() as u32 - 1)
        });
        self.shapes[id.0 as usize].internal.insert(key, (slot, child));
        place((slot, child))
    }
}
