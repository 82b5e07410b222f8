//! Pages and PageStream: the streams of items, and of whole pages.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_core::Stream;

use super::Page;
use crate::client::error::ApiError;

/// All items of an endpoint that responds page by page: a lazy [`Stream`] of `Result<P::Item, E>`.
///
/// A method with a `#[page]` argument returns it. Nothing is sent before the first item is asked for, and a page is
/// requested when the items of the page before have been read. Each page is one call, with a timeout of its own, and with
/// its own recovery from a 401: a token that is revoked in between costs one token request, and no item is lost or doubled.
///
/// The stream ends after the last page, or after its first error. A page that was requested before is an error of kind
/// [`Decode`](crate::ApiErrorKind::Decode): such pages would never end. So is a link to another origin than that of its page.
/// Dropping the stream ends the request that is in flight.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "macros")] {
/// use wristband_m2m_reqwest::{ApiError, LinkedPage, Pages, WristbandPage, wristband_m2m};
///
/// # #[derive(serde::Deserialize)] pub struct User;
/// /// Users, as the billing service sees them.
/// #[wristband_m2m(base_url = "https://users.example.com")]
/// pub trait Users {
///     /// All users of a tenant, in the shape of Wristband's own API.
///     #[get("/tenants/{id}/users")]
///     fn of_tenant(
///         &self,
///         id: String,
///         #[query("start_index")] #[page] start: Option<u64>,
///     ) -> Pages<WristbandPage<User>, ApiError>;
///
///     /// All users, by the links in `Link` headers; the first is called with `"users"`.
///     #[get]
///     fn all(&self, #[url] #[page] url: String) -> Pages<LinkedPage<User>, ApiError>;
/// }
/// # }
/// ```
///
/// ```
/// use wristband_m2m_reqwest::{ApiError, Pages, WristbandPage};
///
/// async fn sum(mut amounts: Pages<WristbandPage<u64>, ApiError>) -> Result<u64, ApiError> {
///     let mut sum = 0;
///     while let Some(amount) = amounts.next().await {
///         sum += amount?;
///     }
///     Ok(sum)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ApiError> {
/// // What a fake returns.
/// let pages = Pages::from_pages([
///     Ok(WristbandPage::new(vec![1, 2], 1, 3)),
///     Ok(WristbandPage::new(vec![3], 3, 3)),
/// ]);
/// assert_eq!(sum(pages).await?, 6);
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is requested until items are read"]
pub struct Pages<P: Page, E = ApiError> {
    pages: PageStream<P, E>,
    items: vec::IntoIter<P::Item>,
}

impl<P: Page, E> Pages<P, E> {
    /// Makes a stream of these pages, so that a fake can return it. It ends after the first error.
    pub fn from_pages<I>(pages: I) -> Self
    where
        I: IntoIterator<Item = Result<P, E>>,
        I::IntoIter: Send + 'static,
    {
        Self::from_stream(Iter(pages.into_iter()))
    }

    pub(super) fn from_stream(pages: impl Stream<Item = Result<P, E>> + Send + 'static) -> Self {
        Self {
            pages: PageStream(Some(Box::pin(pages))),
            items: Vec::new().into_iter(),
        }
    }

    /// Returns the next item, and requests the next page if that is needed; `None` at the end.
    ///
    /// # Errors
    ///
    /// When the request for the next page fails. The stream ends then.
    ///
    /// # Cancellation
    ///
    /// Nothing is lost when the future is dropped: a request in flight goes on with the next call.
    pub async fn next(&mut self) -> Option<Result<P::Item, E>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Returns the stream of whole pages, for what a page says besides its items. It begins with the next page that has not
    /// been requested: call it before the first item is read.
    pub fn by_page(self) -> PageStream<P, E> {
        self.pages
    }

    /// Reads all items that have not been read yet.
    ///
    /// # Errors
    ///
    /// When the request for a page fails; what was read before it is dropped.
    pub async fn into_items(mut self) -> Result<Vec<P::Item>, E> {
        let mut items = Vec::from_iter(&mut self.items);
        while let Some(page) = self.pages.next().await {
            items.append(&mut page?.into_items());
        }
        Ok(items)
    }
}

/// Nothing in it is pinned in place.
impl<P: Page, E> Unpin for Pages<P, E> {}

impl<P: Page, E> Stream for Pages<P, E> {
    type Item = Result<P::Item, E>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(Pin::new(&mut self.pages).poll_next(context)) {
                Some(Ok(page)) => self.items = page.into_items().into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.items.len(), None)
    }
}

impl<P: Page, E> fmt::Debug for Pages<P, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").finish_non_exhaustive()
    }
}

/// Whole pages, from [`Pages::by_page`]: a lazy [`Stream`] of `Result<P, E>`.
///
/// # Examples
///
/// ```
/// use wristband_m2m_reqwest::{ApiError, Pages, WristbandPage};
///
/// async fn count(users: Pages<WristbandPage<String>, ApiError>) -> Result<Option<u64>, ApiError> {
///     let mut pages = users.by_page();
///     let first = pages.next().await.transpose()?;
///     Ok(first.and_then(|page| page.total_results()))
/// }
/// ```
#[must_use = "nothing is requested until pages are read"]
pub struct PageStream<P, E = ApiError>(
    /// `None` once it has ended.
    Option<BoxStream<Result<P, E>>>,
);

type BoxStream<T> = Pin<Box<dyn Stream<Item = T> + Send>>;

impl<P, E> PageStream<P, E> {
    /// Returns the next page; `None` at the end.
    ///
    /// # Errors
    ///
    /// When the request for the page fails. The stream ends then.
    ///
    /// # Cancellation
    ///
    /// Nothing is lost when the future is dropped: a request in flight goes on with the next call.
    pub async fn next(&mut self) -> Option<Result<P, E>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<P, E> Stream for PageStream<P, E> {
    type Item = Result<P, E>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(pages) = &mut self.0 else {
            return Poll::Ready(None);
        };
        let page = ready!(pages.as_mut().poll_next(context));
        if !matches!(page, Some(Ok(_))) {
            self.0 = None;
        }
        Poll::Ready(page)
    }
}

impl<P, E> fmt::Debug for PageStream<P, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageStream").finish_non_exhaustive()
    }
}

struct Iter<I>(I);

impl<I> Unpin for Iter<I> {}

impl<I: Iterator> Stream for Iter<I> {
    type Item = I::Item;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<I::Item>> {
        Poll::Ready(self.0.next())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::pages::WristbandPage;

    fn page(items: &[u8]) -> Result<WristbandPage<u8>, &'static str> {
        Ok(WristbandPage::new(items.to_vec(), 1, 9))
    }

    #[tokio::test]
    async fn items_come_in_order_and_empty_pages_are_passed_over() {
        let pages = Pages::from_pages([page(&[1, 2]), page(&[]), page(&[3])]);
        assert_eq!(pages.into_items().await, Ok(vec![1, 2, 3]));
    }

    #[tokio::test]
    async fn the_first_error_ends_it() {
        let mut pages = Pages::from_pages([page(&[1]), Err("broken"), page(&[2])]);
        assert_eq!(pages.next().await, Some(Ok(1)));
        assert_eq!(pages.next().await, Some(Err("broken")));
        assert_eq!(pages.next().await, None);
        assert_eq!(pages.next().await, None);
    }

    #[tokio::test]
    async fn what_was_read_is_not_collected_again() {
        let mut pages = Pages::from_pages([page(&[1, 2]), page(&[3])]);
        assert_eq!(pages.next().await, Some(Ok(1)));
        assert_eq!(pages.into_items().await, Ok(vec![2, 3]));
    }
}
