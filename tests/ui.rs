//! What the macro accepts, and what it says of each mistake.
//!
//! A message is part of the interface: read a changed `.stderr` as the person who will see it, then accept it with
//! `TRYBUILD=overwrite cargo test --test ui`.

#[test]
fn each_mistake_is_explained_where_it_is() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    cases.compile_fail("ui/fail/*.rs");
}
