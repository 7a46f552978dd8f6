//! Files of keys: made, shared, rotated, and broken.

use crate::{noon, seconds};
use hansa_passport::{Claims, KeyFileError, LIFETIME, Minter, PassportError, SigningKeys, Verifier, VerifyingKeys};
use serde_json::{Value, json};
use std::{fs, path::Path, thread};
use tempfile::TempDir;

struct Scratch(TempDir);

impl Scratch {
    fn new() -> Scratch {
        Scratch(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> std::path::PathBuf {
        self.0.path().join("keys.json")
    }

    fn open(&self) -> SigningKeys {
        SigningKeys::open(&self.path(), LIFETIME, noon()).unwrap()
    }

    fn write(&self, text: &str) {
        fs::write(self.path(), text).unwrap();
        set_mode(&self.path(), 0o600);
    }

    fn keys(&self) -> Vec<Value> {
        let file: Value = serde_json::from_str(&fs::read_to_string(self.path()).unwrap()).unwrap();
        file["keys"].as_array().unwrap().clone()
    }
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn minted(keys: &SigningKeys, after: i64) -> String {
    Minter::new(keys.clone()).mint(&Claims::default(), &["catalog"], noon() + seconds(after)).unwrap()
}

fn verify(keys: impl Into<VerifyingKeys>, token: &str, after: i64) -> Result<(), PassportError> {
    Verifier::new(keys, "catalog").verify(Some(token), noon() + seconds(after)).map(|_| ())
}

fn rotate(keys: &SigningKeys, after: i64) {
    keys.rotate(noon() + seconds(after)).unwrap();
}

#[test]
fn a_missing_file_is_made_for_its_owner_alone() {
    let scratch = Scratch::new();
    let keys = scratch.open();
    assert_eq!(mode(&scratch.path()), 0o600);
    assert_eq!(fs::read_dir(scratch.0.path()).unwrap().count(), 1, "the temporary file is gone");
    assert_eq!(verify(&scratch.open(), &minted(&keys, 0), 0), Ok(()), "opened again, the keys are the same");
    assert_eq!(keys.newest_created(noon()), noon());
    rotate(&keys, 1);
    assert_eq!(mode(&scratch.path()), 0o600);
}

#[test]
fn processes_that_race_to_make_the_file_agree() {
    for _ in 0..20 {
        let scratch = Scratch::new();
        let open = || {
            thread::scope(|scope| {
                let openers: Vec<_> = (0..8).map(|_| scope.spawn(|| scratch.open())).collect();
                openers.into_iter().map(|opener| opener.join().unwrap()).collect::<Vec<_>>()
            })
        };
        let all = open();
        let public = all[0].public_jwks(noon());
        assert!(all.iter().all(|keys| keys.public_jwks(noon()) == public));
        assert_eq!(fs::read_dir(scratch.0.path()).unwrap().count(), 1);
    }
}

#[test]
fn a_new_key_is_published_before_it_signs() {
    let keys = SigningKeys::in_memory(LIFETIME, noon()).unwrap();
    let old = VerifyingKeys::parse(&keys.public_jwks(noon())).unwrap();
    rotate(&keys, 100);
    let new = VerifyingKeys::parse(&keys.public_jwks(noon())).unwrap();
    assert_eq!(verify(old.clone(), &minted(&keys, 159), 159), Ok(()));
    assert_eq!(verify(old, &minted(&keys, 160), 160), Err(PassportError::UnknownKey));
    assert_eq!(verify(new, &minted(&keys, 160), 160), Ok(()));
    assert_eq!(keys.newest_created(noon()), noon() + seconds(100));
}

#[test]
fn old_keys_are_kept_while_their_tokens_may_live() {
    let scratch = Scratch::new();
    let keys = scratch.open();
    rotate(&keys, 1_000);
    // The first key signed until 1,060, and is kept for 120 s more.
    rotate(&keys, 1_179);
    assert_eq!(scratch.keys().len(), 3);
    rotate(&keys, 1_180);
    assert_eq!(scratch.keys().len(), 3, "the first is gone");
    rotate(&keys, 9_000);
    assert_eq!(scratch.keys().len(), 2, "only the newest and the one that signs now");
}

#[test]
fn a_key_past_its_time_is_not_shown_and_not_believed_without_another_rotation() {
    let scratch = Scratch::new();
    let keys = scratch.open();
    let old = fs::read_to_string(scratch.path()).unwrap();
    rotate(&keys, 1_000);
    let public = keys.public_jwks(noon() + seconds(1_000));
    let all = [(&keys).into(), VerifyingKeys::parse(&public).unwrap()];
    let all = [&all[..], &[VerifyingKeys::open(&scratch.path(), noon()).unwrap()]].concat();
    let shown = |after| keys.public_jwks(noon() + seconds(after)).matches("\"kid\"").count();
    // Who has stolen the old key signs with it whenever they like.
    let stolen = Scratch::new();
    stolen.write(&old);
    let thief = stolen.open();
    assert_eq!(shown(1_179), 2, "1,000, 60 until the new one signs, 120 for what the old one signed last");
    assert_eq!(shown(1_180), 1);
    for keys in all {
        assert_eq!(verify(keys.clone(), &minted(&thief, 1_179), 1_179), Ok(()));
        assert_eq!(verify(keys, &minted(&thief, 1_180), 1_180), Err(PassportError::UnknownKey));
    }
    assert_eq!(scratch.keys().len(), 2, "the file has both");
    assert_eq!(verify(&keys, &minted(&keys, 9_000), 9_000), Ok(()), "the newest counts however old it gets");
}

#[test]
fn keys_count_for_as_long_as_the_tokens_that_they_sign() {
    let keys = SigningKeys::in_memory(seconds(600), noon()).unwrap();
    let token = minted(&keys, 0);
    rotate(&keys, 0);
    let shown = |after| keys.public_jwks(noon() + seconds(after)).matches("\"kid\"").count();
    assert_eq!((shown(1_259), shown(1_260)), (2, 1));
    assert_eq!(verify(&keys, &token, 64), Ok(()));
}

#[test]
fn keys_that_do_not_say_when_they_were_made_all_count() {
    let all = [Scratch::new(), Scratch::new()];
    let signers = all.each_ref().map(Scratch::open);
    let undated = all.iter().flat_map(Scratch::keys).map(|mut key| {
        key.as_object_mut().unwrap().remove("iat");
        key
    });
    let public = VerifyingKeys::parse(&json!({ "keys": undated.collect::<Vec<_>>() }).to_string()).unwrap();
    for signer in signers {
        assert_eq!(verify(public.clone(), &minted(&signer, 9_000), 9_000), Ok(()));
    }
}

#[test]
fn no_token_is_lost_while_keys_rotate() {
    let scratch = Scratch::new();
    let router = scratch.open();
    let subgraph = VerifyingKeys::open(&scratch.path(), noon()).unwrap();
    let operator = scratch.open();
    let mut tokens: Vec<(i64, String)> = Vec::new();
    for second in 0..1_000 {
        if second % 70 == 0 {
            rotate(&operator, second);
        }
        tokens.push((second, minted(&router, second)));
        tokens.retain(|(minted, _)| second - minted < 60);
        for (_, token) in tokens.iter().step_by(7) {
            assert_eq!(verify(subgraph.clone(), token, second), Ok(()), "second {second}");
        }
    }
}

#[test]
fn processes_that_rotate_at_the_same_time_end_with_the_same_keys() {
    for _ in 0..20 {
        let scratch = Scratch::new();
        let all: Vec<SigningKeys> = (0..4).map(|_| scratch.open()).collect();
        thread::scope(|scope| {
            for keys in &all {
                scope.spawn(|| rotate(keys, 100));
            }
        });
        let tokens = all.iter().map(|keys| minted(keys, 200));
        let file = VerifyingKeys::open(&scratch.path(), noon()).unwrap();
        for token in tokens {
            assert_eq!(verify(file.clone(), &token, 200), Ok(()), "whoever's key was lost does not sign with it");
        }
    }
}

#[test]
fn rotating_too_often_is_refused_rather_than_losing_tokens() {
    let keys = SigningKeys::in_memory(LIFETIME, noon()).unwrap();
    for _ in 1..32 {
        rotate(&keys, 1);
    }
    let error = keys.rotate(noon() + seconds(1)).unwrap_err();
    assert!(matches!(error, KeyFileError::TooManyKeys { keys: 32 }), "{error}");
    rotate(&keys, 1_000);
}

#[test]
fn a_changed_file_is_noticed_within_a_second() {
    let scratch = Scratch::new();
    let keys = scratch.open();
    let verifier = VerifyingKeys::open(&scratch.path(), noon()).unwrap();
    fs::remove_file(scratch.path()).unwrap();
    let token = minted(&scratch.open(), 0);
    assert_eq!(verify(verifier.clone(), &token, 0), Err(PassportError::UnknownKey), "looked at this second");
    assert_eq!(verify(verifier, &token, 1), Ok(()));
    assert_eq!(verify(&keys, &minted(&keys, 1), 1), Ok(()));
}

#[test]
fn a_file_that_breaks_or_goes_leaves_the_keys_as_they_were() {
    let scratch = Scratch::new();
    let keys = scratch.open();
    let token = minted(&keys, 0);
    scratch.write("{");
    assert_eq!(verify(&keys, &token, 2), Ok(()));
    let error = keys.rotate(noon() + seconds(3)).unwrap_err();
    assert!(matches!(error, KeyFileError::NotKeys { .. }), "{error}");
    fs::remove_file(scratch.path()).unwrap();
    assert_eq!(verify(&keys, &token, 4), Ok(()));
    assert_eq!(verify(&keys, &minted(&keys, 5), 5), Ok(()));
}

#[track_caller]
fn refuses(text: &str, expected: &str) {
    let scratch = Scratch::new();
    scratch.write(text);
    let error = SigningKeys::open(&scratch.path(), LIFETIME, noon()).unwrap_err();
    let message = error.to_string();
    assert!(message.ends_with(expected), "{message}");
    assert!(message.contains("keys.json"), "{message}");
    assert!(!message.contains("SECRET"), "{message}");
    assert_eq!(fs::read_to_string(scratch.path()).unwrap(), text, "a file that is not understood stays as it is");
}

#[test]
fn corrupt_and_foreign_files_are_refused_with_reasons() {
    let scratch = Scratch::new();
    scratch.open();
    let [key] = &scratch.keys()[..] else { panic!() };
    let other = Scratch::new();
    other.open();
    let changed = |name: &str, value: Value| {
        let mut key = key.clone();
        key[name] = value;
        json!({ "keys": [key] }).to_string()
    };
    refuses("", "not a JSON Web Key Set (line 1, column 0)");
    refuses("{\"keys\": \"SECRET\"}", "not a JSON Web Key Set (line 1, column 17)");
    refuses("{\"keys\": []}", "it has no Ed25519 key");
    refuses("-----BEGIN PRIVATE KEY-----SECRET", "not a JSON Web Key Set (line 1, column 2)");
    refuses(&"x".repeat(70_000), "it has more than 65536 bytes");
    refuses(&changed("kty", json!("RSA")), "key 0 is not an Ed25519 key");
    refuses(&changed("crv", json!("X25519")), "key 0 is not an Ed25519 key");
    refuses(&changed("kid", json!(1)), "key 0 lacks `kid` or `x`, or a member is no text");
    refuses(&changed("kid", json!("")), "key 0 has an empty `kid`");
    refuses(&changed("x", json!("AAAA")), "key 0 has an `x` that is not 32 bytes");
    refuses(&changed("d", json!("SECRET!")), "key 0 has a `d` that is not base64url");
    refuses(&changed("d", other.keys()[0]["d"].clone()), "key 0 has a `d` that does not fit its `x`");
    refuses(&changed("d", Value::Null), "key 0 has no `d`, the private half");
    refuses(&changed("use", json!("enc")), "key 0 is for something else than EdDSA signatures");
    refuses(&changed("alg", json!("ES256")), "key 0 is for something else than EdDSA signatures");
    refuses(&json!({"keys": [key, key]}).to_string(), "key 1 has the `kid` of another");
    refuses(&json!({"keys": vec![key; 33]}).to_string(), "it has 33 keys, more than 32");
}

#[test]
fn private_keys_that_everybody_can_read_are_refused() {
    let scratch = Scratch::new();
    scratch.open();
    set_mode(&scratch.path(), 0o644);
    let error = SigningKeys::open(&scratch.path(), LIFETIME, noon()).unwrap_err();
    assert!(matches!(error, KeyFileError::OthersCanRead { .. }), "{error}");
    set_mode(&scratch.path(), 0o640);
    scratch.open();
}

#[test]
fn places_without_a_file_are_refused() {
    let scratch = Scratch::new();
    let open = |path: &Path| SigningKeys::open(path, LIFETIME, noon()).unwrap_err();
    assert!(matches!(open(&scratch.path().join("x")), KeyFileError::Write { .. }), "the folder does not exist");
    assert!(matches!(open(scratch.0.path()), KeyFileError::NotKeys { .. }), "a folder is no file");
    let missing = VerifyingKeys::open(&scratch.path(), noon()).unwrap_err();
    assert!(matches!(missing, KeyFileError::Read { .. }), "who verifies makes no keys");
}

#[test]
fn public_key_files_may_hold_keys_of_other_kinds() {
    let scratch = Scratch::new();
    let keys = scratch.open();
    let mut set: Value = serde_json::from_str(&keys.public_jwks(noon())).unwrap();
    set["keys"].as_array_mut().unwrap().insert(0, json!({"kty": "RSA", "kid": "1", "n": "AQAB", "e": "AQAB"}));
    let public = VerifyingKeys::parse(&set.to_string()).unwrap();
    assert_eq!(verify(public, &minted(&keys, 0), 0), Ok(()));
    let path = scratch.0.path().join("public.json");
    fs::write(&path, set.to_string()).unwrap();
    assert_eq!(verify(VerifyingKeys::open(&path, noon()).unwrap(), &minted(&keys, 0), 0), Ok(()));
    for bad in ["", "{}", "{\"keys\": [{\"kty\": \"RSA\"}]}"] {
        assert!(matches!(VerifyingKeys::parse(bad), Err(KeyFileError::NotKeySet { .. })), "{bad}");
    }
}
