//! The stretches of a function: runs of instructions of which all run when the first does. They end where control can
//! leave: with a block, a loop, a condition or a branch.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem::discriminant;
use walrus::LocalFunction;
use walrus::ir::{Instr, InstrSeqId};

/// A run of instructions of one sequence, with whatever is nested in the last of them.
pub struct Stretch {
    /// The sequence that holds it.
    pub seq: InstrSeqId,
    /// The places of its first instruction and of the one after its last, in the sequence.
    pub start: usize,
    pub end: usize,
    /// The same places when the function's instructions are numbered as they are written, nested ones too.
    pub first: usize,
    pub past: usize,
}

/// A function as stretches, in the order in which they are written.
pub struct Stretches {
    pub all: Vec<Stretch>,
    /// The number of instructions; the ends of blocks are not counted.
    pub length: usize,
    /// Says whether two functions have the same stretches: it depends on the kinds of instructions, but not on addresses and
    /// the numbers of functions, which every change of the program moves.
    pub shape: u32,
}

impl Stretches {
    pub fn of(function: &LocalFunction) -> Stretches {
        let mut walk = Walk { function, all: Vec::new(), length: 0, shape: DefaultHasher::new() };
        walk.sequence(function.entry_block());
        Stretches { all: walk.all, length: walk.length, shape: walk.shape.finish() as u32 }
    }
}

struct Walk<'a> {
    function: &'a LocalFunction,
    all: Vec<Stretch>,
    length: usize,
    shape: DefaultHasher,
}

impl Walk<'_> {
    fn sequence(&mut self, seq: InstrSeqId) {
        let instructions = &self.function.block(seq).instrs;
        let mut open = None;
        for (place, (instruction, _)) in instructions.iter().enumerate() {
            let index = *open.get_or_insert_with(|| {
                self.all.push(Stretch { seq, start: place, end: place, first: self.length, past: 0 });
                self.all.len() - 1
            });
            discriminant(instruction).hash(&mut self.shape);
            self.length += 1;
            for inner in nested(instruction) {
                self.sequence(inner);
            }
            if ends(instruction) || place + 1 == instructions.len() {
                (self.all[index].end, self.all[index].past) = (place + 1, self.length);
                open = None;
            }
        }
        self.shape.write_u8(0);
    }
}

/// The sequences in an instruction.
pub fn nested(instruction: &Instr) -> Vec<InstrSeqId> {
    match instruction {
        Instr::Block(block) => vec![block.seq],
        Instr::Loop(one) => vec![one.seq],
        Instr::IfElse(condition) => vec![condition.consequent, condition.alternative],
        _ => Vec::new(),
    }
}

/// Whether control can go elsewhere after an instruction.
fn ends(instruction: &Instr) -> bool {
    !nested(instruction).is_empty() || matches!(instruction, Instr::BrIf(_)) || diverges(instruction)
}

/// Whether control never comes to the instruction after this one.
pub fn diverges(instruction: &Instr) -> bool {
    matches!(instruction, Instr::Br(_) | Instr::BrTable(_) | Instr::Return(_) | Instr::Unreachable(_))
}
