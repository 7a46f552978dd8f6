//! The query plan: plain data, made once per operation and read by every request.
//!
//! It speaks in *shapes* (what the rows at one response position look like), *fetches* (what is asked of whom, after
//! what) and *targets* (lists of rows that a fetch creates and a later entity fetch works through). Everything refers to
//! everything else by index, and types by their id in the supergraph the plan was made for.

mod contexts;

pub use contexts::{
    ContextSource, ContextStep, ContextValue, ContextValueVariant, ContextVariable, DocumentTemplate, LookupContexts,
    LookupTemplate,
};

use apollo_compiler::Name;
use hansa_federation::{LeafKind, SubgraphId, TypeId, Wrapping};
use std::sync::Arc;

/// Index into [`QueryPlan::shapes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShapeId(pub u32);

/// Index of a field's place in the rows of one shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotId(pub u32);

/// Index into [`QueryPlan::fetches`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FetchId(pub u32);

/// Index of a list of rows that entity fetches work through; see [`QueryPlan::target_count`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TargetId(pub u32);

/// Index into [`QueryPlan::parts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartId(pub u32);

/// Index into [`QueryPlan::fragments`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FragmentId(pub u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationKind {
    Query,
    Mutation,
    Subscription,
}

/// How one operation is answered. A plan is made for one supergraph, for fixed truth values of the variables that `@skip`
/// and `@include` use, and for callers who lack the same; it holds no other request data.
#[derive(Debug, Clone)]
pub struct QueryPlan {
    pub kind: OperationKind,
    /// Layouts of all response positions; `shapes[0]` is the root's.
    pub shapes: Vec<Shape>,
    /// In an order in which every fetch comes after those it depends on.
    pub fetches: Vec<Fetch>,
    /// Target lists are numbered from 0 to this.
    pub target_count: u32,
    /// The pieces in which the response is delivered; one, unless something is deferred. `parts[0]` is answered at once, and
    /// a part comes after the one that it is a part of.
    pub parts: Vec<Part>,
    /// Deferred fragments; a nested one comes after the one it is in.
    pub fragments: Vec<DeferredFragment>,
}

/// What is delivered together: when the part's fetches have ended, and the part with its rows has been delivered. GraphQL specification (draft), "Incremental Delivery".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The part that has the rows or lists where this one starts; `None` for the first.
    pub within: Option<PartId>,
    pub kind: PartKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartKind {
    /// What is answered at once.
    Initial,
    /// Fields that occur in all of these fragments and nowhere else; ascending. The part is delivered with the first of them
    /// that is pending and has all its parts' fetches.
    Deferred(Vec<FragmentId>),
    /// Items of a streamed list after the first ones.
    Streamed,
}

/// A fragment with an active `@defer`. It becomes pending at each row where it begins ([`ShapeVariant::fragments`]) when that
/// row has been delivered and the fragment around it, if any, is complete. It is complete when all of its parts
/// have been delivered; one without parts that are still open is never pending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeferredFragment {
    pub label: Option<String>,
    /// The deferred fragment that it is in.
    pub within: Option<FragmentId>,
    /// Ascending.
    pub parts: Vec<PartId>,
}

impl Part {
    pub const INITIAL: Part = Part { within: None, kind: PartKind::Initial };
}

impl QueryPlan {
    pub const ROOT: ShapeId = ShapeId(0);
    pub const INITIAL: PartId = PartId(0);

    pub fn shape(&self, id: ShapeId) -> &Shape {
        &self.shapes[id.0 as usize]
    }

    /// Of a subscription the fetch whose document is the source of the events: each event is its answer, and the others
    /// run for each event. `None` where the caller may not read the field.
    pub fn source(&self) -> Option<&Fetch> {
        let is_root = |fetch: &&Fetch| matches!(fetch.kind, FetchKind::Root(_));
        self.fetches.iter().find(is_root).filter(|_| self.kind == OperationKind::Subscription)
    }

    /// Whether the response comes in several pieces.
    pub fn is_incremental(&self) -> bool {
        self.parts.len() > 1
    }
}

/// The layout and the client's view of the rows at a response position.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    /// Response position, list indexes left out: `users[].reviews[].product`. For people.
    pub position: String,
    /// One for each field that any fetch writes here. The name is for people.
    pub slots: Vec<String>,
    /// What the client asked for, by concrete type. A row whose type is in no variant is not visible to the client
    /// (an inaccessible type): its value is null. While an interface object's concrete type is not known, a row has
    /// the interface's own id; there is a variant for it where the plan does not need to know more.
    pub variants: Vec<ShapeVariant>,
}

impl Shape {
    /// Without memory for what might still have come: plans are kept.
    pub(crate) fn trimmed(mut self) -> Shape {
        self.position.shrink_to_fit();
        self.slots.shrink_to_fit();
        self.variants.shrink_to_fit();
        for variant in &mut self.variants {
            variant.fields.shrink_to_fit();
        }
        self
    }
}

#[derive(Debug, Clone)]
pub struct ShapeVariant {
    pub types: Vec<TypeId>,
    /// In response order.
    pub fields: Vec<ShapeField>,
    /// Deferred fragments that begin at these rows, in the order of the operation.
    pub fragments: Vec<FragmentId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeField {
    pub response_name: Name,
    pub slot: SlotId,
    /// Nullability as in the API schema: where null propagation happens.
    pub wrapping: Wrapping,
    pub value: ShapeValue,
    /// The part in which the field is delivered, where that is not the one its row is in.
    pub deferred: Option<PartId>,
    /// The list is streamed: `value` is about its first items.
    pub stream: Option<Box<ShapeStream>>,
}

impl ShapeField {
    /// A field that is delivered with its row, as a whole.
    pub fn new(response_name: Name, slot: SlotId, wrapping: Wrapping, value: ShapeValue) -> ShapeField {
        ShapeField { response_name, slot, wrapping, value, deferred: None, stream: None }
    }
}

/// `@stream` on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeStream {
    pub label: Option<String>,
    pub initial_count: InitialCount,
    /// The part of the items after the first ones.
    pub part: PartId,
    /// What these items are.
    pub items: ShapeValue,
}

/// How many items of a streamed list are answered at once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum InitialCount {
    Constant(u32),
    /// The value of a client variable, an Int that must not be negative.
    Variable(Name),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShapeValue {
    /// The row's concrete type name; has a slot that is never read.
    Typename,
    Leaf(LeafKind),
    Object(ShapeId),
    /// `__schema` or `__type` at the query root: the answer is given to the executor as JSON text.
    Introspection,
    /// The caller may not read it: null and an error, whatever the slot holds.
    Refused(Refusal),
}

/// Why a caller may not read a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// It takes a caller who is known.
    Unauthenticated,
    /// The caller is known, and lacks scopes.
    Forbidden,
}

impl Refusal {
    /// For `extensions.code`.
    pub const fn code(self) -> &'static str {
        match self {
            Refusal::Unauthenticated => "UNAUTHENTICATED",
            Refusal::Forbidden => "FORBIDDEN",
        }
    }
}

/// One request to one subgraph.
#[derive(Debug, Clone)]
pub struct Fetch {
    pub id: FetchId,
    pub subgraph: SubgraphId,
    /// The fetch starts when these have ended, well or badly.
    pub depends_on: Vec<FetchId>,
    /// The document sent, one operation.
    pub operation: String,
    /// Client variables that the document uses and that are sent along (when the client gave them or they have a
    /// default).
    pub variables: Vec<Name>,
    pub kind: FetchKind,
    /// Where a lookup reads from contexts.
    pub template: Option<DocumentTemplate>,
    /// The part of the response that waits for it.
    pub part: PartId,
}

#[derive(Debug, Clone)]
pub enum FetchKind {
    /// The answer's `data` is decoded into the root row.
    Root(Selection),
    /// The same for rows of the query's root type that are below the root.
    RootBelow(RootBelow),
    /// One `_entities` field per lookup, all in the one document.
    Entities(Vec<Lookup>),
}

/// A root fetch for rows below the root. Not sent where there is no such row.
#[derive(Debug, Clone)]
pub struct RootBelow {
    /// All rows pushed to any of these lists.
    pub targets: Vec<TargetId>,
    /// The answer's `data` is decoded into one of the rows, and all get it.
    pub selection: Selection,
    /// As [`Lookup::keeps_rows_apart`].
    pub keeps_rows_apart: bool,
}

/// One `_entities` field: for which rows it asks, how they are represented, and what its items hold.
#[derive(Debug, Clone)]
pub struct Lookup {
    /// Response name of the `_entities` field.
    pub response_key: Name,
    /// The variable that carries the representations.
    pub variable: Name,
    /// The rows asked about: all rows pushed to any of these lists.
    pub targets: Vec<TargetId>,
    /// The first that names the row's type is used; rows of other types are left out.
    pub representations: Vec<Representation>,
    /// The item is decoded into the row it was asked for.
    pub selection: Selection,
    /// What its rows read from objects above them.
    pub contexts: Option<LookupContexts>,
    /// Rows that stand for one entity get child rows of their own: what is read below differs with what is above.
    pub keeps_rows_apart: bool,
}

#[derive(Debug, Clone)]
pub struct Representation {
    pub types: Vec<TypeId>,
    /// Written as `__typename`. Differs from the row's type for interface objects. `None`: the row's own type.
    pub typename: Option<TypeId>,
    pub fields: Vec<RepresentationField>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepresentationField {
    /// Name in the representation.
    pub name: Name,
    pub slot: SlotId,
    /// A key field: a row in which it is null, absent or failed is not asked about.
    pub is_key: bool,
    pub value: RepresentationValue,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RepresentationValue {
    Leaf,
    /// Lists are followed as they come. For each row all variants that name its type are written, one after another;
    /// `__typename` first where the flag is set.
    Object {
        typename: bool,
        variants: Vec<RepresentationVariant>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepresentationVariant {
    pub types: Vec<TypeId>,
    pub fields: Vec<RepresentationField>,
}

/// How an object of a subgraph's answer is decoded.
#[derive(Debug, Clone)]
pub struct Selection {
    pub shape: ShapeId,
    pub type_source: TypeSource,
    /// By the type name that the subgraph gives (which may be an interface's, from an interface object). Types in no
    /// variant are legal and have no fields to read.
    pub variants: Vec<SelectionVariant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeSource {
    /// Always this type; `__typename` was not asked for.
    Static(TypeId),
    /// `__typename` was asked for, first, under that response key.
    Typename,
    /// Decoded into a row whose type is known already and stays as it is.
    Row,
}

#[derive(Debug, Clone)]
pub struct SelectionVariant {
    pub types: Vec<TypeId>,
    /// Push the row to these lists once it is decoded.
    pub targets: Vec<TargetId>,
    /// In the order in which the document asks for them.
    pub fields: Vec<SelectionField>,
}

#[derive(Debug, Clone)]
pub struct SelectionField {
    pub response_key: Name,
    pub slot: SlotId,
    /// List depth as the subgraph answers; nullability is the business of [`ShapeField::wrapping`].
    pub wrapping: Wrapping,
    pub value: SelectionValue,
    /// The list is streamed: `value` is about its first items.
    pub stream: Option<Box<SelectionStream>>,
}

/// How the items of a streamed list after the first ones are decoded: from the same text, into rows of another part.
#[derive(Debug, Clone)]
pub struct SelectionStream {
    pub initial_count: InitialCount,
    pub items: SelectionValue,
}

#[derive(Debug, Clone)]
pub enum SelectionValue {
    Leaf(LeafKind),
    /// Types that ask for the same share it: as a tree it could be far larger than the document.
    Object(Arc<Selection>),
}
