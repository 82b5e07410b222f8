//! LinkedPage: a page whose `Link` header leads to the next.

use std::fmt;

use super::Page;

/// A JSON array of items, with a `Link` header ([RFC 8288](https://www.rfc-editor.org/rfc/rfc8288)) whose relation `next` leads to
/// the next page, as GitHub and others send it.
///
/// The cursor is that link, for a `#[url]` argument. [`Pages`](crate::Pages) resolves it against the URL of its page and
/// refuses one to another origin.
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
