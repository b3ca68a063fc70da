//! Parts of a function that did not run when the page was opened become functions of their own, which `split` then moves.
//! What such a part reads is given to it, what it writes and is read later it gives back, and with it by which way it was
//! left: at its end, by a branch to a sequence around it, or by returning from the function.

use super::liveness::{Liveness, Locals};
use super::stretches::{Stretch, Stretches, diverges, nested};
use super::watched::FirstLoad;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use walrus::ir::{
    Block, Br, BrIf, BrTable, Call, Const, Instr, InstrSeqId, InstrSeqType, LocalGet, LocalSet, Return, Value,
};
use walrus::{FunctionBuilder, FunctionId, InstrLocId, LocalFunction, LocalId, Module, ValType};

/// How the names of the new functions begin.
pub const OUTLINED: &str = "outlined from ";
/// A part is left alone unless it is larger than the call that replaces it by so many bytes.
const GAIN: usize = 24;

/// The parts that were taken out of functions, by the functions' names: the functions' lengths before, and which of their
/// instructions are elsewhere now, as `stretches` numbers them.
pub type Taken = BTreeMap<String, (usize, Vec<Range<usize>>)>;

/// Outlines what did not run in each function of a module.
pub fn outline(module: &mut Module, needed: &FirstLoad) -> Taken {
    let functions: Vec<FunctionId> = module.funcs.iter_local().map(|(id, _)| id).collect();
    let mut taken = Taken::new();
    for id in functions {
        let Some(name) = module.funcs.get(id).name.clone().filter(|name| is_steady(name)) else { continue };
        let stretches = Stretches::of(module.funcs.get(id).kind.unwrap_local());
        let Some(ran) = needed.ran(&name, stretches.shape).filter(|ran| ran.len() >= stretches.all.len()) else {
            continue;
        };
        let parts = parts(module.funcs.get(id).kind.unwrap_local(), &stretches, ran);
        let ranges = take(module, id, &name, parts);
        if !ranges.is_empty() {
            taken.insert(name, (stretches.length, ranges));
        }
    }
    taken
}

/// Whether the same of a function runs each time. What tables and memory do depends on hashes and sizes.
fn is_steady(name: &str) -> bool {
    let unsteady = ["hashbrown[", "dlmalloc[", "collections[", "indexmap["];
    !name.starts_with("__") && !unsteady.iter().any(|part| name.contains(part))
}

/// A part of a function, with how control enters and leaves it.
struct Part {
    seq: InstrSeqId,
    /// The places of its instructions in the sequence, and their numbers in the function.
    places: Range<usize>,
    numbers: Range<usize>,
    given: Vec<LocalId>,
    given_back: Vec<LocalId>,
    ways: Ways,
}

/// The ways out of a part.
#[derive(Default)]
struct Ways {
    labels: Vec<InstrSeqId>,
    ends: bool,
    returns: bool,
}

impl Ways {
    fn count(&self) -> usize {
        self.labels.len() + usize::from(self.ends) + usize::from(self.returns)
    }
}

/// The parts of a function that did not run and are worth a call.
fn parts(function: &LocalFunction, stretches: &Stretches, ran: &[bool]) -> Vec<Part> {
    let runs = runs(&stretches.all, ran);
    if runs.is_empty() || !is_plain(function, function.entry_block()) {
        return Vec::new();
    }
    let bounds = runs.iter().flat_map(|run| [(run.seq, run.start), (run.seq, run.end)]);
    let liveness = Liveness::of(function, bounds);
    runs.iter().filter_map(|run| part(function, &liveness, run)).collect()
}

/// The longest runs of stretches that did not run; not those within others.
fn runs(stretches: &[Stretch], ran: &[bool]) -> Vec<Stretch> {
    let mut runs: Vec<Stretch> = Vec::new();
    let mut past = 0;
    for (one, _) in stretches.iter().zip(ran).filter(|(_, ran)| !**ran) {
        if one.first < past {
            continue;
        }
        past = one.past;
        match runs.last_mut().filter(|last| last.seq == one.seq && last.end == one.start) {
            Some(last) => (last.end, last.past) = (one.end, one.past),
            None => runs.push(Stretch { ..*one }),
        }
    }
    runs
}

/// Whether all sequences neither take nor leave values, the function's own aside, and nothing catches exceptions.
fn is_plain(function: &LocalFunction, seq: InstrSeqId) -> bool {
    let plain = function.block(seq).ty == InstrSeqType::Simple(None) || seq == function.entry_block();
    let mut instructions = function.block(seq).instrs.iter().map(|(instruction, _)| instruction);
    plain
        && instructions.all(|instruction| {
            !matches!(instruction, Instr::TryTable(_) | Instr::Try(_))
                && nested(instruction).into_iter().all(|inner| is_plain(function, inner))
        })
}

fn part(function: &LocalFunction, liveness: &Liveness<'_>, run: &Stretch) -> Option<Part> {
    let mut found = Found::default();
    found.look(function, run.seq, run.start..run.end);
    let mut ways = found.ways;
    ways.labels.retain(|label| !found.within.contains(label));
    let last = function.block(run.seq).instrs.get(run.end.checked_sub(1)?)?;
    ways.ends = !diverges(&last.0);
    let is_whole = run.seq == function.entry_block() && run.end == function.block(run.seq).instrs.len();
    let leaves_value = function.block(function.entry_block()).ty != InstrSeqType::Simple(None);
    if leaves_value && ways.labels.contains(&function.entry_block()) {
        return None;
    }
    if leaves_value && is_whole && ways.ends {
        (ways.ends, ways.returns) = (false, true);
    }
    let mut later = Locals::new();
    ways.labels.iter().for_each(|label| later.extend(liveness.label(*label)));
    if ways.ends {
        later.extend(liveness.at((run.seq, run.end)));
    }
    let given: Vec<LocalId> = liveness.at((run.seq, run.start)).intersection(&found.mentioned).copied().collect();
    let given_back: Vec<LocalId> = later.intersection(&found.written).copied().collect();
    let cost = 2 * (2 * given.len() + given_back.len()) + 4 * ways.count() + GAIN;
    let (places, numbers) = (run.start..run.end, run.first..run.past);
    (found.bytes > cost).then_some(Part { seq: run.seq, places, numbers, given, given_back, ways })
}

/// What there is in a part.
#[derive(Default)]
struct Found {
    bytes: usize,
    mentioned: Locals,
    written: Locals,
    within: BTreeSet<InstrSeqId>,
    ways: Ways,
}

impl Found {
    fn look(&mut self, function: &LocalFunction, seq: InstrSeqId, places: Range<usize>) {
        for (instruction, _) in &function.block(seq).instrs[places] {
            self.bytes += bytes(instruction);
            match instruction {
                Instr::LocalGet(get) => {
                    self.mentioned.insert(get.local);
                }
                Instr::LocalSet(LocalSet { local }) | Instr::LocalTee(walrus::ir::LocalTee { local }) => {
                    self.mentioned.insert(*local);
                    self.written.insert(*local);
                }
                Instr::Br(Br { block }) | Instr::BrIf(BrIf { block }) => self.branch(*block),
                Instr::BrTable(table) => {
                    table.blocks.iter().chain([&table.default]).for_each(|block| self.branch(*block));
                }
                Instr::Return(_) => self.ways.returns = true,
                _ => {}
            }
            for inner in nested(instruction) {
                self.within.insert(inner);
                self.look(function, inner, 0..function.block(inner).instrs.len());
            }
        }
    }

    fn branch(&mut self, to: InstrSeqId) {
        if !self.ways.labels.contains(&to) {
            self.ways.labels.push(to);
        }
    }
}

/// About how long an instruction is in a module.
fn bytes(instruction: &Instr) -> usize {
    match instruction {
        Instr::Binop(_)
        | Instr::Unop(_)
        | Instr::Select(_)
        | Instr::Return(_)
        | Instr::Unreachable(_)
        | Instr::Drop(_) => 1,
        Instr::Block(_) | Instr::Loop(_) | Instr::IfElse(_) | Instr::Load(_) | Instr::Store(_) | Instr::Call(_) => 3,
        Instr::Const(_) => 4,
        Instr::BrTable(table) => 2 + table.blocks.len(),
        _ => 2,
    }
}

/// Takes parts out of a function; which of its instructions they were.
fn take(module: &mut Module, id: FunctionId, name: &str, parts: Vec<Part>) -> Vec<Range<usize>> {
    let results = module.types.results(module.funcs.get(id).ty()).to_vec();
    let mut numbers = Vec::new();
    // From the last to the first: places before a part stay what they are.
    for (i, part) in parts.into_iter().enumerate().rev() {
        let value = results.first().filter(|_| part.ways.returns).map(|ty| module.locals.add(*ty));
        let way = (part.ways.count() > 1).then(|| module.locals.add(ValType::I32));
        let mut outlined = Outlined::make(module, id, &part, value, way);
        outlined.name(format!("{OUTLINED}{name} ({i})"));
        let func = outlined.finish(part.given.clone(), &mut module.funcs);
        let mut call: Vec<Instr> = part.given.iter().map(|local| get(*local)).collect();
        call.push(Call { func }.into());
        call.extend(part.given_back.iter().copied().chain(value).chain(way).rev().map(set));
        let function = module.funcs.get_mut(id).kind.unwrap_local_mut();
        leave(function.builder_mut(), &mut call, &part.ways, value, way);
        let call = call.into_iter().map(|instruction| (instruction, InstrLocId::default()));
        function.block_mut(part.seq).instrs.splice(part.places, call);
        numbers.push(part.numbers);
    }
    numbers
}

fn get(local: LocalId) -> Instr {
    LocalGet { local }.into()
}

fn set(local: LocalId) -> Instr {
    LocalSet { local }.into()
}

/// After the call: goes the way that the part was left. The ways are numbered: labels, the end, returning.
fn leave(
    builder: &mut FunctionBuilder,
    call: &mut Vec<Instr>,
    ways: &Ways,
    value: Option<LocalId>,
    way: Option<LocalId>,
) {
    let returning = || value.map(get).into_iter().chain([Return {}.into()]);
    let Some(way) = way else {
        match ways.labels.first() {
            Some(block) => call.push(Br { block: *block }.into()),
            None if ways.returns => call.extend(returning()),
            None => {}
        }
        return;
    };
    let (inner, outer) = (builder.dangling_instr_seq(None).id(), builder.dangling_instr_seq(None).id());
    let mut blocks = ways.labels.clone();
    blocks.extend(ways.ends.then_some(outer));
    blocks.extend(ways.returns.then_some(inner));
    let Some(default) = blocks.pop() else { return };
    let mut then = vec![get(way), BrTable { blocks: blocks.into(), default }.into()];
    let mut within = |seq: InstrSeqId, instructions: Vec<Instr>| {
        instructions.into_iter().for_each(|instruction| {
            builder.instr_seq(seq).instr(instruction);
        });
        vec![Block { seq }.into()]
    };
    if ways.returns {
        then = within(inner, then);
        then.extend(returning());
    }
    call.extend(if ways.ends { within(outer, then) } else { then });
}

/// The function that a part becomes. Its body are nested sequences: in the innermost the part; a branch out of the part leads
/// to the end of one of them, after which it is written down which way that was.
struct Outlined<'a> {
    function: &'a LocalFunction,
    builder: FunctionBuilder,
    /// Where branches lead: for the part's own sequences and for those around it.
    blocks: BTreeMap<InstrSeqId, InstrSeqId>,
    value: Option<LocalId>,
    returning: Option<InstrSeqId>,
}

impl<'a> Outlined<'a> {
    /// Makes the function of a part.
    fn make(
        module: &'a mut Module,
        id: FunctionId,
        part: &Part,
        value: Option<LocalId>,
        way: Option<LocalId>,
    ) -> FunctionBuilder {
        let type_of = |local: &LocalId| module.locals.get(*local).ty();
        let parameters: Vec<ValType> = part.given.iter().map(type_of).collect();
        let results: Vec<ValType> = part.given_back.iter().chain(&value).chain(&way).map(type_of).collect();
        let builder = FunctionBuilder::new(&mut module.types, &parameters, &results);
        let function = module.funcs.get(id).kind.unwrap_local();
        let mut new = Outlined { function, builder, blocks: BTreeMap::new(), value, returning: None };
        new.body(part, way);
        new.builder
    }

    fn body(&mut self, part: &Part, way: Option<LocalId>) {
        let value = self.value;
        let exit = |number: usize| -> Vec<Instr> {
            let leaving = part.given_back.iter().chain(&value).map(|local| get(*local));
            let number = way.map(|_| Const { value: Value::I32(number as i32) }.into());
            leaving.chain(number).chain([Return {}.into()]).collect()
        };
        let innermost = self.builder.dangling_instr_seq(None).id();
        let mut around = innermost;
        for (number, label) in part.ways.labels.iter().enumerate() {
            self.blocks.insert(*label, around);
            around = self.wrap(around, exit(number));
        }
        if part.ways.returns {
            self.returning = Some(around);
            around = self.wrap(around, exit(part.ways.count() - 1));
        }
        self.copy(part.seq, part.places.clone(), innermost);
        if part.ways.ends {
            self.push(innermost, exit(part.ways.labels.len()));
        } else if let (Some(block), Some(value), false) = (self.returning, value, self.diverged(part)) {
            self.push(innermost, vec![set(value), Br { block }.into()]);
        }
        let body = self.builder.func_body_id();
        self.push(body, vec![Block { seq: around }.into(), Instr::Unreachable(walrus::ir::Unreachable {})]);
    }

    fn diverged(&self, part: &Part) -> bool {
        let last = part.places.end.checked_sub(1).map(|last| &self.function.block(part.seq).instrs[last].0);
        last.is_some_and(diverges)
    }

    /// A new sequence: a block, and what is done when it is left.
    fn wrap(&mut self, seq: InstrSeqId, exit: Vec<Instr>) -> InstrSeqId {
        let new = self.builder.dangling_instr_seq(None).id();
        self.push(new, vec![Block { seq }.into()]);
        self.push(new, exit);
        new
    }

    fn push(&mut self, seq: InstrSeqId, instructions: Vec<Instr>) {
        for instruction in instructions {
            self.builder.instr_seq(seq).instr(instruction);
        }
    }

    fn copy(&mut self, from: InstrSeqId, places: Range<usize>, to: InstrSeqId) {
        let function = self.function;
        for (instruction, _) in &function.block(from).instrs[places] {
            let mut instruction = instruction.clone();
            match &mut instruction {
                Instr::Block(Block { seq }) | Instr::Loop(walrus::ir::Loop { seq }) => *seq = self.copied(*seq),
                Instr::IfElse(condition) => {
                    condition.consequent = self.copied(condition.consequent);
                    condition.alternative = self.copied(condition.alternative);
                }
                Instr::Br(Br { block }) | Instr::BrIf(BrIf { block }) => *block = self.blocks[block],
                Instr::BrTable(table) => {
                    table.blocks.iter_mut().for_each(|block| *block = self.blocks[block]);
                    table.default = self.blocks[&table.default];
                }
                Instr::Return(_) => {
                    let Some(block) = self.returning else { continue };
                    let value = self.value.map(set);
                    self.push(to, value.into_iter().collect());
                    instruction = Br { block }.into();
                }
                _ => {}
            }
            self.push(to, vec![instruction]);
        }
    }

    fn copied(&mut self, seq: InstrSeqId) -> InstrSeqId {
        let new = self.builder.dangling_instr_seq(self.function.block(seq).ty).id();
        self.blocks.insert(seq, new);
        self.copy(seq, 0..self.function.block(seq).instrs.len(), new);
        new
    }
}

#[cfg(test)]
mod tests;
