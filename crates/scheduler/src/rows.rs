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

/// What is known of a node for one shape of Pod.
#[derive(Clone, Copy, Debug, Default)]
pub struct Row {
    /// Whether the Pod may go there.
    pub state: State,
    /// The scores before normalising, in the order of the plugins.
    pub scores: [i32; MOST_SCORES],
}

/// Rows by shape and node. A clone is empty: nothing is lost but time.
#[derive(Default)]
pub struct Rows {
    tables: Vec<(u32, Vec<Row>)>,
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
        for (_, rows) in &mut self.tables {
            for place in &changed {
                if let Some(row) = rows.get_mut(*place as usize) {
                    row.state = State::Unknown;
                }
            }
        }
    }

    /// The rows of a shape for `nodes` nodes.
    pub fn of(&mut self, shape: u32, nodes: usize) -> &mut [Row] {
        let at = match self.tables.iter().position(|(s, _)| *s == shape) {
            Some(at) => at,
            None => {
                if self.tables.len() >= TABLES {
                    self.tables.remove(0);
                }
                self.tables.push((shape, Vec::new()));
                self.tables.len() - 1
            }
        };
        let rows = &mut self.tables[at].1;
        rows.resize(nodes, Row::default());
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_forgotten_one_by_one_or_all_at_once() {
        let mut rows = Rows::default();
        rows.of(7, 3).iter_mut().for_each(|row| row.state = State::Feasible);
        rows.forget(Some(vec![1]));
        let states: Vec<State> = rows.of(7, 3).iter().map(|row| row.state).collect();
        assert_eq!(states, [State::Feasible, State::Unknown, State::Feasible]);
        rows.forget(None);
        assert!(rows.of(7, 3).iter().all(|row| row.state == State::Unknown));
    }

    #[test]
    fn few_shapes_are_kept() {
        let mut rows = Rows::default();
        for shape in 0..10 {
            rows.of(shape, 1)[0].state = State::Feasible;
        }
        assert_eq!(rows.of(0, 1)[0].state, State::Unknown);
        assert_eq!(rows.of(9, 1)[0].state, State::Feasible);
    }
}
