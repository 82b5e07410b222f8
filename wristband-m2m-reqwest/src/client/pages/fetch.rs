//! Fetching: each page is a call of its own.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use reqwest::Url;

use super::cycle::CycleDetector;
use super::{Page, Pages};
use crate::client::endpoint::Endpoint;
use crate::client::error::{ApiError, ApiErrorKind};
use crate::client::inner::ClientInner;
use crate::client::request::Call;
use crate::client::response::{Collected, ResponseReader};
use crate::telemetry::CallSpan;

/// The type of a `#[page]` argument. A trait besides `From`, for a message in terms of the user's trait.
#[diagnostic::on_unimplemented(
    message = "the `#[page]` argument `{Self}` cannot be made from the cursor of `{P}`",
    label = "`{Self}` does not implement `From<<{P} as Page>::Cursor>`",
    note = "write `Option<C>` or `C`, where `C` is the `Cursor` of the page"
)]
pub trait CursorArgument<P: Page> {
    fn from_cursor(cursor: P::Cursor) -> Self;
}

#[diagnostic::do_not_recommend]
impl<P: Page, A: From<P::Cursor>> CursorArgument<P> for A {
    fn from_cursor(cursor: P::Cursor) -> Self {
        cursor.into()
    }
}

/// For generated code: `build` puts together the call for the page that an argument asks for.
pub fn pages<P, E, A, B>(
    api: &ClientInner,
    endpoint: &'static Endpoint,
    first: A,
    build: B,
    mut reader: ResponseReader<Result<P, E>>,
) -> Pages<P, E>
where
    P: Page + Send + 'static,
    E: Send + 'static,
    A: CursorArgument<P> + Send + 'static,
    B: Fn(&mut Call<'_>, A) + Send + 'static,
{
    reader.plan.url = true;
    Pages::from_stream(Fetch {
        api: api.clone(),
        endpoint,
        build,
        reader,
        next: Some(first),
        in_flight: None,
        page: None,
        cycle: CycleDetector::default(),
    })
}

type InFlight = Pin<Box<dyn Future<Output = (Result<Collected, ApiError>, CallSpan)> + Send>>;

struct Fetch<P, E, A, B> {
    api: ClientInner,
    endpoint: &'static Endpoint,
    build: B,
    reader: ResponseReader<Result<P, E>>,
    /// `None` while a page is in flight, and at the end.
    next: Option<A>,
    in_flight: Option<InFlight>,
    /// The URL of the last page.
    page: Option<Box<Url>>,
    cycle: CycleDetector,
}

impl<P, E, A, B> Fetch<P, E, A, B>
where
    B: Fn(&mut Call<'_>, A),
{
    fn request(&mut self, argument: A) -> Result<InFlight, ApiError> {
        let mut call = Call::new(&self.api, self.endpoint).after_page(self.page.as_deref());
        (self.build)(&mut call, argument);
        let plan = self.reader.plan;
        let prepared = call.prepare(plan)?;
        if self.cycle.is_repeated(&prepared.request) {
            let problem = "has a page that leads back to a page before it";
            return Err(ApiError::new(self.endpoint, ApiErrorKind::Decode, problem));
        }
        let api = self.api.clone();
        let span = CallSpan::new(self.endpoint, prepared.request.url());
        Ok(Box::pin(async move {
            (prepared.collect(&api, plan, &span).await, span)
        }))
    }
}

/// Nothing in it is pinned in place.
impl<P, E, A, B> Unpin for Fetch<P, E, A, B> {}

impl<P, E, A, B> Stream for Fetch<P, E, A, B>
where
    P: Page,
    A: CursorArgument<P>,
    B: Fn(&mut Call<'_>, A),
{
    type Item = Result<P, E>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Some(argument) = this.next.take() {
            match this.request(argument) {
                Ok(request) => this.in_flight = Some(request),
                Err(error) => {
                    let page = (this.reader.finish)(Err(error), &CallSpan::none());
                    return Poll::Ready(Some(page));
                }
            }
        }
        let Some(in_flight) = &mut this.in_flight else {
            return Poll::Ready(None);
        };
        let (mut collected, span) = ready!(in_flight.as_mut().poll(context));
        this.in_flight = None;
        if let Ok(collected) = &mut collected {
            this.page = collected.url.take();
        }
        let page = (this.reader.finish)(collected, &span);
        if let Ok(page) = &page {
            this.next = page.next().map(A::from_cursor);
        }
        Poll::Ready(Some(page))
    }
}
