//! One's own running subgraphs, composed again and served anew whenever they change.

use super::{OnFailure, OwnSubgraphsArguments, UpArguments};
use crate::{
    composing::{
        attempt::Attempt,
        inputs::{InputReader, Inputs},
        watch::Watch,
    },
    failure::{Failure, with_causes},
    listen,
    output::{self, LOGGED_AS},
    router_settings, serving,
    stop_signal::StopSignal,
    terminal::is_coloured,
};
use hansa_composition::codes::Level;
use hansa_server::{BoundRouter, Config, Router, SupergraphSwap};
use std::{
    io::{self, IsTerminal},
    path::Path,
};

/// Names the composed supergraph in messages.
const SUPERGRAPH: &str = "the composed supergraph";

pub(super) async fn serve(
    config_file: &Path,
    UpArguments { listen, own: arguments, logs, .. }: &UpArguments,
) -> Result<(), Failure> {
    let stop_signal = StopSignal::new()?;
    if config_file.as_os_str() == "-" {
        return Err(Failure::wrong_call("--config is watched, so it cannot be standard input"));
    }
    let development = ("mode", Some("development".to_owned()), "hansa up");
    let listen = ("listen", listen.map(|address| address.to_string()), "--listen");
    let config = router_settings::load(arguments.router_config.as_deref(), &[development, listen])?;
    // Whoever waits for subgraphs should not learn only then that the port is taken.
    drop(listen::bind(config.listen).await?);
    let reader = InputReader::new(config_file, arguments.looks.timeout.0);
    let watch = Watch::new(reader, arguments.contract.options()?, arguments.looks.interval.0);
    let mut following = Following { watch, arguments, are_logs_json: logs.is_json(), served: String::new() };
    stop_signal
        .drain(|mut stopped| async move {
            let router = tokio::select! {
                () = &mut stopped => return Ok(()),
                router = following.first(&config) => router?,
            };
            let swap = router.supergraph_swap();
            tokio::select! {
                () = router.run(stopped) => Ok(()),
                never = following.follow(&swap) => never,
            }
        })
        .await
}

struct Following<'a> {
    watch: Watch,
    arguments: &'a OwnSubgraphsArguments,
    are_logs_json: bool,
    /// The supergraph that the router has.
    served: String,
}

impl Following<'_> {
    /// Composes until there is a supergraph that the router can serve.
    async fn first(&mut self, config: &Config) -> Result<BoundRouter, Failure> {
        loop {
            let attempt = self.watch.next().await;
            self.report(&attempt);
            let failure = match attempt.supergraph() {
                Some(supergraph) => {
                    let router = Router::new(config.clone()).supergraph_sdl(&supergraph.sdl);
                    match router.bind().await {
                        Ok(router) => {
                            output::print(&announcement(&router, &attempt))?;
                            self.served.clone_from(&supergraph.sdl);
                            return Ok(router);
                        }
                        Err(error) => serving::not_started(&error),
                    }
                }
                None => match attempt.outcome() {
                    Err(failure) => failure,
                    Ok(()) => continue,
                },
            };
            if attempt.may_pass() {
                tracing::info!(target: LOGGED_AS, "waiting for subgraphs that do not answer yet");
                continue;
            }
            // A wrong address or a missing file is the call's, and no change of what is watched puts it right.
            let is_about_the_call = failure.is_about_the_call() && (attempt.has_begun() || attempt.has_no_config());
            if is_about_the_call || !self.waits() {
                return Err(failure);
            }
            output::complain_unless_said(&failure);
            tracing::info!(target: LOGGED_AS, "waiting for a change that puts it right");
        }
    }

    /// Serves what changes, until it is dropped.
    async fn follow(&mut self, swap: &SupergraphSwap) -> Result<(), Failure> {
        loop {
            let attempt = self.watch.next().await;
            self.report(&attempt);
            let Some(supergraph) = attempt.supergraph() else {
                tracing::error!(target: LOGGED_AS, "no new supergraph; the last good one keeps serving");
                continue;
            };
            if supergraph.sdl == self.served {
                tracing::info!(target: LOGGED_AS, "composed; the supergraph is the same as before and keeps serving");
                continue;
            }
            let (swap, sdl) = (swap.clone(), supergraph.sdl.clone());
            let replaced = tokio::task::spawn_blocking(move || swap.replace(&sdl, SUPERGRAPH).map(|()| sdl)).await;
            match replaced {
                Ok(Ok(sdl)) => {
                    self.served = sdl;
                    tracing::info!(target: LOGGED_AS, "serving the changed supergraph");
                }
                Ok(Err(error)) => {
                    tracing::error!(target: LOGGED_AS, error = with_causes(&error), "supergraph refused; the last good one keeps serving");
                }
                Err(failure) => tracing::error!(target: LOGGED_AS, %failure, "taking the supergraph ended in a panic"),
            }
        }
    }

    fn report(&self, attempt: &Attempt) {
        if self.are_logs_json {
            return attempt.log();
        }
        output::report(&attempt.text(Some(Level::Warn), is_coloured(self.arguments.color)));
    }

    fn waits(&self) -> bool {
        match self.arguments.on_failure {
            OnFailure::Auto => io::stderr().is_terminal(),
            OnFailure::Wait => true,
            OnFailure::Exit => false,
        }
    }
}

fn announcement(router: &BoundRouter, attempt: &Attempt) -> String {
    let url = router.url();
    let mut text = format!("{} into one graph.\n\n", attempt.composed());
    if router.is_playground_on() {
        text.push_str(&format!("Playground:\n\n    {url}\n\n"));
    }
    text.push_str(&format!("GraphQL for clients:\n\n    {url}graphql\n\nSubgraphs:\n\n"));
    if let Inputs::Ready { subgraphs, .. } = &attempt.inputs {
        for subgraph in subgraphs {
            text.push_str(&format!("    {} {}\n", subgraph.name, subgraph.url));
        }
    }
    text.push_str("\nChanges are composed and served at once. Ctrl-C stops it.\n");
    text
}
