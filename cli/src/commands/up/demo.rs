//! The demo, all of it in this process.

use crate::{
    demo,
    failure::{Failure, with_causes},
    listen, serving,
};
use hansa_server::{BoundRouter, Config, Mode, Router, SubgraphConfig};
use std::net::SocketAddr;

pub(super) async fn serve(address: Option<SocketAddr>) -> Result<(), Failure> {
    let subgraphs = demo::subgraphs().map_err(|error| Failure::undecided(with_causes(&error)))?;
    let listener = listen::bind(([127, 0, 0, 1], 0).into()).await?;
    let origin = listener
        .local_addr()
        .map(listen::origin)
        .map_err(|error| Failure::undecided(format!("the demo's subgraphs have no address: {error}")))?;
    let router =
        Router::new(config(address, &origin)).supergraph_sdl(demo::SUPERGRAPH).prepared_operations(demo::operations());
    // The subgraphs end with the router, which has no request under way then.
    tokio::select! {
        served = serving::serve(router, |router| announcement(router, &origin)) => served,
        ended = hansa_mock_subgraph::serve(listener, subgraphs, std::future::pending()) => {
            let reason = ended.err().map(|error| error.to_string()).unwrap_or_default();
            Err(Failure::undecided(format!("the demo's subgraphs ended: {reason}")))
        }
    }
}

fn config(listen: Option<SocketAddr>, subgraph_origin: &str) -> Config {
    let subgraphs = demo::subgraph_names().map(|name| {
        let url = format!("{subgraph_origin}{}", demo::path_of(name));
        (name.to_owned(), SubgraphConfig { url: Some(url), ..SubgraphConfig::default() })
    });
    let default = Config { mode: Mode::Development, subgraphs: subgraphs.collect(), ..Config::default() };
    Config { listen: listen.unwrap_or(default.listen), ..default }
}

fn announcement(router: &BoundRouter, subgraph_origin: &str) -> String {
    let url = router.url();
    let mut text = format!(
        "Hansa is up. Open the playground and try the prepared operations:\n\n    {url}\n\n\
         GraphQL for other clients:\n\n    {url}graphql\n\nSubgraphs:\n\n"
    );
    for name in demo::subgraph_names() {
        text.push_str(&format!("    {subgraph_origin}{}\n", demo::path_of(name)));
    }
    text.push_str("\nCtrl-C stops it.\n");
    text
}
