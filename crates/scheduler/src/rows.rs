//! Answers that are kept: what the plugins that look at one node alone found about it, for each shape of Pod.
//!
//! Of some hundred nodes that a decision looks at, mostly one has changed since the last decision.

/// How many plugins that look at one node alone may have scores.
pub const MOST_SCORES: usize = 6;
/// How many shapes of Pods are kept.
const TABLES: usize = 4;

/// What is known of a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Nothing: it has to be asked about.
    #[default]
    Unknown,
    /// All filters that look at the node alone let the Pod pass.
    Feasible,
    /// One did not.
    Rejected,
}

/// What is known of nodes for one shape of Pod, a column for each thing: what a decision goes through lies side by side.
#[derive(Default)]
pub struct Table {
    /// Whether the Pod may go to a node.
    pub states: Vec<State>,
    /// The scores before normalising: a column for each plugin, in their order.
    pub scores: [Vec<i32>; MOST_SCORES],
}

impl Table {
    /// The same with `rows` rows; of a new one nothing is known.
    pub fn resized(&mut self, rows: usize) -> &mut Table {
        self.states.resize(rows, State::Unknown);
        self.scores.iter_mut().for_each(|column| column.resize(rows, 0));
        self
    }
}

/// Tables by shape, with a row for each node. A clone is empty: nothing is lost but time.
#[derive(Default)]
pub struct Rows {
    tables: Vec<(u32, Table)>,
}

impl Clone for Rows {
    fn clone(&self) -> Rows {
        Rows::default()
    }
}

impl Rows {
    /// Forgets what has changed: the places of nodes, or `None` for everything.
    pub fn forget(&mut self, changed: Option<Vec<u32>>) {
        let Some(changed) = changed else { return self.tables.clear() };
        for (_, table) in &mut self.tables {
            for place in &changed {
                if let Some(state) = table.states.get_mut(*place as usize) {
                    *state = State::Unknown;
                }
            }
        }
    }

    /// The table of a shape for `nodes` nodes.
    pub fn of(&mut self, shape: u32, nodes: usize) -> &mut Table {
        let at = match self.tables.iter().position(|(s, _)| *s == shape) {
            Some(at) => at,
            None => {
                if self.tables.len() >= TABLES {
                    self.tables.remove(0);
                }
                self.tables.push((shape, Table::default()));
                self.tables.len() - 1
            }
        };
        self.tables[at].1.resized(nodes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_forgotten_one_by_one_or_all_at_once() {
        let mut rows = Rows::default();
        rows.of(7, 3).states.fill(State::Feasible);
        rows.forget(Some(vec![1]));
        assert_eq!(rows.of(7, 3).states, [State::Feasible, State::Unknown, State::Feasible]);
        rows.forget(None);
        assert_eq!(rows.of(7, 3).states, [State::Unknown; 3]);
    }

    #[test]
    fn few_shapes_are_kept() {
        let mut rows = Rows::default();
        for shape in 0..10 {
            rows.of(shape, 1).states[0] = State::Feasible;
        }
        assert_eq!(rows.of(0, 1).states[0], State::Unknown);
        assert_eq!(rows.of(9, 1).states[0], State::Feasible);
    }
}
