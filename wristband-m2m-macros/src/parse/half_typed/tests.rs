//! A trait in all the states it goes through while it is typed.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::quote;

const METHODS: [&str; 4] = ["find", "list", "create", "all"];

fn orders() -> TokenStream {
    quote! {
        /// Orders.
        #[header("X-Source", "billing")]
        pub trait Orders: Debug {
            /// One order.
            #[get("/orders/{id}", timeout = "2s")]
            async fn find(&self, id: OrderId) -> Result<Option<Order>, ApiError>;

            #[get("/orders")]
            async fn list(&self, #[query] status: Option<Status>, #[query("n")] page_size: u32)
                -> Result<Vec<Order>, ApiError>;

            #[post("/orders")]
            async fn create<'a>(&self, #[json] order: &'a NewOrder) -> Result<Order, OrdersError>;

            async fn all(&self) -> Result<Vec<Order>, ApiError> {
                let first = self.list(None, 100).await?;
                Ok(first)
            }
        }
    }
}

/// What becomes of the token at a position, counted depth first; a group comes before what is in it.
fn edit(
    tokens: TokenStream,
    at: &mut usize,
    change: &mut dyn FnMut(usize, TokenTree) -> Option<TokenStream>,
) -> TokenStream {
    let mut edited = TokenStream::new();
    for token in tokens {
        let position = *at;
        *at += 1;
        let token = match token {
            TokenTree::Group(group) => {
                let inside = edit(group.stream(), at, change);
                TokenTree::Group(Group::new(group.delimiter(), inside))
            }
            token => token,
        };
        edited.extend(change(position, token).unwrap_or_default());
    }
    edited
}

fn count(tokens: TokenStream) -> usize {
    let mut at = 0;
    edit(tokens, &mut at, &mut |_, token| Some(token.into()));
    at
}

/// What is left when the typing stops after so many tokens, with all groups closed, as an editor does.
fn truncated(length: usize) -> TokenStream {
    edit(orders(), &mut 0, &mut |at, token| {
        (at < length).then(|| token.into())
    })
}

/// After how many tokens the trait has a name.
fn named() -> usize {
    let is_named = |length: &usize| truncated(*length).to_string().ends_with("trait Orders");
    (0..count(orders())).find(is_named).expect("the name")
}

struct Outcome {
    errors: usize,
    client: bool,
    methods: Vec<String>,
}

fn expand(item: TokenStream) -> Outcome {
    let expansion = crate::client(quote!(dyn = DynOrders), item);
    let file: syn::File =
        syn::parse2(expansion.clone()).unwrap_or_else(|error| panic!("{error} in\n{expansion}"));
    let mut outcome = Outcome {
        errors: 0,
        client: false,
        methods: Vec::new(),
    };
    for item in file.items {
        match item {
            syn::Item::Macro(_) => outcome.errors += 1,
            syn::Item::Struct(item) => outcome.client |= item.ident == "OrdersClient",
            syn::Item::Impl(item) if item.trait_.is_none() => {
                outcome
                    .methods
                    .extend(item.items.iter().filter_map(|item| match item {
                        syn::ImplItem::Fn(function) => Some(function.sig.ident.to_string()),
                        _ => None,
                    }));
            }
            _ => {}
        }
    }
    outcome
}

impl Outcome {
    fn has(&self, methods: &[&str]) -> bool {
        methods
            .iter()
            .all(|method| self.methods.iter().any(|found| found == method))
    }
}

#[test]
fn at_each_cut_the_client_is_there_and_errors_are_few() {
    for length in named()..=count(orders()) {
        let item = truncated(length);
        let written = item.to_string();
        let outcome = expand(item);
        assert!(outcome.client, "no client of {written}");
        assert!(
            outcome.errors <= 1,
            "{} errors in {written}",
            outcome.errors
        );
        let begun = |method: &&str| written.contains(&format!("fn {method}"));
        let past = METHODS
            .iter()
            .filter(|method| begun(method))
            .count()
            .saturating_sub(1);
        assert!(
            outcome.has(&METHODS[..past]),
            "{:?} of {written}",
            outcome.methods
        );
    }
}

#[test]
fn a_token_that_is_missing_or_wrong_costs_one_method_at_most() {
    for garbage in [quote!(), quote!(?), quote!(fn), quote!(;), quote!({})] {
        // From the first token between the braces of the trait, behind `: Debug {`.
        for place in named() + 3..count(orders()) {
            let item = edit(orders(), &mut 0, &mut |at, token| {
                if at == place {
                    Some(garbage.clone())
                } else {
                    Some(token.into())
                }
            });
            let written = item.to_string();
            let outcome = expand(item);
            assert!(outcome.client, "no client of {written}");
            // Braces in the midst of a method are a body, and what it lacks then is for us to say.
            assert!(
                outcome.errors <= 2,
                "{} errors in {written}",
                outcome.errors
            );
            let missing = METHODS[..3]
                .iter()
                .filter(|method| !outcome.has(&[method]))
                .count();
            assert!(missing <= 1, "{:?} of {written}", outcome.methods);
        }
    }
}
