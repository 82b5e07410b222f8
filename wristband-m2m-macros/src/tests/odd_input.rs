//! No input may make the macro panic, and each gives code or errors.

use super::*;

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
        "#[get(\"/x\")] #[query] #[query()] #[query = 1] #[query(,)] #[query(\"a\", csv)] #[query(a, b, c)] async fn x(&self) -> R;",
        "#[get(\"/x\")] fn x(&self, #[page] (a, b): (u8, u8)) -> Pages<P, E>;",
        "#[get(\"/x\")] fn x(&self, #[page = 1] #[page] #[query] a: &'static u8) -> Pages;",
        "#[get] async fn x(#[json] &self, #[url] #[page] a: u8) -> m!();",
        "#[get(\"/{self}/{Self}/{*crate}\")] fn x(#[page] self, #[cfg(a)] #[cfg_attr(b, page)] b: &u8) -> (Pages<P, E>);",
    ] {
        let tokens = reads(method);
        let output = client(quote!(), quote!(trait Orders { #tokens }));
        assert!(is_error_or_code(&output), "{method}: {output}");
    }
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
