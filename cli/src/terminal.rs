//! Whether what is printed may be coloured.

use clap::ValueEnum;
use std::{
    env,
    io::{self, IsTerminal},
};

/// When text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    Auto,
    Always,
    Never,
}

/// For standard error. <https://no-color.org>: `NO_COLOR` counts unless it is empty; a flag is stronger.
pub(crate) fn is_coloured(colour: Colour) -> bool {
    match colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => {
            let is_off = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
                || env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
            !is_off && io::stderr().is_terminal()
        }
    }
}
