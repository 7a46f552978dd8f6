//! What each command does, one file a command.

pub(crate) mod compose;
pub(crate) mod events;
pub(crate) mod mock;
pub(crate) mod plan;
pub(crate) mod reference;
pub(crate) mod router;
pub(crate) mod sdl;
pub(crate) mod subgraph;
pub(crate) mod up;
pub(crate) mod verify;

use crate::{arguments::Command, failure::Failure};

pub(crate) fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Up(arguments) => up::run(&arguments),
        Command::Router(arguments) => router::run(&arguments),
        Command::Subgraph(arguments) => subgraph::run(&arguments),
        Command::Compose(arguments) => compose::run(&arguments),
        Command::Plan(arguments) => plan::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Events(arguments) => events::run(&arguments),
        Command::Sdl(arguments) => sdl::run(&arguments),
        Command::Mock(arguments) => mock::run(&arguments),
        Command::Reference(arguments) => reference::run(&arguments),
    }
}
