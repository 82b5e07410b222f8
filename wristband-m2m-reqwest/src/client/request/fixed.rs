//! The steps of a call that depend on no argument.

use std::time::Duration;

use super::{Call, headers};

impl Call<'_> {
    /// The whole path, as it goes over the wire, of the endpoint of this number.
    pub fn fixed_path(&mut self, endpoint: usize, path: &'static str) -> &mut Self {
        self.fixed_path = Some((endpoint, path));
        self
    }

    /// A piece of the path as it goes over the wire.
    pub fn literal(&mut self, text: &'static str) -> &mut Self {
        self.step(|call| call.path().literal(text))
    }

    /// Appends a fixed query parameter of the trait or the method.
    ///
    /// It may be a key, so a URL of another origin gets none; nor does one that has such a parameter.
    pub fn static_query(&mut self, name: &'static str, value: &'static str) -> &mut Self {
        self.fixed_query.push((name, value));
        self
    }

    /// Sets a fixed header of the trait or the method. The macro has checked both, and the name is in lower case.
    ///
    /// It may hold a key, so a URL of another origin gets none but those that say what the content is.
    pub fn static_header(&mut self, name: &'static str, value: &'static str) -> &mut Self {
        if matches!(name, "accept" | "content-type") {
            headers::set_static(&mut self.headers, name, value);
        } else {
            self.fixed_headers.push((name, value));
        }
        self
    }

    pub fn min_token_life(&mut self, life: Duration) -> &mut Self {
        self.min_token_life = Some(life);
        self
    }

    pub fn without_auth(&mut self) -> &mut Self {
        self.auth = false;
        self
    }

    pub fn without_retry(&mut self) -> &mut Self {
        self.retry_on_unauthorized = false;
        self
    }
}
