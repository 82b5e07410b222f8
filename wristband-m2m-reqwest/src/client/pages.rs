//! Pages: the items of an endpoint that come page by page.

#[cfg(feature = "stream")]
mod cycle;
#[cfg(feature = "stream")]
mod fetch;
pub(crate) mod link;
mod linked_page;
mod page;
#[cfg(feature = "stream")]
mod stream;
mod wristband_page;

#[cfg(feature = "stream")]
pub use fetch::pages;
pub use linked_page::LinkedPage;
pub use page::Page;
#[cfg(feature = "stream")]
pub use stream::{PageStream, Pages};
pub use wristband_page::WristbandPage;
