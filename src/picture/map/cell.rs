//! What a node's cell says: how full the node is, by its shade, and what is wrong with it, by marks that have a shape each.

use crate::model::{Pod, PodState, Room};

/// So many Pods of its own make a node's cell as full as it gets: what a kubelet admits.
const FULL: usize = 110;
/// Shades of fullness, the first for an empty node. After them: something fails here, and not Ready.
pub const SHADES: usize = 6;
const FAILING: usize = SHADES;
const NOT_READY: usize = SHADES + 1;
/// How many colours cells have.
pub const COLOURS: usize = NOT_READY + 1;
/// Up to this shade a mark is dark on light (in a dark theme: light on dark).
const LAST_IN_INK: usize = 3;

/// What a cell shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Its colour.
    pub shade: usize,
    /// A cross: not Ready.
    pub lost: bool,
    /// A corner is missing: a Pod fails here.
    pub failing: bool,
    /// A bar, as on a sign of no entry: cordoned.
    pub cordoned: bool,
    /// A wedge in a corner: short of memory, of disk or of process IDs.
    pub pressed: bool,
}

impl Cell {
    /// Looks at a node.
    pub fn of(room: &Room) -> Cell {
        let own = room.pods.iter().filter(|pod| !pod.system).count();
        let failing = room.pods.iter().any(|pod| fails(pod));
        let shade = match own {
            _ if !room.ready => NOT_READY,
            _ if failing => FAILING,
            0 => 0,
            own => (1 + own * (SHADES - 1) / (FULL + 1)).min(SHADES - 1),
        };
        Cell { shade, lost: !room.ready, failing, cordoned: room.cordoned, pressed: !room.pressure.is_empty() }
    }

    /// Whether its marks are drawn in ink, and not in the colour of what lies behind.
    pub fn in_ink(self) -> bool {
        self.shade <= LAST_IN_INK
    }
}

/// Whether a Pod is in trouble.
pub fn fails(pod: &Pod) -> bool {
    matches!(pod.look, PodState::Failed | PodState::BackOff | PodState::Evicted)
}

/// The node in words.
pub fn told(room: &Room) -> String {
    let mut said = format!("{} {}", room.name, if room.ready { "Ready" } else { "NotReady" });
    if room.cordoned {
        said.push_str(", SchedulingDisabled");
    }
    for pressure in &room.pressure {
        said.push_str(", ");
        said.push_str(pressure);
    }
    said.push_str(&format!(", Pods: {}", room.pods.len()));
    let failing = room.pods.iter().filter(|pod| fails(pod)).count();
    if failing > 0 {
        said.push_str(&format!(", ✕ {failing}"));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_node_is_seen_before_how_full_it_is_and_each_mark_stands_for_itself() {
        let room = Room { ready: true, ..Room::default() };
        assert_eq!(Cell::of(&room), Cell::default());
        let lost = Room { cordoned: true, pressure: vec!["DiskPressure".into()], name: "n".into(), ..Room::default() };
        let cell = Cell { shade: NOT_READY, lost: true, cordoned: true, pressed: true, failing: false };
        assert_eq!((Cell::of(&lost), cell.in_ink()), (cell, false));
        assert_eq!(told(&lost), "n NotReady, SchedulingDisabled, DiskPressure, Pods: 0");
    }
}
