//! The whole cluster at once: a cell for each node, on a canvas, so that thousands of nodes are one drawing.

use super::pods::Light;
use crate::event::when;
use crate::i18n::{Lang, Message};
use crate::model::{Pod, PodState, Room};
use api::{OrdMap, Str};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement};
use yew::prelude::*;

/// A cell's side in pixels, at most and at least.
const LARGEST: f64 = 56.0;
const SMALLEST: f64 = 6.0;
/// The height that the map tries to keep to, in pixels.
const HEIGHT: f64 = 320.0;
/// So many Pods of its own make a node's cell as full as it gets: what a kubelet admits.
const FULL: usize = 110;
/// Shades of fullness, the first for an empty node. After them: something fails here, and not Ready.
const SHADES: usize = 6;
const FAILING: usize = SHADES;
const NOT_READY: usize = SHADES + 1;

/// What the map is drawn from.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The nodes by name.
    pub rooms: OrdMap<Str, Rc<Room>>,
    /// What belongs to what is pointed at, or was found.
    pub light: Light,
    /// A node was chosen.
    pub onchoose: Callback<Str>,
    /// The chosen node.
    pub chosen: Option<Str>,
}

/// The size of the grid: a cell's side, and how many there are in a row.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Grid {
    side: f64,
    columns: usize,
}

impl Grid {
    /// The largest cells with which so many fit into the width and, if that can be, into the height.
    fn new(count: usize, width: f64) -> Grid {
        let side = (width * HEIGHT / count.max(1) as f64).sqrt().floor().clamp(SMALLEST, LARGEST);
        let columns = ((width / side).floor() as usize).max(1);
        // The last row may have made it too high by one.
        let rows = count.div_ceil(columns) as f64;
        let side = if rows * side > HEIGHT && side > SMALLEST { side - 1.0 } else { side };
        Grid { side, columns: ((width / side).floor() as usize).max(1) }
    }

    fn place(&self, nth: usize) -> (f64, f64) {
        ((nth % self.columns) as f64 * self.side, (nth / self.columns) as f64 * self.side)
    }

    fn at(&self, x: f64, y: f64) -> usize {
        let column = ((x / self.side) as usize).min(self.columns - 1);
        (y / self.side) as usize * self.columns + column
    }
}

/// The map.
#[component]
pub fn Map(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let (canvas, legend) = (use_node_ref(), use_node_ref());
    let grid = use_memo((), |()| Cell::new(Grid { side: LARGEST, columns: 1 }));
    let told = use_state_eq(|| None::<Str>);
    let names: Rc<Vec<Str>> = Rc::new(props.rooms.keys().cloned().collect());
    {
        let (canvas, legend, grid) = (canvas.clone(), legend.clone(), grid.clone());
        let key = (props.rooms.clone(), props.light.clone(), props.chosen.clone());
        use_effect_with(key, move |(rooms, light, chosen)| {
            let drawn = canvas.cast::<HtmlCanvasElement>().zip(legend.cast::<Element>());
            if let Some(drawn) =
                drawn.and_then(|(canvas, legend)| draw(&canvas, &legend, rooms, light, chosen.as_ref()))
            {
                grid.set(drawn);
            }
        });
    }
    let at = {
        let (grid, names) = (grid.clone(), names.clone());
        move |event: &MouseEvent| names.get(grid.get().at(event.offset_x().into(), event.offset_y().into())).cloned()
    };
    let onclick = {
        let at = at.clone();
        when(&props.onchoose, move |event: MouseEvent| at(&event))
    };
    let onmousemove = {
        let told = told.clone();
        move |event: MouseEvent| told.set(at(&event))
    };
    let onmouseleave = {
        let told = told.clone();
        move |_: MouseEvent| told.set(None)
    };
    // The arrow keys walk over the cells.
    let onkeydown = {
        let (names, chosen) = (names.clone(), props.chosen.clone());
        when(&props.onchoose, move |event: KeyboardEvent| {
            let columns = grid.get().columns as i64;
            let step = match event.key().as_str() {
                "ArrowLeft" => -1,
                "ArrowRight" => 1,
                "ArrowUp" => -columns,
                "ArrowDown" => columns,
                _ => return None,
            };
            event.prevent_default();
            let from = chosen.as_ref().and_then(|chosen| names.binary_search(chosen).ok());
            let to = from.map_or(0, |from| from as i64 + step);
            usize::try_from(to).ok().and_then(|to| names.get(to)).cloned()
        })
    };
    let ready = props.rooms.values().filter(|room| room.ready).count();
    let pods: usize = props.rooms.values().map(|room| room.pods.len()).sum();
    let label = lang.fill(Message::MapLabel, &[&names.len().to_string(), &ready.to_string(), &pods.to_string()]);
    let shown = told.as_ref().or(props.chosen.as_ref()).and_then(|name| props.rooms.get(name));
    html! {
        <div class="map">
            <canvas ref={canvas} tabindex="0" role="img" aria-label={label.clone()} {onclick} {onmousemove} {onmouseleave} {onkeydown}></canvas>
            <p class="caption" ref={legend}>
                <span>{ label }</span>
                { for (0..=NOT_READY).map(|shade| html! { <i class={format!("shade shade-{shade}")} aria-hidden="true"></i> }) }
                <span>{ lang.text(Message::MapLegend) }</span>
                if let Some(room) = shown {
                    <b role="status">{ told_of(room) }</b>
                }
            </p>
        </div>
    }
}

fn told_of(room: &Room) -> String {
    let failing = room.pods.iter().filter(|pod| fails(pod)).count();
    let state = if room.ready { "Ready" } else { "NotReady" };
    let failing = if failing > 0 { format!(", ✕ {failing}") } else { String::new() };
    format!("{} {state}, Pods: {}{failing}", room.name, room.pods.len())
}

fn fails(pod: &Pod) -> bool {
    matches!(pod.look, PodState::Failed | PodState::BackOff | PodState::Evicted)
}

/// Which shade a node's cell has.
fn shade(room: &Room) -> usize {
    let own = room.pods.iter().filter(|pod| !pod.system).count();
    match own {
        _ if !room.ready => NOT_READY,
        _ if room.pods.iter().any(|pod| fails(pod)) => FAILING,
        0 => 0,
        own => (1 + own * (SHADES - 1) / (FULL + 1)).min(SHADES - 1),
    }
}

fn draw(
    canvas: &HtmlCanvasElement,
    legend: &Element,
    rooms: &OrdMap<Str, Rc<Room>>,
    light: &Light,
    chosen: Option<&Str>,
) -> Option<Grid> {
    let width = canvas.parent_element()?.get_bounding_client_rect().width().floor();
    let grid = Grid::new(rooms.len(), width);
    let height = rooms.len().div_ceil(grid.columns) as f64 * grid.side;
    let dots = gloo::utils::window().device_pixel_ratio().max(1.0);
    canvas.set_width((width * dots) as u32);
    canvas.set_height((height * dots) as u32);
    let style = canvas.style();
    _ = style.set_property("width", &format!("{width}px"));
    _ = style.set_property("height", &format!("{height}px"));
    let pen: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    _ = pen.scale(dots, dots);
    let gap = if grid.side > 9.0 { 2.0 } else { 1.0 };
    let colours = colours(legend);
    let shades: Vec<usize> = rooms.values().map(|room| shade(room)).collect();
    // Colour by colour: to change it costs more than a cell.
    for (number, colour) in colours.iter().enumerate() {
        pen.set_fill_style_str(colour);
        for (nth, _) in shades.iter().enumerate().filter(|(_, shade)| **shade == number) {
            let (x, y) = grid.place(nth);
            pen.fill_rect(x, y, grid.side - gap, grid.side - gap);
            // Not by colour alone: a cross through a node that is lost, a notch where something fails.
            if number == NOT_READY {
                strike(&pen, x, y, grid.side - gap);
            } else if number == FAILING {
                pen.clear_rect(x + (grid.side - gap) / 2.0, y, (grid.side - gap) / 2.0, (grid.side - gap) / 2.0);
            }
        }
    }
    mark(&pen, legend, rooms, light, chosen, grid, gap);
    Some(grid)
}

fn strike(pen: &CanvasRenderingContext2d, x: f64, y: f64, side: f64) {
    pen.set_line_width((side / 6.0).max(1.0));
    pen.begin_path();
    pen.move_to(x, y);
    pen.line_to(x + side, y + side);
    pen.move_to(x + side, y);
    pen.line_to(x, y + side);
    pen.stroke();
}

/// A frame around what is lit and what is chosen.
fn mark(
    pen: &CanvasRenderingContext2d,
    legend: &Element,
    rooms: &OrdMap<Str, Rc<Room>>,
    light: &Light,
    chosen: Option<&Str>,
    grid: Grid,
    gap: f64,
) {
    if light.lit.is_none() && chosen.is_none() {
        return;
    }
    pen.set_stroke_style_str(&colour(legend, "color"));
    pen.set_line_width(2.0);
    for (nth, room) in rooms.values().enumerate() {
        let lit = light.lit.is_some() && room.pods.iter().any(|pod| light.on(&pod.uid));
        if lit || chosen == Some(&room.name) {
            let (x, y) = grid.place(nth);
            pen.stroke_rect(x + 1.0, y + 1.0, grid.side - gap - 2.0, grid.side - gap - 2.0);
        }
    }
}

/// The colours as the browser resolves them, from the legend's swatches.
fn colours(legend: &Element) -> Vec<String> {
    let Ok(swatches) = legend.query_selector_all(".shade") else { return Vec::new() };
    let swatches = (0..swatches.length()).filter_map(|i| swatches.item(i)?.dyn_into::<Element>().ok());
    swatches.map(|swatch| colour(&swatch, "background-color")).collect()
}

fn colour(element: &Element, property: &str) -> String {
    let style = gloo::utils::window().get_computed_style(element).ok().flatten();
    style.and_then(|style| style.get_property_value(property).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_fill_the_width_and_are_found_again() {
        for count in [1, 4, 48, 1000, 5001] {
            let grid = Grid::new(count, 1090.0);
            assert!(grid.side >= SMALLEST && grid.side <= LARGEST);
            let (x, y) = grid.place(count - 1);
            assert_eq!(grid.at(x + 1.0, y + 1.0), count - 1, "{count}");
            assert!(x + grid.side <= 1090.0);
        }
        let grid = Grid::new(5001, 1090.0);
        assert!(grid.place(5000).1 + grid.side <= HEIGHT, "{grid:?}");
    }

    #[test]
    fn a_lost_node_and_a_failing_pod_are_seen_before_how_full_it_is() {
        let room = Room { ready: true, ..Room::default() };
        assert_eq!(shade(&room), 0);
        assert_eq!(shade(&Room::default()), NOT_READY);
    }
}
