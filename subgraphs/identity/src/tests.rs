//! What cannot be seen through the front door.

mod published;

use crate::{
    identity::MIGRATIONS,
    throttle::{RESET_BY_ADDRESS, SIGN_IN_BY_USER, Throttle},
};
use chrono::{DateTime, TimeDelta, Utc};
use std::path::Path;

#[test]
fn both_engines_have_the_same_migrations() {
    MIGRATIONS.assert_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations"));
}

#[tokio::test]
async fn a_bucket_runs_out_at_its_pace() {
    let throttle = Throttle::new();
    let start: DateTime<Utc> = "2026-03-01T08:00:00Z".parse().unwrap();
    for _ in 0..3 {
        assert!(throttle.count(RESET_BY_ADDRESS, "greta@example.com", start).await.is_ok());
    }
    assert!(throttle.count(RESET_BY_ADDRESS, "greta@example.com", start).await.is_err());
    assert!(throttle.count(RESET_BY_ADDRESS, "hugo@example.com", start).await.is_ok());
    assert!(throttle.count(SIGN_IN_BY_USER, "greta@example.com", start).await.is_ok());
    let later = start + TimeDelta::minutes(10);
    assert!(throttle.count(RESET_BY_ADDRESS, "greta@example.com", later).await.is_ok());
    assert!(throttle.count(RESET_BY_ADDRESS, "greta@example.com", later).await.is_err());
    throttle.forgive(RESET_BY_ADDRESS, "greta@example.com").await;
    assert!(throttle.count(RESET_BY_ADDRESS, "greta@example.com", later).await.is_ok());
    // Forgiving what was never counted gives nothing away.
    throttle.forgive(RESET_BY_ADDRESS, "ida@example.com").await;
    for _ in 0..3 {
        assert!(throttle.count(RESET_BY_ADDRESS, "ida@example.com", start).await.is_ok());
    }
    assert!(throttle.count(RESET_BY_ADDRESS, "ida@example.com", start).await.is_err());
}
