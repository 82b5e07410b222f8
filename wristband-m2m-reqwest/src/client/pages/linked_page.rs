//! LinkedPage: a page whose `Link` header leads to the next.

use std::fmt;

use super::Page;

/// A JSON array of items, with a `Link` header ([RFC 8288](https://www.rfc-editor.org/rfc/rfc8288)) whose relation `next` leads to
/// the next page, as GitHub and others send it.
///
/// The cursor is that link, for a `#[url]` argument. [`Pages`](crate::Pages) resolves it against the URL of its page and
/// refuses one to another origin.
///
/// # Examples
///
/// The link holds all parameters, so only the first page is asked for with arguments: write them into a URL that is relative to the base
/// URL. What you put there must be percent-encoded, unless it is a number or the like.
///
/// ```
/// # #[cfg(feature = "macros")] {
/// use wristband_m2m_reqwest::{ApiError, LinkedPage, Pages, wristband_m2m};
///
/// # #[derive(serde::Deserialize)] pub struct Issue;
/// /// Issues, in the manner of GitHub.
/// #[wristband_m2m(base_url = "https://issues.example.com/v1")]
/// pub trait Issues {
///     /// The issues on this page and all that follow.
///     #[get]
///     fn from_page(&self, #[url] #[page] url: String) -> Pages<LinkedPage<Issue>, ApiError>;
///
///     /// The issues of a project.
///     fn of_project(&self, project: u64, per_page: u8) -> Pages<LinkedPage<Issue>, ApiError> {
///         self.from_page(format!("projects/{project}/issues?state=open&per_page={per_page}"))
///     }
/// }
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct LinkedPage<T> {
    items: Vec<T>,
    next: Option<String>,
}

impl<T> LinkedPage<T> {
    /// Makes a page with a link to the next, if there is one, so that a fake can return it.
    #[must_use]
    pub fn new(items: Vec<T>, next: Option<String>) -> Self {
        Self { items, next }
    }

    /// Returns the items of this page.
    #[must_use]
    pub fn items(&self) -> &[T] {
        &self.items
    }
}

impl<T> Page for LinkedPage<T> {
    type Item = T;
    type Cursor = String;

    fn next(&self) -> Option<String> {
        self.next.clone()
    }

    fn into_items(self) -> Vec<T> {
        self.items
    }
}

/// Without items and link, which may be confidential.
impl<T> fmt::Debug for LinkedPage<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkedPage")
            .field("items", &self.items.len())
            .field("has_next", &self.next.is_some())
            .finish_non_exhaustive()
    }
}
