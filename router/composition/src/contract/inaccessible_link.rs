//! Links the inaccessible specification to a supergraph. Inaccessible specification v0.2.

use crate::{
    link,
    specs::{self, Spec},
};
use apollo_compiler::{Name, Node, Schema, name};
use hansa_federation::{Feature, Purpose};

/// Local name of `@inaccessible`, after linking and defining it where it was not.
pub(super) fn ensure(schema: &mut Schema, features: &mut Vec<Feature>) -> Name {
    let linked = Spec::Inaccessible.directive_in(features);
    if let Some(name) = linked.and_then(|name| Name::new(&name).ok()) {
        return name;
    }
    // Behind the links of the machinery and of tags, where composing puts it.
    let is_before = |feature: &Feature| matches!(feature.name(), "link" | "join" | "tag");
    let position = features.iter().rposition(is_before).map_or(features.len(), |index| index + 1);
    let feature = Spec::Inaccessible.feature((0, 2), Some(Purpose::Security));
    let mut application = link::application(&feature);
    if let Some(local) = Spec::Link.directive_in(features).and_then(|name| Name::new(&name).ok()) {
        application.name = local;
    }
    let directives = &mut schema.schema_definition.make_mut().directives.0;
    directives.insert(position.min(directives.len()), Node::new(application));
    let definition = specs::local_directive(Spec::Inaccessible, &feature, "inaccessible");
    features.insert(position, feature);
    let name = name!("inaccessible");
    if let Some(definition) = definition {
        schema.directive_definitions.entry(name.clone()).or_insert(definition);
    }
    name
}
