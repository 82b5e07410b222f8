//! Short descriptions of outcomes.

use super::*;

/// Returns a short description: the response, or the kind of the error and the status.
pub(super) fn describe<T: Describe>(outcome: Outcome<T>) -> String {
    match outcome {
        Ok(response) => response.describe(),
        Err(error) => {
            let text = all_texts_of(&error);
            assert!(
                !text.contains("hunter2") && !text.contains("127.0.0.1"),
                "{text}"
            );
            let status = error.status().map_or(0, |status| status.as_u16());
            if error.kind() == ApiErrorKind::Status {
                assert_eq!(error.body(), failure(&status.to_string()).as_bytes());
            }
            format!("{:?} {status}", error.kind())
        }
    }
}

pub(super) trait Describe {
    fn describe(self) -> String;
}

impl Describe for () {
    fn describe(self) -> String {
        "()".to_owned()
    }
}

impl Describe for Vec<u64> {
    fn describe(self) -> String {
        format!("{self:?}")
    }
}

impl Describe for String {
    fn describe(self) -> String {
        format!("{self:?}")
    }
}

impl Describe for Bytes {
    fn describe(self) -> String {
        format!("{self:?}")
    }
}

impl Describe for Vec<u8> {
    fn describe(self) -> String {
        Bytes::from(self).describe()
    }
}

impl Describe for reqwest::Response {
    fn describe(self) -> String {
        self.status().as_u16().to_string()
    }
}

impl<T: Describe> Describe for Option<T> {
    fn describe(self) -> String {
        self.map_or_else(
            || "None".to_owned(),
            |it| format!("Some({})", it.describe()),
        )
    }
}

impl<T: Describe> Describe for ApiResponse<T> {
    fn describe(self) -> String {
        format!("{} {}", self.status().as_u16(), self.into_body().describe())
    }
}
