//! Programs made by chance do the same before and after parts of them, chosen by chance, were taken out.

use super::*;
use crate::sh;
use walrus::ir::{BinaryOp, IfElse, Loop, UnaryOp, Unop};

/// Numbers that look like chance and are the same each time (a linear congruential generator, Knuth's MMIX).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

/// Writes a function of two numbers that ends after a number of loops at most.
struct Author<'a> {
    chance: &'a mut Chance,
    builder: FunctionBuilder,
    locals: Vec<LocalId>,
    /// Counts loops down; at zero the function returns.
    fuel: LocalId,
    labels: Vec<InstrSeqId>,
}

impl Author<'_> {
    fn local(&mut self) -> LocalId {
        self.locals[self.chance.below(self.locals.len())]
    }

    fn sequence(&mut self, seq: InstrSeqId, depth: usize) {
        self.labels.push(seq);
        for _ in 0..self.chance.below(5) {
            if !self.statement(seq, depth) {
                break;
            }
        }
        self.labels.pop();
    }

    /// One statement; whether control can come to the next.
    fn statement(&mut self, seq: InstrSeqId, depth: usize) -> bool {
        let kind = self.chance.below(if depth == 0 { 5 } else { 9 });
        let condition = get(self.local());
        let label = self.labels[self.chance.below(self.labels.len())];
        match kind {
            0..=2 => self.arithmetic(seq),
            3 => self.push(seq, [condition, BrIf { block: label }.into()]),
            4 => return self.leave(seq, condition, label),
            5 | 6 => {
                let inner = self.builder.dangling_instr_seq(None).id();
                self.sequence(inner, depth - 1);
                self.push(seq, [Block { seq: inner }.into()]);
            }
            7 => {
                let [consequent, alternative] = [0, 1].map(|_| self.builder.dangling_instr_seq(None).id());
                self.sequence(consequent, depth - 1);
                self.sequence(alternative, depth - 1);
                self.push(seq, [condition, IfElse { consequent, alternative }.into()]);
            }
            _ => {
                let inner = self.builder.dangling_instr_seq(None).id();
                self.burn(inner);
                self.sequence(inner, depth - 1);
                self.push(seq, [Loop { seq: inner }.into()]);
            }
        }
        true
    }

    fn arithmetic(&mut self, seq: InstrSeqId) {
        let (from, to, value) = (self.local(), self.local(), self.chance.below(100) as i32);
        let op = [BinaryOp::I32Add, BinaryOp::I32Mul, BinaryOp::I32Xor, BinaryOp::I32ShrU][self.chance.below(4)];
        self.push(
            seq,
            [get(from), Const { value: Value::I32(value) }.into(), walrus::ir::Binop { op }.into(), set(to)],
        );
    }

    fn leave(&mut self, seq: InstrSeqId, condition: Instr, label: InstrSeqId) -> bool {
        match self.chance.below(4) {
            0 => self.push(seq, [condition, Return {}.into()]),
            1 => self.push(seq, [Br { block: label }.into()]),
            2 => {
                let blocks = (0..2).map(|_| self.labels[self.chance.below(self.labels.len())]).collect();
                self.push(seq, [condition, BrTable { blocks, default: label }.into()]);
            }
            _ => return true,
        }
        false
    }

    fn burn(&mut self, seq: InstrSeqId) {
        let end = self.builder.dangling_instr_seq(None).id();
        self.push(end, [get(self.fuel), Return {}.into()]);
        let none = self.builder.dangling_instr_seq(None).id();
        let one = Const { value: Value::I32(1) }.into();
        let empty = Unop { op: UnaryOp::I32Eqz }.into();
        let minus = walrus::ir::Binop { op: BinaryOp::I32Sub }.into();
        let check = IfElse { consequent: end, alternative: none }.into();
        self.push(seq, [get(self.fuel), one, minus, set(self.fuel), get(self.fuel), empty, check]);
    }

    fn push<const N: usize>(&mut self, seq: InstrSeqId, instructions: [Instr; N]) {
        instructions.into_iter().for_each(|instruction| {
            self.builder.instr_seq(seq).instr(instruction);
        });
    }
}

/// A module whose function `f` was made by chance.
fn program(chance: &mut Chance) -> Module {
    let mut module = Module::default();
    let parameters: Vec<LocalId> = (0..2).map(|_| module.locals.add(ValType::I32)).collect();
    let fuel = module.locals.add(ValType::I32);
    let locals = (0..3).map(|_| module.locals.add(ValType::I32)).chain(parameters.iter().copied()).collect();
    let mut builder = FunctionBuilder::new(&mut module.types, &[ValType::I32; 2], &[ValType::I32]);
    builder.name("f".into());
    let (body, inner) = (builder.func_body_id(), builder.dangling_instr_seq(None).id());
    let mut author = Author { chance, builder, locals, fuel, labels: Vec::new() };
    author.push(body, [Const { value: Value::I32(50) }.into(), set(fuel)]);
    author.sequence(inner, 5);
    author.push(body, [Block { seq: inner }.into()]);
    let local = author.local();
    author.push(body, [get(local)]);
    let f = author.builder.finish(parameters, &mut module.funcs);
    module.exports.add("f", f);
    module
}

#[test]
fn outlined_programs_do_the_same() {
    let mut chance = Chance(7);
    let (mut pairs, mut outlined) = (Vec::new(), 0);
    while pairs.len() < 300 {
        let mut module = program(&mut chance);
        let before = module.emit_wasm();
        let id = module.funcs.by_name("f").expect("there is f");
        let stretches = Stretches::of(module.funcs.get(id).kind.unwrap_local());
        let ran: Vec<bool> = (0..stretches.all.len()).map(|i| i == 0 || chance.below(2) == 0).collect();
        let mut needed = FirstLoad::default();
        needed.add("f", stretches.shape, &ran);
        let taken = outline(&mut module, &needed);
        if taken.is_empty() {
            continue;
        }
        outlined += taken["f"].1.len();
        pairs.push([before, module.emit_wasm()]);
    }
    assert!(outlined > 300, "{outlined} parts only");
    let script = format!(
        "const pairs = {pairs:?}; let differing = 0;
        const f = (bytes) => new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes))).exports.f;
        for (const [before, after] of pairs) {{
          const [old, outlined] = [f(before), f(after)];
          for (let a = -3; a < 4; a++) for (let b = -3; b < 4; b++) differing += old(a, b) !== outlined(a, b);
        }}
        console.log('differing', differing);"
    );
    let file = std::env::temp_dir().join(format!("kubarium-outline-{}.js", std::process::id()));
    std::fs::write(&file, script).expect("a file");
    let said = sh::output(sh::program("node").arg(&file));
    std::fs::remove_file(file).expect("the file goes");
    assert_eq!(said.as_deref().map(str::trim), Some("differing 0"));
}
