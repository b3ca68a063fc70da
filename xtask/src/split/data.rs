//! Which constant data only moved functions use. The linker says so exactly: asked to (`--emit-relocs`), it leaves in the
//! program a list of the places that hold addresses, and a table of the objects that these point to
//! (<https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md>). wasm-bindgen, which comes after it, renumbers the
//! functions and leaves the data where it is; functions are known again by their names.

use super::outline::Taken;
use crate::error::{Error, Result, fail};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use wasmparser::{
    BinaryReaderError, FunctionBody, KnownCustom, Linking, Operator, Parser, Payload, RelocationEntry, RelocationType,
    SymbolInfo,
};

/// Shorter runs of bytes stay: an entry of its own would be as large.
const SHORT: u32 = 16;

/// Who uses what, by the linker's account.
#[derive(Default)]
pub struct Uses {
    /// The objects in memory: their ends by their beginnings, by which the others name them.
    objects: BTreeMap<u32, u32>,
    /// What a function of a name mentions.
    functions: BTreeMap<String, Mentions>,
    /// The objects whose addresses an object holds.
    within: BTreeMap<u32, BTreeSet<u32>>,
    /// The objects whose addresses lie where no object is known.
    elsewhere: BTreeSet<u32>,
}

/// The objects that a function mentions, each with the number of the instruction that does.
#[derive(Default)]
struct Mentions {
    /// How many instructions there are, the ends of blocks not counted; of several functions with one name, none.
    length: Option<usize>,
    objects: Vec<(usize, u32)>,
}

impl Mentions {
    /// What is mentioned when some instructions are elsewhere, by the account of a function of so many instructions.
    fn without(&self, taken: Option<&(usize, Vec<Range<usize>>)>) -> impl Iterator<Item = u32> {
        let taken = taken.filter(|(length, _)| self.length == Some(*length)).map_or(&[][..], |(_, ranges)| ranges);
        let here = |place: usize| !taken.iter().any(|range| range.contains(&place));
        self.objects.iter().filter(move |(place, _)| here(*place)).map(|(_, object)| *object)
    }
}

/// A program as the linker left it, as far as it matters here. Positions are in the file.
#[derive(Default)]
struct Linked<'a> {
    imported: u32,
    bodies: Vec<FunctionBody<'a>>,
    /// Where each segment of data begins: in memory, and in the file.
    segments: Vec<(u32, Range<usize>)>,
    code: usize,
    data: usize,
    symbols: Vec<SymbolInfo<'a>>,
    in_code: Vec<RelocationEntry>,
    in_data: Vec<RelocationEntry>,
}

impl From<BinaryReaderError> for Error {
    fn from(error: BinaryReaderError) -> Self {
        Self(format!("the linked program: {error}"))
    }
}

impl<'a> Linked<'a> {
    fn read(wasm: &'a [u8]) -> Result<Linked<'a>> {
        let mut linked = Linked::default();
        let (mut section, mut code, mut data) = (0, None, None);
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            if let Some((id, _)) = payload.as_section() {
                match id {
                    10 => code = Some(section),
                    11 => data = Some(section),
                    _ => {}
                }
                section += 1;
            }
            match payload {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        linked.imported += u32::from(matches!(import?.ty, wasmparser::TypeRef::Func(_)));
                    }
                }
                Payload::CodeSectionStart { range, .. } => linked.code = range.start,
                Payload::CodeSectionEntry(body) => linked.bodies.push(body),
                Payload::DataSection(segments) => {
                    linked.data = segments.range().start;
                    for segment in segments {
                        let segment = segment?;
                        let start = segment.range.end - segment.data.len();
                        linked.segments.push((address(&segment.kind)?, start..segment.range.end));
                    }
                }
                Payload::CustomSection(custom) => match custom.as_known() {
                    KnownCustom::Linking(linking) => linked.read_symbols(linking)?,
                    KnownCustom::Reloc(places) if Some(places.section_index()) == code => {
                        linked.in_code = places.entries().into_iter().collect::<std::result::Result<_, _>>()?;
                    }
                    KnownCustom::Reloc(places) if Some(places.section_index()) == data => {
                        linked.in_data = places.entries().into_iter().collect::<std::result::Result<_, _>>()?;
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        Ok(linked)
    }

    fn read_symbols(&mut self, linking: wasmparser::LinkingSectionReader<'a>) -> Result {
        for part in linking.subsections() {
            if let Linking::SymbolTable(symbols) = part? {
                self.symbols = symbols.into_iter().collect::<std::result::Result<_, _>>()?;
            }
        }
        Ok(())
    }

    /// Where an object is in memory.
    fn object(&self, symbol: &SymbolInfo<'_>) -> Option<Range<u32>> {
        let SymbolInfo::Data { symbol: Some(object), .. } = symbol else { return None };
        let start = self.segments.get(object.index as usize)?.0 + object.offset;
        Some(start..start + object.size)
    }

    /// The beginning of the object that a place mentions.
    fn mentioned(&self, entry: &RelocationEntry) -> Option<u32> {
        let symbol = is_address(entry).then(|| self.symbols.get(entry.index as usize))??;
        Some(self.object(symbol)?.start)
    }

    /// The place in memory of a position in the file.
    fn address_of(&self, position: usize) -> Option<u32> {
        let (start, range) = self.segments.iter().find(|(_, range)| range.contains(&position))?;
        Some(start + u32::try_from(position - range.start).ok()?)
    }
}

fn address(kind: &wasmparser::DataKind<'_>) -> Result<u32> {
    let wasmparser::DataKind::Active { offset_expr, .. } = kind else { return fail("the program has passive data") };
    let mut reader = offset_expr.get_operators_reader();
    match reader.read()? {
        Operator::I32Const { value } => Ok(u32::try_from(value)?),
        other => fail(format!("data at {other:?}")),
    }
}

/// Where the instructions of a function begin in the file, the ends of blocks left out.
fn instructions(body: &FunctionBody<'_>) -> Result<Vec<usize>> {
    let mut starts = Vec::new();
    for operator in body.get_operators_reader()?.into_iter_with_offsets() {
        let (operator, start) = operator?;
        if !matches!(operator, Operator::End | Operator::Else) {
            starts.push(start);
        }
    }
    Ok(starts)
}

fn is_address(entry: &RelocationEntry) -> bool {
    use RelocationType::{MemoryAddrI32, MemoryAddrLeb, MemoryAddrSleb};
    matches!(entry.ty, MemoryAddrI32 | MemoryAddrLeb | MemoryAddrSleb)
}

impl Uses {
    /// Reads the linker's account. A program without one is an error: nothing would be known to be used.
    pub fn read(wasm: &[u8]) -> Result<Uses> {
        let linked = Linked::read(wasm)?;
        if linked.symbols.is_empty() || linked.in_code.is_empty() || linked.in_data.is_empty() {
            return fail("the linker left no account of what uses what (--emit-relocs)");
        }
        let mut uses = Uses::default();
        for symbol in &linked.symbols {
            if let Some(range) = linked.object(symbol) {
                let end = uses.objects.entry(range.start).or_default();
                *end = range.end.max(*end);
            }
        }
        uses.read_functions(&linked)?;
        uses.read_within(&linked);
        Ok(uses)
    }

    fn read_functions(&mut self, linked: &Linked<'_>) -> Result {
        let mut numbered = Vec::new();
        for body in &linked.bodies {
            numbered.push(instructions(body)?);
        }
        let mut mentioned: Vec<Vec<(usize, u32)>> = vec![Vec::new(); linked.bodies.len()];
        for entry in &linked.in_code {
            let Some(object) = linked.mentioned(entry) else { continue };
            let position = linked.code + entry.offset as usize;
            let body = linked.bodies.partition_point(|body| body.range().end <= position);
            if let (Some(mentioned), Some(starts)) = (mentioned.get_mut(body), numbered.get(body)) {
                let number = starts.partition_point(|start| *start <= position).saturating_sub(1);
                mentioned.push((number, object));
            }
        }
        for symbol in &linked.symbols {
            let SymbolInfo::Func { index, name: Some(name), .. } = symbol else { continue };
            let Some(body) = index.checked_sub(linked.imported).map(|body| body as usize) else { continue };
            let (Some(objects), Some(starts)) = (mentioned.get(body), numbered.get(body)) else { continue };
            let name = rustc_demangle::demangle(name).to_string();
            let known = self.functions.contains_key(&name);
            let function = self.functions.entry(name).or_default();
            function.length = (!known).then_some(starts.len());
            function.objects.extend(objects);
        }
        Ok(())
    }

    fn read_within(&mut self, linked: &Linked<'_>) {
        for entry in &linked.in_data {
            let Some(object) = linked.mentioned(entry) else { continue };
            let place = linked.address_of(linked.data + entry.offset as usize);
            let holder =
                place.and_then(|place| self.objects.range(..=place).next_back().filter(|(_, end)| place < **end));
            match holder.map(|(start, _)| *start) {
                Some(holder) => self.within.entry(holder).or_default().insert(object),
                None => self.elsewhere.insert(object),
            };
        }
    }

    /// The addresses that only functions of these names can reach, and what was taken out of others, in order. Who is not named keeps what it reaches, so that
    /// nothing is lost by a name that wasm-bindgen has changed.
    pub fn only_of(&self, moved: &BTreeSet<String>, taken: &Taken) -> Vec<Range<u32>> {
        let kept = self.functions.iter().filter(|(name, _)| !moved.contains(*name));
        let mentioned = kept.flat_map(|(name, mentions)| mentions.without(taken.get(name)));
        let mut open: Vec<u32> = mentioned.chain(self.elsewhere.iter().copied()).collect();
        let mut needed = BTreeSet::new();
        while let Some(object) = open.pop() {
            if needed.insert(object) {
                open.extend(self.within.get(&object).into_iter().flatten());
            }
        }
        let (used, unused): (Vec<_>, Vec<_>) = self.objects.iter().partition(|(start, _)| needed.contains(start));
        let mut free = Runs::default();
        unused.into_iter().for_each(|(start, end)| free.add(*start..*end));
        used.into_iter().for_each(|(start, end)| free.cut(&(*start..*end)));
        free.0.into_iter().filter(|(start, end)| end - start >= SHORT).map(|(start, end)| start..end).collect()
    }
}

/// Runs of addresses that neither touch nor overlap: ends by beginnings.
#[derive(Default)]
struct Runs(BTreeMap<u32, u32>);

impl Runs {
    fn add(&mut self, mut range: Range<u32>) {
        while let Some((&start, &end)) = self.0.range(..=range.end).next_back().filter(|(_, end)| **end >= range.start)
        {
            range = range.start.min(start)..range.end.max(end);
            self.0.remove(&start);
        }
        if !range.is_empty() {
            self.0.insert(range.start, range.end);
        }
    }

    fn cut(&mut self, range: &Range<u32>) {
        while let Some((&start, &end)) = self.0.range(..range.end).next_back().filter(|(_, end)| **end > range.start) {
            self.0.remove(&start);
            if start < range.start {
                self.0.insert(start, range.start);
            }
            if end > range.end {
                self.0.insert(range.end, end);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_join_and_are_cut() {
        let mut runs = Runs::default();
        for range in [10..20, 30..40, 20..25, 24..31, 50..50, 60..70] {
            runs.add(range);
        }
        assert_eq!(runs.0.iter().collect::<Vec<_>>(), [(&10, &40), (&60, &70)]);
        runs.cut(&(15..18));
        runs.cut(&(35..65));
        assert_eq!(runs.0.iter().collect::<Vec<_>>(), [(&10, &15), (&18, &35), (&65, &70)]);
    }

    #[test]
    fn only_what_nothing_kept_reaches_is_free() {
        let objects = [(0, 32), (32, 64), (64, 96), (96, 128), (128, 160)].into_iter().collect();
        let mentions = |objects| Mentions { length: Some(9), objects };
        let kept = mentions(vec![(1, 0), (5, 128)]);
        let functions = [("kept".to_owned(), kept), ("moved".to_owned(), mentions(vec![(0, 64)]))];
        let functions = functions.into_iter().collect();
        let within = [(0, BTreeSet::from([32])), (64, BTreeSet::from([32, 96]))].into_iter().collect();
        let uses = Uses { objects, functions, within, elsewhere: BTreeSet::new() };
        let moved = BTreeSet::from(["moved".to_owned()]);
        let none = Taken::new();
        assert_eq!(uses.only_of(&moved, &none), vec![Range { start: 64, end: 128 }]);
        assert_eq!(uses.only_of(&BTreeSet::new(), &none), []);
        // Where a part of a function was taken from, only what the rest mentions stays; but the account must be of it.
        let taken = |length| Taken::from([("kept".to_owned(), (length, vec![Range { start: 4, end: 6 }]))]);
        assert_eq!(uses.only_of(&moved, &taken(9)), vec![Range { start: 64, end: 160 }]);
        assert_eq!(uses.only_of(&moved, &taken(8)), vec![Range { start: 64, end: 128 }]);
    }
}
