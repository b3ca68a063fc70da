//! `cargo xtask profile`: which functions, and which parts of them, run until the page is there, watched in a browser. The build splits the page by
//! that list (see `split`). To be run again when `cargo xtask size` says that the first download has grown, or when a test
//! finds that opening the page loads the second module.

use crate::error::{Error, Result, fail};
use crate::split::{self, FirstLoad, Stretches};
use crate::{build, sh, tools};
use std::path::PathBuf;
use walrus::ir::{Const, MemArg, Store, StoreKind, Value};
use walrus::{FunctionId, Module};

/// The size of a page of memory, in bytes.
const PAGE: usize = 65_536;

/// Where the list lies.
fn file() -> PathBuf {
    sh::root().join("xtask/first-load.txt")
}

/// The functions that the page needs to open.
pub fn first_load() -> Result<FirstLoad> {
    let text = std::fs::read_to_string(file()).map_err(|error| Error(format!("xtask/first-load.txt: {error}")))?;
    Ok(FirstLoad::read(&text))
}

/// Builds the page with a mark at each stretch of each function, opens it, and writes down which ones have run.
pub fn run(_arguments: &[String]) -> Result {
    build::named()?;
    tools::for_the_browser()?;
    let path = build::module()?;
    let mut module = split::parse(&std::fs::read(&path)?)?;
    let (base, functions) = mark(&mut module)?;
    std::fs::write(&path, module.emit_wasm())?;
    let count: usize = functions.iter().map(|function| function.stretches).sum();
    let mut watch = sh::program("node");
    watch.arg("tests/browser/profile.mjs").args([base.to_string(), count.to_string()]);
    let ran: Vec<bool> = sh::output(&mut watch).unwrap_or_default().bytes().map(|mark| mark == b'1').collect();
    if ran.len() != count || !ran.contains(&true) {
        return fail("the page did not open: run node tests/browser/profile.mjs to see why");
    }
    let (mut needed, mut rest) = (FirstLoad::default(), &ran[..]);
    for function in &functions {
        let (ran, more) = rest.split_at(function.stretches);
        needed.add(&function.name, function.shape, ran);
        rest = more;
    }
    std::fs::write(file(), needed.text())?;
    println!("{} of {count} stretches are needed to open the page", ran.iter().filter(|ran| **ran).count());
    build::run(&[])
}

/// A function, by its name, and the number of its stretches and their shape.
struct Marked {
    name: String,
    shape: u32,
    stretches: usize,
}

/// Makes every stretch of every function write a byte of its own, in a part of memory that nothing else uses; where that
/// begins, and the functions in the order of their bytes.
fn mark(module: &mut Module) -> Result<(usize, Vec<Marked>)> {
    let functions: Vec<FunctionId> = module.funcs.iter_local().map(|(id, _)| id).collect();
    let memory = module.memories.iter_mut().next().ok_or_else(|| Error("the page has no memory".into()))?;
    let base = usize::try_from(memory.initial)? * PAGE;
    let memory = memory.id();
    let (mut marked, mut next) = (Vec::new(), base);
    for id in functions {
        let stretches = Stretches::of(module.funcs.get(id).kind.unwrap_local());
        let builder = module.funcs.get_mut(id).kind.unwrap_local_mut().builder_mut();
        // From the last to the first, so that places before a mark stay what they are.
        for (i, stretch) in stretches.all.iter().enumerate().rev() {
            let address = Const { value: Value::I32(i32::try_from(next + i)?) };
            let one = Const { value: Value::I32(1) };
            let store = Store { memory, kind: StoreKind::I32_8 { atomic: false }, arg: MemArg { align: 1, offset: 0 } };
            let mut sequence = builder.instr_seq(stretch.seq);
            sequence.instr_at(stretch.start, store).instr_at(stretch.start, one).instr_at(stretch.start, address);
        }
        next += stretches.all.len();
        let name = module.funcs.get(id).name.clone().unwrap_or_default();
        marked.push(Marked { name, shape: stretches.shape, stretches: stretches.all.len() });
    }
    module.memories.get_mut(memory).initial += (next - base).div_ceil(PAGE) as u64;
    Ok((base, marked))
}
