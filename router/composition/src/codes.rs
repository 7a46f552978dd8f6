//! Every error and hint that composing can give, with what it means and what to do. The reference page is made of this
//! list, and each code has a folder in `tests/cases/composition`.
//!
//! The names are public: people search for them, and CI scripts look for them in output.

/// A stable name for one kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    pub name: &'static str,
    pub level: Level,
    /// One or two sentences: what the code says about the schema.
    pub meaning: &'static str,
    /// What its author can do about it.
    pub advice: &'static str,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// There is no supergraph.
    Error,
    /// There is one, but it may not be what was meant.
    Warn,
    Info,
    Debug,
}

pub const INVALID_GRAPHQL: Code = Code {
    name: "INVALID_GRAPHQL",
    level: Level::Error,
    meaning: "subgraph or merged schema breaks a rule of the GraphQL specification",
    advice: "",
};

pub const DIRECTIVE_DEFINITION_INVALID: Code = Code {
    name: "DIRECTIVE_DEFINITION_INVALID",
    level: Level::Error,
    meaning: "a built-in or federation directive is redefined incompatibly",
    advice: "",
};

pub const TYPE_DEFINITION_INVALID: Code = Code {
    name: "TYPE_DEFINITION_INVALID",
    level: Level::Error,
    meaning: "a built-in or federation type is redefined incompatibly",
    advice: "",
};

pub const UNKNOWN_FEDERATION_LINK_VERSION: Code = Code {
    name: "UNKNOWN_FEDERATION_LINK_VERSION",
    level: Level::Error,
    meaning: "federation version in @link not known",
    advice: "",
};

pub const UNKNOWN_LINK_VERSION: Code =
    Code { name: "UNKNOWN_LINK_VERSION", level: Level::Error, meaning: "link spec version not known", advice: "" };

pub const KEY_FIELDS_HAS_ARGS: Code = Code {
    name: "KEY_FIELDS_HAS_ARGS",
    level: Level::Error,
    meaning: "a key selects a field that takes arguments",
    advice: "",
};

pub const PROVIDES_FIELDS_HAS_ARGS: Code = Code {
    name: "PROVIDES_FIELDS_HAS_ARGS",
    level: Level::Error,
    meaning: "a provides selects a field that takes arguments",
    advice: "",
};

pub const PROVIDES_FIELDS_MISSING_EXTERNAL: Code = Code {
    name: "PROVIDES_FIELDS_MISSING_EXTERNAL",
    level: Level::Error,
    meaning: "a provided leaf is not @external",
    advice: "",
};

pub const REQUIRES_FIELDS_MISSING_EXTERNAL: Code = Code {
    name: "REQUIRES_FIELDS_MISSING_EXTERNAL",
    level: Level::Error,
    meaning: "a required leaf is not @external",
    advice: "",
};

pub const KEY_UNSUPPORTED_ON_INTERFACE: Code = Code {
    name: "KEY_UNSUPPORTED_ON_INTERFACE",
    level: Level::Error,
    meaning: "@key on an interface before federation 2.3",
    advice: "",
};

pub const PROVIDES_UNSUPPORTED_ON_INTERFACE: Code = Code {
    name: "PROVIDES_UNSUPPORTED_ON_INTERFACE",
    level: Level::Error,
    meaning: "@provides on an interface field",
    advice: "",
};

pub const REQUIRES_UNSUPPORTED_ON_INTERFACE: Code = Code {
    name: "REQUIRES_UNSUPPORTED_ON_INTERFACE",
    level: Level::Error,
    meaning: "@requires on an interface field",
    advice: "",
};

pub const EXTERNAL_UNUSED: Code =
    Code { name: "EXTERNAL_UNUSED", level: Level::Error, meaning: "an @external field nothing refers to", advice: "" };

pub const EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE: Code = Code {
    name: "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE",
    level: Level::Error,
    meaning: "@external together with a directive it excludes (e.g. @provides)",
    advice: "",
};

pub const TYPE_WITH_ONLY_UNUSED_EXTERNAL: Code = Code {
    name: "TYPE_WITH_ONLY_UNUSED_EXTERNAL",
    level: Level::Error,
    meaning: "fed1 type left empty after unused externals are dropped",
    advice: "",
};

pub const PROVIDES_ON_NON_OBJECT_FIELD: Code = Code {
    name: "PROVIDES_ON_NON_OBJECT_FIELD",
    level: Level::Error,
    meaning: "@provides on a field without sub-fields",
    advice: "",
};

pub const KEY_INVALID_FIELDS_TYPE: Code =
    Code { name: "KEY_INVALID_FIELDS_TYPE", level: Level::Error, meaning: "key `fields` is not a string", advice: "" };

pub const PROVIDES_INVALID_FIELDS_TYPE: Code = Code {
    name: "PROVIDES_INVALID_FIELDS_TYPE",
    level: Level::Error,
    meaning: "provides `fields` is not a string",
    advice: "",
};

pub const REQUIRES_INVALID_FIELDS_TYPE: Code = Code {
    name: "REQUIRES_INVALID_FIELDS_TYPE",
    level: Level::Error,
    meaning: "requires `fields` is not a string",
    advice: "",
};

pub const KEY_INVALID_FIELDS: Code = Code {
    name: "KEY_INVALID_FIELDS",
    level: Level::Error,
    meaning: "key selection does not parse or does not fit the type",
    advice: "",
};

pub const PROVIDES_INVALID_FIELDS: Code =
    Code { name: "PROVIDES_INVALID_FIELDS", level: Level::Error, meaning: "same for provides", advice: "" };

pub const REQUIRES_INVALID_FIELDS: Code = Code {
    name: "REQUIRES_INVALID_FIELDS",
    level: Level::Error,
    meaning: "same for requires (also against the merged schema)",
    advice: "",
};

pub const KEY_FIELDS_SELECT_INVALID_TYPE: Code = Code {
    name: "KEY_FIELDS_SELECT_INVALID_TYPE",
    level: Level::Error,
    meaning: "key goes through an interface or union field",
    advice: "",
};

pub const ROOT_QUERY_USED: Code = Code {
    name: "ROOT_QUERY_USED",
    level: Level::Error,
    meaning: "a non-root type is named Query while the query root has another name",
    advice: "",
};

pub const ROOT_MUTATION_USED: Code =
    Code { name: "ROOT_MUTATION_USED", level: Level::Error, meaning: "same for Mutation", advice: "" };

pub const ROOT_SUBSCRIPTION_USED: Code =
    Code { name: "ROOT_SUBSCRIPTION_USED", level: Level::Error, meaning: "same for Subscription", advice: "" };

pub const INVALID_SUBGRAPH_NAME: Code = Code {
    name: "INVALID_SUBGRAPH_NAME",
    level: Level::Error,
    meaning: "reserved or unusable subgraph name",
    advice: "",
};

pub const NO_QUERIES: Code =
    Code { name: "NO_QUERIES", level: Level::Error, meaning: "no subgraph has a query field", advice: "" };

pub const INTERFACE_FIELD_NO_IMPLEM: Code = Code {
    name: "INTERFACE_FIELD_NO_IMPLEM",
    level: Level::Error,
    meaning: "after merging, an implementation lacks an interface field",
    advice: "",
};

pub const TYPE_KIND_MISMATCH: Code =
    Code { name: "TYPE_KIND_MISMATCH", level: Level::Error, meaning: "one name, different kinds", advice: "" };

pub const CONTEXT_NOT_SET: Code = Code {
    name: "CONTEXT_NOT_SET",
    level: Level::Error,
    meaning: "@fromContext names a context nobody sets",
    advice: "",
};

pub const CONTEXT_INVALID_SELECTION: Code = Code {
    name: "CONTEXT_INVALID_SELECTION",
    level: Level::Error,
    meaning: "context selection does not give one fitting field",
    advice: "",
};

pub const NO_CONTEXT_IN_SELECTION: Code = Code {
    name: "NO_CONTEXT_IN_SELECTION",
    level: Level::Error,
    meaning: "@fromContext does not name a context",
    advice: "",
};

pub const CONTEXT_NO_RESOLVABLE_KEY: Code = Code {
    name: "CONTEXT_NO_RESOLVABLE_KEY",
    level: Level::Error,
    meaning: "type with @fromContext has no resolvable key",
    advice: "",
};

pub const CONTEXT_NAME_INVALID: Code =
    Code { name: "CONTEXT_NAME_INVALID", level: Level::Error, meaning: "context name malformed", advice: "" };

pub const EXTERNAL_TYPE_MISMATCH: Code = Code {
    name: "EXTERNAL_TYPE_MISMATCH",
    level: Level::Error,
    meaning: "external field's type differs from the real one",
    advice: "",
};

pub const EXTERNAL_ARGUMENT_MISSING: Code = Code {
    name: "EXTERNAL_ARGUMENT_MISSING",
    level: Level::Error,
    meaning: "external field lacks an argument",
    advice: "",
};

pub const EXTERNAL_ARGUMENT_TYPE_MISMATCH: Code = Code {
    name: "EXTERNAL_ARGUMENT_TYPE_MISMATCH",
    level: Level::Error,
    meaning: "external field's argument type differs",
    advice: "",
};

pub const EXTERNAL_ARGUMENT_DEFAULT_MISMATCH: Code = Code {
    name: "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH",
    level: Level::Error,
    meaning: "external field's argument default differs",
    advice: "",
};

pub const EXTERNAL_ON_INTERFACE: Code =
    Code { name: "EXTERNAL_ON_INTERFACE", level: Level::Error, meaning: "@external on an interface field", advice: "" };

pub const MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL: Code = Code {
    name: "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",
    level: Level::Error,
    meaning: "composed directive applied to an external field",
    advice: "",
};

pub const FIELD_TYPE_MISMATCH: Code = Code {
    name: "FIELD_TYPE_MISMATCH",
    level: Level::Error,
    meaning: "output or input field types cannot be merged",
    advice: "",
};

pub const FIELD_ARGUMENT_TYPE_MISMATCH: Code = Code {
    name: "FIELD_ARGUMENT_TYPE_MISMATCH",
    level: Level::Error,
    meaning: "argument types cannot be merged",
    advice: "",
};

pub const INPUT_FIELD_DEFAULT_MISMATCH: Code = Code {
    name: "INPUT_FIELD_DEFAULT_MISMATCH",
    level: Level::Error,
    meaning: "input field defaults differ",
    advice: "",
};

pub const FIELD_ARGUMENT_DEFAULT_MISMATCH: Code = Code {
    name: "FIELD_ARGUMENT_DEFAULT_MISMATCH",
    level: Level::Error,
    meaning: "argument defaults differ",
    advice: "",
};

pub const EXTENSION_WITH_NO_BASE: Code = Code {
    name: "EXTENSION_WITH_NO_BASE",
    level: Level::Error,
    meaning: "extended type is defined nowhere",
    advice: "",
};

pub const EXTERNAL_MISSING_ON_BASE: Code = Code {
    name: "EXTERNAL_MISSING_ON_BASE",
    level: Level::Error,
    meaning: "field is external in every subgraph",
    advice: "",
};

pub const INVALID_FIELD_SHARING: Code = Code {
    name: "INVALID_FIELD_SHARING",
    level: Level::Error,
    meaning: "several subgraphs resolve a field and not all say @shareable",
    advice: "",
};

pub const INVALID_SHAREABLE_USAGE: Code = Code {
    name: "INVALID_SHAREABLE_USAGE",
    level: Level::Error,
    meaning: "@shareable on an interface field or twice",
    advice: "",
};

pub const INVALID_LINK_DIRECTIVE_USAGE: Code = Code {
    name: "INVALID_LINK_DIRECTIVE_USAGE",
    level: Level::Error,
    meaning: "malformed @link or import",
    advice: "",
};

pub const INVALID_LINK_IDENTIFIER: Code = Code {
    name: "INVALID_LINK_IDENTIFIER",
    level: Level::Error,
    meaning: "malformed feature url or version",
    advice: "",
};

pub const LINK_IMPORT_NAME_MISMATCH: Code = Code {
    name: "LINK_IMPORT_NAME_MISMATCH",
    level: Level::Error,
    meaning: "composed directive imported under different names",
    advice: "",
};

pub const REFERENCED_INACCESSIBLE: Code = Code {
    name: "REFERENCED_INACCESSIBLE",
    level: Level::Error,
    meaning: "hidden type used by a visible element",
    advice: "",
};

pub const DEFAULT_VALUE_USES_INACCESSIBLE: Code = Code {
    name: "DEFAULT_VALUE_USES_INACCESSIBLE",
    level: Level::Error,
    meaning: "visible default value uses a hidden element",
    advice: "",
};

pub const QUERY_ROOT_TYPE_INACCESSIBLE: Code =
    Code { name: "QUERY_ROOT_TYPE_INACCESSIBLE", level: Level::Error, meaning: "query root hidden", advice: "" };

pub const REQUIRED_INACCESSIBLE: Code = Code {
    name: "REQUIRED_INACCESSIBLE",
    level: Level::Error,
    meaning: "hidden argument or input field is required",
    advice: "",
};

pub const DISALLOWED_INACCESSIBLE: Code = Code {
    name: "DISALLOWED_INACCESSIBLE",
    level: Level::Error,
    meaning: "element may not be hidden (built-in, spec, type-system directive argument)",
    advice: "",
};

pub const IMPLEMENTED_BY_INACCESSIBLE: Code = Code {
    name: "IMPLEMENTED_BY_INACCESSIBLE",
    level: Level::Error,
    meaning: "hidden field or argument implements a visible one",
    advice: "",
};

pub const ONLY_INACCESSIBLE_CHILDREN: Code = Code {
    name: "ONLY_INACCESSIBLE_CHILDREN",
    level: Level::Error,
    meaning: "visible type has only hidden children",
    advice: "",
};

pub const REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH: Code = Code {
    name: "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
    level: Level::Error,
    meaning: "required argument not defined everywhere",
    advice: "",
};

pub const REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH: Code = Code {
    name: "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH",
    level: Level::Error,
    meaning: "required input field not defined everywhere",
    advice: "",
};

pub const EMPTY_MERGED_INPUT_TYPE: Code =
    Code { name: "EMPTY_MERGED_INPUT_TYPE", level: Level::Error, meaning: "input intersection is empty", advice: "" };

pub const ENUM_VALUE_MISMATCH: Code = Code {
    name: "ENUM_VALUE_MISMATCH",
    level: Level::Error,
    meaning: "enum used both ways has differing values",
    advice: "",
};

pub const EMPTY_MERGED_ENUM_TYPE: Code =
    Code { name: "EMPTY_MERGED_ENUM_TYPE", level: Level::Error, meaning: "enum intersection is empty", advice: "" };

pub const SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES: Code = Code {
    name: "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
    level: Level::Error,
    meaning: "shared field's possible runtime types are disjoint",
    advice: "",
};

pub const SATISFIABILITY_ERROR: Code = Code {
    name: "SATISFIABILITY_ERROR",
    level: Level::Error,
    meaning: "some API query cannot be answered by the subgraphs",
    advice: "",
};

pub const OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE: Code = Code {
    name: "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
    level: Level::Error,
    meaning: "@override with external/provides/requires/interfaceObject",
    advice: "",
};

pub const OVERRIDE_FROM_SELF_ERROR: Code = Code {
    name: "OVERRIDE_FROM_SELF_ERROR",
    level: Level::Error,
    meaning: "override from the own subgraph",
    advice: "",
};

pub const OVERRIDE_SOURCE_HAS_OVERRIDE: Code = Code {
    name: "OVERRIDE_SOURCE_HAS_OVERRIDE",
    level: Level::Error,
    meaning: "override of an overriding field",
    advice: "",
};

pub const OVERRIDE_ON_INTERFACE: Code =
    Code { name: "OVERRIDE_ON_INTERFACE", level: Level::Error, meaning: "override on an interface field", advice: "" };

pub const OVERRIDE_LABEL_INVALID: Code =
    Code { name: "OVERRIDE_LABEL_INVALID", level: Level::Error, meaning: "label syntax", advice: "" };

pub const KEY_DIRECTIVE_IN_FIELDS_ARG: Code = Code {
    name: "KEY_DIRECTIVE_IN_FIELDS_ARG",
    level: Level::Error,
    meaning: "directive inside key selection",
    advice: "",
};

pub const PROVIDES_DIRECTIVE_IN_FIELDS_ARG: Code =
    Code { name: "PROVIDES_DIRECTIVE_IN_FIELDS_ARG", level: Level::Error, meaning: "same for provides", advice: "" };

pub const REQUIRES_DIRECTIVE_IN_FIELDS_ARG: Code =
    Code { name: "REQUIRES_DIRECTIVE_IN_FIELDS_ARG", level: Level::Error, meaning: "same for requires", advice: "" };

pub const DIRECTIVE_COMPOSITION_ERROR: Code = Code {
    name: "DIRECTIVE_COMPOSITION_ERROR",
    level: Level::Error,
    meaning: "@composeDirective misuse or conflict",
    advice: "",
};

pub const INTERFACE_OBJECT_USAGE_ERROR: Code =
    Code { name: "INTERFACE_OBJECT_USAGE_ERROR", level: Level::Error, meaning: "@interfaceObject misuse", advice: "" };

pub const INTERFACE_KEY_NOT_ON_IMPLEMENTATION: Code = Code {
    name: "INTERFACE_KEY_NOT_ON_IMPLEMENTATION",
    level: Level::Error,
    meaning: "implementation lacks the interface's key",
    advice: "",
};

pub const INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE: Code = Code {
    name: "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",
    level: Level::Error,
    meaning: "subgraph with an interface key lacks an implementation",
    advice: "",
};

pub const CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS: Code = Code {
    name: "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
    level: Level::Error,
    meaning: "contextual argument is a required normal one elsewhere",
    advice: "",
};

pub const COST_APPLIED_TO_INTERFACE_FIELD: Code = Code {
    name: "COST_APPLIED_TO_INTERFACE_FIELD",
    level: Level::Error,
    meaning: "@cost on an interface field",
    advice: "",
};

pub const LIST_SIZE_APPLIED_TO_NON_LIST: Code =
    Code { name: "LIST_SIZE_APPLIED_TO_NON_LIST", level: Level::Error, meaning: "@listSize on a non-list", advice: "" };

pub const LIST_SIZE_INVALID_ASSUMED_SIZE: Code =
    Code { name: "LIST_SIZE_INVALID_ASSUMED_SIZE", level: Level::Error, meaning: "negative size", advice: "" };

pub const LIST_SIZE_INVALID_SIZED_FIELD: Code = Code {
    name: "LIST_SIZE_INVALID_SIZED_FIELD",
    level: Level::Error,
    meaning: "sized field missing or not a list",
    advice: "",
};

pub const LIST_SIZE_INVALID_SLICING_ARGUMENT: Code = Code {
    name: "LIST_SIZE_INVALID_SLICING_ARGUMENT",
    level: Level::Error,
    meaning: "slicing argument missing or not Int",
    advice: "",
};

pub const AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE: Code = Code {
    name: "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE",
    level: Level::Error,
    meaning: "auth directive on an interface or interface object",
    advice: "",
};

pub const MISSING_TRANSITIVE_AUTH_REQUIREMENTS: Code = Code {
    name: "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
    level: Level::Error,
    meaning: "reader lacks the auth of what it reads",
    advice: "",
};

/// In the order of the reference page.
pub const ERRORS: [Code; 86] = [
    INVALID_GRAPHQL,
    DIRECTIVE_DEFINITION_INVALID,
    TYPE_DEFINITION_INVALID,
    UNKNOWN_FEDERATION_LINK_VERSION,
    UNKNOWN_LINK_VERSION,
    KEY_FIELDS_HAS_ARGS,
    PROVIDES_FIELDS_HAS_ARGS,
    PROVIDES_FIELDS_MISSING_EXTERNAL,
    REQUIRES_FIELDS_MISSING_EXTERNAL,
    KEY_UNSUPPORTED_ON_INTERFACE,
    PROVIDES_UNSUPPORTED_ON_INTERFACE,
    REQUIRES_UNSUPPORTED_ON_INTERFACE,
    EXTERNAL_UNUSED,
    EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE,
    TYPE_WITH_ONLY_UNUSED_EXTERNAL,
    PROVIDES_ON_NON_OBJECT_FIELD,
    KEY_INVALID_FIELDS_TYPE,
    PROVIDES_INVALID_FIELDS_TYPE,
    REQUIRES_INVALID_FIELDS_TYPE,
    KEY_INVALID_FIELDS,
    PROVIDES_INVALID_FIELDS,
    REQUIRES_INVALID_FIELDS,
    KEY_FIELDS_SELECT_INVALID_TYPE,
    ROOT_QUERY_USED,
    ROOT_MUTATION_USED,
    ROOT_SUBSCRIPTION_USED,
    INVALID_SUBGRAPH_NAME,
    NO_QUERIES,
    INTERFACE_FIELD_NO_IMPLEM,
    TYPE_KIND_MISMATCH,
    CONTEXT_NOT_SET,
    CONTEXT_INVALID_SELECTION,
    NO_CONTEXT_IN_SELECTION,
    CONTEXT_NO_RESOLVABLE_KEY,
    CONTEXT_NAME_INVALID,
    EXTERNAL_TYPE_MISMATCH,
    EXTERNAL_ARGUMENT_MISSING,
    EXTERNAL_ARGUMENT_TYPE_MISMATCH,
    EXTERNAL_ARGUMENT_DEFAULT_MISMATCH,
    EXTERNAL_ON_INTERFACE,
    MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL,
    FIELD_TYPE_MISMATCH,
    FIELD_ARGUMENT_TYPE_MISMATCH,
    INPUT_FIELD_DEFAULT_MISMATCH,
    FIELD_ARGUMENT_DEFAULT_MISMATCH,
    EXTENSION_WITH_NO_BASE,
    EXTERNAL_MISSING_ON_BASE,
    INVALID_FIELD_SHARING,
    INVALID_SHAREABLE_USAGE,
    INVALID_LINK_DIRECTIVE_USAGE,
    INVALID_LINK_IDENTIFIER,
    LINK_IMPORT_NAME_MISMATCH,
    REFERENCED_INACCESSIBLE,
    DEFAULT_VALUE_USES_INACCESSIBLE,
    QUERY_ROOT_TYPE_INACCESSIBLE,
    REQUIRED_INACCESSIBLE,
    DISALLOWED_INACCESSIBLE,
    IMPLEMENTED_BY_INACCESSIBLE,
    ONLY_INACCESSIBLE_CHILDREN,
    REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH,
    REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH,
    EMPTY_MERGED_INPUT_TYPE,
    ENUM_VALUE_MISMATCH,
    EMPTY_MERGED_ENUM_TYPE,
    SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES,
    SATISFIABILITY_ERROR,
    OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE,
    OVERRIDE_FROM_SELF_ERROR,
    OVERRIDE_SOURCE_HAS_OVERRIDE,
    OVERRIDE_ON_INTERFACE,
    OVERRIDE_LABEL_INVALID,
    KEY_DIRECTIVE_IN_FIELDS_ARG,
    PROVIDES_DIRECTIVE_IN_FIELDS_ARG,
    REQUIRES_DIRECTIVE_IN_FIELDS_ARG,
    DIRECTIVE_COMPOSITION_ERROR,
    INTERFACE_OBJECT_USAGE_ERROR,
    INTERFACE_KEY_NOT_ON_IMPLEMENTATION,
    INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE,
    CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS,
    COST_APPLIED_TO_INTERFACE_FIELD,
    LIST_SIZE_APPLIED_TO_NON_LIST,
    LIST_SIZE_INVALID_ASSUMED_SIZE,
    LIST_SIZE_INVALID_SIZED_FIELD,
    LIST_SIZE_INVALID_SLICING_ARGUMENT,
    AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE,
    MISSING_TRANSITIVE_AUTH_REQUIREMENTS,
];

pub const INCONSISTENT_DEFAULT_VALUE_PRESENCE: Code =
    Code { name: "INCONSISTENT_DEFAULT_VALUE_PRESENCE", level: Level::Warn, meaning: "", advice: "" };

pub const INCONSISTENT_INPUT_OBJECT_FIELD: Code =
    Code { name: "INCONSISTENT_INPUT_OBJECT_FIELD", level: Level::Warn, meaning: "", advice: "" };

pub const INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM: Code =
    Code { name: "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM", level: Level::Warn, meaning: "", advice: "" };

pub const INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE: Code =
    Code { name: "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE", level: Level::Warn, meaning: "", advice: "" };

pub const NO_EXECUTABLE_DIRECTIVE_INTERSECTION: Code =
    Code { name: "NO_EXECUTABLE_DIRECTIVE_INTERSECTION", level: Level::Warn, meaning: "", advice: "" };

pub const INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE: Code =
    Code { name: "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE", level: Level::Warn, meaning: "", advice: "" };

pub const INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS: Code =
    Code { name: "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS", level: Level::Warn, meaning: "", advice: "" };

pub const INCONSISTENT_DESCRIPTION: Code =
    Code { name: "INCONSISTENT_DESCRIPTION", level: Level::Warn, meaning: "", advice: "" };

pub const INCONSISTENT_ARGUMENT_PRESENCE: Code =
    Code { name: "INCONSISTENT_ARGUMENT_PRESENCE", level: Level::Warn, meaning: "", advice: "" };

pub const FROM_SUBGRAPH_DOES_NOT_EXIST: Code =
    Code { name: "FROM_SUBGRAPH_DOES_NOT_EXIST", level: Level::Warn, meaning: "", advice: "" };

pub const INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS: Code =
    Code { name: "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS", level: Level::Warn, meaning: "", advice: "" };

pub const DIRECTIVE_COMPOSITION_WARN: Code =
    Code { name: "DIRECTIVE_COMPOSITION_WARN", level: Level::Warn, meaning: "", advice: "" };

pub const INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN: Code =
    Code { name: "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN", level: Level::Warn, meaning: "", advice: "" };

pub const INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE: Code =
    Code { name: "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE", level: Level::Info, meaning: "", advice: "" };

pub const INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE: Code =
    Code { name: "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE", level: Level::Info, meaning: "", advice: "" };

pub const INCONSISTENT_ENTITY: Code = Code { name: "INCONSISTENT_ENTITY", level: Level::Info, meaning: "", advice: "" };

pub const OVERRIDDEN_FIELD_CAN_BE_REMOVED: Code =
    Code { name: "OVERRIDDEN_FIELD_CAN_BE_REMOVED", level: Level::Info, meaning: "", advice: "" };

pub const OVERRIDE_DIRECTIVE_CAN_BE_REMOVED: Code =
    Code { name: "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", level: Level::Info, meaning: "", advice: "" };

pub const OVERRIDE_MIGRATION_IN_PROGRESS: Code =
    Code { name: "OVERRIDE_MIGRATION_IN_PROGRESS", level: Level::Info, meaning: "", advice: "" };

pub const MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS: Code =
    Code { name: "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS", level: Level::Info, meaning: "", advice: "" };

pub const DIRECTIVE_COMPOSITION_INFO: Code =
    Code { name: "DIRECTIVE_COMPOSITION_INFO", level: Level::Info, meaning: "", advice: "" };

pub const IMPLICITLY_UPGRADED_FEDERATION_VERSION: Code =
    Code { name: "IMPLICITLY_UPGRADED_FEDERATION_VERSION", level: Level::Info, meaning: "", advice: "" };

pub const HINT_CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS: Code =
    Code { name: "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS", level: Level::Info, meaning: "", advice: "" };

pub const INCONSISTENT_OBJECT_VALUE_TYPE_FIELD: Code =
    Code { name: "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD", level: Level::Debug, meaning: "", advice: "" };

pub const INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD: Code =
    Code { name: "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD", level: Level::Debug, meaning: "", advice: "" };

pub const INCONSISTENT_UNION_MEMBER: Code =
    Code { name: "INCONSISTENT_UNION_MEMBER", level: Level::Debug, meaning: "", advice: "" };

pub const INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM: Code =
    Code { name: "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM", level: Level::Debug, meaning: "", advice: "" };

pub const UNUSED_ENUM_TYPE: Code = Code { name: "UNUSED_ENUM_TYPE", level: Level::Debug, meaning: "", advice: "" };

pub const INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_REPEATABLE: Code =
    Code { name: "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_REPEATABLE", level: Level::Debug, meaning: "", advice: "" };

pub const INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_LOCATIONS: Code =
    Code { name: "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_LOCATIONS", level: Level::Debug, meaning: "", advice: "" };

/// In the order of the reference page.
pub const HINTS: [Code; 30] = [
    INCONSISTENT_DEFAULT_VALUE_PRESENCE,
    INCONSISTENT_INPUT_OBJECT_FIELD,
    INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM,
    INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE,
    NO_EXECUTABLE_DIRECTIVE_INTERSECTION,
    INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE,
    INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS,
    INCONSISTENT_DESCRIPTION,
    INCONSISTENT_ARGUMENT_PRESENCE,
    FROM_SUBGRAPH_DOES_NOT_EXIST,
    INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS,
    DIRECTIVE_COMPOSITION_WARN,
    INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN,
    INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE,
    INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE,
    INCONSISTENT_ENTITY,
    OVERRIDDEN_FIELD_CAN_BE_REMOVED,
    OVERRIDE_DIRECTIVE_CAN_BE_REMOVED,
    OVERRIDE_MIGRATION_IN_PROGRESS,
    MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS,
    DIRECTIVE_COMPOSITION_INFO,
    IMPLICITLY_UPGRADED_FEDERATION_VERSION,
    HINT_CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS,
    INCONSISTENT_OBJECT_VALUE_TYPE_FIELD,
    INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD,
    INCONSISTENT_UNION_MEMBER,
    INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM,
    UNUSED_ENUM_TYPE,
    INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_REPEATABLE,
    INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_LOCATIONS,
];
