//! Two modules out of one: what the page needs to open, and what it loads when first used.
//!
//! Which functions are needed to open the page, and which parts of them, was watched (`cargo xtask profile`) and is written in
//! `first-load.txt`; all others are moved to the second module, parts as functions of their own (see `outline`). In the first,
//! each of them that can still be called leaves a stub of a few bytes, which makes sure that the second module is there and
//! calls it through a table. The second module imports from the first whatever it shares with it: memory, tables, globals,
//! functions. Constant data that only moved functions use moves with them (see `data`). So a function that was not watched is
//! never missing; it only comes later. `static/start.js` loads the second module.

mod data;
mod liveness;
mod outline;
mod stretches;
mod watched;

use crate::error::{Error, Result, fail};
use data::Uses;
use std::collections::BTreeSet;
use std::ops::Range;
pub use stretches::Stretches;
use walrus::ir::Value;
use walrus::{
    ConstExpr, DataKind, ElementItems, ElementKind, ExportItem, FunctionBuilder, FunctionId, FunctionKind, GlobalId,
    GlobalKind, ImportedFunction, Module, RefType, TableId, ValType,
};
pub use watched::FirstLoad;

/// The name by which the second module imports from the first.
const FIRST: &str = "first";
/// The page's function that loads the second module: the beginning of the name that wasm-bindgen gives its import.
const LOADER: &str = "__wbg_loadDeferred_";
/// The table of what was moved, and the flag that says whether it is filled, as the first module exports them.
const MOVED: &str = "moved";
const LOADED: &str = "loaded";
/// Functions with less code than this, in bytes, stay: a stub would be as large.
const SMALL: usize = 24;

/// Reads a module as wasm-bindgen left it, with its names.
pub fn parse(wasm: &[u8]) -> Result<Module> {
    let mut module = Module::from_buffer(wasm).map_err(|error| Error(format!("the page's module: {error:#}")))?;
    // The linker's account is of the program before wasm-bindgen, and larger than what it describes.
    for section in ["linking", "reloc.CODE", "reloc.DATA"] {
        module.customs.remove_raw(section);
    }
    Ok(module)
}

/// Splits a module into the first and the second. `linked` is the same program as it was before wasm-bindgen.
pub fn split(wasm: &[u8], linked: &[u8], needed: &FirstLoad) -> Result<(Vec<u8>, Vec<u8>)> {
    let mut module = parse(wasm)?;
    let taken = outline::outline(&mut module, needed);
    divide(&module.emit_wasm(), needed, |moved| Ok(Uses::read(linked)?.only_of(moved, &taken)))
}

/// Splits a module; `only_of` says which addresses only the functions of some names can reach.
fn divide(
    wasm: &[u8],
    needed: &FirstLoad,
    only_of: impl Fn(&BTreeSet<String>) -> Result<Vec<Range<u32>>>,
) -> Result<(Vec<u8>, Vec<u8>)> {
    let mut first = parse(wasm)?;
    let functions: Vec<FunctionId> = first.funcs.iter().map(walrus::Function::id).collect();
    let mut deferred: Vec<bool> = first.funcs.iter().map(|function| is_deferred(function, needed)).collect();
    let left = reachable(wasm, &deferred)?;
    let stubs: Vec<usize> = (0..functions.len()).filter(|i| deferred[*i] && left[*i]).collect();
    // What only moved functions call moves with them, however small it is.
    let here = first.funcs.iter().map(is_local);
    for ((deferred, left), here) in deferred.iter_mut().zip(&left).zip(here) {
        *deferred |= here && !left;
    }
    let named = |wanted: bool| -> BTreeSet<String> {
        let functions = first.funcs.iter().zip(&deferred).filter(|(_, deferred)| **deferred == wanted);
        functions.filter_map(|(function, _)| function.name.clone()).collect()
    };
    // Two functions may have one name.
    let addresses = only_of(&named(true).difference(&named(false)).cloned().collect())?;
    let (moved, loaded) = add_stubs(&mut first, &functions, &stubs)?;
    let data = take_data(&mut first, &addresses);

    let mut second = parse(wasm)?;
    import_all(&mut second, &deferred);
    fill_table(&mut second, &functions, &stubs);
    put_data(&mut second, data);
    walrus::passes::gc::run(&mut second);

    first.exports.add(MOVED, moved);
    first.exports.add(LOADED, loaded);
    export_shared(&mut first, &second, &functions);
    walrus::passes::gc::run(&mut first);
    Ok((first.emit_wasm(), second.emit_wasm()))
}

/// What moves. Exported functions are called from outside at any time, and those that nobody has named are not known. Hash
/// tables (Yew's) compare keys whose hashes happen to be alike: what they need differs from run to run, so that they stay.
fn is_deferred(function: &walrus::Function, needed: &FirstLoad) -> bool {
    let FunctionKind::Local(local) = &function.kind else { return false };
    let name = function.name.as_deref().unwrap_or("__");
    if name.starts_with(outline::OUTLINED) {
        return true;
    }
    local.size() as usize >= SMALL && !name.contains("hashbrown[") && !name.starts_with("__") && !needed.contains(name)
}

fn is_local(function: &walrus::Function) -> bool {
    matches!(function.kind, FunctionKind::Local(_))
}

/// Replaces data by zeros, which need no room; what it was, by its addresses.
fn take_data(first: &mut Module, addresses: &[Range<u32>]) -> Vec<(u32, Vec<u8>)> {
    let mut taken = Vec::new();
    let segments: Vec<_> = first.data.iter().map(walrus::Data::id).collect();
    for segment in segments {
        let segment = first.data.get_mut(segment);
        let DataKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } = segment.kind else { continue };
        let (start, length) = (start as u32, segment.value.len() as u32);
        for range in addresses.iter().filter(|range| range.start >= start && range.end <= start + length) {
            let bytes = &mut segment.value[(range.start - start) as usize..(range.end - start) as usize];
            taken.push((range.start, bytes.to_vec()));
            bytes.fill(0);
        }
    }
    taken
}

/// Lets the second module write data to its addresses.
fn put_data(second: &mut Module, data: Vec<(u32, Vec<u8>)>) {
    let Some(memory) = second.memories.iter().next().map(walrus::Memory::id) else { return };
    for (address, bytes) in data {
        let offset = ConstExpr::Value(Value::I32(address as i32));
        let segment = second.data.add(DataKind::Active { memory, offset }, bytes);
        second.memories.get_mut(memory).data_segments.insert(segment);
    }
}

/// Which functions can still be called from the first module without passing through a deferred one.
fn reachable(wasm: &[u8], deferred: &[bool]) -> Result<Vec<bool>> {
    let mut module = parse(wasm)?;
    let functions: Vec<FunctionId> = module.funcs.iter().map(walrus::Function::id).collect();
    for (function, _) in functions.iter().zip(deferred).filter(|(_, deferred)| **deferred) {
        let (parameters, results) = signature(&module, *function);
        let mut body = FunctionBuilder::new(&mut module.types, &parameters, &results);
        body.func_body().unreachable();
        let parameters = parameters.iter().map(|parameter| module.locals.add(*parameter)).collect();
        module.funcs.get_mut(*function).kind = FunctionKind::Local(body.local_func(parameters));
    }
    walrus::passes::gc::run(&mut module);
    let left: BTreeSet<usize> = module.funcs.iter().map(|function| function.id().index()).collect();
    Ok(functions.iter().map(|function| left.contains(&function.index())).collect())
}

fn signature(module: &Module, function: FunctionId) -> (Vec<ValType>, Vec<ValType>) {
    let of = module.types.get(module.funcs.get(function).ty());
    (of.params().to_vec(), of.results().to_vec())
}

/// Replaces the deferred functions by stubs; the table that these call through, and the flag.
fn add_stubs(first: &mut Module, functions: &[FunctionId], stubs: &[usize]) -> Result<(TableId, GlobalId)> {
    let length = stubs.len() as u64;
    let moved = first.tables.add_local(false, length, Some(length), RefType::FUNCREF);
    let loaded = first.globals.add_local(ValType::I32, true, false, ConstExpr::Value(Value::I32(0)));
    let ready = add_ready(first, loaded)?;
    for (slot, i) in stubs.iter().enumerate() {
        let function = functions[*i];
        let ty = first.funcs.get(function).ty();
        let (parameters, results) = signature(first, function);
        let mut stub = FunctionBuilder::new(&mut first.types, &parameters, &results);
        let parameters: Vec<_> = parameters.iter().map(|parameter| first.locals.add(*parameter)).collect();
        let mut body = stub.func_body();
        for parameter in &parameters {
            body.local_get(*parameter);
        }
        body.i32_const(i32::try_from(slot)?).call(ready).call_indirect(ty, moved);
        first.funcs.get_mut(function).kind = FunctionKind::Local(stub.local_func(parameters));
    }
    Ok((moved, loaded))
}

/// A function that gives back what it gets, once the second module is there.
fn add_ready(first: &mut Module, loaded: GlobalId) -> Result<FunctionId> {
    let load = first.imports.iter().find(|import| import.name.starts_with(LOADER)).map(|import| &import.kind);
    let Some(walrus::ImportKind::Function(load)) = load else {
        return fail(format!("the page imports no function {LOADER}..."));
    };
    let load = *load;
    let mut builder = FunctionBuilder::new(&mut first.types, &[ValType::I32], &[ValType::I32]);
    let slot = first.locals.add(ValType::I32);
    let mut body = builder.func_body();
    body.global_get(loaded);
    body.if_else(
        None,
        |_| {},
        |missing| {
            missing.call(load);
        },
    );
    body.local_get(slot);
    Ok(builder.finish(vec![slot], &mut first.funcs))
}

/// Makes an import of everything but the deferred functions, and forgets what the first module does at its start.
fn import_all(second: &mut Module, deferred: &[bool]) {
    let exports: Vec<_> = second.exports.iter().map(walrus::Export::id).collect();
    exports.into_iter().for_each(|export| second.exports.delete(export));
    let segments: Vec<_> = second.data.iter().map(walrus::Data::id).collect();
    segments.into_iter().for_each(|segment| second.data.delete(segment));
    let elements: Vec<_> = second.elements.iter().map(walrus::Element::id).collect();
    elements.into_iter().for_each(|element| second.elements.delete(element));
    second.start = None;
    let old: Vec<_> = second.imports.iter().map(walrus::Import::id).collect();

    let functions: Vec<_> = second.funcs.iter().map(|function| (function.id(), function.ty())).collect();
    for (i, (function, ty)) in functions.into_iter().enumerate().filter(|(i, _)| !deferred[*i]) {
        let import = second.imports.add(FIRST, &number(i), function);
        second.funcs.get_mut(function).kind = FunctionKind::Import(ImportedFunction { import, ty });
    }
    let memories: Vec<_> = second.memories.iter().map(walrus::Memory::id).collect();
    for (i, id) in memories.into_iter().enumerate() {
        let import = second.imports.add(FIRST, &format!("m{i}"), id);
        let memory = second.memories.get_mut(id);
        memory.import = Some(import);
        memory.data_segments.clear();
    }
    let tables: Vec<_> = second.tables.iter().map(walrus::Table::id).collect();
    for (i, id) in tables.into_iter().enumerate() {
        let import = second.imports.add(FIRST, &format!("t{i}"), id);
        let table = second.tables.get_mut(id);
        table.import = Some(import);
        table.elem_segments.clear();
    }
    let globals: Vec<_> = second.globals.iter().map(walrus::Global::id).collect();
    for (i, id) in globals.into_iter().enumerate() {
        let import = second.imports.add(FIRST, &format!("g{i}"), id);
        second.globals.get_mut(id).kind = GlobalKind::Import(import);
    }
    old.into_iter().for_each(|import| second.imports.delete(import));
}

/// The second module's start: it puts its functions into the table and raises the flag.
fn fill_table(second: &mut Module, functions: &[FunctionId], stubs: &[usize]) {
    let (moved, _) =
        second.add_import_table(FIRST, MOVED, false, stubs.len() as u64, Some(stubs.len() as u64), RefType::FUNCREF);
    let here: Vec<FunctionId> = second.funcs.iter().map(walrus::Function::id).collect();
    debug_assert!(here.len() >= functions.len());
    let items = ElementItems::Functions(stubs.iter().map(|i| here[*i]).collect());
    let kind = ElementKind::Active { table: moved, offset: ConstExpr::Value(Value::I32(0)) };
    let element = second.elements.add(kind, items);
    second.tables.get_mut(moved).elem_segments.insert(element);

    let (loaded, _) = second.add_import_global(FIRST, LOADED, ValType::I32, true, false);
    let mut start = FunctionBuilder::new(&mut second.types, &[], &[]);
    start.func_body().i32_const(1).global_set(loaded);
    second.start = Some(start.finish(Vec::new(), &mut second.funcs));
}

/// Exports from the first module what the second one still imports.
fn export_shared(first: &mut Module, second: &Module, functions: &[FunctionId]) {
    let functions = functions.iter().enumerate().map(|(i, id)| (number(i), ExportItem::Function(*id)));
    let memories = first.memories.iter().enumerate().map(|(i, memory)| (format!("m{i}"), memory.id().into()));
    let tables = first.tables.iter().enumerate().map(|(i, table)| (format!("t{i}"), table.id().into()));
    let globals = first.globals.iter().enumerate().map(|(i, global)| (format!("g{i}"), global.id().into()));
    let all: Vec<(String, ExportItem)> = functions.chain(memories).chain(tables).chain(globals).collect();
    let wanted: BTreeSet<&str> = second.imports.iter().map(|import| import.name.as_str()).collect();
    for (name, item) in all.into_iter().filter(|(name, _)| wanted.contains(name.as_str())) {
        first.exports.add(&name, item);
    }
}

/// A function's name among the exports: short, for there are thousands.
fn number(i: usize) -> String {
    format!("{i:x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module in which `opens` (exported) calls `large`, which calls `helper`; the names as wasm-bindgen gives them.
    fn page() -> Vec<u8> {
        let mut module = Module::default();
        module.memories.add_local(false, false, 1, None, None);
        let nothing = module.types.add(&[], &[]);
        module.add_import_func("./page_bg.js", "__wbg_loadDeferred_0123", nothing);
        let mut function = |name: &str, calls: Option<FunctionId>, length: i32| {
            let mut builder = FunctionBuilder::new(&mut module.types, &[], &[]);
            builder.name(name.into());
            for i in 0..length {
                builder.func_body().i32_const(i).drop();
            }
            if let Some(callee) = calls {
                builder.func_body().call(callee);
            }
            builder.finish(Vec::new(), &mut module.funcs)
        };
        let helper = function("kubectl[0123456789abcdef]::helper", None, 1);
        let large = function("kubectl[0123456789abcdef]::large", Some(helper), 30);
        let opens = function("page[0123456789abcdef]::opens", Some(large), 30);
        module.exports.add("opens", opens);
        module.emit_wasm()
    }

    fn names(module: &Module) -> Vec<&str> {
        let locals = module.funcs.iter_local();
        locals.filter_map(|(id, _)| module.funcs.get(id).name.as_deref()).collect()
    }

    #[test]
    fn what_was_not_needed_moves_with_what_only_it_calls() {
        let mut needed = FirstLoad::default();
        needed.add("page[fedcba9876543210]::opens", 0, &[true]);
        let (first, second) = divide(&page(), &needed, |_| Ok(Vec::new())).expect("it splits");
        let (first, second) = (parse(&first).expect("a module"), parse(&second).expect("a module"));
        assert!(!names(&first).contains(&"kubectl[0123456789abcdef]::helper"), "{:?}", names(&first));
        assert!(names(&second).contains(&"kubectl[0123456789abcdef]::large"), "{:?}", names(&second));
        assert!(names(&second).contains(&"kubectl[0123456789abcdef]::helper"), "{:?}", names(&second));
        assert!(second.imports.iter().all(|import| import.module == FIRST));
        for import in second.imports.iter() {
            assert!(first.exports.iter().any(|export| export.name == import.name), "{} is not exported", import.name);
        }
    }
}
