//! The process around a subgraph schema: HTTP, verified caller, entities, scalars, connections, health, shutdown.
