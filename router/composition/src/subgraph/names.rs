//! The names that a subgraph gives to federation's directives. `@key` may be `@federation__key`, `@primaryKey` or, linked
//! as its own specification, both of `@tag` and `@federation__tag`.

use crate::{
    link::Links,
    specs::{self, Spec, local_type_name},
};
use apollo_compiler::{
    Name,
    ast::{Definition, DirectiveList},
};
use hashbrown::{HashMap, HashSet};

/// A directive of the federation specification, or of one of the specifications that it took in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum FederationDirective {
    Key,
    Requires,
    Provides,
    External,
    Extends,
    Shareable,
    Override,
    InterfaceObject,
    ComposeDirective,
    Tag,
    Inaccessible,
    Authenticated,
    RequiresScopes,
    Policy,
    Cost,
    ListSize,
    Context,
    FromContext,
    CacheTag,
}

impl FederationDirective {
    pub(crate) const ALL: [FederationDirective; 19] = [
        FederationDirective::Key,
        FederationDirective::Requires,
        FederationDirective::Provides,
        FederationDirective::External,
        FederationDirective::Extends,
        FederationDirective::Shareable,
        FederationDirective::Override,
        FederationDirective::InterfaceObject,
        FederationDirective::ComposeDirective,
        FederationDirective::Tag,
        FederationDirective::Inaccessible,
        FederationDirective::Authenticated,
        FederationDirective::RequiresScopes,
        FederationDirective::Policy,
        FederationDirective::Cost,
        FederationDirective::ListSize,
        FederationDirective::Context,
        FederationDirective::FromContext,
        FederationDirective::CacheTag,
    ];

    /// They say who may see an element.
    pub(crate) const REQUIREMENTS: [FederationDirective; 3] =
        [FederationDirective::Authenticated, FederationDirective::RequiresScopes, FederationDirective::Policy];

    /// Its name in the specification, without `@`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            FederationDirective::Key => "key",
            FederationDirective::Requires => "requires",
            FederationDirective::Provides => "provides",
            FederationDirective::External => "external",
            FederationDirective::Extends => "extends",
            FederationDirective::Shareable => "shareable",
            FederationDirective::Override => "override",
            FederationDirective::InterfaceObject => "interfaceObject",
            FederationDirective::ComposeDirective => "composeDirective",
            FederationDirective::Tag => "tag",
            FederationDirective::Inaccessible => "inaccessible",
            FederationDirective::Authenticated => "authenticated",
            FederationDirective::RequiresScopes => "requiresScopes",
            FederationDirective::Policy => "policy",
            FederationDirective::Cost => "cost",
            FederationDirective::ListSize => "listSize",
            FederationDirective::Context => "context",
            FederationDirective::FromContext => "fromContext",
            FederationDirective::CacheTag => "cacheTag",
        }
    }

    /// The specification of its own that also defines it.
    pub(crate) fn own_spec(self) -> Option<Spec> {
        Some(match self {
            FederationDirective::Tag => Spec::Tag,
            FederationDirective::Inaccessible => Spec::Inaccessible,
            FederationDirective::Authenticated => Spec::Authenticated,
            FederationDirective::RequiresScopes => Spec::RequiresScopes,
            FederationDirective::Policy => Spec::Policy,
            FederationDirective::Cost | FederationDirective::ListSize => Spec::Cost,
            FederationDirective::Context | FederationDirective::FromContext => Spec::Context,
            FederationDirective::CacheTag => Spec::CacheTag,
            _ => return None,
        })
    }
}

/// Local names by directive, and the other way round.
#[derive(Debug, Clone, Default)]
pub(crate) struct FederationNames {
    by_directive: HashMap<FederationDirective, Vec<Name>>,
    by_name: HashMap<Name, FederationDirective>,
    types: HashSet<String>,
}

impl FederationNames {
    pub(crate) fn of_links(links: &Links) -> FederationNames {
        let mut names = FederationNames::default();
        for linked in &links.features {
            let Some(spec) = linked.spec else { continue };
            let is_own =
                |directive: &FederationDirective| spec == Spec::Federation || directive.own_spec() == Some(spec);
            let defined = specs::definitions(spec, linked.feature.version);
            for directive in FederationDirective::ALL.into_iter().filter(is_own) {
                let is_defined = defined.iter().any(|definition| {
                    definition.as_directive_definition().is_some_and(|known| known.name == directive.name())
                });
                if is_defined {
                    names.add(directive, &linked.feature.directive_name(directive.name()));
                }
            }
            let types = defined.iter().filter(|definition| !matches!(definition, Definition::DirectiveDefinition(_)));
            names.types.extend(types.filter_map(Definition::name).map(|name| local_type_name(&linked.feature, name)));
        }
        if links.of_spec(Spec::Federation).is_none() {
            names.add_federation_1();
        }
        names
    }

    /// Of a subgraph of federation 1 after its upgrade: the type of its field sets is still called what it was.
    pub(crate) fn of_upgraded(links: &Links) -> FederationNames {
        let mut names = FederationNames::of_links(links);
        names.types.insert("_FieldSet".to_owned());
        names
    }

    /// What a schema has that links nothing.
    fn add_federation_1(&mut self) {
        use FederationDirective as Directive;
        for directive in [
            Directive::Key,
            Directive::Requires,
            Directive::Provides,
            Directive::External,
            Directive::Extends,
            Directive::Tag,
        ] {
            self.add(directive, directive.name());
        }
        self.types.extend(["_FieldSet", "FieldSet"].map(str::to_owned));
    }

    fn add(&mut self, directive: FederationDirective, name: &str) {
        let name = specs::name(name);
        let names = self.by_directive.entry(directive).or_default();
        if !names.contains(&name) {
            names.push(name.clone());
        }
        self.by_name.insert(name, directive);
    }

    pub(crate) fn of(&self, directive: FederationDirective) -> &[Name] {
        self.by_directive.get(&directive).map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn directive(&self, name: &str) -> Option<FederationDirective> {
        self.by_name.get(name).copied()
    }

    pub(crate) fn has(&self, directives: &DirectiveList, directive: FederationDirective) -> bool {
        let names = self.of(directive);
        directives.iter().any(|applied| names.contains(&applied.name))
    }

    pub(crate) fn is_federation_type(&self, name: &str) -> bool {
        self.types.contains(name)
    }
}
