//! An issuer of tokens that can also forge them: keys of every kind, headers and claims as the test says, and a server
//! for its key set that counts how often it is asked.

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
        Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hansa_server::{Algorithm, Config, IssuerConfig, JwksConfig, Mode};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinSet,
};

pub(crate) const ISSUER: &str = "https://issuer.example/";
pub(crate) const AUDIENCE: &str = "https://api.example";

pub(crate) enum Key {
    Ed(Ed25519KeyPair),
    Ec(EcdsaKeyPair, &'static str),
    Rsa(RsaKeyPair),
}

impl Key {
    pub(crate) fn ed() -> Key {
        Key::Ed(Ed25519KeyPair::generate().unwrap())
    }

    pub(crate) fn p256() -> Key {
        Key::ec(&ECDSA_P256_SHA256_FIXED_SIGNING, "P-256")
    }

    pub(crate) fn p384() -> Key {
        Key::ec(&ECDSA_P384_SHA384_FIXED_SIGNING, "P-384")
    }

    fn ec(algorithm: &'static EcdsaSigningAlgorithm, curve: &'static str) -> Key {
        Key::Ec(EcdsaKeyPair::generate(algorithm).unwrap(), curve)
    }

    pub(crate) fn rsa() -> Key {
        Key::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    /// The public half, with this `kid`.
    pub(crate) fn jwk(&self, kid: &str) -> Value {
        match self {
            Key::Ed(pair) => json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": base64(pair.public_key())}),
            Key::Ec(pair, curve) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at((pair.public_key().as_ref().len() - 1) / 2);
                json!({"kty": "EC", "crv": curve, "kid": kid, "x": base64(x), "y": base64(y)})
            }
            Key::Rsa(pair) => {
                // A sequence of two integers in DER, whose places are the same for every key of 2048 bits.
                let der = pair.public_key().as_ref();
                json!({"kty": "RSA", "kid": kid, "n": base64(&der[9..265]), "e": base64(&der[267..])})
            }
        }
    }

    fn sign(&self, alg: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Key::Ed(pair) => pair.sign(message).as_ref().to_vec(),
            Key::Ec(pair, _) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Key::Rsa(pair) => {
                let encoding: &'static dyn RsaEncoding =
                    if alg.starts_with("PS") { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &random, message, &mut signature).unwrap();
                signature
            }
        }
    }

    /// Header and claims may be anything.
    pub(crate) fn token(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", base64(header.to_string()), base64(claims.to_string()));
        let signature = self.sign(header["alg"].as_str().unwrap_or_default(), message.as_bytes());
        format!("{message}.{}", base64(signature))
    }
}

pub(crate) fn base64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// As an issuer writes it.
pub(crate) fn header(alg: &str, kid: &str) -> Value {
    json!({"alg": alg, "typ": "at+jwt", "kid": kid})
}

pub(crate) fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

pub(crate) fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "user_1", "exp": now() + 600, "iat": now(), "jti": "1",
        "tenant": "tenant_1", "roles": ["OWNER"], "scope": "tenant:read catalog:write",
        "preferred_username": "greta", "sid": "session_1",
    })
}

pub(crate) fn key_set(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

/// Settings with this issuer, whose keys are there.
pub(crate) fn settings(algorithms: &[Algorithm], jwks: JwksConfig) -> Config {
    let mut config = Config { mode: Mode::Production, ..crate::running::settings() };
    config.authentication.issuers = vec![IssuerConfig {
        issuer: ISSUER.to_owned(),
        audiences: vec![AUDIENCE.to_owned(), "https://other-name.example".to_owned()],
        algorithms: algorithms.to_vec(),
        jwks,
        ..IssuerConfig::default()
    }];
    config
}

/// A folder that goes away.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("hansa-keys-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("keys.json")
    }

    pub(crate) fn write(&self, text: &str) -> JwksConfig {
        std::fs::write(self.file(), text).unwrap();
        JwksConfig { file: Some(self.file()), ..JwksConfig::default() }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What the key server answers.
#[derive(Debug, Clone)]
pub(crate) struct KeyAnswer {
    pub(crate) status: u16,
    /// Header lines, each with its line end.
    pub(crate) headers: String,
    pub(crate) body: String,
    pub(crate) delay: Duration,
}

impl KeyAnswer {
    pub(crate) fn keys(keys: &[Value]) -> KeyAnswer {
        KeyAnswer { status: 200, headers: String::new(), body: key_set(keys), delay: Duration::ZERO }
    }

    pub(crate) fn failure() -> KeyAnswer {
        KeyAnswer { status: 500, ..KeyAnswer::keys(&[]) }
    }
}

pub(crate) struct KeyServer {
    pub(crate) address: SocketAddr,
    answer: Arc<Mutex<KeyAnswer>>,
    count: Arc<AtomicU32>,
    _tasks: JoinSet<()>,
}

impl KeyServer {
    pub(crate) async fn start(answer: KeyAnswer) -> KeyServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (answer, count) = (Arc::new(Mutex::new(answer)), Arc::new(AtomicU32::new(0)));
        let mut tasks = JoinSet::new();
        let (shared, counter) = (answer.clone(), count.clone());
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                let KeyAnswer { status, headers, body, delay } = shared.lock().unwrap().clone();
                connections.spawn(async move {
                    let mut head = [0; 2048];
                    let _ = stream.read(&mut head).await;
                    tokio::time::sleep(delay).await;
                    let length = body.len();
                    let head = format!(
                        "HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n"
                    );
                    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
                });
            }
        });
        KeyServer { address, answer, count, _tasks: tasks }
    }

    pub(crate) fn set(&self, answer: KeyAnswer) {
        *self.answer.lock().unwrap() = answer;
    }

    pub(crate) fn count(&self) -> u32 {
        self.count.load(Ordering::SeqCst)
    }

    pub(crate) fn jwks(&self) -> JwksConfig {
        JwksConfig { url: Some(format!("http://{}/jwks.json", self.address)), ..JwksConfig::default() }
    }
}
