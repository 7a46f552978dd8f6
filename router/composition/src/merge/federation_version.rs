//! The federation version of the whole: the highest that a subgraph links, or that something it links came with.
//! Hint IMPLICITLY_UPGRADED_FEDERATION_VERSION.

use crate::{
    Diagnostic, codes,
    diagnostic::Diagnostics,
    specs::{Spec, Version, version_text},
    subgraph::Subgraph,
};

pub(super) fn hint_implicit_upgrade(subgraphs: &[Subgraph], diagnostics: &mut Diagnostics) {
    let linked = |subgraph: &Subgraph| subgraph.links.of_spec(Spec::Federation).map(|federation| federation.version);
    let Some(highest) = subgraphs.iter().filter_map(linked).max() else { return };
    let Some(needed) = subgraphs.iter().filter_map(needed_version).max().filter(|needed| *needed > highest) else {
        return;
    };
    for subgraph in subgraphs.iter().filter(|subgraph| needed_version(subgraph) == Some(needed)) {
        let needed_text = version_text(needed);
        let message = format!(
            "`{}` links a specification that came with federation {needed_text}, and no subgraph links a version \
             newer than {}; the supergraph is composed as {needed_text}",
            subgraph.name,
            version_text(highest)
        );
        let features = &subgraph.links.features;
        let cause = features.iter().find(|linked| version_of(linked.spec, linked.feature.version) == Some(needed));
        let place = subgraph.place(cause.and_then(|linked| linked.location), "");
        diagnostics.push(Diagnostic::new(codes::IMPLICITLY_UPGRADED_FEDERATION_VERSION, message).at(place));
    }
}

fn needed_version(subgraph: &Subgraph) -> Option<Version> {
    subgraph.links.features.iter().filter_map(|linked| version_of(linked.spec, linked.feature.version)).max()
}

fn version_of(spec: Option<Spec>, version: Version) -> Option<Version> {
    spec.filter(|spec| *spec != Spec::Federation)?.federation_version_needed(version)
}
