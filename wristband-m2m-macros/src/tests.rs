//! The macro as a function from tokens to tokens: no input may make it panic, and each gives code or errors.

use proc_macro2::TokenStream;
use quote::quote;

use crate::client;
use crate::diagnostics::Diagnostics;
use crate::lower;
use crate::parse::role::Features;
use crate::parse::{item, service};

const WITH_ALL: Features = Features {
    multipart: true,
    stream: true,
};

fn mistakes_with(features: Features, args: TokenStream, item: TokenStream) -> Vec<String> {
    let mut diagnostics = Diagnostics::default();
    let parsed = item::parse(item, &mut diagnostics).expect("a trait");
    let written = service::read(args, parsed, features, &mut diagnostics);
    lower::lower(written, &mut diagnostics);
    diagnostics.messages()
}

fn diagnostics(method: TokenStream) -> Vec<String> {
    mistakes_with(WITH_ALL, quote!(), quote!(trait Orders { #method }))
}

fn reads(text: &str) -> TokenStream {
    text.parse().expect(text)
}

fn is_error_or_code(output: &TokenStream) -> bool {
    output.to_string().contains("compile_error") || syn::parse2::<syn::File>(output.clone()).is_ok()
}

#[test]
fn odd_arguments_never_panic() {
    for args in [
        "",
        ",",
        ",,",
        "=",
        "= \"x\"",
        "path",
        "path =",
        "path = =",
        "path == \"/x\"",
        "path = \"/x\" \"/y\"",
        "path(\"/x\")",
        "path: \"/x\"",
        "\"/x\"",
        "1",
        "base_url = 1",
        "base_url = b\"https://x\"",
        "timeout = -1",
        "timeout = 10",
        "timeout = 1e999",
        "client = 1",
        "client = _",
        "client = \"\"",
        "client = \"a b\"",
        "client = dyn",
        "client = r#type",
        "dyn",
        "dyn = dyn",
        "dyn = Orders",
        "client = Orders",
        "crate = crate",
        "crate = \"x y\"",
        "crate = ",
        "crate = a::<b, c>::d",
        "type = 1, impl = 2",
        "r#path = \"/x\"",
        "[ ] { } ( )",
        "'a, 'b' , \"\"",
        "self, super, Self",
        "日本 = \"語\"",
    ] {
        let output = client(
            reads(args),
            quote!(
                trait Orders {
                    #[get("/x")]
                    async fn x(&self) -> R;
                }
            ),
        );
        assert!(is_error_or_code(&output), "{args}: {output}");
    }
}

#[test]
fn odd_items_never_panic() {
    for item in [
        "",
        ";",
        "struct Orders;",
        "enum Orders {}",
        "fn orders() {}",
        "mod orders { #[get(\"/x\")] fn x() {} }",
        "impl Orders for X { #[get(\"/x\")] async fn x(&self, #[query] y: u8) {} }",
        "trait Orders = Send;",
        "trait",
        "trait Orders",
        "trait Orders {",
        "pub(crate) unsafe auto trait Orders {}",
        "trait Orders<'a, T: ?Sized, const N: usize>: Send where T: Copy { type A<'b>: Send where Self: 'b; const C: u8; const D: u8 = 1; foo! {} #[get(\"/{id}\")] async fn x(&self, id: Self::A<'a>) -> [T; N]; }",
        "trait r#type { #[get(\"/\")] async fn r#fn(&self, #[query] r#type: u8) -> R; }",
        "trait Orders { fn }",
        "trait Orders { pub async fn x(&self); default fn y(); }",
        "trait Orders { const fn x(); unsafe extern \"C\" fn y(a: u8, ...); }",
    ] {
        let Ok(item) = item.parse::<TokenStream>() else {
            continue;
        };
        let output = client(quote!(), item.clone());
        assert!(is_error_or_code(&output), "{item}: {output}");
    }
}

#[test]
fn odd_methods_never_panic() {
    for method in [
        "async fn x(&self) -> R;",
        "#[get] fn x();",
        "#[get()] async fn x(&self) -> R;",
        "#[get(,)] async fn x(&self) -> R;",
        "#[get(\"/x\",)] async fn x(&self) -> R;",
        "#[get = \"/x\"] async fn x(&self) -> R;",
        "#[get[\"/x\"]] async fn x(&self) -> R;",
        "#[get{\"/x\"}] async fn x(&self) -> R;",
        "#[get(\"/x\" \"/y\")] async fn x(&self) -> R;",
        "#[get(b\"/x\", c\"/y\", 'z')] async fn x(&self) -> R;",
        "#[get(PATH)] async fn x(&self) -> R;",
        "#[get(concat!(\"/a\", \"/b\"))] async fn x(&self) -> R;",
        "#[get(path::<a, b>())] async fn x(&self) -> R;",
        "#[request] async fn x(&self) -> R;",
        "#[request(\"\")] async fn x(&self) -> R;",
        "#[request(\"GET\" \"x\", GET, = )] async fn x(&self) -> R;",
        "#[header] #[header()] #[header(\"a\")] #[header(1, 2)] #[header(\"a\", \"b\", \"c\")] #[header = 1] async fn x(&self) -> R;",
        "#[get(\"/x\", timeout, auth, accept = , min_token_life = 1)] async fn x(&self) -> R;",
        "#[get(\"/x\")] async fn x(&self, (a, b): (u8, u8), _: u8, mut c: u8, ref d: u8, e @ f: u8, 1: u8, P { g }: P) -> R;",
        "#[get(\"/{a}/{b}\")] async fn x(&self, (a, b): (u8, u8)) -> R;",
        "#[get(\"/x\")] async fn x(&self, #[query(,)] a: u8, #[query = 1] b: u8, #[json(x)] c: u8, #[header] d: u8, #[body] e: u8, #[path()] f: u8) -> R;",
        "#[get(\"/x\")] async fn x(&self, #[query(\"\", csv, csv, csv = 1)] a: u8, #[a::b] c: u8, #[cfg_attr(x, query)] d: u8) -> R;",
        "#[get(\"/x\")] async fn x<'a, T, const N: usize>(&'a mut self, a: impl Fn(impl Send)) -> impl Future<Output = impl Send>;",
        "#[get(\"/x\")] fn x(self: Box<Self>) -> impl Future<Output = Result<dyn A + B, C>>;",
        "#[get(\"/x\")] async fn x(self) -> !;",
        "#[get(\"/x\")] async fn x(mut self) -> (dyn A + B);",
        "#[get(\"/x\")] unsafe extern \"C\" fn x(a: u8, ...) -> m!();",
        "#[get(\"/x\")] const fn x() -> <A as B>::C;",
        "#[get(\"{{{}}}{*}{*a}{b}\")] async fn x(&self) -> R;",
        "#[get(\"/\u{0}\u{7f}é😀%\")] async fn x(&self) -> R;",
        "#[get(\"/{é\")] async fn x(&self, #[header(\"é\")] a: u8) -> R;",
    ] {
        let tokens = reads(method);
        let output = client(quote!(), quote!(trait Orders { #tokens }));
        assert!(is_error_or_code(&output), "{method}: {output}");
    }
}

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
            "mark one `#[page]`",
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
            "where the page is sent",
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

#[test]
fn an_item_that_is_no_trait_keeps_what_is_not_ours() {
    let output = client(
        quote!(),
        quote!(impl X { #[inline] #[get("/x")] async fn x(&self, #[query("y")] y: u8) {} }),
    );
    let kept = quote!(impl X { #[inline] async fn x(&self, y: u8) {} });
    assert!(output.to_string().ends_with(&kept.to_string()), "{output}");
}
