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

impl Code {
    /// Its folder in `tests/cases/composition`. The one name that is both an error and a hint has two.
    pub fn case_folder(&self) -> String {
        let folder = self.name.to_lowercase().replace('_', "-");
        let is_error_too = self.level != Level::Error && ERRORS.iter().any(|error| error.name == self.name);
        if is_error_too { format!("{folder}-hint") } else { folder }
    }
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// There is no supergraph.
    Error,
    /// There is one, but it may not be what was meant.
    Warn,
    /// Good to know.
    Info,
    /// Usually meant so.
    Debug,
}

pub const INVALID_GRAPHQL: Code = Code {
    name: "INVALID_GRAPHQL",
    level: Level::Error,
    meaning: "A subgraph's SDL, or the schema merged from all of them, breaks a rule of the GraphQL specification: \
        it does not parse, or names something that is not defined.",
    advice: "Correct the SDL at the place shown. For a federation directive called unknown, add it to the `import` \
        list of the subgraph's `@link` to federation, or write it with its prefix (`@federation__key`).",
};

pub const DIRECTIVE_DEFINITION_INVALID: Code = Code {
    name: "DIRECTIVE_DEFINITION_INVALID",
    level: Level::Error,
    meaning: "A subgraph defines a built-in or federation directive itself, and not as the specification has it: \
        another argument, argument type, location or repeatability.",
    advice: "Delete the definition: `@link` brings its own. If the directive is one of yours, give it another name.",
};

pub const TYPE_DEFINITION_INVALID: Code = Code {
    name: "TYPE_DEFINITION_INVALID",
    level: Level::Error,
    meaning: "A subgraph defines a built-in or federation type (such as `FieldSet`) itself, and not as the \
        specification has it.",
    advice: "Delete the definition: `@link` brings its own. If the type is one of yours, give it another name.",
};

pub const UNKNOWN_FEDERATION_LINK_VERSION: Code = Code {
    name: "UNKNOWN_FEDERATION_LINK_VERSION",
    level: Level::Error,
    meaning: "The `@link` to federation asks for a version that does not exist or is newer than this composer.",
    advice: "Write a version that exists, such as `https://specs.apollo.dev/federation/v2.3`; an update of this \
        program may know a newer one.",
};

pub const UNKNOWN_LINK_VERSION: Code = Code {
    name: "UNKNOWN_LINK_VERSION",
    level: Level::Error,
    meaning: "The schema links the link specification itself in a version that does not exist.",
    advice: "Use `https://specs.apollo.dev/link/v1.0`, or leave that line out: it is implied by the link to \
        federation.",
};

pub const KEY_FIELDS_HAS_ARGS: Code = Code {
    name: "KEY_FIELDS_HAS_ARGS",
    level: Level::Error,
    meaning: "A `@key` selects a field that takes arguments. A key has to identify an entity by itself, and no \
        argument can be given there.",
    advice: "Take the field out of the `@key`, or add a field without arguments that has the value, and use that one.",
};

pub const PROVIDES_FIELDS_HAS_ARGS: Code = Code {
    name: "PROVIDES_FIELDS_HAS_ARGS",
    level: Level::Error,
    meaning: "A `@provides` selects a field that takes arguments; which arguments a client will ask with is not \
        known there.",
    advice: "Take the field out of the `@provides`: it is then fetched from the subgraph that owns it.",
};

pub const PROVIDES_FIELDS_MISSING_EXTERNAL: Code = Code {
    name: "PROVIDES_FIELDS_MISSING_EXTERNAL",
    level: Level::Error,
    meaning: "A field selected by `@provides` is not marked `@external`, so this subgraph resolves it anyway and \
        there is nothing to provide.",
    advice: "Mark the field `@external` if another subgraph owns it; otherwise take it out of the `@provides`.",
};

pub const REQUIRES_FIELDS_MISSING_EXTERNAL: Code = Code {
    name: "REQUIRES_FIELDS_MISSING_EXTERNAL",
    level: Level::Error,
    meaning: "A field selected by `@requires` is not marked `@external`, so this subgraph resolves it itself and has \
        no need to be given it.",
    advice: "Mark the field `@external` if another subgraph owns it; otherwise take it out of the `@requires`.",
};

pub const KEY_UNSUPPORTED_ON_INTERFACE: Code = Code {
    name: "KEY_UNSUPPORTED_ON_INTERFACE",
    level: Level::Error,
    meaning: "An interface has a `@key`, which this subgraph's federation version does not have yet.",
    advice: "Link federation v2.3 or newer (`https://specs.apollo.dev/federation/v2.3`), or remove the `@key` from \
        the interface and keep those of the object types.",
};

pub const PROVIDES_UNSUPPORTED_ON_INTERFACE: Code = Code {
    name: "PROVIDES_UNSUPPORTED_ON_INTERFACE",
    level: Level::Error,
    meaning: "A field of an interface has `@provides`. Only a field of an object type can provide something.",
    advice: "Move the `@provides` to the same field of the object types that implement the interface.",
};

pub const REQUIRES_UNSUPPORTED_ON_INTERFACE: Code = Code {
    name: "REQUIRES_UNSUPPORTED_ON_INTERFACE",
    level: Level::Error,
    meaning: "A field of an interface has `@requires`. Only a field of an object type can require something.",
    advice: "Move the `@requires` to the same field of the object types that implement the interface.",
};

pub const EXTERNAL_UNUSED: Code = Code {
    name: "EXTERNAL_UNUSED",
    level: Level::Error,
    meaning: "A field is marked `@external`, but no `@key`, `@requires` or `@provides` of this subgraph selects it \
        and no interface asks for it, so it serves no purpose here.",
    advice: "Delete the field from this subgraph; or remove its `@external` (and mark it `@shareable`) if this \
        subgraph does resolve it.",
};

pub const EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE: Code = Code {
    name: "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE",
    level: Level::Error,
    meaning: "A field is marked `@external`, meaning that another subgraph resolves it, and also has a directive \
        that only makes sense where the field is resolved.",
    advice: "Remove one of the two: `@external` if this subgraph resolves the field, otherwise the other directive.",
};

pub const TYPE_WITH_ONLY_UNUSED_EXTERNAL: Code = Code {
    name: "TYPE_WITH_ONLY_UNUSED_EXTERNAL",
    level: Level::Error,
    meaning: "A federation 1 type has only `@external` fields and none of them is used, so nothing of the type is \
        left; but other parts of the subgraph still refer to it.",
    advice: "Remove the type and what refers to it, or remove `@external` from the fields that this subgraph resolves.",
};

pub const PROVIDES_ON_NON_OBJECT_FIELD: Code = Code {
    name: "PROVIDES_ON_NON_OBJECT_FIELD",
    level: Level::Error,
    meaning: "A field has `@provides`, but its type is a scalar or an enum, so there are no fields in it that could \
        be provided.",
    advice: "Remove the `@provides`, or move it to the field that returns the object it was meant for.",
};

pub const KEY_INVALID_FIELDS_TYPE: Code = Code {
    name: "KEY_INVALID_FIELDS_TYPE",
    level: Level::Error,
    meaning: "The `fields` argument of a `@key` is not a string.",
    advice: "Write the selection as one string: `@key(fields: \"id sku\")`.",
};

pub const PROVIDES_INVALID_FIELDS_TYPE: Code = Code {
    name: "PROVIDES_INVALID_FIELDS_TYPE",
    level: Level::Error,
    meaning: "The `fields` argument of a `@provides` is not a string.",
    advice: "Write the selection as one string: `@provides(fields: \"name price\")`.",
};

pub const REQUIRES_INVALID_FIELDS_TYPE: Code = Code {
    name: "REQUIRES_INVALID_FIELDS_TYPE",
    level: Level::Error,
    meaning: "The `fields` argument of a `@requires` is not a string.",
    advice: "Write the selection as one string: `@requires(fields: \"weight size\")`.",
};

pub const KEY_INVALID_FIELDS: Code = Code {
    name: "KEY_INVALID_FIELDS",
    level: Level::Error,
    meaning: "The selection of a `@key` does not parse, or does not fit its type: a field that the type does not \
        have, or an object without (or a scalar with) fields selected in it.",
    advice: "Correct the selection: every name is a field of the type in this subgraph, separated by blanks, with \
        braces for nested ones (`\"id owner { id }\"`).",
};

pub const PROVIDES_INVALID_FIELDS: Code = Code {
    name: "PROVIDES_INVALID_FIELDS",
    level: Level::Error,
    meaning: "The selection of a `@provides` does not parse, or does not fit the type that the field returns.",
    advice: "Select fields of the returned type, not of the type that has the field; every field must be there in \
        this subgraph, marked `@external`.",
};

pub const REQUIRES_INVALID_FIELDS: Code = Code {
    name: "REQUIRES_INVALID_FIELDS",
    level: Level::Error,
    meaning: "The selection of a `@requires` does not parse, or does not fit the type; after merging, an argument \
        that it gives may also have gone, or become required.",
    advice: "Select fields of the type that has the field, each there in this subgraph and marked `@external`. If it \
        gives arguments, the subgraph that owns the field must take them.",
};

pub const KEY_FIELDS_SELECT_INVALID_TYPE: Code = Code {
    name: "KEY_FIELDS_SELECT_INVALID_TYPE",
    level: Level::Error,
    meaning: "A `@key` goes through a field whose type is an interface or a union, where the fields that identify \
        the entity would depend on the runtime type.",
    advice: "Leave that field out of the `@key`, or give it an object type.",
};

pub const ROOT_QUERY_USED: Code = Code {
    name: "ROOT_QUERY_USED",
    level: Level::Error,
    meaning: "The schema's query root has another name, and a second type is called `Query`, the name that the root \
        gets in the supergraph.",
    advice: "Rename the type called `Query`, or make it the root by removing `query:` from the `schema` block.",
};

pub const ROOT_MUTATION_USED: Code = Code {
    name: "ROOT_MUTATION_USED",
    level: Level::Error,
    meaning: "The schema's mutation root has another name, and a second type is called `Mutation`, the name that the \
        root gets in the supergraph.",
    advice: "Rename the type called `Mutation`, or make it the root by removing the other one from the `schema` block.",
};

pub const ROOT_SUBSCRIPTION_USED: Code = Code {
    name: "ROOT_SUBSCRIPTION_USED",
    level: Level::Error,
    meaning: "The schema's subscription root has another name, and a second type is called `Subscription`, the name \
        that the root gets in the supergraph.",
    advice: "Rename the type called `Subscription`, or make it the root by removing the other one from the `schema` \
        block.",
};

pub const INVALID_SUBGRAPH_NAME: Code = Code {
    name: "INVALID_SUBGRAPH_NAME",
    level: Level::Error,
    meaning: "A subgraph cannot have this name: it is reserved, or another subgraph has it.",
    advice: "Give the subgraph a name of its own in `supergraph.yaml`; letters, digits, `-` and `_` are fine, a lone \
        `_` is not.",
};

pub const NO_QUERIES: Code = Code {
    name: "NO_QUERIES",
    level: Level::Error,
    meaning: "No subgraph has a field on `Query`, so clients of the supergraph would have nothing to ask for.",
    advice: "Define at least one field on `Query` in one of the subgraphs, and check that every subgraph's file was \
        found.",
};

pub const INTERFACE_FIELD_NO_IMPLEM: Code = Code {
    name: "INTERFACE_FIELD_NO_IMPLEM",
    level: Level::Error,
    meaning: "An interface has a field in one subgraph, and a type that implements the interface in another one does \
        not have it in any subgraph.",
    advice: "Add the field to the implementing type in some subgraph, or drop it from the interface. With federation \
        2.3 the interface's subgraph can resolve it for all types by `@interfaceObject`.",
};

pub const TYPE_KIND_MISMATCH: Code = Code {
    name: "TYPE_KIND_MISMATCH",
    level: Level::Error,
    meaning: "One name means different kinds of types in different subgraphs, for example an object in one and an \
        interface in another.",
    advice: "Agree on one kind, or rename one of the two types.",
};

pub const CONTEXT_NOT_SET: Code = Code {
    name: "CONTEXT_NOT_SET",
    level: Level::Error,
    meaning: "An argument takes its value by `@fromContext` from a context that no type of this subgraph sets, or \
        stands where a contextual argument cannot be.",
    advice: "Put `@context(name: ...)` with that name on the types above, or correct the name after the `$`. The \
        argument must be one of an object type's field and have no default.",
};

pub const CONTEXT_INVALID_SELECTION: Code = Code {
    name: "CONTEXT_INVALID_SELECTION",
    level: Level::Error,
    meaning: "The selection of a `@fromContext` does not give exactly one value that fits the argument, for each \
        type that sets the context.",
    advice: "Select one field for each type that sets the context, without aliases or directives, whose type is that \
        of the argument: `\"$shop { currency }\"`.",
};

pub const NO_CONTEXT_IN_SELECTION: Code = Code {
    name: "NO_CONTEXT_IN_SELECTION",
    level: Level::Error,
    meaning: "The `field` of a `@fromContext` does not say which context it takes the value from.",
    advice: "Start it with `$` and the name of the context: `@fromContext(field: \"$shop { currency }\")`.",
};

pub const CONTEXT_NO_RESOLVABLE_KEY: Code = Code {
    name: "CONTEXT_NO_RESOLVABLE_KEY",
    level: Level::Error,
    meaning: "A field takes an argument by `@fromContext`, but its type has no resolvable `@key`, so the router \
        could not come back to it with the value.",
    advice: "Give the type a `@key` in this subgraph, or remove `resolvable: false` from the one that it has.",
};

pub const CONTEXT_NAME_INVALID: Code = Code {
    name: "CONTEXT_NAME_INVALID",
    level: Level::Error,
    meaning: "The name of a `@context` is not usable: it has an underscore or another character than letters and \
        digits.",
    advice: "Write a name of letters and digits that begins with a letter, such as `cart` or `homeShop`.",
};

pub const EXTERNAL_TYPE_MISMATCH: Code = Code {
    name: "EXTERNAL_TYPE_MISMATCH",
    level: Level::Error,
    meaning: "An `@external` field has another type than where it is resolved.",
    advice: "Write the very type that the owning subgraph has, including `!` and list brackets.",
};

pub const EXTERNAL_ARGUMENT_MISSING: Code = Code {
    name: "EXTERNAL_ARGUMENT_MISSING",
    level: Level::Error,
    meaning: "An `@external` field lacks an argument that the field has where it is resolved.",
    advice: "Copy the argument from the owning subgraph to the `@external` field.",
};

pub const EXTERNAL_ARGUMENT_TYPE_MISMATCH: Code = Code {
    name: "EXTERNAL_ARGUMENT_TYPE_MISMATCH",
    level: Level::Error,
    meaning: "An argument of an `@external` field has another type than where the field is resolved.",
    advice: "Write the argument's type as the owning subgraph has it.",
};

pub const EXTERNAL_ARGUMENT_DEFAULT_MISMATCH: Code = Code {
    name: "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH",
    level: Level::Error,
    meaning: "An argument of an `@external` field has another default value than where the field is resolved.",
    advice: "Write the default as the owning subgraph has it, or none where that has none.",
};

pub const EXTERNAL_ON_INTERFACE: Code = Code {
    name: "EXTERNAL_ON_INTERFACE",
    level: Level::Error,
    meaning: "A field of an interface is marked `@external`. An interface resolves nothing, so its fields cannot be \
        somebody else's.",
    advice: "Remove the `@external` from the interface's field; mark the field of the implementing object types if \
        another subgraph owns it.",
};

pub const MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL: Code = Code {
    name: "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",
    level: Level::Error,
    meaning: "An `@external` field has a directive that would go into the supergraph; that is for the subgraph that \
        owns the field to say.",
    advice: "Move the directive to the field in the subgraph that resolves it.",
};

pub const FIELD_TYPE_MISMATCH: Code = Code {
    name: "FIELD_TYPE_MISMATCH",
    level: Level::Error,
    meaning: "A field has types in different subgraphs that cannot be merged: none of them is more general than all \
        others (more specific, for an input field).",
    advice: "Give the field the same type everywhere. Only `!`, and an object type for its interface or union, may \
        differ.",
};

pub const FIELD_ARGUMENT_TYPE_MISMATCH: Code = Code {
    name: "FIELD_ARGUMENT_TYPE_MISMATCH",
    level: Level::Error,
    meaning: "An argument has types in different subgraphs that cannot be merged: none of them accepts only what all \
        others accept.",
    advice: "Give the argument the same type everywhere. Only `!` may differ.",
};

pub const INPUT_FIELD_DEFAULT_MISMATCH: Code = Code {
    name: "INPUT_FIELD_DEFAULT_MISMATCH",
    level: Level::Error,
    meaning: "A field of an input type has different default values in different subgraphs, so it is not clear which \
        one holds.",
    advice: "Write the same default in all subgraphs that define the input type.",
};

pub const FIELD_ARGUMENT_DEFAULT_MISMATCH: Code = Code {
    name: "FIELD_ARGUMENT_DEFAULT_MISMATCH",
    level: Level::Error,
    meaning: "An argument has different default values in different subgraphs, so it is not clear which one holds.",
    advice: "Write the same default in all subgraphs that define the field.",
};

pub const EXTENSION_WITH_NO_BASE: Code = Code {
    name: "EXTENSION_WITH_NO_BASE",
    level: Level::Error,
    meaning: "A type is only ever extended (`extend type`), and no subgraph defines it.",
    advice: "Write `type` instead of `extend type` in one subgraph, or check the name for a typing mistake.",
};

pub const EXTERNAL_MISSING_ON_BASE: Code = Code {
    name: "EXTERNAL_MISSING_ON_BASE",
    level: Level::Error,
    meaning: "A field is marked `@external` in every subgraph that has it, so no subgraph resolves it.",
    advice: "Remove the `@external` in the subgraph that owns the field, or define the field where its value comes \
        from.",
};

pub const INVALID_FIELD_SHARING: Code = Code {
    name: "INVALID_FIELD_SHARING",
    level: Level::Error,
    meaning: "Several subgraphs resolve one field, and not all of them say that this is meant. A field of \
        `Subscription` cannot be shared at all.",
    advice: "If it identifies the type, give the type its `@key` everywhere. If all give the same value, mark it \
        `@shareable` everywhere. Otherwise keep it in one: delete the others, or write `@override(from: ...)` there.",
};

pub const INVALID_SHAREABLE_USAGE: Code = Code {
    name: "INVALID_SHAREABLE_USAGE",
    level: Level::Error,
    meaning: "`@shareable` stands where it says nothing: on a field of an interface, or twice on one declaration.",
    advice: "Remove it there; put it on the field of the object types that several subgraphs resolve.",
};

pub const INVALID_LINK_DIRECTIVE_USAGE: Code = Code {
    name: "INVALID_LINK_DIRECTIVE_USAGE",
    level: Level::Error,
    meaning: "A `@link` is not well formed: something in `import` does not exist in that version or is not a name, a \
        specification is linked twice, or two links use one name.",
    advice: "Correct the `import` list: strings such as `\"@key\"`, or `{ name: \"@key\", as: \"@primaryKey\" }`. A \
        directive of a newer federation version needs that version in the `url`.",
};

pub const INVALID_LINK_IDENTIFIER: Code = Code {
    name: "INVALID_LINK_IDENTIFIER",
    level: Level::Error,
    meaning: "The `url` of a `@link` does not end in a name and a version, so it is not known what is linked.",
    advice: "Write a complete URL, such as `https://specs.apollo.dev/federation/v2.3`.",
};

pub const LINK_IMPORT_NAME_MISMATCH: Code = Code {
    name: "LINK_IMPORT_NAME_MISMATCH",
    level: Level::Error,
    meaning: "A directive that goes into the supergraph is imported under different names in different subgraphs.",
    advice: "Use the same name in the `import` of all of them: the same `as`, or none.",
};

pub const REFERENCED_INACCESSIBLE: Code = Code {
    name: "REFERENCED_INACCESSIBLE",
    level: Level::Error,
    meaning: "Something that clients see has a type that is hidden by `@inaccessible`.",
    advice: "Mark the field or argument that refers to the type `@inaccessible` too, or remove `@inaccessible` from \
        the type.",
};

pub const DEFAULT_VALUE_USES_INACCESSIBLE: Code = Code {
    name: "DEFAULT_VALUE_USES_INACCESSIBLE",
    level: Level::Error,
    meaning: "A default value that clients see contains an enum value or input field that is hidden by \
        `@inaccessible`.",
    advice: "Choose another default, or remove `@inaccessible` from what it uses.",
};

pub const QUERY_ROOT_TYPE_INACCESSIBLE: Code = Code {
    name: "QUERY_ROOT_TYPE_INACCESSIBLE",
    level: Level::Error,
    meaning: "The `Query` type is hidden by `@inaccessible`, so clients would have nothing to ask for.",
    advice: "Remove `@inaccessible` from the query root, and hide single fields instead.",
};

pub const REQUIRED_INACCESSIBLE: Code = Code {
    name: "REQUIRED_INACCESSIBLE",
    level: Level::Error,
    meaning: "An argument or input field is hidden by `@inaccessible`, but is required, so no client could ever give \
        it.",
    advice: "Make it nullable or give it a default, or remove `@inaccessible` from it.",
};

pub const DISALLOWED_INACCESSIBLE: Code = Code {
    name: "DISALLOWED_INACCESSIBLE",
    level: Level::Error,
    meaning: "`@inaccessible` stands on something that cannot be hidden, such as a built-in type or an argument of a \
        directive for schemas.",
    advice: "Remove the `@inaccessible`.",
};

pub const IMPLEMENTED_BY_INACCESSIBLE: Code = Code {
    name: "IMPLEMENTED_BY_INACCESSIBLE",
    level: Level::Error,
    meaning: "A field or argument is hidden by `@inaccessible` in a type, while the interface that asks for it shows \
        it to clients.",
    advice: "Hide both or none: put `@inaccessible` on the interface's field too, or remove it from the type's.",
};

pub const ONLY_INACCESSIBLE_CHILDREN: Code = Code {
    name: "ONLY_INACCESSIBLE_CHILDREN",
    level: Level::Error,
    meaning: "A type is shown to clients, but all its fields, values or members are hidden by `@inaccessible`, so it \
        would be empty.",
    advice: "Mark the type itself `@inaccessible`, or show at least one of its fields.",
};

pub const REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH: Code = Code {
    name: "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
    level: Level::Error,
    meaning: "An argument is required in one subgraph, and another subgraph that resolves the field does not have it \
        and so could not be given it.",
    advice: "Add the argument in all subgraphs that have the field, or make it nullable (or give it a default) where \
        it is required.",
};

pub const REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH: Code = Code {
    name: "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH",
    level: Level::Error,
    meaning: "A field of an input type is required in one subgraph, and another subgraph that defines the type does \
        not have it and would refuse it.",
    advice: "Add the field in all subgraphs that define the input type, or make it nullable (or give it a default) \
        where it is required.",
};

pub const EMPTY_MERGED_INPUT_TYPE: Code = Code {
    name: "EMPTY_MERGED_INPUT_TYPE",
    level: Level::Error,
    meaning: "Only the fields of an input type that all subgraphs have go into the supergraph, and there is none.",
    advice: "Define at least one field in all subgraphs that have the input type, or rename it if they mean \
        different things.",
};

pub const ENUM_VALUE_MISMATCH: Code = Code {
    name: "ENUM_VALUE_MISMATCH",
    level: Level::Error,
    meaning: "An enum is both given by clients and returned to them, so its values must be the same in all \
        subgraphs, and they are not.",
    advice: "Add the missing value everywhere. While that is rolled out, mark it `@inaccessible` in the subgraphs \
        that have it.",
};

pub const EMPTY_MERGED_ENUM_TYPE: Code = Code {
    name: "EMPTY_MERGED_ENUM_TYPE",
    level: Level::Error,
    meaning: "Only the values of an enum for input that all subgraphs have go into the supergraph, and there is none.",
    advice: "Define at least one value in all subgraphs that have the enum, or rename it if they mean different \
        things.",
};

pub const SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES: Code = Code {
    name: "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
    level: Level::Error,
    meaning: "Several subgraphs resolve a field that returns an interface or a union, and no object type can come \
        out of all of them, so they cannot mean the same value.",
    advice: "Let the subgraphs return the same types, or let one subgraph alone resolve the field.",
};

pub const SATISFIABILITY_ERROR: Code = Code {
    name: "SATISFIABILITY_ERROR",
    level: Level::Error,
    meaning: "Clients could ask for something in the supergraph that no sequence of requests to the subgraphs can \
        answer; the shortest such operation is shown.",
    advice: "Give the type a `@key` in both subgraphs that the router has to go between (one that the first can also \
        give), or mark the field `@shareable` and resolve it where the operation comes by.",
};

pub const OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE: Code = Code {
    name: "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
    level: Level::Error,
    meaning: "A field that is taken over by `@override` has a directive that does not go with that: `@external`, or \
        `@requires` or `@provides` where it is taken from, or its type is an `@interfaceObject`.",
    advice: "Remove that directive, or remove the `@override`.",
};

pub const OVERRIDE_FROM_SELF_ERROR: Code = Code {
    name: "OVERRIDE_FROM_SELF_ERROR",
    level: Level::Error,
    meaning: "An `@override` takes the field over from the subgraph that it is in.",
    advice: "Write the name of the subgraph that resolves the field now, or remove the `@override`.",
};

pub const OVERRIDE_SOURCE_HAS_OVERRIDE: Code = Code {
    name: "OVERRIDE_SOURCE_HAS_OVERRIDE",
    level: Level::Error,
    meaning: "A field is taken over by `@override` from a subgraph that takes it over by `@override` itself, so that \
        nobody clearly owns it.",
    advice: "Finish one move first: remove the `@override` in the subgraph that the field goes away from.",
};

pub const OVERRIDE_ON_INTERFACE: Code = Code {
    name: "OVERRIDE_ON_INTERFACE",
    level: Level::Error,
    meaning: "A field of an interface has `@override`. An interface resolves nothing, so there is nothing to take \
        over.",
    advice: "Move the `@override` to the same field of the object types that implement the interface.",
};

pub const OVERRIDE_LABEL_INVALID: Code = Code {
    name: "OVERRIDE_LABEL_INVALID",
    level: Level::Error,
    meaning: "The `label` of an `@override` is neither a name nor a percentage.",
    advice: "Write `percent(25)` with a number from 0 to 100, or a name that begins with a letter and has only \
        letters, digits and `_-:./`.",
};

pub const KEY_DIRECTIVE_IN_FIELDS_ARG: Code = Code {
    name: "KEY_DIRECTIVE_IN_FIELDS_ARG",
    level: Level::Error,
    meaning: "The selection of a `@key` contains a directive, such as `@include`.",
    advice: "Remove the directive from the `fields` string.",
};

pub const PROVIDES_DIRECTIVE_IN_FIELDS_ARG: Code = Code {
    name: "PROVIDES_DIRECTIVE_IN_FIELDS_ARG",
    level: Level::Error,
    meaning: "The selection of a `@provides` contains a directive, such as `@include`.",
    advice: "Remove the directive from the `fields` string.",
};

pub const REQUIRES_DIRECTIVE_IN_FIELDS_ARG: Code = Code {
    name: "REQUIRES_DIRECTIVE_IN_FIELDS_ARG",
    level: Level::Error,
    meaning: "The selection of a `@requires` contains a directive, such as `@include`.",
    advice: "Remove the directive from the `fields` string.",
};

pub const DIRECTIVE_COMPOSITION_ERROR: Code = Code {
    name: "DIRECTIVE_COMPOSITION_ERROR",
    level: Level::Error,
    meaning: "A `@composeDirective` cannot be followed: its `name` is no directive of a linked specification, or the \
        subgraphs do not agree on what the directive is.",
    advice: "Write the name with `@`, define the directive in this subgraph and import it by `@link` from a URL of \
        your own; use the same name and major version in all subgraphs.",
};

pub const INTERFACE_OBJECT_USAGE_ERROR: Code = Code {
    name: "INTERFACE_OBJECT_USAGE_ERROR",
    level: Level::Error,
    meaning: "`@interfaceObject` lacks what it rests on: a `@key` on the type, and another subgraph where the type \
        is an interface with that key. Its subgraph may not define types that implement the interface.",
    advice: "Give the type a `@key`, define the interface with the same `@key` in the subgraph that has the \
        implementing types, and remove those types here.",
};

pub const INTERFACE_KEY_NOT_ON_IMPLEMENTATION: Code = Code {
    name: "INTERFACE_KEY_NOT_ON_IMPLEMENTATION",
    level: Level::Error,
    meaning: "An interface has a `@key` that a type implementing it in this subgraph does not have, so entities of \
        that type could not be found by the interface's key.",
    advice: "Add the same `@key` to every object type that implements the interface, resolvable if that of the \
        interface is.",
};

pub const INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE: Code = Code {
    name: "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",
    level: Level::Error,
    meaning: "A subgraph has an interface with a `@key` and has to know all types that implement it, but another \
        subgraph defines one that it does not have.",
    advice: "Define the missing type in the subgraph with the interface's `@key`, or take the interface off the type \
        in the other subgraph.",
};

pub const CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS: Code = Code {
    name: "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
    level: Level::Error,
    meaning: "An argument is filled by `@fromContext` in one subgraph, so clients do not see it, and is a required \
        ordinary argument in another, which then could not be given it.",
    advice: "Use `@fromContext` in both subgraphs, or make the ordinary argument nullable or give it a default.",
};

pub const COST_APPLIED_TO_INTERFACE_FIELD: Code = Code {
    name: "COST_APPLIED_TO_INTERFACE_FIELD",
    level: Level::Error,
    meaning: "A field of an interface has `@cost`; the cost of such a field is that of the object types behind it.",
    advice: "Move the `@cost` to the same field of the object types that implement the interface.",
};

pub const LIST_SIZE_APPLIED_TO_NON_LIST: Code = Code {
    name: "LIST_SIZE_APPLIED_TO_NON_LIST",
    level: Level::Error,
    meaning: "A field has `@listSize`, but does not return a list; or one of the `sizedFields` that say where the \
        list is does not.",
    advice: "Remove the `@listSize`, or name the lists in the returned object: `@listSize(assumedSize: 10, \
        sizedFields: [\"edges\"])`.",
};

pub const LIST_SIZE_INVALID_ASSUMED_SIZE: Code = Code {
    name: "LIST_SIZE_INVALID_ASSUMED_SIZE",
    level: Level::Error,
    meaning: "The `assumedSize` of a `@listSize` is negative.",
    advice: "Write the number of elements that the list has at most, 0 or more.",
};

pub const LIST_SIZE_INVALID_SIZED_FIELD: Code = Code {
    name: "LIST_SIZE_INVALID_SIZED_FIELD",
    level: Level::Error,
    meaning: "An entry in `sizedFields` of a `@listSize` is not a field of the type that is returned.",
    advice: "Name fields of the returned object that are lists, such as `[\"edges\", \"nodes\"]`.",
};

pub const LIST_SIZE_INVALID_SLICING_ARGUMENT: Code = Code {
    name: "LIST_SIZE_INVALID_SLICING_ARGUMENT",
    level: Level::Error,
    meaning: "An entry in `slicingArguments` of a `@listSize` is not an argument of the field, or not an `Int`.",
    advice: "Name arguments of this field that say how many elements are asked for, such as `[\"first\", \"last\"]`, \
        of type `Int`.",
};

pub const AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE: Code = Code {
    name: "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE",
    level: Level::Error,
    meaning: "`@authenticated`, `@requiresScopes` or `@policy` stands on an interface, on a field of one, or on an \
        `@interfaceObject`. What an interface demands follows from the types that implement it.",
    advice: "Move the directive to the object types that implement the interface, or to their fields.",
};

pub const MISSING_TRANSITIVE_AUTH_REQUIREMENTS: Code = Code {
    name: "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
    level: Level::Error,
    meaning: "A field reads another one by `@requires` or `@fromContext` that only some users may see, and does not \
        demand the same of its own users, so it could leak the value.",
    advice: "Put the same `@authenticated`, `@requiresScopes` or `@policy` on the field that reads.",
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

pub const INCONSISTENT_DEFAULT_VALUE_PRESENCE: Code = Code {
    name: "INCONSISTENT_DEFAULT_VALUE_PRESENCE",
    level: Level::Warn,
    meaning: "An argument or input field has a default value in some subgraphs only; the supergraph has none.",
    advice: "Write the same default in all subgraphs, or in none.",
};

pub const INCONSISTENT_INPUT_OBJECT_FIELD: Code = Code {
    name: "INCONSISTENT_INPUT_OBJECT_FIELD",
    level: Level::Warn,
    meaning: "A field of an input type is not in all subgraphs that define the type, so clients cannot use it.",
    advice: "Add the field to all subgraphs that define the input type, or remove it where it is.",
};

pub const INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM: Code = Code {
    name: "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM",
    level: Level::Warn,
    meaning: "A value of an enum for input is not in all subgraphs that define the enum, so clients cannot use it.",
    advice: "Add the value to all subgraphs that define the enum, or remove it where it is.",
};

pub const INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE: Code = Code {
    name: "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE",
    level: Level::Warn,
    meaning: "A directive for operations is not defined in all subgraphs, so clients cannot use it.",
    advice: "Define the directive in all subgraphs, or remove it where it is.",
};

pub const NO_EXECUTABLE_DIRECTIVE_INTERSECTION: Code = Code {
    name: "NO_EXECUTABLE_DIRECTIVE_INTERSECTION",
    level: Level::Warn,
    meaning: "A directive for operations has no location that all subgraphs allow, so clients cannot use it.",
    advice: "Give the directive at least one location that is the same in all subgraphs.",
};

pub const INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE: Code = Code {
    name: "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE",
    level: Level::Warn,
    meaning: "A directive for operations is `repeatable` in some subgraphs only; in the supergraph it is not.",
    advice: "Write `repeatable` in all subgraphs that define the directive, or in none.",
};

pub const INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS: Code = Code {
    name: "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS",
    level: Level::Warn,
    meaning: "A directive for operations has different locations in different subgraphs; clients can use it only at \
        those that all have.",
    advice: "Write the same locations in all subgraphs that define the directive.",
};

pub const INCONSISTENT_DESCRIPTION: Code = Code {
    name: "INCONSISTENT_DESCRIPTION",
    level: Level::Warn,
    meaning: "Subgraphs describe the same element in different words; the supergraph has the text that most of them \
        use.",
    advice: "Write the same description everywhere, or only in the subgraph that owns the element.",
};

pub const INCONSISTENT_ARGUMENT_PRESENCE: Code = Code {
    name: "INCONSISTENT_ARGUMENT_PRESENCE",
    level: Level::Warn,
    meaning: "An optional argument is not in all subgraphs that have the field, so clients cannot use it.",
    advice: "Add the argument to the field in all subgraphs that have it, or remove it where it is.",
};

pub const FROM_SUBGRAPH_DOES_NOT_EXIST: Code = Code {
    name: "FROM_SUBGRAPH_DOES_NOT_EXIST",
    level: Level::Warn,
    meaning: "An `@override` takes a field over from a subgraph that is not part of this composition, so it has no \
        effect.",
    advice: "Correct the name in `from`, or remove the `@override` if that subgraph is gone for good.",
};

pub const INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS: Code = Code {
    name: "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
    level: Level::Warn,
    meaning: "Subgraphs put a directive on the same element with different arguments, and only one application is \
        possible; the supergraph has the most frequent one.",
    advice: "Write the same arguments everywhere, or the directive in one subgraph only.",
};

pub const DIRECTIVE_COMPOSITION_WARN: Code = Code {
    name: "DIRECTIVE_COMPOSITION_WARN",
    level: Level::Warn,
    meaning: "A directive goes into the supergraph by `@composeDirective`, but a subgraph that does not compose it \
        imports it under another name, so its applications are lost.",
    advice: "Import the directive under the same name everywhere, and add `@composeDirective` where its applications \
        matter.",
};

pub const INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN: Code = Code {
    name: "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN",
    level: Level::Warn,
    meaning: "Several subgraphs resolve a field that returns an interface or a union, and not all of them know the \
        same object types; what clients get may depend on which subgraph is asked.",
    advice: "Define the same object types for it in those subgraphs, or make sure that the field only returns types \
        that all of them have.",
};

pub const INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE: Code = Code {
    name: "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE",
    level: Level::Info,
    meaning: "A field has different types in different subgraphs that go together; the supergraph has the more \
        general one (for an input field, the more specific).",
    advice: "Nothing needs to be done; writing the same type everywhere makes the schema easier to read.",
};

pub const INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE: Code = Code {
    name: "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE",
    level: Level::Info,
    meaning: "An argument has different types in different subgraphs that go together; the supergraph has the more \
        specific one.",
    advice: "Nothing needs to be done; writing the same type everywhere makes the schema easier to read.",
};

pub const INCONSISTENT_ENTITY: Code = Code {
    name: "INCONSISTENT_ENTITY",
    level: Level::Info,
    meaning: "A type is an entity (has a `@key`) in some subgraphs only; the router cannot come to it in the others.",
    advice: "Add a `@key` to the type in the other subgraphs, if their fields should be reachable from everywhere.",
};

pub const OVERRIDDEN_FIELD_CAN_BE_REMOVED: Code = Code {
    name: "OVERRIDDEN_FIELD_CAN_BE_REMOVED",
    level: Level::Info,
    meaning: "A field was taken over by another subgraph with `@override` and is no longer resolved here.",
    advice: "Delete the field from the subgraph that it was taken from; or mark it `@external` if a `@key`, \
        `@requires` or `@provides` there still needs it.",
};

pub const OVERRIDE_DIRECTIVE_CAN_BE_REMOVED: Code = Code {
    name: "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED",
    level: Level::Info,
    meaning: "An `@override` takes over a field that the other subgraph no longer resolves: the move is finished.",
    advice: "Remove the `@override` from the field.",
};

pub const OVERRIDE_MIGRATION_IN_PROGRESS: Code = Code {
    name: "OVERRIDE_MIGRATION_IN_PROGRESS",
    level: Level::Info,
    meaning: "A field is being moved between subgraphs by an `@override` with a label; both subgraphs resolve it for \
        now.",
    advice: "Nothing needs to be done now. When all requests go to the new subgraph, remove the `label`, then the \
        field in the old one.",
};

pub const MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS: Code = Code {
    name: "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
    level: Level::Info,
    meaning: "Subgraphs put a directive on the same element with different arguments; the supergraph has one \
        application that joins them (for access rules, all demands together).",
    advice: "Nothing needs to be done if that is meant; otherwise write the same arguments everywhere.",
};

pub const DIRECTIVE_COMPOSITION_INFO: Code = Code {
    name: "DIRECTIVE_COMPOSITION_INFO",
    level: Level::Info,
    meaning: "A `@composeDirective` changes nothing, because the directive is composed anyway; or subgraphs that do \
        not compose a directive disagree about its version.",
    advice: "Remove the `@composeDirective` that is not needed, or link the same version everywhere.",
};

pub const IMPLICITLY_UPGRADED_FEDERATION_VERSION: Code = Code {
    name: "IMPLICITLY_UPGRADED_FEDERATION_VERSION",
    level: Level::Info,
    meaning: "A subgraph links a specification that needs a newer federation version than any subgraph asks for; the \
        supergraph uses the newer one.",
    advice: "Raise the federation version in the subgraph's `@link` to the one that is used.",
};

pub const HINT_CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS: Code = Code {
    name: "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
    level: Level::Info,
    meaning: "An argument is filled by `@fromContext` in one subgraph and is an optional ordinary argument in \
        another; clients do not see it, so the other subgraph never gets it.",
    advice: "Use `@fromContext` in both subgraphs, or remove the argument in the one that does not use it.",
};

pub const INCONSISTENT_OBJECT_VALUE_TYPE_FIELD: Code = Code {
    name: "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD",
    level: Level::Debug,
    meaning: "A field of an object type without `@key` is not in all subgraphs that define the type; it can be asked \
        for only where it is.",
    advice: "Add the field to the type in the other subgraphs if they can resolve it; otherwise nothing needs to be \
        done.",
};

pub const INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD: Code = Code {
    name: "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD",
    level: Level::Debug,
    meaning: "A field of an interface is not in all subgraphs that define the interface.",
    advice: "Nothing needs to be done; adding the field everywhere makes the schema easier to read.",
};

pub const INCONSISTENT_UNION_MEMBER: Code = Code {
    name: "INCONSISTENT_UNION_MEMBER",
    level: Level::Debug,
    meaning: "A member of a union is not in all subgraphs that define the union; the supergraph's union has all of \
        them.",
    advice: "Nothing needs to be done, unless a subgraph forgot the member.",
};

pub const INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM: Code = Code {
    name: "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM",
    level: Level::Debug,
    meaning: "A value of an enum that is only returned is not in all subgraphs that define the enum; the \
        supergraph's enum has all of them.",
    advice: "Nothing needs to be done, unless a subgraph forgot the value.",
};

pub const CONTRACT_TAG_UNUSED: Code = Code {
    name: "CONTRACT_TAG_UNUSED",
    level: Level::Warn,
    meaning: "The filter of a contract names a tag that nothing in the supergraph has.",
    advice: "Correct the tag's name in the filter, or take it out. A misspelt tag to exclude hides nothing.",
};

pub const UNUSED_ENUM_TYPE: Code = Code {
    name: "UNUSED_ENUM_TYPE",
    level: Level::Debug,
    meaning: "No field or argument has this enum as its type; the supergraph has all its values.",
    advice: "Remove the enum, if it has been forgotten.",
};

/// In the order of the reference page.
pub const HINTS: [Code; 29] = [
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
    CONTRACT_TAG_UNUSED,
];
