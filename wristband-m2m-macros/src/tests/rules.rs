//! One mistake is one message. What rustc makes of each is in `tests/ui/fail`.

use super::*;

/// A method, and what its only message says.
const METHODS: &[(&str, &str)] = &[
    // Verbs.
    ("async fn x(&self) -> R;", "neither a verb nor a body"),
    ("#[ge] async fn x(&self) -> R;", "exists: `#[get]`"),
    (
        "#[gett(\"x\", tim = 1)] async fn x(&self) -> R;",
        "exists: `#[get]`",
    ),
    (
        "#[get(\"/\")] #[put(\"/\")] async fn x(&self) -> R;",
        "two verbs",
    ),
    (
        "#[get(\"/\")] async fn x(&self) -> R {}",
        "cannot have a body",
    ),
    (
        "#[header(\"A\", \"b\")] async fn x(&self) -> R {}",
        "no verb",
    ),
    ("fn x(&self, #[json] a: u8) {}", "no meaning"),
    (
        "#[get(\"/\")] #[timeout(\"1s\")] async fn x(&self) -> R;",
        "an option of the verb",
    ),
    (
        "#[get(\"/\")] #[json] async fn x(&self) -> R;",
        "for arguments",
    ),
    ("#[get] async fn x(&self) -> R;", "has no path"),
    (
        "#[request(\"get\", \"/\")] async fn x(&self) -> R;",
        "write \"GET\"",
    ),
    // Signatures.
    ("#[get(\"/\")] fn x(&self) -> R;", "must be `async`"),
    (
        "#[get(\"/\")] fn x(&self) -> Pin<Box<dyn Future<Output = R>>>;",
        "remove `#[async_trait]`",
    ),
    ("#[get(\"/\")] async fn x() -> R;", "has no `&self`"),
    ("#[get(\"/\")] async fn x(&mut self) -> R;", "`&mut self`"),
    ("#[get(\"/\")] async fn x(self) -> R;", "by value"),
    (
        "#[get(\"/\")] async fn x(self: Arc<Self>) -> R;",
        "with a type",
    ),
    (
        "#[get(\"/\")] async fn x(#[query] &self) -> R;",
        "cannot be marked",
    ),
    ("#[get(\"/\")] async unsafe fn x(&self) -> R;", "`unsafe`"),
    (
        "#[get(\"/\")] async extern \"C\" fn x(&self) -> R;",
        "`extern`",
    ),
    ("#[get(\"/\")] async fn x<T>(&self) -> R;", "generic"),
    (
        "#[get(\"/\")] async fn x<const N: u8>(&self) -> R;",
        "generic",
    ),
    (
        "#[get(\"/\")] async fn x(&self, #[query] a: Vec<(u8, impl A)>) -> R;",
        "`impl Trait` argument",
    ),
    (
        "#[get(\"/\")] async fn x(&self, #[query] (a, b): (u8, u8)) -> R;",
        "a pattern",
    ),
    ("#[get(\"/\")] async fn x(&self);", "returns nothing"),
    (
        "#[get(\"/\")] async fn x(&self) -> (u8, u8);",
        "must return a `Result`",
    ),
    (
        "#[get(\"/\")] async fn x(&self) -> Result<impl A, E>;",
        "return `impl Trait`",
    ),
    (
        "#[get(\"/\")] async fn x(&self) -> Result<&str, E>;",
        "borrowed",
    ),
    (
        "#[get(\"/\")] async fn x<'a>(&'a self) -> Result<(u8, B<'a>), E>;",
        "borrowed",
    ),
    // Arguments.
    (
        "#[get(\"/\")] async fn x(&self, a: u8) -> R;",
        "has no role",
    ),
    (
        "#[get(\"/:a\")] async fn x(&self, a: u8) -> R;",
        "plain text",
    ),
    (
        "#[get(\"/\")] async fn x(&self, #[query] a: u8, #[query(\"b\")] a: u8) -> R;",
        "two arguments",
    ),
    (
        "#[get(\"/\")] async fn x(&self, #[query] #[json] a: u8) -> R;",
        "two roles",
    ),
    (
        "#[post(\"/\")] async fn x(&self, #[json] a: u8, #[form] b: u8) -> R;",
        "two bodies",
    ),
    (
        "#[get(\"/\")] async fn x(&self, #[json] a: u8) -> R;",
        "`#[get]` cannot have a body",
    ),
    (
        "#[head(\"/\")] async fn x(&self, #[body(\"a/b\")] a: u8) -> R;",
        "`#[head]` cannot have a body",
    ),
    (
        "#[get(\"/\")] async fn x(&self, #[timeout] a: u8, #[timeout] b: u8) -> R;",
        "two timeouts",
    ),
    (
        "#[get] async fn x(&self, #[url] a: u8, #[url] b: u8) -> R;",
        "two URLs",
    ),
    (
        "#[get(\"/\")] async fn x(&self, #[url] a: u8) -> R;",
        "has a path",
    ),
    (
        "#[get] async fn x(&self, #[ulr] a: u8) -> R;",
        "exists: `url`",
    ),
    (
        "#[get] async fn x(&self, #[cookie] a: u8) -> R;",
        "unknown role",
    ),
    (
        "#[get(\"/\")] async fn x(&self, #[query] a: u8, #[query_flag(\"a\")] b: bool) -> R;",
        "set twice",
    ),
    (
        "#[get(\"/:b\")] async fn x(&self, a: u8) -> R;",
        "in the path, or mark it `#[query]`",
    ),
    (
        "#[post(\"/\")] async fn x(&self, a: u8) -> R;",
        "mark it `#[json]`, `#[query]`",
    ),
    (
        "#[get(\"/{a}/{b}\")] async fn x(&self, (a, b): (u8, u8)) -> R;",
        "a pattern",
    ),
    (
        "#[get(\"/{a}\")] async fn x(&self, #[cookie] b: u8) -> R;",
        "unknown role",
    ),
    // Headers.
    (
        "#[get(\"/\")] async fn x(&self, #[header(\"A\")] a: u8, #[header(\"a\")] b: u8) -> R;",
        "set twice",
    ),
    (
        "#[get(\"/\")] #[header(\"A\", \"b\")] async fn x(&self, #[header(\"a\")] a: u8) -> R;",
        "above the method too",
    ),
    (
        "#[get(\"/\", accept = \"a/b\")] async fn x(&self, #[header(\"ACCEPT\")] a: u8) -> R;",
        "by `accept` too",
    ),
    (
        "#[get(\"/\", accept = \"a/b\")] #[header(\"accept\", \"a/b\")] async fn x(&self) -> R;",
        "by `#[header]` too",
    ),
    (
        "#[put(\"/\")] async fn x(&self, #[body] a: u8) -> R;",
        "`#[body]` has no content type",
    ),
    (
        "#[put(\"/\")] #[header(\"content-type\", \"a/b\")] async fn x(&self, #[form] a: u8) -> R;",
        "by `#[form]` already",
    ),
    (
        "#[put(\"/\")] async fn x(&self, #[multipart] a: u8, #[header(\"Content-Type\")] b: u8) -> R;",
        "by `#[multipart]` already",
    ),
    (
        "#[put(\"/\")] async fn x(&self, #[body(\"a/b\")] a: u8, #[header(\"Content-Type\")] b: u8) -> R;",
        "write `#[body]` alone",
    ),
    // Placeholders.
    (
        "#[get(\"/{a}\")] async fn x(&self) -> R;",
        "no argument is named `a`",
    ),
    (
        "#[get(\"/{order}\")] async fn x(&self, oder: u8) -> R;",
        "exists: `oder`",
    ),
    (
        "#[get(\"/{a}\")] async fn x(&self, #[query] a: u8) -> R;",
        "already",
    ),
    (
        "#[get(\"/{a}\")] async fn x(&self, a: Option<u8>) -> R;",
        "cannot be an `Option`",
    ),
    (
        "#[get(\"/{a}\")] async fn x(&self, a: &(Option<u8>)) -> R;",
        "cannot be an `Option`",
    ),
    (
        "#[get(\"/{a}\")] async fn x(&self, #[path(\"b\")] c: u8) -> R;",
        "write `#[path(\"a\")]`",
    ),
    (
        "#[get(\"/{order}/{b}\")] async fn x(&self, #[path(\"oder\")] c: u8, b: u8) -> R;",
        "write `#[path(\"order\")]`",
    ),
    (
        "#[get(\"/\")] async fn x(&self, #[path] a: u8) -> R;",
        "has no `{a}`",
    ),
    (
        "#[get(\"/{a}\")] async fn x(&self, #[path] a: u8, #[path(\"a\")] b: u8) -> R;",
        "filled by `a` already",
    ),
    (
        "#[get] async fn x(&self, #[url] u: u8, #[path] a: u8) -> R;",
        "without a `{a}`",
    ),
    // Names.
    ("#[get(\"/\")] async fn on(&self) -> R;", "a constructor"),
    (
        "#[get(\"/\")] async fn x(&self) -> R; #[get(\"/\")] async fn x(&self) -> R;",
        "two methods",
    ),
];

#[test]
fn each_mistake_of_a_method_is_one_message() {
    for (method, says) in METHODS {
        let found = diagnostics(reads(method));
        assert!(
            matches!(found.as_slice(), [one] if one.contains(says)),
            "{method}: {found:#?}"
        );
    }
}

#[test]
fn each_mistake_of_a_trait_is_one_message() {
    for (args, item, says) in [
        (
            "",
            "trait X<T> { #[get(\"/\")] async fn x(&self) -> R; }",
            "generic",
        ),
        (
            "",
            "trait X where Self: A { #[get(\"/\")] async fn x(&self) -> R; }",
            "`where` clause",
        ),
        (
            "",
            "unsafe trait X { #[get(\"/\")] async fn x(&self) -> R; }",
            "`unsafe`",
        ),
        ("", "trait X { const A: u8; }", "associated constant"),
        ("", "trait X { type A; }", "associated type"),
        (
            "",
            "trait X { a!(); #[get(\"/\")] async fn x(&self) -> R; }",
            "write its methods out",
        ),
        (
            "",
            "trait X { pub async fn x(&self) -> R {} #[get(\"/\")] async fn y(&self) -> R; }",
            "visibility",
        ),
        ("", "trait X {}", "has no endpoint"),
        ("", "trait X { fn x() {} }", "has no endpoint"),
        (
            "",
            "#[get(\"/\")] trait X { #[get(\"/\")] async fn x(&self) -> R; }",
            "for methods",
        ),
        (
            "",
            "#[json] trait X { #[get(\"/\")] async fn x(&self) -> R; }",
            "for arguments",
        ),
        (
            "",
            "#[heade] trait X { #[get(\"/\")] async fn x(&self) -> R; }",
            "exists: `#[header]`",
        ),
        (
            "client = X",
            "trait X { #[get(\"/\")] async fn x(&self) -> R; }",
            "client = XClient",
        ),
        (
            "dyn = X",
            "trait X { #[get(\"/\")] async fn x(&self) -> R; }",
            "dyn = DynX",
        ),
        (
            "dyn = XClient",
            "trait X { #[get(\"/\")] async fn x(&self) -> R; }",
            "dyn = DynX",
        ),
        (
            "path = \"/{a}\"",
            "trait X { #[get(\"/\")] async fn x(&self, a: u8) -> R; }",
            "cannot have a placeholder",
        ),
    ] {
        let found = mistakes_with(WITH_ALL, reads(args), reads(item));
        assert!(
            matches!(found.as_slice(), [one] if one.contains(says)),
            "{args} {item}: {found:#?}"
        );
    }
}

#[test]
fn what_is_near_a_rule_is_not_refused() {
    for method in [
        "#[get(\"/\")] async fn x(&self) -> Result<&'static str, E>;",
        "#[request(\"GET\", \"/\")] async fn x(&self, #[json] a: u8) -> R;",
        "#[delete(\"/\")] async fn x(&self, #[json] a: u8) -> R;",
        "#[put(\"/\")] async fn x(&self, #[body] a: u8, #[header(\"content-TYPE\")] b: u8) -> R;",
        "#[put(\"/\")] async fn x(&self, #[body] a: u8, #[header_map] b: u8) -> R;",
        "#[put(\"/\")] #[header(\"Content-Type\", \"a/b\")] async fn x(&self, #[body] a: u8) -> R;",
        "#[put(\"/\")] async fn x(&self, #[json] a: u8, #[header(\"Content-Type\")] b: u8) -> R;",
        "#[get(\"/\")] async fn x(&self, #[query] a: u8, #[query] A: u8) -> R;",
        "#[get(\"/\")] #[query(\"b\", \"1\")] async fn x(&self, #[query] a: u8) -> R;",
        "#[get(\"/\")] async fn x(&self, #[query] a: Option<u8>) -> R;",
        "#[get(\"/{a}\")] async fn x(&self, a: Optional<u8>) -> R;",
        "#[get(\"/\")] async fn x(&self) -> R; #[get(\"/\")] async fn y(&self) -> R;",
        "#[get(\"/\", accept = \"a/b\")] async fn x(&self, #[header(\"A\")] a: u8) -> R;",
        "#[get(\"/\")] async fn newer(&self) -> R;",
        "#[get(\"/\")] fn x(&self, #[page] #[header(\"A\")] a: u8, #[json] b: Cow<'static, str>) -> Pages<P, E>;",
    ] {
        let method = method.replacen("#[get(\"/\")] fn", "#[request(\"GET\", \"/\")] fn", 1);
        assert_eq!(diagnostics(reads(&method)), [""; 0], "{method}");
    }
}
