//! How the reader looks at the cluster: by node or by app, how closely, at what part of it. Remembered from visit to visit.

use super::pods::Zoom;
use crate::model::Filter;
use crate::settings;

/// How the reader looks at the cluster.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sight {
    /// By app rather than by node.
    pub by_app: bool,
    /// Whether the system's own objects are drawn like any other.
    pub system: bool,
    /// How closely.
    pub zoom: Zoom,
    /// What is shown.
    pub filter: Filter,
    /// Words whose matches are lit. Not remembered.
    pub search: String,
}

impl Sight {
    /// As the reader looked the last time.
    pub fn recall() -> Sight {
        Sight {
            by_app: settings::recall("by-app").is_some(),
            system: settings::recall("system").is_some(),
            zoom: match settings::recall("zoom").as_deref() {
                Some("close") => Zoom::Close,
                Some("far") => Zoom::Far,
                Some("map") => Zoom::Map,
                _ => Zoom::Fit,
            },
            filter: settings::recall("filter").map(|line| Filter::read(&line)).unwrap_or_default(),
            search: String::new(),
        }
    }

    /// Keeps what differs from how it was before.
    pub fn remember(&self, before: &Sight) {
        if self.by_app != before.by_app {
            settings::choose("by-app", self.by_app);
        }
        if self.system != before.system {
            settings::choose("system", self.system);
        }
        if self.zoom != before.zoom {
            settings::remember("zoom", self.zoom.name());
        }
        if self.filter != before.filter {
            settings::remember("filter", &self.filter.write());
        }
    }
}
