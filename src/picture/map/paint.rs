//! The canvas of a map. What has not changed is not painted again: of thousands of cells mostly some have.

use super::cell::{COLOURS, Cell};
use super::grid::Grid;
use crate::model::Room;
use crate::picture::pods::{Light, Zoom};
use crate::settings::Theme;
use api::{OrdMap, Str};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement};

/// A canvas has at most so many dots: phones refuse larger ones.
const MOST_DOTS: f64 = 16e6;

/// What is to be seen.
#[derive(PartialEq)]
pub struct Sight {
    /// The nodes by name.
    pub rooms: OrdMap<Str, Rc<Room>>,
    /// What belongs to what is pointed at, or was found.
    pub light: Light,
    /// The chosen node.
    pub chosen: Option<Str>,
    /// In which colours.
    pub theme: Theme,
    /// How often there was another size.
    pub resized: u32,
}

/// What all cells depend on.
#[derive(Clone, Copy, PartialEq)]
struct Frame {
    grid: Grid,
    width: f64,
    count: usize,
    dots: f64,
    theme: Theme,
}

/// A cell as it was painted: of which state of a node, what it showed, and whether it had a frame.
struct Painted {
    room: Rc<Room>,
    cell: Cell,
    framed: bool,
}

/// What is on the canvas.
#[derive(Default)]
pub struct Painter {
    frame: Option<Frame>,
    cells: Vec<Painted>,
    colours: Vec<String>,
    ink: String,
    paper: String,
}

impl Painter {
    /// Paints what has changed. The colours are those of the legend's swatches, as the browser resolves them.
    pub fn paint(&mut self, canvas: &HtmlCanvasElement, legend: &Element, sight: &Sight) -> Option<Grid> {
        let width = f64::from(canvas.parent_element()?.client_width());
        let count = sight.rooms.len();
        let grid = Grid::new(count, width, sight.light.zoom == Zoom::Close);
        let dots = gloo::utils::window().device_pixel_ratio().max(1.0);
        let dots = dots.min((MOST_DOTS / (width * height(grid, count)).max(1.0)).sqrt());
        let frame = Frame { grid, width, count, dots, theme: sight.theme };
        let pen: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        if self.frame.replace(frame) != Some(frame) {
            self.cells.clear();
            self.read_colours(legend);
            resize(canvas, &frame);
            _ = pen.scale(dots, dots);
        }
        for (nth, room) in sight.rooms.values().enumerate() {
            let lit = sight.light.lit.is_some() && room.pods.iter().any(|pod| sight.light.on(&pod.uid));
            let framed = lit || sight.chosen.as_ref() == Some(&room.name);
            let before = self.cells.get(nth);
            if before.is_some_and(|before| before.framed == framed && Rc::ptr_eq(&before.room, room)) {
                continue;
            }
            let cell = Cell::of(room);
            if before.is_none_or(|before| (before.cell, before.framed) != (cell, framed)) {
                self.cell(&pen, frame.grid, nth, cell, framed);
                if frame.grid.is_read() && !cell.lost && !cell.failing {
                    self.number(&pen, frame.grid, nth, &room.name);
                }
            }
            let painted = Painted { room: room.clone(), cell, framed };
            match self.cells.get_mut(nth) {
                Some(before) => *before = painted,
                None => self.cells.push(painted),
            }
        }
        Some(frame.grid)
    }

    fn cell(&self, pen: &CanvasRenderingContext2d, grid: Grid, nth: usize, cell: Cell, framed: bool) {
        let ((x, y), side) = (grid.place(nth), grid.inner());
        let half = (side / 2.0).ceil();
        pen.clear_rect(x, y, grid.side, grid.side);
        pen.set_fill_style_str(self.colours.get(cell.shade).map_or("", String::as_str));
        pen.fill_rect(x, y, side, side);
        if cell.failing {
            pen.clear_rect(x + half, y + half, side - half, side - half);
        }
        let mark = if cell.in_ink() { &self.ink } else { &self.paper };
        pen.set_fill_style_str(mark);
        pen.set_stroke_style_str(mark);
        if cell.pressed {
            line(pen, &[(x, y), (x + half, y), (x, y + half)]);
            pen.fill();
        }
        if cell.cordoned {
            let (height, edge) = ((side / 5.0).max(1.0).round(), (side / 6.0).round());
            pen.fill_rect(x + edge, y + ((side - height) / 2.0).round(), side - 2.0 * edge, height);
        }
        if cell.lost {
            pen.set_line_width((side / 6.0).max(1.0));
            line(pen, &[(x, y), (x + side, y + side)]);
            pen.stroke();
            line(pen, &[(x + side, y), (x, y + side)]);
            pen.stroke();
        }
        if framed {
            pen.set_stroke_style_str(&self.ink);
            pen.set_line_width(2.0);
            pen.stroke_rect(x + 1.0, y + 1.0, side - 2.0, side - 2.0);
        }
    }

    /// What tells the node from others, in the lower half of its cell. The colour is that of its marks.
    fn number(&self, pen: &CanvasRenderingContext2d, grid: Grid, nth: usize, name: &str) {
        let ((x, y), side) = (grid.place(nth), grid.inner());
        let from = name.trim_end_matches(|c: char| c.is_ascii_digit()).len() % name.len().max(1);
        pen.set_font("10px system-ui, sans-serif");
        pen.set_text_align("center");
        _ = pen.fill_text_with_max_width(&name[from..], x + side / 2.0, y + side - 5.0, side - 2.0);
    }

    fn read_colours(&mut self, legend: &Element) {
        self.colours.clear();
        for nth in 0..COLOURS {
            let swatch = legend.query_selector(&format!(".shade-{nth}")).ok().flatten();
            self.colours.push(swatch.map(|swatch| colour(&swatch, "background-color")).unwrap_or_default());
        }
        if let Ok(Some(swatch)) = legend.query_selector(".shade-0") {
            (self.ink, self.paper) = (colour(&swatch, "color"), colour(&swatch, "outline-color"));
        }
    }
}

fn resize(canvas: &HtmlCanvasElement, frame: &Frame) {
    let height = height(frame.grid, frame.count);
    canvas.set_width((frame.width * frame.dots) as u32);
    canvas.set_height((height * frame.dots) as u32);
    let style = canvas.style();
    _ = style.set_property("width", &format!("{}px", frame.width));
    _ = style.set_property("height", &format!("{height}px"));
}

/// How high so many cells are, in pixels.
fn height(grid: Grid, count: usize) -> f64 {
    count.div_ceil(grid.columns) as f64 * grid.side
}

fn line(pen: &CanvasRenderingContext2d, points: &[(f64, f64)]) {
    pen.begin_path();
    for (nth, (x, y)) in points.iter().enumerate() {
        if nth == 0 { pen.move_to(*x, *y) } else { pen.line_to(*x, *y) }
    }
}

fn colour(element: &Element, property: &str) -> String {
    let style = gloo::utils::window().get_computed_style(element).ok().flatten();
    style.and_then(|style| style.get_property_value(property).ok()).unwrap_or_default()
}
