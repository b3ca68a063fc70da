//! What lies outside the cluster: the reader's workstation, a load balancer, the internet, storage.

use super::pods::Light;
use crate::glyph::{Icon, icon};
use crate::i18n::{Lang, Message};
use crate::model::View;
use api::Str;
use yew::prelude::*;

/// The world outside.
pub fn outside(view: &View, light: &Light, lang: Lang) -> Html {
    let balancers: Vec<&Str> = view.services.iter().map(|s| &s.external_ip).filter(|ip| !ip.is_empty()).collect();
    let workstation = network::outside::WORKSTATION.to_string();
    html! {
        <section class="outside" aria-label={lang.text(Message::Outside)}>
            <div class="place" data-place="you">
                { icon(Icon::Laptop) }
                <b>{ lang.text(Message::You) }</b>
                <span>{ lang.text(Message::Workstation) }</span>
                <span class="mono">{ workstation }</span>
            </div>
            if !balancers.is_empty() {
                <div class="place" data-place="load-balancer">
                    { icon(Icon::Balance) }
                    <b>{ lang.text(Message::LoadBalancer) }</b>
                    { for balancers.into_iter().map(|ip| html! { <span class="mono">{ ip.as_str() }</span> }) }
                </div>
            }
            <div class="place quiet" data-place="internet">
                { icon(Icon::Globe) }
                <span>{ lang.text(Message::Internet) }</span>
            </div>
            { storage(view, light, lang) }
        </section>
    }
}

/// Volumes, with the claims that have them, and claims that wait for one: none is lost with a Pod.
fn storage(view: &View, light: &Light, lang: Lang) -> Html {
    let volumes = view.volumes.iter().map(|volume| {
        let (name, state) = match volume.claim.rsplit_once('/') {
            Some((_, claim)) => (claim, volume.phase.as_str()),
            None => (volume.name.as_str(), volume.phase.as_str()),
        };
        let facts = [volume.size.as_str(), volume.source.as_str()].join(" ");
        disk(&volume.uid, format!("PersistentVolume//{}", volume.name), name, state, facts, light)
    });
    let waiting = view.claims.iter().filter(|claim| claim.phase != "Bound").map(|claim| {
        let object = format!("PersistentVolumeClaim/{}/{}", claim.namespace, claim.name);
        disk(&claim.uid, object, &claim.name, &claim.phase, claim.size.to_string(), light)
    });
    if view.volumes.is_empty() && view.claims.iter().all(|claim| claim.phase == "Bound") {
        return Html::default();
    }
    html! {
        <div class="place storage">
            { icon(Icon::Disk) }
            <span>{ lang.text(Message::Storage) }</span>
            <div class="disks">{ for volumes.chain(waiting) }</div>
        </div>
    }
}

fn disk(uid: &Str, object: String, name: &str, state: &str, facts: String, light: &Light) -> Html {
    let bound = (state != "Bound").then_some("loose");
    let label = format!("{} {name} {state} {facts}", object.split('/').next().unwrap_or_default());
    html! {
        <button key={uid.as_str()} type="button" class={classes!("disk", bound, light.on(uid).then_some("lit"))} title={label.clone()} aria-label={label}
            data-uid={uid.to_string()} data-object={object}>
            <b>{ name }</b><span>{ state }{ " " }{ facts }</span>
        </button>
    }
}
