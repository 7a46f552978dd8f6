//! The generated pages say something about every setting.

#[test]
fn every_setting_is_described() {
    let folder = std::env::temp_dir().join(format!("hansa-reference-{}", std::process::id()));
    hansa_server::write_reference(&folder).unwrap();
    let page = std::fs::read_to_string(folder.join("docs/reference/configuration.md")).unwrap();
    let schema = std::fs::read_to_string(folder.join("schema/config.schema.json")).unwrap();
    let codes = std::fs::read_to_string(folder.join("docs/reference/error-codes.md")).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();

    for setting in ["listen", "limits.depth_max", "subgraphs.NAME.url", "cors.origins", "headers.all"] {
        assert!(page.contains(&format!("| `{setting}` |")), "{setting} is missing in\n{page}");
    }
    for row in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split(" | ").collect();
        let meaning = cells.last().unwrap().trim_end_matches(" |").trim();
        assert!(!meaning.is_empty(), "no meaning: {row}");
    }
    assert!(page.contains("| `limits.body_bytes_max` | size | `\"2MiB\"` |"), "{page}");
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    assert!(codes.contains("| `GRAPHQL_PARSE_FAILED` | 400 or 200 |"));
}
