//! Fetches and their selections while they are put together: nodes in one array, referring to each other by index.

use crate::{
    plan::{OperationKind, PartId, Representation, ShapeId, SlotId, TargetId},
    selections::{ArgumentsId, Item, StreamId},
    solve::ProvisionId,
};
use apollo_compiler::{Name, ast::Type};
use hansa_federation::{SubgraphId, TypeId, TypeRef};
use hansa_query_graph::{ContextSetId, ContextValueId};
use hashbrown::HashMap;
use std::collections::BTreeSet;

/// Indexes of fetches.
pub(crate) type FetchSet = BTreeSet<usize>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(pub(crate) u32);

/// Objects in the answer of a fetch.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) subgraph: SubgraphId,
    /// The type as the subgraph declares it; for a lookup the type it is entered as.
    pub(crate) declared: TypeId,
    pub(crate) shape: ShapeId,
    pub(crate) types: Vec<NodeType>,
    /// The items of an `_entities` field.
    pub(crate) is_lookup: bool,
    /// A lookup of interface objects whose concrete types are read here.
    pub(crate) finds_types: bool,
    /// Of a lookup: the values that its document reads from contexts, each with its GraphQL type.
    pub(crate) context_variables: Vec<(ContextValueId, Type)>,
    children: HashMap<ChildKey, NodeId>,
}

/// Fields of several types share the node of their objects when they agree in slot, shape, declared type and in what their
/// plans rely on.
pub(crate) type ChildKey = (SlotId, ShapeId, TypeId, Premises);

/// What the plan of a node's objects relies on: what is provided there, and what is given by contexts.
pub(crate) type Premises = (ProvisionId, ContextSetId);

#[derive(Debug)]
pub(crate) struct NodeType {
    pub(crate) ty: TypeId,
    pub(crate) targets: Vec<TargetId>,
    pub(crate) fields: Vec<NodeField>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NodeField {
    pub(crate) slot: SlotId,
    pub(crate) name: Name,
    pub(crate) arguments: ArgumentsId,
    /// As the subgraph declares it.
    pub(crate) ty: TypeRef,
    pub(crate) child: Option<NodeId>,
    pub(crate) stream: Option<StreamId>,
    /// The objects of a streamed list after the first ones.
    pub(crate) later_child: Option<NodeId>,
    pub(crate) declared_on: TypeId,
    /// Arguments from contexts, and the numbers of the node's variables that carry them.
    pub(crate) contexts: Vec<(Name, u32)>,
}

#[derive(Debug)]
pub(crate) struct FetchDraft {
    pub(crate) subgraph: SubgraphId,
    pub(crate) depends_on: FetchSet,
    /// What waits for it.
    pub(crate) part: PartId,
    /// It brings values from contexts only.
    pub(crate) is_for_contexts: bool,
    pub(crate) root: Option<(OperationKind, NodeId)>,
    /// Of a root fetch for rows below the root.
    pub(crate) root_rows: Option<TargetId>,
    pub(crate) lookups: Vec<LookupDraft>,
}

#[derive(Debug)]
pub(crate) struct LookupDraft {
    pub(crate) node: NodeId,
    pub(crate) targets: Vec<TargetId>,
    pub(crate) representations: Vec<Representation>,
}

/// Hops that agree in this are one fetch.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct LookupKey {
    pub(crate) rows: NodeId,
    pub(crate) subgraph: SubgraphId,
    pub(crate) depends_on: FetchSet,
    pub(crate) part: PartId,
    /// What is read from contexts.
    pub(crate) contexts: Vec<ContextValueId>,
    /// What is asked of an interface object: types that are entered as one, and asked for different things, cannot be
    /// told apart in one document. Nor can finding out the types be mixed with asking whatever the type is.
    pub(crate) asked_as: Option<(TypeId, Vec<Item>)>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct OpenedLookup {
    pub(crate) fetch: usize,
    pub(crate) node: NodeId,
    pub(crate) target: TargetId,
}

#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) nodes: Vec<Node>,
    pub(crate) fetches: Vec<FetchDraft>,
    pub(crate) target_count: u32,
    /// Several where representations of one type would contradict each other.
    pub(crate) lookups: HashMap<LookupKey, Vec<OpenedLookup>>,
}

impl FetchDraft {
    pub(crate) fn new((subgraph, part): (SubgraphId, PartId), depends_on: FetchSet) -> Self {
        FetchDraft {
            subgraph,
            depends_on,
            part,
            is_for_contexts: false,
            root: None,
            root_rows: None,
            lookups: Vec::new(),
        }
    }
}

impl Draft {
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub(crate) fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.0 as usize]
    }

    pub(crate) fn add_node(&mut self, subgraph: SubgraphId, declared: TypeId, shape: ShapeId) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        let children = HashMap::new();
        self.nodes.push(Node {
            subgraph,
            declared,
            shape,
            types: Vec::new(),
            is_lookup: false,
            finds_types: false,
            context_variables: Vec::new(),
            children,
        });
        id
    }

    /// The node of a field's objects.
    pub(crate) fn child_node(&mut self, parent: NodeId, key: ChildKey) -> NodeId {
        if let Some(id) = self.node(parent).children.get(&key) {
            return *id;
        }
        let id = self.add_node(self.node(parent).subgraph, key.2, key.1);
        self.node_mut(parent).children.insert(key, id);
        id
    }

    pub(crate) fn node_type(&mut self, node: NodeId, ty: TypeId) -> &mut NodeType {
        let types = &mut self.node_mut(node).types;
        let index = types.iter().position(|known| known.ty == ty).unwrap_or_else(|| {
            types.push(NodeType { ty, targets: Vec::new(), fields: Vec::new() });
            types.len() - 1
        });
        &mut types[index]
    }

    /// The nodes of the objects of a field that was added before, and of those that come later.
    pub(crate) fn known_children(
        &mut self,
        node: NodeId,
        ty: TypeId,
        slot: SlotId,
    ) -> Option<(Option<NodeId>, Option<NodeId>)> {
        let known = self.node_type(node, ty).fields.iter().find(|known| known.slot == slot)?;
        Some((known.child, known.later_child))
    }

    pub(crate) fn add_field(&mut self, node: NodeId, ty: TypeId, field: NodeField) {
        let fields = &mut self.node_type(node, ty).fields;
        if !fields.iter().any(|known| known.slot == field.slot) {
            fields.push(field);
        }
    }
}
