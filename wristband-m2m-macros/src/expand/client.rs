//! The client: a struct, its constructors, a method for each endpoint, and the impl of the trait.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use super::delegate::Delegate;
use super::{attrs, call, docs};
use crate::model::{Endpoint, Provided, Service};
use crate::validate::rules::is_constructor;

pub(super) fn expand(service: &Service) -> TokenStream {
    [
        structure(service),
        constructors(service),
        methods(service),
        settings(service),
        implementation(service),
    ]
    .into_iter()
    .collect()
}

/// The client of a trait that it cannot implement.
pub(super) fn without_methods(service: &Service) -> TokenStream {
    [structure(service), constructors(service), settings(service)]
        .into_iter()
        .collect()
}

fn structure(service: &Service) -> TokenStream {
    let Service {
        krate,
        client,
        item,
        ..
    } = service;
    let vis = &item.vis;
    let attrs = attrs::inherited(&item.attrs);
    let docs = docs::client(service);
    let cfgs: Vec<_> = attrs::cfg_and_allow(&item.attrs).collect();
    let lints = attrs::lints();
    let name = client.unraw().to_string();
    quote! {
        #(#attrs)*
        #(#docs)*
        #[allow(dead_code)]
        #vis struct #client {
            api: #krate::private::ClientInner,
        }

        #(#cfgs)*
        #lints
        impl ::core::clone::Clone for #client {
            fn clone(&self) -> Self {
                Self {
                    api: ::core::clone::Clone::clone(&self.api),
                }
            }
        }

        #(#cfgs)*
        #lints
        impl ::core::fmt::Debug for #client {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_struct(#name)
                    .field("base_url", &self.api)
                    .finish_non_exhaustive()
            }
        }
    }
}

fn constructors(service: &Service) -> TokenStream {
    let Service {
        krate,
        client,
        item,
        ..
    } = service;
    let vis = &item.vis;
    let cfgs = attrs::cfg_and_allow(&item.attrs);
    let lints = attrs::lints();
    let wristband = quote!(impl ::core::convert::Into<::std::sync::Arc<#krate::wristband_m2m::WristbandM2mClient>>);
    let result = quote!(::core::result::Result<Self, #krate::wristband_m2m::ConfigError>);
    let new = match &service.base_url {
        Some(base_url) => {
            let first = format!(
                " Sends requests to `{}`, authenticated by this client.",
                base_url.value()
            );
            quote! {
                #[doc = #first]
                ///
                /// # Errors
                ///
                /// Returns an error if the HTTP client cannot be built: no TLS backend is enabled, or no root certificates were found.
                #vis fn new(client: #wristband) -> #result {
                    Self::builder(client).build()
                }
            }
        }
        // Without a base URL `new` cannot be called, but rustc then reports the missing base URL rather than a missing function.
        None => quote! {
            #[doc(hidden)]
            #vis fn new<__Asked>(client: #wristband) -> #result
            where
                Self: #krate::private::HasBaseUrl<__Asked>,
            {
                Self::builder(client).build()
            }
        },
    };
    quote! {
        #(#cfgs)*
        #lints
        impl #client {
            #new

            /// Sends requests to this base URL, authenticated by this client.
            ///
            /// # Errors
            ///
            /// Returns an error if the base URL is not an `https` URL (or `http` to loopback) without user info, query
            /// and fragment, or if the HTTP client cannot be built.
            #vis fn with_base_url(
                base_url: impl ::core::convert::AsRef<str>,
                client: #wristband,
            ) -> #result {
                Self::builder(client).base_url(base_url).build()
            }

            /// Returns a builder for setting an HTTP client, middleware, a timeout, headers and more.
            #vis fn builder(client: #wristband) -> #krate::ApiClientBuilder<Self> {
                #krate::ApiClientBuilder::new(client)
            }

            /// Uses your own middleware stack, which must authenticate requests, for example with `WristbandAuth`.
            /// Requests to other origins carry `SkipWristbandAuth`.
            ///
            /// # Errors
            ///
            /// Returns an error if the base URL is not an `https` URL (or `http` to loopback) without user info, query
            /// and fragment.
            #vis fn from_http_client(
                base_url: impl ::core::convert::AsRef<str>,
                http: #krate::reqwest_middleware::ClientWithMiddleware,
            ) -> #result {
                #krate::private::from_http_client(base_url.as_ref(), http)
            }

            /// Shares a connection with other clients: its base URL, headers, pool, middleware and circuit breaker.
            #vis fn on(connection: &#krate::ApiConnection) -> Self {
                #krate::ApiConnection::client(connection)
            }
        }
    }
}

fn methods(service: &Service) -> TokenStream {
    let Service { client, item, .. } = service;
    let cfgs = attrs::cfg_and_allow(&item.attrs);
    let lints = attrs::lints();
    let methods = service.endpoints.iter().map(|it| method(service, it));
    let provided = service
        .provided
        .iter()
        .filter_map(|it| provided(service, it));
    let methods = methods.chain(provided);
    quote! {
        #(#cfgs)*
        #lints
        impl #client {
            #(#methods)*
        }
    }
}

fn method(service: &Service, endpoint: &Endpoint) -> TokenStream {
    let vis = &service.item.vis;
    let sig = &endpoint.sig;
    let attrs = attrs::inherited(&endpoint.attrs);
    let route = docs::route(service, endpoint);
    let errors = docs::errors(service, endpoint);
    let body = call::body(service, endpoint);
    quote! {
        #(#attrs)*
        #(#route)*
        #(#errors)*
        #vis #sig {
            #body
        }
    }
}

/// An `async fn` with a body becomes an inherent method too, so that callers need not import the trait.
fn provided(service: &Service, provided: &Provided) -> Option<TokenStream> {
    let vis = &service.item.vis;
    let name = &service.item.ident;
    let Provided {
        attrs, sig, output, ..
    } = provided;
    if output.is_none() || is_constructor(&sig.ident) {
        return None;
    }
    let attrs = attrs::inherited(attrs);
    let ident = &sig.ident;
    let method = Delegate::from(provided);
    let call = method.call(&quote!(<Self as #name>::#ident), method.this());
    Some(quote! {
        #(#attrs)*
        #vis #sig {
            #call.await
        }
    })
}

fn settings(service: &Service) -> TokenStream {
    let Service {
        krate,
        client,
        item,
        ..
    } = service;
    let cfgs = attrs::cfg_and_allow(&item.attrs);
    let base_url = service.base_url.as_ref().map(|base_url| {
        quote! {
            const BASE_URL: ::core::option::Option<&'static str> =
                ::core::option::Option::Some(#base_url);
        }
    });
    let timeout = service.timeout.map(|timeout| {
        let timeout = call::duration(timeout);
        quote! {
            const TIMEOUT: ::core::option::Option<::core::time::Duration> =
                ::core::option::Option::Some(#timeout);
        }
    });
    let endpoints = service.endpoints.len();
    let lints = attrs::lints();
    quote! {
        #(#cfgs)*
        #lints
        impl #krate::private::ApiClient for #client {
            #base_url
            #timeout
            const ENDPOINTS: usize = #endpoints;

            fn from_api(api: #krate::private::ClientInner) -> Self {
                Self { api }
            }
        }
    }
}

fn implementation(service: &Service) -> TokenStream {
    let Service { client, item, .. } = service;
    let name = &item.ident;
    let cfgs = attrs::cfg_and_allow(&item.attrs);
    let lints = attrs::lints();
    let methods = service.endpoints.iter().map(|endpoint| {
        let method = Delegate::from(endpoint);
        let (cfgs, sig) = (method.cfg_and_allow(), method.declared());
        let ident = &sig.ident;
        // Resolves to the inherent method, which takes precedence over the trait's.
        let call = method.call(&quote!(Self::#ident), method.this());
        quote! {
            #(#cfgs)*
            #sig {
                #call
            }
        }
    });
    quote! {
        #(#cfgs)*
        #lints
        impl #name for #client {
            #(#methods)*
        }
    }
}
