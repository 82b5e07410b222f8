//! FromResponse: a response in any format.

use std::error::Error;

use bytes::Bytes;
use http::StatusCode;

use super::api_response::ApiResponse;

/// Any error, as what decodes and encodes formats of your own returns it.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// A return type that reads the response itself: XML, CSV, protobuf, or a type that depends on the status.
///
/// It takes precedence over `serde::Deserialize`. It is called once the whole body is there and a 401 has been recovered. Its
/// error becomes the [`source()`](Error::source) of an [`ApiError`](crate::ApiError) of kind
/// [`Decode`](crate::ApiErrorKind::Decode), as it is: an error that quotes the document shows it there.
///
/// Inside of an `Option` it is `None` on a 404 that the type does not [take](Self::takes); all else goes to the type.
///
/// # Examples
///
/// A type that depends on the status. (`examples/formats.rs` in the repository reads XML and CSV, and writes XML.)
///
/// ```
/// use wristband_m2m_reqwest::http::StatusCode;
/// use wristband_m2m_reqwest::{ApiResponse, BoxError, Bytes, FromResponse};
///
/// #[derive(Debug, PartialEq)]
/// enum Report {
///     Done(String),
///     Running,
///     NotModified,
/// }
///
/// impl FromResponse for Report {
///     const ACCEPT: Option<&'static str> = Some("text/plain");
///
///     fn takes(status: StatusCode) -> bool {
///         status.is_success() || status == StatusCode::NOT_MODIFIED
///     }
///
///     fn from_response(response: ApiResponse<Bytes>) -> Result<Self, BoxError> {
///         match response.status() {
///             StatusCode::NOT_MODIFIED => Ok(Self::NotModified),
///             StatusCode::ACCEPTED => Ok(Self::Running),
///             _ => Ok(Self::Done(String::from_utf8(response.into_body().into())?)),
///         }
///     }
/// }
/// ```
pub trait FromResponse: Sized {
    /// The `Accept` header, unless the trait, the method or an argument sets one.
    const ACCEPT: Option<&'static str>;

    /// Reads the response.
    ///
    /// # Errors
    ///
    /// When the response is not what the type is made from.
    fn from_response(response: ApiResponse<Bytes>) -> Result<Self, BoxError>;

    /// Returns whether a response with this status is for [`from_response`](Self::from_response) to read: each success, unless
    /// it is overridden. Any other is an error of kind [`Status`](crate::ApiErrorKind::Status).
    fn takes(status: StatusCode) -> bool {
        status.is_success()
    }
}
