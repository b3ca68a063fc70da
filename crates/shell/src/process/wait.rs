//! Waiting: everything a process can wait for, and the polling of those that do.
//!
//! There are no wakers. A round of polling polls every process; each leaf future that is not ready notes what it waits
//! for, so that afterwards the kernel knows the next moment at which polling makes sense.

use super::{BoxFuture, Kernel, Want};
use api::Time;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

impl Kernel {
    /// Waits until a condition that other processes bring about is true.
    pub async fn until(&self, condition: impl Fn() -> bool) {
        poll_fn(|_| if condition() { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    /// Waits for a span of virtual time.
    pub async fn sleep(&self, span: Duration) {
        let end = self.now() + span;
        poll_fn(|_| {
            if self.now() >= end {
                return Poll::Ready(());
            }
            let earliest = self.wake_at.get().map_or(end, |at| at.min(end));
            self.wake_at.set(Some(earliest));
            Poll::Pending
        })
        .await;
    }

    /// Waits until the API changes or virtual time moves on.
    pub async fn changed(&self) {
        let seen = self.steps.get();
        poll_fn(|_| {
            if self.steps.get() != seen {
                return Poll::Ready(());
            }
            self.wants_change.set(true);
            Poll::Pending
        })
        .await;
    }

    /// To be awaited by everything that may loop for ever: now and then it takes a millisecond of virtual time, so that
    /// no endless loop can stop the clock.
    pub async fn breathe(&self) {
        const LOOPS_PER_MILLISECOND: u64 = 64;
        self.breaths.set(self.breaths.get() + 1);
        if self.breaths.get().is_multiple_of(LOOPS_PER_MILLISECOND) {
            self.sleep(Duration::from_millis(1)).await;
        }
    }

    /// The next line typed for a command that reads its input; none at Ctrl-D.
    pub async fn typed_line(&self) -> Option<String> {
        self.next_typed(Want::Input).await
    }

    /// The next line typed, for whoever it is that wants it.
    pub(crate) async fn next_typed(&self, want: Want) -> Option<String> {
        if !self.interactive && matches!(want, Want::Input) {
            return None;
        }
        poll_fn(|_| match self.typed.borrow_mut().pop_front() {
            Some(line) => {
                self.want.replace(Want::Nothing);
                Poll::Ready(line)
            }
            None => {
                self.want.replace(want.clone());
                Poll::Pending
            }
        })
        .await
    }

    /// Runs a future until it is done or Ctrl-C is typed while this shell is the innermost.
    pub(crate) async fn interruptible<T>(&self, future: impl Future<Output = T>) -> Result<T, Interrupted> {
        let (mut future, depth) = (Box::pin(future), self.depth.get());
        poll_fn(|cx| {
            if self.depth.get() == depth && self.interrupted.take() {
                self.want.replace(Want::Nothing);
                return Poll::Ready(Err(Interrupted));
            }
            future.as_mut().poll(cx).map(Ok)
        })
        .await
    }

    /// Polls `main` and the jobs until nothing more happens at this moment. True when `main` is done.
    pub(crate) fn run_now(&self, main: &mut Pin<Box<dyn Future<Output = ()>>>) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        loop {
            let before = self.activity();
            self.wake_at.set(None);
            self.wants_change.set(false);
            if main.as_mut().poll(&mut cx).is_ready() {
                return true;
            }
            self.poll_jobs(&mut cx);
            if self.activity() == before {
                return false;
            }
        }
    }

    fn poll_jobs(&self, cx: &mut Context<'_>) {
        let count = self.jobs.borrow().len();
        for i in 0..count {
            // Taken out while it is polled: it may look at the jobs itself.
            let future = self.jobs.borrow_mut().get_mut(i).and_then(|job| job.future.take());
            let Some(mut future) = future else { continue };
            let polled = future.as_mut().poll(cx);
            if let Some(job) = self.jobs.borrow_mut().get_mut(i) {
                match polled {
                    Poll::Ready(status) => {
                        job.status = Some(status);
                        self.touch();
                    }
                    Poll::Pending if job.status.is_none() => job.future = Some(future),
                    Poll::Pending => {}
                }
            }
        }
    }

    /// The earliest moment at which a process wants to go on; and whether one waits for the API to change.
    pub(crate) fn waiting(&self) -> (Option<Time>, bool) {
        (self.wake_at.get(), self.wants_change.get())
    }

    /// Says that the cluster has made a step, or the API has changed.
    pub fn stepped(&self) {
        self.steps.set(self.steps.get() + 1);
        self.touch();
    }
}

/// Ctrl-C was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted;

/// Runs futures side by side until all are done.
pub async fn join_all<T>(futures: Vec<BoxFuture<'_, T>>) -> Vec<T> {
    let mut running: Vec<_> = futures.into_iter().map(|future| (Some(future), None)).collect();
    poll_fn(|cx| {
        for (future, result) in &mut running {
            if let Some(running) = future
                && let Poll::Ready(value) = running.as_mut().poll(cx)
            {
                (*future, *result) = (None, Some(value));
            }
        }
        if running.iter().all(|(future, _)| future.is_none()) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    running.into_iter().filter_map(|(_, result)| result).collect()
}
