//! ARCHITECTURE.md names files and functions that exist, and its table of imports holds.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use proc_macro2::{TokenStream, TokenTree};

use super::{files, read, root, sources};

#[test]
fn each_file_that_is_named_exists() {
    let page = read("ARCHITECTURE.md");
    let existing: Vec<String> = ["rs", "md"]
        .iter()
        .flat_map(|extension| files(root(), extension))
        .map(|file| file.display().to_string())
        .collect();
    let missing: Vec<&str> = in_code(&page)
        .filter(|name| {
            let is_folder = name.ends_with('/') && !name.contains("::");
            let is_file = name.ends_with(".rs") || name.ends_with(".md");
            let in_folder = format!("/{name}");
            (is_folder && !existing.iter().any(|file| file.contains(&in_folder)))
                || (is_file && !existing.iter().any(|file| file.ends_with(&in_folder)))
        })
        .collect();
    assert!(missing.is_empty(), "not in the repository: {missing:?}");
}

#[test]
fn each_function_is_in_the_file_named_before_it() {
    let page = read("ARCHITECTURE.md");
    let sources = files(root(), "rs");
    let misplaced: Vec<String> = page
        .split(".rs` `")
        .map(|part| part.split('`').next_back().unwrap_or_default())
        .zip(page.split(".rs` `").skip(1))
        .filter_map(|(file, after)| {
            let name = after.split('`').next()?;
            let item = [format!("fn {name}("), format!("struct {name} ")];
            let is_there = sources
                .iter()
                .filter(|source| source.ends_with(format!("{file}.rs")))
                .filter_map(|source| fs::read_to_string(source).ok())
                .any(|text| item.iter().any(|item| text.contains(item)));
            (!is_there).then(|| format!("{file}.rs {name}"))
        })
        .collect();
    assert!(
        misplaced.is_empty(),
        "not in the file named before it: {misplaced:?}"
    );
}

#[test]
fn each_module_uses_only_what_it_may() {
    let page = read("ARCHITECTURE.md");
    let (intro, table) = page
        .split_once("## What may import what")
        .and_then(|(_, section)| section.split_once("|---|"))
        .expect("the section with the table");
    let ground: Vec<&str> = in_code(intro).collect();
    for (krate, allowed) in rows(table) {
        for (file, tokens) in sources::of_crate(krate) {
            let module = file.iter().next().and_then(|part| part.to_str());
            let module = module.expect("a name").trim_end_matches(".rs");
            let Some(allowed) = allowed.get(module) else {
                continue;
            };
            let mut used = BTreeSet::new();
            imports(tokens, &mut used);
            used.retain(|name| {
                name != module
                    && !allowed.contains(&name.as_str())
                    && !ground.contains(&name.as_str())
            });
            assert!(
                used.is_empty(),
                "{krate}/src/{}: ARCHITECTURE.md does not let `{module}` use {used:?}",
                file.display()
            );
        }
    }
}

/// What each module of each crate may use.
fn rows(table: &str) -> BTreeMap<&str, BTreeMap<&str, Vec<&str>>> {
    let mut crates: BTreeMap<&str, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    let mut krate = "";
    let rows = table
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with('|'));
    for row in rows {
        let mut cells = row.split('|').skip(1);
        let mut cell = || cells.next().map(in_code).into_iter().flatten();
        krate = cell().next().unwrap_or(krate);
        let module = cell().next().expect("a module");
        let allowed = cell().collect();
        crates.entry(krate).or_default().insert(module, allowed);
    }
    assert_eq!(crates.len(), 3, "{crates:?}");
    crates
}

fn in_code(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The modules behind `crate::`.
fn imports(tokens: TokenStream, used: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match (token, tokens.get(at + 3)) {
            (TokenTree::Ident(root), Some(first)) if root == "crate" => match first {
                TokenTree::Ident(name) => note(name.to_string(), used),
                TokenTree::Group(group) => {
                    let mut is_first = true;
                    for token in group.stream() {
                        match &token {
                            TokenTree::Ident(name) if is_first => note(name.to_string(), used),
                            _ => {}
                        }
                        is_first =
                            matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ',');
                    }
                }
                _ => {}
            },
            (TokenTree::Group(group), _) => imports(group.stream(), used),
            _ => {}
        }
    }
}

/// Modules only; what `lib.rs` re-exports begins with a capital letter.
fn note(name: String, used: &mut BTreeSet<String>) {
    if name.starts_with(char::is_lowercase) {
        used.insert(name);
    }
}
