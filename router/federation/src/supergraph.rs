//! The supergraph as small integers: every type, its fields, and what each subgraph knows of them.
//!
//! Built once per supergraph by [`Supergraph::parse`] and shared by all requests. Types are numbered in the order of
//! their names, subgraphs in the order of `join__Graph`, so equal texts give equal ids.

use crate::{Feature, FieldSet, Requirement, RequirementId};
use apollo_compiler::{
    Name, Node, Schema,
    ast::{self, Type},
    schema::FieldDefinition,
    validation::Valid,
};
use hashbrown::HashMap;

/// Index into [`Supergraph::subgraphs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubgraphId(pub u16);

/// Index into [`Supergraph::types`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u32);

/// Index into [`Supergraph::override_labels`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LabelId(pub u32);

#[derive(Debug)]
pub struct Supergraph {
    pub subgraphs: Vec<Subgraph>,
    pub types: Vec<TypeDefinition>,
    pub query: TypeId,
    pub mutation: Option<TypeId>,
    pub subscription: Option<TypeId>,
    /// Linked features other than `link`/`core` and `join` themselves.
    pub features: Vec<Feature>,
    /// The different requirements that fields have; none where the supergraph protects nothing.
    pub requirements: Vec<Requirement>,
    /// Labels of progressive overrides, sorted, each once; none where no field is on its way between subgraphs.
    pub override_labels: Vec<String>,
    /// What clients see and operations are validated against.
    pub api_schema: Valid<Schema>,
    pub(crate) type_ids: HashMap<Name, TypeId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subgraph {
    /// As the subgraph's team names it.
    pub name: String,
    /// Routing URL; may be empty in a supergraph whose URLs are given at run time.
    pub url: String,
}

#[derive(Debug)]
pub struct TypeDefinition {
    pub name: Name,
    pub kind: TypeKind,
    /// Left out of the API schema, by itself.
    pub is_inaccessible: bool,
    /// Sorted by subgraph; a type is absent from a subgraph that does not know it.
    pub in_subgraphs: Vec<TypeInSubgraph>,
    /// Of object and interface types, sorted by name.
    pub fields: Vec<Field>,
    /// Their indexes by name: planning looks fields up again and again.
    pub(crate) field_indexes: HashMap<Name, u32>,
    /// Object types that a value of this type can have in the whole supergraph, ascending; an object type's own id.
    pub possible_types: Vec<TypeId>,
    /// Of enum types.
    pub values: Vec<EnumValue>,
    /// Contexts that values of the type set for what is below them, with their subgraph's prefix.
    pub contexts: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeKind {
    Scalar,
    Object,
    Interface,
    Union,
    Enum,
    InputObject,
}

#[derive(Debug, Clone)]
pub struct EnumValue {
    pub name: Name,
    pub is_inaccessible: bool,
}

/// What one subgraph knows of a type.
#[derive(Debug, Clone)]
pub struct TypeInSubgraph {
    pub subgraph: SubgraphId,
    pub keys: Vec<Key>,
    /// The subgraph has an object type where the others have an interface.
    pub is_interface_object: bool,
    /// The subgraph extends a type of others, as in federation 1.
    pub is_extension: bool,
    /// Object types that a value of this type can have in this subgraph, ascending. For an interface object: empty.
    pub possible_types: Vec<TypeId>,
}

#[derive(Debug, Clone)]
pub struct Key {
    pub fields: FieldSet,
    pub is_resolvable: bool,
}

#[derive(Debug)]
pub struct Field {
    pub name: Name,
    pub ty: TypeRef,
    pub is_inaccessible: bool,
    /// Sorted by subgraph.
    pub in_subgraphs: Vec<FieldInSubgraph>,
    /// What callers have to meet, all of it: ascending, the type's and those of what is read for the field included.
    pub requirements: Vec<RequirementId>,
    /// Argument definitions, for printing operations.
    pub definition: Node<FieldDefinition>,
}

/// What one subgraph knows of a field.
#[derive(Debug, Clone)]
pub struct FieldInSubgraph {
    pub subgraph: SubgraphId,
    /// The field's type there.
    pub ty: TypeRef,
    /// Declared there, but resolved elsewhere: usable only in keys, requirements and where provided.
    pub is_external: bool,
    pub requires: Option<FieldSet>,
    pub provides: Option<FieldSet>,
    /// Progressive override: while the label is active the field is not resolved here (`Overridden`), or only then
    /// (`Overrides`).
    pub override_label: Option<OverrideLabel>,
    /// Arguments that the subgraph takes and clients do not give: they are read from what is above the field.
    pub context_arguments: Vec<ContextArgument>,
}

/// An argument with `@fromContext`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextArgument {
    pub name: Name,
    /// As the subgraph declares it.
    pub ty: Type,
    /// As in [`TypeDefinition::contexts`].
    pub context: String,
    /// What is selected on each type that sets the context.
    pub selections: Vec<ContextSelection>,
}

/// The selection of a context argument on one of the types that set the context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextSelection {
    pub on: TypeId,
    pub fields: FieldSet,
}

/// Condition of a progressive `@override(from:, label:)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverrideLabel {
    /// Resolved here while the label is active.
    Overrides(LabelId),
    /// Resolved here while the label is not active.
    Overridden(LabelId),
}

impl OverrideLabel {
    pub fn id(self) -> LabelId {
        let (OverrideLabel::Overrides(id) | OverrideLabel::Overridden(id)) = self;
        id
    }
}

/// A type with its list and non-null wrappers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TypeRef {
    pub named: TypeId,
    pub wrapping: Wrapping,
}

/// Lists and non-null marks around a named type. Level 0 is the outermost; level [`Wrapping::list_depth`] is the named
/// type itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Wrapping {
    list_depth: u8,
    non_null: u32,
}

impl Wrapping {
    /// More lists within lists than this are not read.
    pub const LIST_DEPTH_MAX: u8 = 30;

    pub const NULLABLE: Wrapping = Wrapping { list_depth: 0, non_null: 0 };
    pub const NON_NULL: Wrapping = Wrapping { list_depth: 0, non_null: 1 };

    pub fn list_depth(self) -> u8 {
        self.list_depth
    }

    /// Whether the value at this level must not be null.
    pub fn is_non_null(self, level: u8) -> bool {
        self.non_null & (1 << level) != 0
    }

    /// Wrapping of a GraphQL type; `None` when it has too many lists.
    pub fn of(ty: &ast::Type) -> Option<Wrapping> {
        let mut wrapping = Wrapping::default();
        let mut ty = ty;
        loop {
            let (is_non_null, item) = match ty {
                ast::Type::Named(_) => (false, None),
                ast::Type::NonNullNamed(_) => (true, None),
                ast::Type::List(item) => (false, Some(item)),
                ast::Type::NonNullList(item) => (true, Some(item)),
            };
            if is_non_null {
                wrapping.non_null |= 1 << wrapping.list_depth;
            }
            let Some(item) = item else { return Some(wrapping) };
            wrapping.list_depth += 1;
            if wrapping.list_depth > Self::LIST_DEPTH_MAX {
                return None;
            }
            ty = item;
        }
    }
}

/// What a leaf's JSON must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeafKind {
    Int,
    Float,
    String,
    Boolean,
    Id,
    /// A string that is one of the enum's accessible values.
    Enum(TypeId),
    /// A custom scalar: any JSON value.
    Any,
}

impl Supergraph {
    pub fn type_id(&self, name: &str) -> Option<TypeId> {
        self.type_ids.get(name).copied()
    }

    pub fn ty(&self, id: TypeId) -> &TypeDefinition {
        &self.types[id.0 as usize]
    }

    pub fn subgraph(&self, id: SubgraphId) -> &Subgraph {
        &self.subgraphs[id.0 as usize]
    }

    pub fn subgraph_id(&self, name: &str) -> Option<SubgraphId> {
        let index = self.subgraphs.iter().position(|subgraph| subgraph.name == name)?;
        Some(SubgraphId(index as u16))
    }

    pub fn override_label(&self, id: LabelId) -> &str {
        &self.override_labels[id.0 as usize]
    }

    /// `None` for object, interface, union and input types.
    pub fn leaf_kind(&self, id: TypeId) -> Option<LeafKind> {
        let definition = self.ty(id);
        match definition.kind {
            TypeKind::Enum => Some(LeafKind::Enum(id)),
            TypeKind::Scalar => Some(match definition.name.as_str() {
                "Int" => LeafKind::Int,
                "Float" => LeafKind::Float,
                "String" => LeafKind::String,
                "Boolean" => LeafKind::Boolean,
                "ID" => LeafKind::Id,
                _ => LeafKind::Any,
            }),
            _ => None,
        }
    }
}

impl TypeDefinition {
    pub fn field(&self, name: &str) -> Option<&Field> {
        Some(&self.fields[self.field_index(name)?])
    }

    /// Index into [`TypeDefinition::fields`].
    pub fn field_index(&self, name: &str) -> Option<usize> {
        self.field_indexes.get(name).map(|index| *index as usize)
    }

    pub fn in_subgraph(&self, subgraph: SubgraphId) -> Option<&TypeInSubgraph> {
        let index = self.in_subgraphs.binary_search_by_key(&subgraph, |known| known.subgraph).ok()?;
        Some(&self.in_subgraphs[index])
    }

    pub fn is_abstract(&self) -> bool {
        matches!(self.kind, TypeKind::Interface | TypeKind::Union)
    }

    pub fn is_composite(&self) -> bool {
        self.is_abstract() || self.kind == TypeKind::Object
    }
}

impl Field {
    pub fn in_subgraph(&self, subgraph: SubgraphId) -> Option<&FieldInSubgraph> {
        let index = self.in_subgraphs.binary_search_by_key(&subgraph, |known| known.subgraph).ok()?;
        Some(&self.in_subgraphs[index])
    }
}
