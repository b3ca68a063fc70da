//! What passes through the picture: packets are drawn, their routes stay and their stories are read; the scheduler's last
//! decision is shown.

use super::App;
use crate::machine::Seen;
use crate::picture::Story;
use std::rc::Rc;

/// Something about packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// A connection has been drawn.
    Flown(u64),
    /// The reader wants the story of a connection.
    Story(u64),
    /// The story is read.
    CloseStory,
}

impl App {
    pub(super) fn packet(&mut self, act: Act) -> bool {
        match act {
            Act::Flown(id) => self.traffic.flown(id),
            Act::CloseStory => self.story = None,
            Act::Story(id) => {
                let target = self.traffic.routes.iter().find(|route| route.id == id).map(|route| route.target.clone());
                let steps = Rc::new(self.machine.borrow().story(id));
                self.story = Some(Story { id, target: target.unwrap_or_default(), steps });
                self.inspected = None;
            }
        }
        true
    }

    /// Takes in what the network carried and what the scheduler decided. Returns whether there was anything to draw.
    pub(super) fn take_packets(&mut self, seen: &mut Seen) -> bool {
        let counted = seen.flows.take().is_some_and(|flows| self.traffic.count(&flows));
        let flights = std::mem::take(&mut seen.flights);
        let carried = !flights.is_empty();
        self.traffic.carry(flights);
        let ruled = seen.ruling.take().map(|ruling| self.ruling = Rc::new(ruling)).is_some();
        counted || carried || ruled
    }
}
