//! Page: one page of a sequence of items, and what leads to the next.

/// One page of a paginated endpoint, for [`Pages`](crate::Pages).
///
/// The type of a response implements it: it knows its items and, from the response alone, what the next page is asked
/// for with. Two implementations exist: [`WristbandPage`](crate::WristbandPage), the shape of Wristband's own API, and
/// [`LinkedPage`](crate::LinkedPage), for `Link` headers.
///
/// # Examples
///
/// ```
/// use wristband_m2m_reqwest::Page;
///
/// #[derive(serde::Deserialize)]
/// struct OrderPage {
///     orders: Vec<String>,
///     next_page_token: Option<String>,
/// }
///
/// impl Page for OrderPage {
///     type Item = String;
///     type Cursor = String;
///
///     fn next(&self) -> Option<String> {
///         self.next_page_token.clone()
///     }
///
///     fn into_items(self) -> Vec<String> {
///         self.orders
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read page by page",
    label = "`{Self}` does not implement `Page`",
    note = "implement `wristband_m2m_reqwest::Page` for it, or return `Pages<WristbandPage<T>, E>` or `Pages<LinkedPage<T>, E>`"
)]
pub trait Page {
    /// The type of the items.
    type Item;
    /// The cursor of the next page, which becomes the `#[page]` argument: a page token, an offset, a URL.
    type Cursor: Clone + Send + 'static;

    /// Returns what the next page is asked for with; `None` if this is the last page.
    fn next(&self) -> Option<Self::Cursor>;

    /// Returns the items of this page, in order.
    fn into_items(self) -> Vec<Self::Item>;
}
