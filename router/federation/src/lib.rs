//! The federation specification: supergraph schemas as composed by anyone, what each subgraph can give, and the API
//! schema that clients see. Pure: no I/O, no clock.

mod api_schema;
mod authorisation;
mod features;
mod field_set;
mod graphql_validation;
mod incremental_directives;
mod supergraph;
mod supergraph_reader;

pub use api_schema::{api_schema, is_executable};
pub use authorisation::{Grants, Requirement, RequirementId};
pub use features::{Feature, FeatureError, Purpose, imports, linked_features};
pub use field_set::{FieldSet, FieldSetField, FieldSetSelection};
pub use graphql_validation::{TOLERATED, refused, validate};
pub use incremental_directives::IncrementalDirectiveClash;
pub use supergraph::{
    ContextArgument, ContextSelection, EnumValue, Field, FieldInSubgraph, Key, LabelId, LeafKind, OverrideLabel,
    Subgraph, SubgraphId, Supergraph, TypeDefinition, TypeId, TypeInSubgraph, TypeKind, TypeRef, Wrapping,
};
pub use supergraph_reader::SupergraphError;
