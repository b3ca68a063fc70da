//! What the page begins with. It is made before anything is drawn, in pieces: the cluster's first hour takes longer than a browser
//! may be kept from drawing and from listening.

use super::keeping;
use crate::recovery::{self, Restored};
use crate::settings::Settings;
use api::Time;
use cluster::Cluster;
use std::cell::RefCell;

/// How long a piece takes, in milliseconds.
const PIECE_MS: f64 = 8.0;

/// What `prepare` says when there is nothing more to do.
const DONE: f64 = 1.0;

/// What there is before the page.
pub(super) struct Beginning {
    pub(super) settings: Settings,
    pub(super) restored: Restored,
    pub(super) cluster: Cluster,
    /// When the cluster's first machine was switched on, in virtual time.
    began: Time,
}

thread_local! {
    static BEGINNING: RefCell<Option<Beginning>> = const { RefCell::new(None) };
}

/// Works on the beginning for a moment; how far it is, from 0 to 1, which is the end.
pub fn prepare() -> f64 {
    let clock = gloo::utils::window().performance();
    let now = || clock.as_ref().map_or(f64::MAX, web_sys::Performance::now);
    BEGINNING.with_borrow_mut(|beginning| {
        let Beginning { cluster, began, .. } = beginning.get_or_insert_with(Beginning::new);
        let end = now() + PIECE_MS;
        while cluster.boot() {
            if now() >= end && clock.is_some() {
                let whole = cluster.options().start.since(*began).as_secs_f64();
                let passed = cluster.now().since(*began).as_secs_f64();
                return (passed / whole.max(1.0)).min(0.999);
            }
        }
        DONE
    })
}

impl Beginning {
    fn new() -> Beginning {
        let settings = Settings::read();
        settings.show();
        let restored = match settings.embed {
            true => Restored::default(),
            false => recovery::take(&keeping::address(&settings)),
        };
        let fresh = settings.options();
        let options = restored.recording.as_ref().map_or(fresh, |recording| recording.options.clone());
        let cluster = Cluster::booting(options);
        let began = cluster.now();
        Beginning { settings, restored, cluster, began }
    }

    /// The beginning, whole.
    pub(super) fn take() -> Beginning {
        while prepare() < DONE {}
        BEGINNING.take().unwrap_or_else(Beginning::new)
    }
}
