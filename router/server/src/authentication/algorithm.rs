//! Signature algorithms that may be pinned. Neither `none` nor the HMACs are among them: whoever can verify an HMAC can
//! forge it.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384,
    RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents, VerificationAlgorithm,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Algorithm {
    EdDSA,
    ES256,
    ES384,
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
}

/// The parts of a public key that a JWK holds, decoded.
#[derive(Debug)]
pub(crate) enum KeyMaterial {
    Ed25519 { x: Vec<u8> },
    P256 { x: Vec<u8>, y: Vec<u8> },
    P384 { x: Vec<u8>, y: Vec<u8> },
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

impl Algorithm {
    /// As `alg` in tokens spells it, case included.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Algorithm::EdDSA => "EdDSA",
            Algorithm::ES256 => "ES256",
            Algorithm::ES384 => "ES384",
            Algorithm::RS256 => "RS256",
            Algorithm::RS384 => "RS384",
            Algorithm::RS512 => "RS512",
            Algorithm::PS256 => "PS256",
            Algorithm::PS384 => "PS384",
            Algorithm::PS512 => "PS512",
        }
    }

    /// The key made ready for this algorithm; None when it is of another kind, or no key at all.
    pub(crate) fn key(self, material: &KeyMaterial) -> Option<ParsedPublicKey> {
        match (self, material) {
            (Algorithm::EdDSA, KeyMaterial::Ed25519 { x }) => ParsedPublicKey::new(&ED25519, x).ok(),
            (Algorithm::ES256, KeyMaterial::P256 { x, y }) => point(&ECDSA_P256_SHA256_FIXED, (x, y), 32),
            (Algorithm::ES384, KeyMaterial::P384 { x, y }) => point(&ECDSA_P384_SHA384_FIXED, (x, y), 48),
            (_, KeyMaterial::Rsa { n, e }) => RsaPublicKeyComponents { n, e }.to_parsed_public_key(self.rsa()?).ok(),
            _ => None,
        }
    }

    fn rsa(self) -> Option<&'static RsaParameters> {
        match self {
            Algorithm::RS256 => Some(&RSA_PKCS1_2048_8192_SHA256),
            Algorithm::RS384 => Some(&RSA_PKCS1_2048_8192_SHA384),
            Algorithm::RS512 => Some(&RSA_PKCS1_2048_8192_SHA512),
            Algorithm::PS256 => Some(&RSA_PSS_2048_8192_SHA256),
            Algorithm::PS384 => Some(&RSA_PSS_2048_8192_SHA384),
            Algorithm::PS512 => Some(&RSA_PSS_2048_8192_SHA512),
            Algorithm::EdDSA | Algorithm::ES256 | Algorithm::ES384 => None,
        }
    }
}

/// Uncompressed, as SEC 1 writes it.
fn point(
    algorithm: &'static dyn VerificationAlgorithm,
    (x, y): (&[u8], &[u8]),
    bytes: usize,
) -> Option<ParsedPublicKey> {
    if x.len() != bytes || y.len() != bytes {
        return None;
    }
    let mut point = vec![4];
    point.extend_from_slice(x);
    point.extend_from_slice(y);
    ParsedPublicKey::new(algorithm, point).ok()
}
