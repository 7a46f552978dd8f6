//! Which moves between subgraphs are possible.
