//! The sources of a crate as tokens, without its tests.

use std::fs;
use std::iter::Peekable;
use std::path::{Path, PathBuf};

use proc_macro2::token_stream::IntoIter;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::{files, root};

/// Tests and test helpers.
const TESTS: [&str; 5] = ["tests", "testing", "interleavings", "simulation", "check"];

/// Each file of a crate, relative to its `src`.
pub(super) fn of_crate(name: &str) -> Vec<(PathBuf, TokenStream)> {
    let src = root().join(name).join("src");
    let found: Vec<_> = files(&src, "rs")
        .into_iter()
        .map(|file| {
            let source = fs::read_to_string(&file).expect("a source");
            let tokens = source.parse().expect("Rust");
            let file = file.strip_prefix(&src).expect("a file of the crate");
            (file.to_owned(), without_tests(tokens))
        })
        .filter(|(file, _)| !is_for_tests(file))
        .collect();
    assert!(found.len() > 20, "only these files were found: {found:?}");
    found
}

fn is_for_tests(file: &Path) -> bool {
    let file = file.with_extension("");
    file.iter()
        .any(|part| TESTS.iter().any(|name| part == *name))
}

fn without_tests(tokens: TokenStream) -> TokenStream {
    let mut kept = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) if group.to_string().replace(' ', "") == "[cfg(test)]" => {
                skip_item(&mut tokens);
            }
            TokenTree::Group(group) => {
                let group = Group::new(group.delimiter(), without_tests(group.stream()));
                kept.extend([TokenTree::Group(group)]);
            }
            token => kept.extend([token]),
        }
    }
    kept
}

fn skip_item(tokens: &mut Peekable<IntoIter>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return,
            TokenTree::Punct(punct) if punct.as_char() == ';' => return,
            _ => {}
        }
    }
}
