//! What is executed: the operations of the router's benchmark, and large lists.

use std::sync::Arc;

use anyhow::{Result, bail};
use hansa_benches::{graph::Graph, interpreter::Interpreter, trading_house};

use crate::{
    input::Input,
    large_answers::{LargeAnswers, Spelling},
    memory_transport::Subgraphs,
};

/// How large the worlds and lists are.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub world: trading_house::Size,
    pub items: usize,
}

impl Size {
    pub const FULL: Size = Size { world: trading_house::Size::FULL, items: 40_000 };
    pub const TINY: Size = Size { world: trading_house::Size::TINY, items: 20 };
}

/// Makes the input of that name.
pub type Make = fn(&'static str, Size) -> Result<Input>;

pub const ALL: &[(&str, Make)] = &[
    ("heavy", |name, size| of_scenario(name, size, trading_house::HEAVY_OPERATION)),
    ("small", |name, size| of_scenario(name, size, "{ wares(first: 9) { title price weight } }")),
    ("chain", |name, size| of_scenario(name, size, "{ members { name reviews { rating ware { title freight } } } }")),
    ("lists", |name, size| of_lists(name, size, Spelling::AsAsked)),
    ("lists, spaced", |name, size| of_lists(name, size, Spelling::Spaced)),
    ("lists, other order", |name, size| of_lists(name, size, Spelling::OtherOrder)),
    ("lists, bad end", |name, size| of_lists(name, size, Spelling::BadEnd)),
    ("joined", |name, size| of_joined_lists(name, size, Spelling::AsAsked)),
    ("joined, spaced", |name, size| of_joined_lists(name, size, Spelling::Spaced)),
    ("joined, other order", |name, size| of_joined_lists(name, size, Spelling::OtherOrder)),
];

/// An operation over the world of the router's benchmark.
fn of_scenario(name: &'static str, size: Size, operation: &str) -> Result<Input> {
    let graph = Arc::new(Graph::new(trading_house::SUPERGRAPH, trading_house::records(size.world))?);
    let supergraph = graph.supergraph(&[]);
    let subgraphs: Subgraphs = Box::new(move |name, body| {
        let Some(subgraph) = graph.subgraph(name) else { bail!("no {name}") };
        Ok(Interpreter::of_subgraph(&graph, subgraph).answer(body)?)
    });
    Input::new(name, (&supergraph, operation), &[("first", "5")], subgraphs)
}

/// A list of each of two subgraphs, that nobody needs anything of.
fn of_lists(name: &'static str, size: Size, spelling: Spelling) -> Result<Input> {
    let operation = "{ points { id x y label count note } readings { at value unit sensor { name place { x y } } } }";
    let answers = LargeAnswers { items: size.items, spelling };
    Input::new(name, (&LargeAnswers::supergraph(), operation), &[], answers.subgraphs())
}

/// One list, whose objects two subgraphs know.
fn of_joined_lists(name: &'static str, size: Size, spelling: Spelling) -> Result<Input> {
    let operation = "{ points { id x y label count note rating remark scale } }";
    let answers = LargeAnswers { items: size.items, spelling };
    Input::new(name, (&LargeAnswers::supergraph(), operation), &[], answers.subgraphs())
}
