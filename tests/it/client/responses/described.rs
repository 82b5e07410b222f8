//! Outcomes in few words.

use super::*;

/// In few words: the response, or the kind of the error and the status.
pub(super) fn told<T: Tell>(outcome: Outcome<T>) -> String {
    match outcome {
        Ok(response) => response.tell(),
        Err(error) => {
            let text = everything_it_says(&error);
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

pub(super) trait Tell {
    fn tell(self) -> String;
}

impl Tell for () {
    fn tell(self) -> String {
        "()".to_owned()
    }
}

impl Tell for Vec<u64> {
    fn tell(self) -> String {
        format!("{self:?}")
    }
}

impl Tell for String {
    fn tell(self) -> String {
        format!("{self:?}")
    }
}

impl Tell for Bytes {
    fn tell(self) -> String {
        format!("{self:?}")
    }
}

impl Tell for Vec<u8> {
    fn tell(self) -> String {
        Bytes::from(self).tell()
    }
}

impl Tell for reqwest::Response {
    fn tell(self) -> String {
        self.status().as_u16().to_string()
    }
}

impl<T: Tell> Tell for Option<T> {
    fn tell(self) -> String {
        self.map_or_else(|| "None".to_owned(), |it| format!("Some({})", it.tell()))
    }
}

impl<T: Tell> Tell for ApiResponse<T> {
    fn tell(self) -> String {
        format!("{} {}", self.status().as_u16(), self.into_body().tell())
    }
}
