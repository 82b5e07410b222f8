//! What the macro accepts, and what it says of each mistake.
//!
//! A message is part of the interface: read a changed `.stderr` as the person who will see it, then accept it with
//! `TRYBUILD=overwrite cargo test -p wristband-m2m-tests --test ui`.

/// Where a rule could be unclear, what keeps to it. Compiled with this file, which costs less than a crate for each.
#[allow(dead_code, unreachable_pub)]
#[path = "ui/pass"]
mod pass {
    mod attributes_of_others;
    mod every_form;
    mod header_in_place_of_the_traits;
    mod kept_apart_by_cfg;
    mod made_by_a_macro;
}

#[test]
fn each_mistake_is_explained_where_it_is() {
    trybuild::TestCases::new().compile_fail("ui/fail/*.rs");
}
