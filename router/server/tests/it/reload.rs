//! A changed supergraph file is taken while requests go on; a bad one is refused and the old one keeps serving.

use crate::running::{Running, SUPERGRAPH, settings};
use hansa_mock_subgraph::Knobs;
use hansa_server::{Router, Span};
use serde_json::json;
use std::{path::PathBuf, time::Duration};
use tokio::time::timeout;

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn reloads(router: &Running, outcome: &str, count: u32) {
    let line = format!("hansa_supergraph_reloads_total{{outcome=\"{outcome}\"}} {count}");
    let seen = async {
        while !router.get("/metrics").await.text().contains(&line) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(5), seen).await.unwrap_or_else(|_| panic!("never: {line}"));
}

#[tokio::test]
async fn good_files_are_taken_and_bad_ones_refused() {
    let folder = Folder(std::env::temp_dir().join(format!("hansa-reload-{}", std::process::id())));
    std::fs::create_dir_all(&folder.0).unwrap();
    let file = folder.0.join("supergraph.graphql");
    std::fs::write(&file, SUPERGRAPH).unwrap();
    let (mut router, mut config) = Running::subgraphs(settings(), Knobs::default()).await;
    config.supergraph = file.clone();
    config.reload.interval = Span::from_millis(20);
    router.run(Router::new(config)).await;
    let renamed = "{ user(id: 1) { friend { id } } }";
    assert_eq!(router.ask(renamed).await.code(), "");

    std::fs::write(&file, "type Query { broken").unwrap();
    reloads(&router, "refused", 1).await;
    assert_eq!(router.ask(renamed).await.code(), "", "the old one keeps serving");

    std::fs::write(&file, SUPERGRAPH.replace("  friend: User @join__field(graph: ACCOUNTS)\n", "")).unwrap();
    reloads(&router, "accepted", 1).await;
    assert_eq!(router.ask(renamed).await.code(), "GRAPHQL_VALIDATION_FAILED");
    let answer = router.ask("{ user(id: 1) { id } }").await;
    assert_eq!(answer.json(), json!({ "data": { "user": { "id": "1" } } }));

    std::fs::remove_file(&file).unwrap();
    assert_eq!(router.ask("{ __typename }").await.code(), "");
    #[cfg(unix)]
    {
        // Reading it would wait for a writer for ever.
        assert!(std::process::Command::new("mkfifo").arg(&file).status().unwrap().success());
        tokio::time::sleep(Duration::from_millis(100)).await;
        std::fs::remove_file(&file).unwrap();
    }
    std::fs::write(&file, SUPERGRAPH).unwrap();
    reloads(&router, "accepted", 2).await;
    assert_eq!(router.ask(renamed).await.code(), "");
}
