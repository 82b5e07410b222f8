//! WristbandPage: a page as Wristband's own API sends it.

use std::fmt;

use serde::Deserialize;

use super::Page;

/// A page of [Wristband's own API](https://docs.wristband.dev/reference/pagination-1): `totalResults`, `startIndex`
/// (the first item is 1), `itemsPerPage` and `items`.
///
/// The cursor is the `start_index` of the next page: `startIndex` and the number of items of this page. A page without items
/// is the last one, and so is one that reaches `totalResults`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WristbandPage<T> {
    items: Vec<T>,
    #[serde(default)]
    total_results: Option<u64>,
    #[serde(default = "first")]
    start_index: u64,
    #[serde(default)]
    items_per_page: Option<u64>,
}

fn first() -> u64 {
    1
}

impl<T> WristbandPage<T> {
    /// Makes the page that begins with the item of this number, so that a fake can return it; the first item of all is 1.
    ///
    /// ```
    /// use wristband_m2m_reqwest::{Page, WristbandPage};
    ///
    /// let page = WristbandPage::new(vec!["c", "d"], 3, 5);
    /// assert_eq!(page.next(), Some(5));
    /// ```
    #[must_use]
    pub fn new(items: Vec<T>, start_index: u64, total_results: u64) -> Self {
        Self {
            items_per_page: u64::try_from(items.len()).ok(),
            items,
            total_results: Some(total_results),
            start_index,
        }
    }

    /// Returns the items of this page.
    #[must_use]
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// Returns how many items all pages have together, if the page says so.
    #[must_use]
    pub fn total_results(&self) -> Option<u64> {
        self.total_results
    }

    /// Returns the number of the first item of this page; the first item of all is 1.
    #[must_use]
    pub fn start_index(&self) -> u64 {
        self.start_index
    }

    /// Returns how many items a page has at most, if the page says so.
    #[must_use]
    pub fn items_per_page(&self) -> Option<u64> {
        self.items_per_page
    }
}

impl<T> Page for WristbandPage<T> {
    type Item = T;
    type Cursor = u64;

    fn next(&self) -> Option<u64> {
        let length = u64::try_from(self.items.len()).ok()?;
        let next = self.start_index.checked_add(length)?;
        let is_last = length == 0 || self.total_results.is_some_and(|total| next > total);
        (!is_last).then_some(next)
    }

    fn into_items(self) -> Vec<T> {
        self.items
    }
}

/// Without the items, which may be confidential.
impl<T> fmt::Debug for WristbandPage<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WristbandPage")
            .field("start_index", &self.start_index)
            .field("items", &self.items.len())
            .field("total_results", &self.total_results)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(document: &str) -> WristbandPage<u8> {
        serde_json::from_str(document).expect("a page")
    }

    #[test]
    fn the_next_page_begins_behind_the_last_item() {
        for (document, next) in [
            (
                r#"{"totalResults":5,"startIndex":1,"itemsPerPage":2,"items":[1,2]}"#,
                Some(3),
            ),
            (
                r#"{"totalResults":5,"startIndex":3,"itemsPerPage":2,"items":[3,4]}"#,
                Some(5),
            ),
            (
                r#"{"totalResults":5,"startIndex":5,"itemsPerPage":2,"items":[5]}"#,
                None,
            ),
            (
                r#"{"totalResults":5,"startIndex":7,"itemsPerPage":2,"items":[]}"#,
                None,
            ),
            (r#"{"items":[1]}"#, Some(2)),
            (r#"{"items":[]}"#, None),
            (r#"{"startIndex":18446744073709551615,"items":[1]}"#, None),
        ] {
            assert_eq!(page(document).next(), next, "{document}");
        }
    }

    #[test]
    fn items_are_not_in_debug() {
        let page = WristbandPage::new(vec!["hunter2"], 1, 1);
        assert!(!format!("{page:#?}").contains("hunter2"));
    }
}
