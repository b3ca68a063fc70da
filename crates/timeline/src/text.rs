//! Recordings as text: one JSON object on one line.
//!
//! `{"kubarium":1,"seed":1,"inputs":[[1200000,"$kubectl get pods"],[350000,"^",2]],"end":[5000000,0],"hash":"..."}`. An input is
//! the microseconds since the one before it, a sign with a text, and how many events had run at that moment if any had.

use crate::{Branch, Entry, Input, Recording};
use api::{Time, Value, json, list, obj};
use cluster::{ControlPlane, Options};
use shell::session::Moment;

/// The version of the text that this program writes, and the newest that it reads.
const VERSION: i64 = 1;
/// The longest session, in virtual microseconds: a year. A longer one could not be replayed in anybody's lifetime.
const LONGEST: i64 = 366 * 86_400 * 1_000_000;
/// The most workers, as for `kubarium sh`.
const MAX_WORKERS: i64 = 5000;

/// Why a text is no recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// It is damaged, or something else altogether: what is wrong with it.
    Damaged(String),
    /// It was made by a newer version, which writes this version of the text.
    Newer(i64),
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Broken::Damaged(what) => write!(f, "this is no recording of a session: {what}"),
            Broken::Newer(version) => write!(
                f,
                "this recording has version {version}, of which only {VERSION} and older are known here: it was made by a \
                 newer Kubarium"
            ),
        }
    }
}

impl std::error::Error for Broken {}

impl Recording {
    /// The recording as text.
    pub fn to_text(&self) -> String {
        let options = &self.options;
        let defaults = Options::default();
        let seed = i64::try_from(options.seed).map_or_else(|_| options.seed.to_string().into(), Value::from);
        let mut text = obj! {
            "kubarium" => VERSION,
            "seed" => seed,
            "inputs" => write_entries(&self.entries, 0),
            "end" => write_moment(self.end),
        };
        if options.workers != defaults.workers {
            text.set("workers", options.workers as i64);
        }
        if options.control_plane_only {
            text.set("controlPlaneOnly", true);
        }
        if let Some(range) = options.cni.range() {
            text.set("clusterCIDR", range.text.clone());
        }
        if let Some(range) = &options.service_range {
            text.set("serviceCIDR", range.text.clone());
        }
        if options.control_plane != defaults.control_plane {
            text.set("controlPlane", options.control_plane.name());
        }
        if !options.preload.is_empty() {
            text.set("preload", options.preload.clone());
        }
        if !options.images.is_empty() {
            text.set("images", options.images.clone());
        }
        if let Some(hash) = self.hash {
            text.set("hash", format!("{hash:016x}"));
        }
        let branches: Vec<Value> = self.branches.iter().map(|branch| self.write_branch(branch)).collect();
        if !branches.is_empty() {
            text.set("branches", Value::from(branches));
        }
        json::to_string(&text)
    }

    /// What a branch shares with the recording is not written again.
    fn write_branch(&self, branch: &Branch) -> Value {
        let shared = shared(&self.entries, &branch.entries);
        obj! {
            "name" => branch.name.as_str(),
            "from" => shared as i64,
            "inputs" => write_entries(&branch.entries, shared),
            "end" => write_moment(branch.end),
        }
    }

    /// Reads a recording.
    ///
    /// # Errors
    /// The text is damaged, or was made by a newer version.
    pub fn from_text(text: &str) -> Result<Recording, Broken> {
        let value = json::parse(text.trim()).map_err(Broken::Damaged)?;
        match &value["kubarium"] {
            Value::Int(version @ 1..) if *version > VERSION => return Err(Broken::Newer(*version)),
            Value::Int(1..) => {}
            _ => return Err(damaged("it does not say its version")),
        }
        let seed = match &value["seed"] {
            Value::Int(seed) => u64::try_from(*seed).ok(),
            seed => seed.str().parse().ok(),
        };
        let defaults = Options::default();
        let workers = match &value["workers"] {
            Value::Null => defaults.workers,
            Value::Int(workers @ 0..=MAX_WORKERS) => *workers as usize,
            _ => return Err(damaged("its number of workers makes no sense")),
        };
        let cni = match &value["clusterCIDR"] {
            Value::Null => defaults.cni,
            range => cluster::bridge(range.str()).map_err(|_| damaged("its range of Pods makes no sense"))?,
        };
        let service_range = match &value["serviceCIDR"] {
            Value::Null => defaults.service_range,
            range => Some(cluster::services(range.str()).map_err(|_| damaged("its range of Services makes no sense"))?),
        };
        let control_plane = match &value["controlPlane"] {
            Value::Null => defaults.control_plane,
            place => ControlPlane::named(place.str()).ok_or_else(|| damaged("its control plane is nowhere"))?,
        };
        let options = Options {
            cni,
            service_range,
            control_plane,
            preload: value["preload"].array().iter().map(Value::to_str).collect(),
            images: value["images"].array().iter().map(Value::to_str).collect(),
            seed: seed.ok_or_else(|| damaged("it has no seed"))?,
            workers,
            control_plane_only: value["controlPlaneOnly"] == Value::Bool(true),
            ..defaults
        };
        if cluster::apart(&options.cni, &options.services()).is_err() {
            return Err(damaged("its Pods and Services have addresses in common"));
        }
        let mut entries = Vec::new();
        read_entries(&value["inputs"], &mut entries)?;
        let end = read_end(&value["end"], &entries)?;
        let hash = u64::from_str_radix(value["hash"].str(), 16).ok();
        let mut branches = Vec::new();
        for branch in value["branches"].array() {
            let from = usize::try_from(branch["from"].int()).ok().filter(|from| *from <= entries.len());
            let mut own = entries[..from.ok_or_else(|| damaged("a branch begins nowhere"))?].to_vec();
            read_entries(&branch["inputs"], &mut own)?;
            let end = read_end(&branch["end"], &own)?;
            branches.push(Branch { name: branch["name"].str().to_owned(), entries: own, end });
        }
        Ok(Recording { options, entries, end, hash, branches })
    }
}

/// How many entries two courses have in common.
pub(crate) fn shared(a: &[Entry], b: &[Entry]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

fn damaged(what: &str) -> Broken {
    Broken::Damaged(what.to_owned())
}

fn write_moment(moment: Moment) -> Value {
    list![moment.at.0, i64::from(moment.events)]
}

fn write_entries(entries: &[Entry], from: usize) -> Value {
    let mut before = from.checked_sub(1).map_or(0, |last| entries[last].when.at.0);
    let mut items = Vec::new();
    for Entry { when, input } in &entries[from..] {
        let (sign, text) = match input {
            Input::Command(text) => ('$', text.as_str()),
            Input::Line(text) => ('>', text.as_str()),
            Input::Interrupt => ('^', ""),
            Input::End => ('.', ""),
            Input::Edited(Some(text)) => ('=', text.as_str()),
            Input::Edited(None) => ('!', ""),
        };
        let (passed, text) = (when.at.0 - before, format!("{sign}{text}"));
        items.push(match when.events {
            0 => list![passed, text],
            events => list![passed, text, i64::from(events)],
        });
        before = when.at.0;
    }
    Value::from(items)
}

fn read_events(value: &Value) -> Result<u32, Broken> {
    u32::try_from(value.int()).map_err(|_| damaged("a moment makes no sense"))
}

fn read_entries(value: &Value, entries: &mut Vec<Entry>) -> Result<(), Broken> {
    let Value::Array(items) = value else { return Err(damaged("it has no inputs")) };
    for item in items.iter() {
        let last = entries.last().map(|entry| entry.when).unwrap_or_default();
        let [Value::Int(passed @ 0..=LONGEST), Value::String(text), rest @ ..] = item.array() else {
            return Err(damaged("an input is none"));
        };
        let at = Time(last.at.0 + passed);
        let when = Moment { at, events: read_events(rest.first().unwrap_or(&api::NULL))? };
        if when < last || at.0 > LONGEST {
            return Err(damaged("its inputs are not in the order of time"));
        }
        let mut signs = text.chars();
        let sign = signs.next();
        let text = signs.as_str().to_owned();
        let input = match sign {
            Some('$') => Input::Command(text),
            Some('>') => Input::Line(text),
            Some('^') => Input::Interrupt,
            Some('.') => Input::End,
            Some('=') => Input::Edited(Some(text)),
            Some('!') => Input::Edited(None),
            _ => return Err(damaged("an input is of no known kind")),
        };
        entries.push(Entry { when, input });
    }
    Ok(())
}

fn read_end(value: &Value, entries: &[Entry]) -> Result<Moment, Broken> {
    let last = entries.last().map(|entry| entry.when).unwrap_or_default();
    let end = match value.array() {
        [Value::Int(at @ 0..=LONGEST), events] => Moment { at: Time(*at), events: read_events(events)? },
        [] if value.is_null() => last,
        _ => return Err(damaged("its end makes no sense")),
    };
    Ok(end.max(last))
}
