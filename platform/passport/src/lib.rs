//! The signed proof of who is calling: minted by the router, checked by subgraphs. Texts only, because the subjects of
//! foreign issuers are not ours. The keys ([`SigningKeys`]) serve other tokens as well; a token of one kind is never
//! taken for another, because its `typ` is checked. Never asks what time it is: every call is told.

mod jws;
mod key_set;
mod key_source;
mod minter;
mod passport;
mod signing_keys;
mod verifier;
mod verifying_keys;

pub use jws::{CompactJws, JwsError, JwsHeader};
pub use key_source::KeyFileError;
pub use minter::{LIFETIME, Minter};
pub use passport::{Claims, Passport};
pub use signing_keys::{PUBLISHED_BEFORE_SIGNING, SignError, SigningKeys};
pub use verifier::{LEEWAY, PassportError, Verifier};
pub use verifying_keys::VerifyingKeys;

/// The HTTP header that carries a passport from the router to a subgraph.
pub const HEADER: &str = "hansa-passport";

/// Who mints passports.
pub const ISSUER: &str = "hansa-router";

/// The header parameter `typ` of a passport.
pub const TYP: &str = "passport+jwt";
