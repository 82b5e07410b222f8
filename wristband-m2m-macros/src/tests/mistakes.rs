//! What is refused, with which words, and what is not.

use super::*;

#[test]
fn a_sound_trait_has_no_mistakes() {
    let found = mistakes_with(
        WITH_ALL,
        reads(
            "base_url = \"https://h.example\", path = \"/v1/\", timeout = \"10s\", client = C, dyn = D, crate = a::b,",
        ),
        quote! {
            #[header("X-Source", "billing")]
            pub trait Orders: Clone {
                #[get("/{id}/{r}/x", timeout = "2s", auth = false, retry_on_unauthorized = false, min_token_life = "2m", accept = "a/b")]
                #[header("x-source", "orders")]
                #[doc = "docs"]
                #[other::attribute]
                #[must_use]
                async fn a<'x>(&'x self, id: u8, #[path("r")] y: &'x str, #[query] q: u8, #[query("n", csv)] s: &[u8], #[query(csv)] t: &[u8]) -> Alias;
                #[request("REPORT", "/{*rest}")]
                async fn b(&self, rest: &[&str], #[query_map] m: M, #[query_flag] f: bool, #[query_flag("g")] h: bool, #[json] j: J) -> my::Result<()>;
                #[post]
                async fn c(&self, #[url] next: &str, #[header("A")] a: u8, #[header_map] m: M, #[multipart] f: F, #[timeout] t: T) -> R;
                #[put("/")]
                async fn d(&self, #[body("text/plain; charset=utf-8")] #[allow(unused)] b: B) -> R;
                #[patch("/")]
                async fn e(&self, #[form] r#type: F) -> R;
                fn helper<T>(self, x: impl Send, (a, b): (u8, u8)) {}
            }
        },
    );
    assert_eq!(found, [""; 0]);
}

#[test]
fn what_cfg_keeps_apart_may_have_one_name() {
    let found = diagnostics(quote! {
        #[cfg(a)] #[get("/a")] async fn x(&self) -> R;
        #[cfg(not(a))] #[get("/b")] async fn x(&self) -> R;
    });
    assert_eq!(found, [""; 0]);
}

#[test]
fn an_argument_cannot_depend_on_a_cfg() {
    let found = diagnostics(quote! {
        #[post("/c")] async fn y(&self, #[cfg(a)] #[json] z: A) -> R;
    });
    assert!(
        matches!(found.as_slice(), [one] if one.contains("two methods")),
        "{found:?}"
    );
}

#[test]
fn a_role_whose_feature_is_off_names_the_feature() {
    let method = quote!(
        trait Orders {
            #[post("/x")]
            async fn x(&self, #[multipart] form: Form) -> R;
            #[get("/x")]
            fn y(
                &self,
                #[query]
                #[page]
                page: Option<u8>,
            ) -> Pages<P, E>;
        }
    );
    let off = Features {
        multipart: false,
        stream: false,
    };
    let found = mistakes_with(off, quote!(), method);
    assert!(
        matches!(found.as_slice(), [multipart, stream]
            if multipart.contains("enable feature `multipart`") && stream.contains("enable feature `stream`")),
        "{found:?}"
    );
}

#[test]
fn pages_are_asked_for_by_one_owned_argument() {
    for (method, instead) in [
        (
            "async fn x(&self, #[query] #[page] p: Option<u8>) -> Pages<P, E>;",
            "remove `async`",
        ),
        (
            "fn x(&self, #[query] p: Option<u8>) -> Pages<P, E>;",
            "needs a `#[page]` argument",
        ),
        ("async fn x(&self) -> Pages<P, E>;", "and remove `async`"),
        (
            "fn x(&self, #[query] #[page] p: Option<u8>) -> Result<P, E>;",
            "must return `Pages`",
        ),
        (
            "fn x(&self, #[query] #[page] p: Option<u8>);",
            "must return `Pages`",
        ),
        (
            "fn x(&self, #[query] #[page] p: Option<u8>, #[query] #[page] q: u8) -> Pages<P, E>;",
            "keep one",
        ),
        (
            "fn x(&self, #[query] #[page] p: Option<&str>) -> Pages<P, E>;",
            "owned type",
        ),
        (
            "fn x(&self, #[json] #[page] p: u8) -> Pages<P, E>;",
            "a role that sends the page",
        ),
        (
            "fn x(&self, #[query] #[page] p: u8, #[multipart] f: F) -> Pages<P, E>;",
            "sent again",
        ),
        (
            "fn x(&self, #[query] #[pge] p: u8) -> Pages<P, E>;",
            "exists: `page`",
        ),
    ] {
        let method = reads(method);
        let found = diagnostics(quote!(#[post("/x")] #method));
        assert!(
            matches!(found.as_slice(), [one] if one.contains(instead)),
            "{method}: {found:?}"
        );
    }
    let paged = quote!(
        #[get("/x")]
        fn x(
            &self,
            #[query]
            #[page]
            p: Option<u8>,
            #[query] q: &'static str,
        ) -> Paged<P>;
    );
    assert_eq!(diagnostics(paged), [""; 0]);
}

#[test]
fn a_fixed_query_parameter_is_set_once() {
    for (method, instead) in [
        (
            "#[query(\"a\", \"1\")] #[query(\"a\", \"2\")] async fn x(&self) -> R;",
            "set twice",
        ),
        (
            "#[query(\"a\", \"1\")] async fn x(&self, #[query] a: u8) -> R;",
            "above the method too",
        ),
        ("#[query(\"a\")] async fn x(&self) -> R;", "has no value"),
        ("#[query] async fn x(&self) -> R;", "a name and a value"),
        (
            "#[query(\"\", \"1\")] async fn x(&self) -> R;",
            "the name is empty",
        ),
        (
            "#[query(\"a\", A)] async fn x(&self) -> R;",
            "string literal",
        ),
    ] {
        let method = reads(method);
        let found = diagnostics(quote!(#[get("/x")] #method));
        assert!(
            matches!(found.as_slice(), [one] if one.contains(instead)),
            "{method}: {found:?}"
        );
    }
}

#[test]
fn the_nearest_placeholder_is_one_mistake() {
    let found = diagnostics(quote!(
        #[get("/{ordr_id}")]
        async fn x(&self, order_id: u8) -> R;
    ));
    assert!(
        matches!(found.as_slice(), [one] if one.contains("`order_id`")),
        "{found:?}"
    );
}

#[test]
fn a_mistake_in_one_method_hides_none_in_another() {
    let found = diagnostics(quote! {
        #[gett("/a")] async fn a(&self) -> R;
        #[get("b")] async fn b(&self) -> R;
        #[get("/c")] async fn c(&self, c: u8) -> R;
        async fn d(&self) -> R;
    });
    assert_eq!(found.len(), 4, "{found:?}");
}
