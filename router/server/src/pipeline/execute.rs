//! Settings of the execution, in the executor's own terms.

use crate::config::ByteSize;
use hansa_executor::{ErrorPolicy, ExecutionLimits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the executor can keep apart, whatever the settings say.
pub(crate) const NESTING_MAX: u32 = 512;

/// How much memory one request's execution may take. Past it, the request ends with an error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExecutionConfig {
    /// All answers of subgraphs to one request together.
    pub received_bytes_max: ByteSize,
    /// Fields of all objects and items of all lists that one request receives.
    pub slots_max: u32,
    /// Size of a response.
    pub response_bytes_max: ByteSize,
    /// Objects and lists within each other in a subgraph's answer; at most 512.
    pub nesting_max: u32,
    /// Errors in a response; more are counted only.
    pub errors_max: u32,
}

/// What clients learn about the errors of subgraphs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SubgraphErrorsConfig {
    /// Whether the descriptions that subgraphs wrote are shown; otherwise a general text stands in.
    pub messages: bool,
    /// Members of `extensions` that are passed on.
    pub extensions: Vec<String>,
    /// Whether `extensions.service` names the subgraph.
    pub service_name: bool,
}

impl Default for ExecutionConfig {
    fn default() -> Self {
        let limits = ExecutionLimits::default();
        ExecutionConfig {
            received_bytes_max: ByteSize(limits.received_bytes_max as u64),
            slots_max: u32::try_from(limits.slots_max).unwrap_or(u32::MAX),
            response_bytes_max: ByteSize(limits.response_bytes_max as u64),
            nesting_max: u32::try_from(limits.nesting_max).unwrap_or(u32::MAX),
            errors_max: u32::try_from(limits.errors_max).unwrap_or(u32::MAX),
        }
    }
}

impl Default for SubgraphErrorsConfig {
    fn default() -> Self {
        let policy = ErrorPolicy::default();
        SubgraphErrorsConfig {
            messages: policy.forward_messages,
            extensions: policy.forwarded_extensions,
            service_name: policy.names_service,
        }
    }
}

impl ExecutionConfig {
    pub(crate) fn limits(&self) -> ExecutionLimits {
        ExecutionLimits {
            received_bytes_max: self.received_bytes_max.as_usize(),
            slots_max: self.slots_max as usize,
            response_bytes_max: self.response_bytes_max.as_usize(),
            nesting_max: self.nesting_max as usize,
            errors_max: self.errors_max as usize,
            ..ExecutionLimits::default()
        }
    }
}

impl SubgraphErrorsConfig {
    pub(crate) fn policy(&self) -> ErrorPolicy {
        ErrorPolicy {
            forward_messages: self.messages,
            forwarded_extensions: self.extensions.clone(),
            names_service: self.service_name,
        }
    }
}
