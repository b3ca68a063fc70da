//! The arrow keys in the picture: from an object to the next one in that direction.

use crate::focus;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// How much worse it is to lie aside than to lie far, so that a row is walked to its end before the next.
const ASIDE: f64 = 2.5;

/// A rectangle's middle.
type Point = (f64, f64);

/// Puts the focus on the next object if the key is an arrow and an object has the focus; whether it did.
pub fn step(event: &KeyboardEvent) -> bool {
    let way: Point = match event.key().as_str() {
        "ArrowLeft" => (-1.0, 0.0),
        "ArrowRight" => (1.0, 0.0),
        "ArrowUp" => (0.0, -1.0),
        "ArrowDown" => (0.0, 1.0),
        _ => return false,
    };
    let Some(here) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else { return false };
    if !here.has_attribute("data-object") {
        return false;
    }
    let objects = focus::all(&gloo::utils::document(), ".scene button[data-object]");
    let places: Vec<Point> = objects.iter().map(|object| middle(object)).collect();
    if let Some(next) = next(middle(&here), &places, way) {
        _ = objects[next].focus();
    }
    true
}

fn middle(element: &Element) -> Point {
    let rect = element.get_bounding_client_rect();
    (rect.left() + rect.width() / 2.0, rect.top() + rect.height() / 2.0)
}

/// The nearest place that lies in the way.
fn next(from: Point, places: &[Point], way: Point) -> Option<usize> {
    let mut best: Option<(f64, usize)> = None;
    for (at, place) in places.iter().enumerate() {
        let (x, y) = (place.0 - from.0, place.1 - from.1);
        let along = x * way.0 + y * way.1;
        let aside = (x * way.1).abs() + (y * way.0).abs();
        let far = along + ASIDE * aside;
        if along > 1.0 && along * 2.0 > aside && best.is_none_or(|(least, _)| far < least) {
            best = Some((far, at));
        }
    }
    best.map(|(_, at)| at)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_row_is_walked_before_the_next_one() {
        let places = [(0.0, 0.0), (100.0, 0.0), (0.0, 40.0), (100.0, 40.0), (300.0, 200.0)];
        let next = |from: usize, way| super::next(places[from], &places, way);
        assert_eq!(next(0, (1.0, 0.0)), Some(1));
        assert_eq!(next(0, (0.0, 1.0)), Some(2));
        assert_eq!(next(3, (-1.0, 0.0)), Some(2));
        assert_eq!(next(3, (0.0, -1.0)), Some(1));
        assert_eq!(next(3, (0.0, 1.0)), Some(4));
        assert_eq!(next(0, (-1.0, 0.0)), None);
    }
}
