//! The router through its front doors: HTTP and settings.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

mod bad_authentication_settings;
mod bad_documents;
mod bad_requests;
mod bad_settings;
mod bad_subgraphs;
mod bad_supergraphs;
mod bad_variables;
mod client_gone;
mod compressed_requests;
mod compressed_subgraphs;
mod compression;
mod compressors;
mod cors;
mod event_subgraph;
mod graphql_over_http;
mod incremental_delivery;
mod incremental_rules;
mod introspection;
mod issuer;
mod issuer_keys;
mod logs_of_tokens;
mod memory;
mod operations;
mod override_labels;
mod passports;
mod playground;
mod propagation;
mod protected_fields;
mod puppet_subgraph;
mod raw_subgraph;
mod reference;
mod reload;
mod running;
mod shared_fetches;
mod socket_client;
mod stub_subgraph;
mod subgraph_connections;
mod subgraph_http2;
mod subscriptions;
mod tls;
mod tokens;
mod warm_up;
