//! The ends of pipes between processes.

use super::Flow;
use crate::process::{BoxFuture, Output, Pipe};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

/// Closes a process' ends of its pipeline's pipes when it is over, however it ends. What it has from around the pipeline (a pipe,
/// too, perhaps) stays open: others go on with it.
pub(super) struct PipeEnds {
    pub(super) reads: Option<Rc<Pipe>>,
    pub(super) writes: Option<Rc<Pipe>>,
}

impl Drop for PipeEnds {
    fn drop(&mut self) {
        if let Some(pipe) = &self.writes {
            pipe.close_writer();
        }
        if let Some(pipe) = &self.reads {
            pipe.close_reader();
        }
    }
}

/// Runs a process, and ends it as SIGPIPE does when nobody reads what it has written.
pub(super) async fn killed_by_pipe(mut body: BoxFuture<'_, Flow>, stdout: &Output) -> Flow {
    const SIGPIPE: i32 = 128 + 13;
    poll_fn(|cx| match body.as_mut().poll(cx) {
        Poll::Pending if stdout.is_broken() => Poll::Ready(Ok(SIGPIPE)),
        polled => polled,
    })
    .await
}
