//! Generated stub subgraph: node and nodes, from id prefix to entity.
