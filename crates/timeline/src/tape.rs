//! What the terminal has shown.

use api::Vector;
use shell::process::Chunk;
use std::rc::Rc;

/// Of older output no more than this many bytes are kept.
const MAX_BYTES: usize = 2_000_000;

/// What the terminal has shown since the session's start. A clone is a snapshot.
#[derive(Clone)]
pub(crate) struct Tape {
    chunks: Vector<Rc<Chunk>>,
    bytes: usize,
    /// How many chunks are no longer kept.
    dropped: usize,
}

impl Tape {
    pub(crate) fn new() -> Tape {
        Tape { chunks: Vector::new(), bytes: 0, dropped: 0 }
    }

    pub(crate) fn push(&mut self, chunk: Chunk) {
        self.bytes += size(&chunk);
        self.chunks.push_back(Rc::new(chunk));
        while self.bytes > MAX_BYTES
            && let Some(chunk) = self.chunks.pop_front()
        {
            self.bytes -= size(&chunk);
            self.dropped += 1;
        }
    }

    /// How many chunks there have been.
    pub(crate) fn len(&self) -> usize {
        self.dropped + self.chunks.len()
    }

    /// The chunks from number `from` on, as far as they are kept.
    pub(crate) fn since(&self, from: usize) -> Vec<Chunk> {
        (from.max(self.dropped)..self.len())
            .filter_map(|at| self.chunks.get(at - self.dropped).map(|chunk| (**chunk).clone()))
            .collect()
    }
}

fn size(chunk: &Chunk) -> usize {
    match chunk {
        Chunk::Text(_, text) | Chunk::Command { text, .. } => text.len(),
        _ => 1,
    }
}
