//! The join directives: which subgraph has what, and how. Join specification v0.3 to v0.5.

use super::{Merger, Sources, fields::FieldSources, overrides::FieldOverrides};
use crate::{
    directive_arguments::{Application, argument_text, is_resolvable},
    field_set::plain_text,
    subgraph::FederationDirective,
};
use apollo_compiler::{
    Name, Node,
    ast::{Directive, DirectiveList, Value},
    name,
    schema::{ExtendedType, FieldDefinition, InputValueDefinition},
};

pub(super) const FIELD: Name = name!("join__field");

/// Features of newer join versions that the supergraph needs.
#[derive(Debug, Default)]
pub(super) struct JoinUses {
    pub(super) override_labels: bool,
    pub(super) join_directives: bool,
    pub(super) contexts: bool,
}

impl JoinUses {
    /// The lowest version that has what is used: more routers can read it.
    pub(super) fn version(&self) -> (u32, u32) {
        match self {
            JoinUses { contexts: true, .. } => (0, 5),
            JoinUses { override_labels: true, .. } | JoinUses { join_directives: true, .. } => (0, 4),
            _ => (0, 3),
        }
    }
}

impl<'a> Merger<'a> {
    pub(super) fn graph(&self, index: usize) -> Value {
        Value::Enum(self.graphs[index].clone())
    }

    /// `@join__type` for each subgraph that has the type, and each of its keys.
    pub(super) fn join_types(&self, name: &Name, sources: &Sources<'a, ExtendedType>) -> DirectiveList {
        let mut directives = DirectiveList::default();
        let with_type: Vec<(usize, Option<&ExtendedType>)> = match name.as_str() {
            // Every subgraph has a query root, if only for the machinery.
            "Query" => (0..self.subgraphs.len()).map(|index| (index, self.type_in(index, name))).collect(),
            _ => sources.iter().map(|(index, source)| (*index, Some(*source))).collect(),
        };
        for (index, source) in with_type {
            let plain = || Application::new(name!("join__type")).with(name!("graph"), self.graph(index));
            let Some(source) = source else {
                directives.push(plain().build());
                continue;
            };
            let subgraph = self.subgraph(index);
            let is_interface_object = subgraph.is_interface_object(source);
            let is_marked = subgraph.has(source.directives(), FederationDirective::Extends);
            let is_extended = is_marked || subgraph.extended_only.contains(name);
            let before = directives.len();
            for key in subgraph.applied(source.directives(), FederationDirective::Key) {
                let mut application = plain()
                    .with_text(name!("key"), argument_text(key, "fields").map(plain_text).as_deref())
                    .with_flag(name!("extension"), is_extended || key.extension_id().is_some());
                if !is_resolvable(key) {
                    application = application.with(name!("resolvable"), Value::Boolean(false));
                }
                directives.push(application.with_flag(name!("isInterfaceObject"), is_interface_object).build());
            }
            if directives.len() == before {
                directives.push(plain().with_flag(name!("isInterfaceObject"), is_interface_object).build());
            }
        }
        directives
    }

    pub(super) fn join_implements(&self, index: usize, interface: &Name) -> Directive {
        Application::new(name!("join__implements"))
            .with(name!("graph"), self.graph(index))
            .with_text(name!("interface"), Some(interface))
            .build()
    }

    pub(super) fn join_union_member(&self, index: usize, member: &Name) -> Directive {
        Application::new(name!("join__unionMember"))
            .with(name!("graph"), self.graph(index))
            .with_text(name!("member"), Some(member))
            .build()
    }

    pub(super) fn join_enum_value(&self, index: usize) -> Directive {
        Application::new(name!("join__enumValue")).with(name!("graph"), self.graph(index)).build()
    }

    /// `@join__field` for each subgraph that has the field; none when that goes without saying.
    pub(super) fn join_fields(
        &mut self,
        (ty, field): (&Name, &Name),
        sources: &FieldSources<'a>,
        overrides: &FieldOverrides,
        is_same_everywhere: bool,
    ) -> DirectiveList {
        let mut directives = DirectiveList::default();
        let kept: Vec<_> = sources.iter().filter(|(index, _)| !overrides.is_gone(*index)).collect();
        let goes_without_saying = is_same_everywhere
            && !overrides.changes_anything()
            && kept.iter().all(|(index, source)| self.is_plain((ty, field), *index, source))
            && self.type_counts.get(ty) == Some(&kept.len());
        if goes_without_saying {
            return directives;
        }
        for (index, source) in kept {
            let directive = self.join_field((ty, field), (*index, source), overrides, is_same_everywhere);
            directives.push(directive);
        }
        directives
    }

    fn is_plain(&self, (ty, field): (&Name, &Name), index: usize, source: &FieldDefinition) -> bool {
        let subgraph = self.subgraph(index);
        !self.facts[index].is_external(ty, field)
            && !subgraph.has(&source.directives, FederationDirective::Requires)
            && !subgraph.has(&source.directives, FederationDirective::Provides)
            && !source
                .arguments
                .iter()
                .any(|argument| subgraph.has(&argument.directives, FederationDirective::FromContext))
    }

    fn join_field(
        &mut self,
        (ty, field): (&Name, &Name),
        (index, source): (usize, &FieldDefinition),
        overrides: &FieldOverrides,
        is_same_everywhere: bool,
    ) -> Directive {
        let subgraph = self.subgraph(index);
        let argument = |directive, argument: &str| {
            let applied = subgraph.applied(&source.directives, directive).next();
            applied.and_then(|applied| argument_text(applied, argument))
        };
        let requires = argument(FederationDirective::Requires, "fields").map(plain_text);
        let provides = argument(FederationDirective::Provides, "fields").map(plain_text);
        let from = argument(FederationDirective::Override, "from");
        let declared = (!is_same_everywhere).then(|| source.ty.to_string());
        let label = overrides.label(index);
        let is_used_overridden = overrides.is_used_overridden(index) && label.is_none();
        let context_arguments = self.context_arguments(index, source);
        let mut application = Application::new(FIELD)
            .with(name!("graph"), self.graph(index))
            .with_text(name!("requires"), requires.as_deref())
            .with_text(name!("provides"), provides.as_deref())
            .with_text(name!("type"), declared.as_deref())
            .with_flag(name!("external"), self.facts[index].is_external(ty, field))
            .with_text(name!("override"), from)
            .with_flag(name!("usedOverridden"), is_used_overridden)
            .with_text(name!("overrideLabel"), label);
        self.uses.override_labels |= label.is_some();
        if let Some(arguments) = context_arguments {
            self.uses.contexts = true;
            application = application.with(name!("contextArguments"), arguments);
        }
        application.build()
    }

    /// The same for input fields, which are never external.
    pub(super) fn join_input_fields(
        &self,
        ty: &Name,
        sources: &Sources<'a, Node<InputValueDefinition>>,
        is_same_everywhere: bool,
    ) -> DirectiveList {
        let mut directives = DirectiveList::default();
        if is_same_everywhere && self.type_counts.get(ty) == Some(&sources.len()) {
            return directives;
        }
        for (index, source) in sources {
            let declared = (!is_same_everywhere).then(|| source.ty.to_string());
            let application = Application::new(FIELD)
                .with(name!("graph"), self.graph(*index))
                .with_text(name!("type"), declared.as_deref());
            directives.push(application.build());
        }
        directives
    }
}

/// Definitions of the join specification's version, for the supergraph to bring along.
pub(super) fn definitions(version: (u32, u32)) -> String {
    let mut field_arguments = "graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, \
        external: Boolean, override: String, usedOverridden: Boolean"
        .to_owned();
    let mut sdl = String::new();
    if version >= (0, 4) {
        field_arguments.push_str(", overrideLabel: String");
        sdl.push_str(
            "directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on \
             SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION\nscalar join__DirectiveArguments\n",
        );
    }
    if version >= (0, 5) {
        field_arguments.push_str(", contextArguments: [join__ContextArgument!]");
        sdl.push_str(
            "input join__ContextArgument { name: String! type: String! context: String! selection: join__FieldValue! }\n\
             scalar join__FieldValue\n",
        );
    }
    sdl.push_str(&format!(
        "directive @join__field({field_arguments}) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION\n\
         directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE\n\
         directive @join__graph(name: String!, url: String!) on ENUM_VALUE\n\
         directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE\n\
         directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, \
         resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on \
         OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR\n\
         directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION\n\
         scalar join__FieldSet\n"
    ));
    sdl
}

/// Definitions of the link specification, with what its purposes mean.
pub(super) const LINK_DEFINITIONS: &str = "\
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar link__Import
enum link__Purpose {
  \"\"\"`SECURITY` features provide metadata necessary to securely resolve fields.\"\"\"
  SECURITY
  \"\"\"`EXECUTION` features provide metadata necessary for operation execution.\"\"\"
  EXECUTION
}
";
