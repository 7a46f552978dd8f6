//! Whether a caller may read what an operation asks for. The plan leaves out what they may not, so this is all that a
//! request costs: which of the operation's requirements are unmet selects the plan.

use crate::config::Config;
pub(crate) use hansa_federation::Grants;

/// Whether callers can be known at all. Without it, a supergraph that protects anything is refused: it would be closed
/// to everybody, which nobody wants, so it is a mistake in the settings.
pub(crate) fn is_authentication_configured(config: &Config) -> bool {
    !config.authentication.issuers.is_empty()
}
