//! The model: what the user wrote, checked and ready to render.

use std::time::Duration;

use syn::{Attribute, Ident, ItemTrait, LitStr, Path, Signature, Type};

use crate::literal::path::PathTemplate;

/// A trait that describes a downstream API.
#[derive(Clone)]
pub(crate) struct Service {
    /// The user's trait, without our attributes on it, its methods and their arguments.
    pub(crate) item: ItemTrait,
    /// The path of the run time in generated code: `::wristband_m2m_reqwest`, or the value of `crate = ..`.
    pub(crate) krate: Path,
    /// The client to generate: the trait's name with `Client`, or the value of `client = ..`.
    pub(crate) client: Ident,
    /// The dyn-compatible trait to generate: `dyn = ..`.
    pub(crate) dyn_name: Option<Ident>,
    pub(crate) base_url: Option<LitStr>,
    /// Empty, or with a leading and without a trailing slash.
    pub(crate) path: String,
    /// `None`: the run time's default.
    pub(crate) timeout: Option<Duration>,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) provided: Vec<Provided>,
}

impl Service {
    /// The index of an endpoint in the client's tables.
    pub(crate) fn number_of(&self, endpoint: &Endpoint) -> usize {
        let before = |other: &&Endpoint| other.index < endpoint.index;
        self.endpoints.iter().filter(before).count()
    }
}

/// A method with a verb.
#[derive(Clone)]
pub(crate) struct Endpoint {
    /// Position in the items of the trait.
    pub(crate) index: usize,
    /// The user's attributes without ours.
    pub(crate) attrs: Vec<Attribute>,
    /// As written, without our attributes on arguments.
    pub(crate) sig: Signature,
    /// `GET`, or the token given to `#[request]`.
    pub(crate) method: String,
    /// `None`: the whole URL is an argument.
    pub(crate) path: Option<PathTemplate>,
    pub(crate) options: Options,
    /// The trait's and the method's; of two with one name the method's.
    pub(crate) headers: Vec<FixedPair>,
    /// The same.
    pub(crate) queries: Vec<FixedPair>,
    pub(crate) params: Vec<Param>,
    /// Position of the argument that is the page; then the method returns one page after the other.
    pub(crate) page: Option<usize>,
    /// The whole return type, as written, aliases included.
    pub(crate) output: Type,
}

/// A method with a body instead of a verb.
#[derive(Clone)]
pub(crate) struct Provided {
    /// Position in the items of the trait.
    pub(crate) index: usize,
    pub(crate) attrs: Vec<Attribute>,
    /// With a plain name for each argument.
    pub(crate) sig: Signature,
    /// What its future returns, if it is `async`.
    pub(crate) output: Option<Type>,
    /// Whether a trait object can delegate it to the implementation behind it.
    pub(crate) is_dyn_compatible: bool,
}

/// The options of a call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Options {
    /// `None`: the trait's, or the run time's default.
    pub(crate) timeout: Option<Duration>,
    pub(crate) auth: bool,
    pub(crate) retry_on_unauthorized: bool,
    pub(crate) min_token_life: Option<Duration>,
}

/// A header or a query parameter whose value is known.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FixedPair {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// An argument after `&self`.
#[derive(Clone)]
pub(crate) struct Param {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) role: Role,
}

/// How an argument is sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Role {
    /// One segment of the path, or a part of one.
    Path,
    /// The rest of the path, one segment for each item.
    Rest,
    Query {
        name: String,
        csv: bool,
    },
    QueryMap,
    QueryFlag {
        name: String,
    },
    Header {
        name: String,
    },
    HeaderMap,
    Json,
    Form,
    Multipart,
    Body {
        /// `None`: a header sets it.
        content_type: Option<String>,
    },
    Url,
    Timeout,
}

impl Role {
    /// The name of the query parameter, if it is one.
    pub(crate) fn query_name(&self) -> Option<&str> {
        match self {
            Self::Query { name, .. } | Self::QueryFlag { name } => Some(name),
            Self::Path
            | Self::Rest
            | Self::QueryMap
            | Self::Header { .. }
            | Self::HeaderMap
            | Self::Json
            | Self::Form
            | Self::Multipart
            | Self::Body { .. }
            | Self::Url
            | Self::Timeout => None,
        }
    }
}
