//! Every metric is described in the code and listed in the chapter on metrics.

use std::collections::BTreeSet;

use super::{files, read, root};

/// The names of metrics, as whole literals.
fn names(text: &str) -> BTreeSet<&str> {
    let is_metric = |name: &&str| {
        let letters = name.strip_prefix("wristband_m2m_").unwrap_or_default();
        !letters.is_empty() && letters.bytes().all(|b| b == b'_' || b.is_ascii_lowercase())
    };
    text.split(['"', '`']).filter(is_metric).collect()
}

#[test]
fn every_metric_is_described_and_in_the_table() {
    let mut emitted = String::new();
    let mut described = String::new();
    for folder in ["wristband-m2m", "wristband-m2m-reqwest"] {
        let source = root().join(folder).join("src");
        described += &read(&format!("{folder}/src/telemetry/describe.rs"));
        for file in files(&source, "rs") {
            if !file.ends_with("describe.rs") && file.to_string_lossy().contains("telemetry") {
                emitted += &std::fs::read_to_string(file).expect("a source");
            }
        }
    }
    assert!(names(&emitted).len() >= 12, "{:?}", names(&emitted));
    assert_eq!(names(&emitted), names(&described));
    let chapter = read("docs/observability.md");
    let rows: Vec<_> = chapter
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let rows: BTreeSet<_> = rows
        .into_iter()
        .filter(|row| !names(&format!("`{row}`")).is_empty())
        .collect();
    assert_eq!(names(&emitted), rows);
}
