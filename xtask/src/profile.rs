//! `cargo xtask profile`: which functions run until the page is there, watched in a browser. The build splits the page by
//! that list (see `split`). To be run again when `cargo xtask size` says that the first download has grown, or when a test
//! finds that opening the page loads the second module.

use crate::error::{Error, Result, fail};
use crate::split::{self, FirstLoad};
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

/// Builds the page with a mark at each function, opens it, and writes down which ones have run.
pub fn run(_arguments: &[String]) -> Result {
    build::named()?;
    tools::for_the_browser()?;
    let path = build::module()?;
    let mut module = split::parse(&std::fs::read(&path)?)?;
    let (base, names) = mark(&mut module)?;
    std::fs::write(&path, module.emit_wasm())?;
    let mut watch = sh::program("node");
    watch.arg("tests/browser/profile.mjs").args([base.to_string(), names.len().to_string()]);
    let ran = sh::output(&mut watch).unwrap_or_default();
    if ran.len() != names.len() || !ran.contains('1') {
        return fail("the page did not open: run node tests/browser/profile.mjs to see why");
    }
    let needed = names.iter().zip(ran.bytes()).filter(|(_, mark)| *mark == b'1').map(|(name, _)| name.as_str());
    let needed = FirstLoad::of(needed);
    std::fs::write(file(), needed.text())?;
    println!("{} of {} functions are needed to open the page", ran.matches('1').count(), names.len());
    build::run(&[])
}

/// Makes every function write a byte of its own, in a part of memory that nothing else uses; where that begins, and the
/// functions' names in the order of their bytes.
fn mark(module: &mut Module) -> Result<(usize, Vec<String>)> {
    let functions: Vec<FunctionId> = module.funcs.iter_local().map(|(id, _)| id).collect();
    let memory = module.memories.iter_mut().next().ok_or_else(|| Error("the page has no memory".into()))?;
    let base = usize::try_from(memory.initial)? * PAGE;
    memory.initial += functions.len().div_ceil(PAGE) as u64;
    let memory = memory.id();
    for (i, function) in functions.iter().enumerate() {
        let address = Const { value: Value::I32(i32::try_from(base + i)?) };
        let one = Const { value: Value::I32(1) };
        let store = Store { memory, kind: StoreKind::I32_8 { atomic: false }, arg: MemArg { align: 1, offset: 0 } };
        let body = module.funcs.get_mut(*function).kind.unwrap_local_mut().builder_mut();
        body.func_body().instr_at(0, address).instr_at(1, one).instr_at(2, store);
    }
    let name = |function: &FunctionId| module.funcs.get(*function).name.clone().unwrap_or_default();
    Ok((base, functions.iter().map(name).collect()))
}
