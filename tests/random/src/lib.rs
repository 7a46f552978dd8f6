//! Random supergraphs and operations: the router's answer must equal that of a reference interpreter, which executes on
//! the merged data and shares no code with planner and executor. One seed, one run.

mod arguments;
mod case_folder;
mod counters;
mod doubt;
mod evaluate;
mod field_set;
mod generate;
mod guards;
mod interpreter;
mod operation;
mod operation_generator;
mod random;
mod run;
mod sdl;
mod shrink;
mod spelling;
mod spoils;
mod subgraph;
mod transport;
mod trial;
mod values;
mod world;

pub use counters::{Counters, FEATURES};
pub use run::{Options, Place, Report, cover, run};
