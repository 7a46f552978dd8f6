//! A small subgraph, asked in process and over HTTP.

mod budget;
mod commands;
mod entities;
mod errors;
mod event_streams;
mod http;
mod limits;
mod pages;
mod policies;
mod scalars;
mod sdl;
mod small_subgraph;
mod sockets;
mod streams;
mod subscription;
