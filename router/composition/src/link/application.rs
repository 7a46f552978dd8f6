//! `@link` as it is written into a supergraph.

use crate::{directive_arguments::Application, specs::version_text};
use apollo_compiler::{
    Node,
    ast::{Directive, Value},
    name,
};
use hansa_federation::{Feature, Purpose};

/// `@link` of a feature, as a supergraph has it.
pub(crate) fn application(feature: &Feature) -> Directive {
    let url = format!("{}/{}", feature.identity, version_text(feature.version));
    let mut application = Application::new(name!("link")).with(name!("url"), Value::String(url));
    if feature.namespace != feature.name() {
        application = application.with_text(name!("as"), Some(&feature.namespace));
    }
    application = match feature.purpose {
        Some(Purpose::Security) => application.with(name!("for"), Value::Enum(name!("SECURITY"))),
        Some(Purpose::Execution) => application.with(name!("for"), Value::Enum(name!("EXECUTION"))),
        None => application,
    };
    if !feature.imports.is_empty() {
        let text = |text: &str| Node::new(Value::String(text.to_owned()));
        let import = |(name, local): &(String, String)| match name == local {
            true => text(name),
            false => Node::new(Value::Object(vec![(name!("name"), text(name)), (name!("as"), text(local))])),
        };
        application = application.with(name!("import"), Value::List(feature.imports.iter().map(import).collect()));
    }
    application.build()
}
