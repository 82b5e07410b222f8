//! Links in Markdown have a target.

use std::fs;
use std::path::Path;

use super::{files, read, root};

#[test]
fn every_local_link_leads_to_a_file_and_a_heading() {
    let mut broken = Vec::new();
    for page in files(root(), "md") {
        let text = without_code(&fs::read_to_string(&page).expect("a page"));
        let folder = page.parent().expect("a folder");
        for target in targets(&text) {
            if !leads_somewhere(&page, folder, target) {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "broken links:\n{}", broken.join("\n"));
}

#[test]
fn every_chapter_is_listed_and_on_docs_rs() {
    let list = read("docs/README.md");
    let guide = read("wristband-m2m-reqwest/src/guide.rs");
    for chapter in files(&root().join("docs"), "md") {
        let name = chapter.file_name().and_then(|name| name.to_str());
        let name = name.expect("a name");
        assert!(
            name == "README.md" || list.contains(&format!("]({name})")),
            "{name}: add it to docs/README.md"
        );
        assert!(
            name == "README.md" || guide.contains(&format!("\"{name}\"")),
            "{name}: add it to `chapters!` in wristband-m2m-reqwest/src/guide.rs, and to its list"
        );
    }
}

fn leads_somewhere(page: &Path, folder: &Path, target: &str) -> bool {
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let file = if file.is_empty() {
        page.to_owned()
    } else {
        folder.join(file)
    };
    file.exists()
        && (heading.is_empty()
            || fs::read_to_string(&file).is_ok_and(|text| {
                without_code(&text)
                    .lines()
                    .filter(|line| line.starts_with('#'))
                    .any(|line| anchor(line) == heading)
            }))
}

/// The targets of inline links and of definitions that are paths of the repository.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    let inline = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', ' ']).next());
    let definitions = text
        .lines()
        .filter_map(|line| line.strip_prefix('[')?.split_once("]: "))
        .map(|(_, target)| target.trim());
    inline
        .chain(definitions)
        .filter(|target| !target.contains("://") && !target.contains("::"))
}

/// Returns the anchor that GitHub generates for a heading.
fn anchor(heading: &str) -> String {
    heading
        .trim_start_matches('#')
        .trim()
        .to_lowercase()
        .chars()
        .filter(|character| character.is_alphanumeric() || matches!(character, ' ' | '-' | '_'))
        .map(|character| if character == ' ' { '-' } else { character })
        .collect()
}

fn without_code(text: &str) -> String {
    let mut is_code = false;
    let kept = text.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    });
    kept.collect::<Vec<_>>().join("\n")
}
