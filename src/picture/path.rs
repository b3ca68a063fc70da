//! Where the places of a way are drawn, and the line that joins them.

use crate::model::Place;
use web_sys::{DomRect, Element};

/// A point of the scene, in its pixels.
pub type Point = (f64, f64);

/// The points of a way: into each place at the side it comes from, and out of it towards the next. Places that are not drawn
/// are passed over.
pub fn points(places: &[Place], scene: &Element) -> Vec<Point> {
    let base = scene.get_bounding_client_rect();
    let spots: Vec<(&Place, DomRect)> =
        places.iter().filter_map(|place| Some((place, locate(place, scene)?))).collect();
    let mut points: Vec<Point> = Vec::new();
    for (i, (place, spot)) in spots.iter().enumerate() {
        let next = spots.get(i + 1).map(|(_, next)| middle(next));
        let from = points.last().copied();
        match place {
            Place::Wall => points.push(wall(spot, from)),
            Place::You | Place::Internet | Place::LoadBalancer => points.push(middle(spot)),
            _ => {
                points.extend(from.or(next).map(|from| nearest(spot, from)));
                if let (Some(_), Some(next)) = (from, next) {
                    points.push(nearest(spot, next));
                }
            }
        }
    }
    points.iter().map(|(x, y)| (x - base.left(), y - base.top())).collect()
}

fn locate(place: &Place, scene: &Element) -> Option<DomRect> {
    let of = |selector: &str| scene.query_selector(selector).ok().flatten();
    let element = of(&format!("[data-place='{}']", place.key()))?;
    // A place outside is its drawing, not its text.
    let drawing = matches!(place, Place::You | Place::Internet | Place::LoadBalancer);
    let drawing = drawing.then(|| element.query_selector(".icon").ok().flatten()).flatten();
    let spot = drawing.unwrap_or(element).get_bounding_client_rect();
    (spot.width() > 0.0).then_some(spot)
}

fn middle(spot: &DomRect) -> Point {
    (spot.left() + spot.width() / 2.0, spot.top() + spot.height() / 2.0)
}

/// The point of a spot's edge that is nearest to another point, a little inside.
fn nearest(spot: &DomRect, (x, y): Point) -> Point {
    let inside = |low: f64, high: f64, at: f64| {
        let margin = ((high - low) / 2.0).min(12.0);
        at.clamp(low + margin, high - margin)
    };
    let (along, down) = (inside(spot.left(), spot.right(), x), inside(spot.top(), spot.bottom(), y));
    match (x, y) {
        _ if x <= spot.left() => (spot.left(), down),
        _ if x >= spot.right() => (spot.right(), down),
        _ if y <= spot.top() => (along, spot.top()),
        _ if y >= spot.bottom() => (along, spot.bottom()),
        _ => (along, down),
    }
}

/// A wall is met from outside, at the edge that is nearest: on a narrow screen that is the upper one.
fn wall(spot: &DomRect, from: Option<Point>) -> Point {
    match from {
        Some((x, y)) if y <= spot.top() => (x, spot.top()),
        _ => (spot.left(), spot.top() + (spot.height() * 0.45).min(260.0)),
    }
}

/// A line that bends a little, so that ways to and fro can be told apart. `apart` moves it aside, for one of several.
pub fn line(points: &[Point], apart: f64) -> String {
    let mut data = String::new();
    for (i, &(x, y)) in points.iter().enumerate() {
        if i == 0 {
            data.push_str(&format!("M{x:.1} {y:.1}"));
            continue;
        }
        let (px, py) = points[i - 1];
        let bend = 0.12 + apart;
        let (mx, my) = ((px + x) / 2.0 + (y - py) * bend, (py + y) / 2.0 - (x - px) * bend);
        data.push_str(&format!("Q{mx:.1} {my:.1} {x:.1} {y:.1}"));
    }
    data
}
