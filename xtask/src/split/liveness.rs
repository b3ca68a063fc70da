//! Which of a function's locals may still be read, at given places: the analysis of liveness, backwards over structured
//! control flow, loops until nothing changes.

use std::collections::{BTreeMap, BTreeSet};
use walrus::ir::{Instr, InstrSeqId};
use walrus::{LocalFunction, LocalId};

/// A set of locals.
pub type Locals = BTreeSet<LocalId>;
/// A place in a sequence: before the instruction of that number.
pub type Place = (InstrSeqId, usize);

/// What is live where.
pub struct Liveness<'a> {
    function: &'a LocalFunction,
    /// The places asked for.
    at: BTreeMap<Place, Locals>,
    /// Where a branch to each sequence leads.
    labels: BTreeMap<InstrSeqId, Locals>,
}

impl Liveness<'_> {
    /// Looks at a function; `places` are those that will be asked for.
    pub fn of(function: &LocalFunction, places: impl Iterator<Item = Place>) -> Liveness<'_> {
        let at = places.map(|place| (place, Locals::new())).collect();
        let mut liveness = Liveness { function, at, labels: BTreeMap::new() };
        liveness.labels.insert(function.entry_block(), Locals::new());
        liveness.sequence(function.entry_block(), Locals::new());
        liveness
    }

    /// What is live at a place that was asked for.
    pub fn at(&self, place: Place) -> Locals {
        self.at.get(&place).cloned().unwrap_or_default()
    }

    /// What is live where a branch to a sequence leads.
    pub fn label(&self, seq: InstrSeqId) -> Locals {
        self.labels.get(&seq).cloned().unwrap_or_default()
    }

    /// Goes through a sequence backwards, from what is live after it to what is live before it.
    fn sequence(&mut self, seq: InstrSeqId, mut live: Locals) -> Locals {
        let instructions = &self.function.block(seq).instrs;
        self.note((seq, instructions.len()), &live);
        for (place, (instruction, _)) in instructions.iter().enumerate().rev() {
            live = self.before(instruction, live);
            self.note((seq, place), &live);
        }
        live
    }

    fn note(&mut self, place: Place, live: &Locals) {
        if let Some(noted) = self.at.get_mut(&place) {
            noted.clone_from(live);
        }
    }

    fn before(&mut self, instruction: &Instr, mut live: Locals) -> Locals {
        match instruction {
            Instr::LocalGet(get) => {
                live.insert(get.local);
            }
            Instr::LocalSet(set) => {
                live.remove(&set.local);
            }
            Instr::LocalTee(tee) => {
                live.remove(&tee.local);
            }
            Instr::Block(block) => {
                self.labels.insert(block.seq, live.clone());
                live = self.sequence(block.seq, live);
            }
            Instr::Loop(one) => live = self.repeat(one.seq, &live),
            Instr::IfElse(condition) => {
                for seq in [condition.consequent, condition.alternative] {
                    self.labels.insert(seq, live.clone());
                }
                let otherwise = self.sequence(condition.alternative, live.clone());
                live = self.sequence(condition.consequent, live);
                live.extend(otherwise);
            }
            Instr::Br(br) => live = self.label(br.block),
            Instr::BrIf(br) => live.extend(self.label(br.block)),
            Instr::BrTable(table) => {
                live = self.label(table.default);
                table.blocks.iter().for_each(|block| live.extend(self.label(*block)));
            }
            Instr::Return(_) | Instr::Unreachable(_) => live.clear(),
            _ => {}
        }
        live
    }

    /// A loop: what is live at its beginning is live wherever it is begun anew.
    fn repeat(&mut self, seq: InstrSeqId, after: &Locals) -> Locals {
        self.labels.insert(seq, Locals::new());
        loop {
            let live = self.sequence(seq, after.clone());
            let known = self.labels.entry(seq).or_default();
            if live.is_subset(known) {
                return live;
            }
            known.extend(live);
        }
    }
}
