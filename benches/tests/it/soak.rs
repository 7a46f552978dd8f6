//! A soak of a few seconds: what cannot wait for half an hour to be found out.

use std::time::Duration;

use hansa_benches::soak::{self, Plan, svg};

use crate::built;

#[tokio::test]
async fn a_short_soak_finds_nothing() {
    let Some(hansa) = built("router", "--supergraph") else { return };
    let plan = Plan { duration: Duration::from_secs(6), clients: 12, seed: 7 };
    let (curve, findings) = soak::run(&hansa, plan).await.unwrap();
    assert!(findings.missed.is_empty(), "{:?}", findings.missed);
    assert!(findings.json["counts"]["answered"].as_u64() > Some(10), "{}", findings.json["counts"]);
    assert!(curve.samples.len() > 5);
    let drawing = svg::draw(&curve.samples);
    assert_eq!(drawing.matches("<polyline").count(), 2);
    assert!(drawing.trim_end().ends_with("</svg>"));
}
