//! The whole cluster at once: a cell for each node, on a canvas, so that thousands of nodes are one drawing. To a screen reader and
//! to the keyboard it is a grid, of which the cell that one stands on is there.

mod cell;
mod grid;
mod paint;

use super::motion;
use super::pods::{Light, Zoom};
use super::resized::use_resized;
use crate::event::when;
use crate::focus;
use crate::i18n::{Lang, Message};
use crate::model::Room;
use crate::settings::Theme;
use api::{OrdMap, Str};
use cell::{SHADES, told};
use grid::Grid;
use paint::{Painter, Sight};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlCanvasElement, HtmlElement};
use yew::prelude::*;

/// What is drawn of a mark in the legend, by the name of its class, and what it stands for.
const MARKS: [(&str, Message); 4] = [
    ("shade-6", Message::MapFailing),
    ("shade-7", Message::NotReady),
    ("mark-cordoned", Message::SchedulingDisabled),
    ("mark-pressure", Message::MapPressure),
];

/// What the map is drawn from.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The nodes by name.
    pub rooms: OrdMap<Str, Rc<Room>>,
    /// What belongs to what is pointed at, or was found.
    pub light: Light,
    /// In which colours.
    pub theme: Theme,
    /// A node was chosen.
    pub onchoose: Callback<Str>,
    /// The chosen node.
    pub chosen: Option<Str>,
}

/// The map.
#[component]
pub fn Map(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let (map, sheet, canvas, legend) = (use_node_ref(), use_node_ref(), use_node_ref(), use_node_ref());
    let painter = use_mut_ref(Painter::default);
    let grid = use_state_eq(Grid::default);
    let (told_of, pressed) = (use_state_eq(|| None::<Str>), use_mut_ref(|| false));
    let rooms = Rc::new(props.rooms.clone());
    let sight = Sight {
        rooms: props.rooms.clone(),
        light: props.light.clone(),
        chosen: props.chosen.clone(),
        theme: props.theme,
        resized: use_resized(&map),
    };
    {
        let (canvas, legend, grid) = (canvas.clone(), legend.clone(), grid.setter());
        use_effect_with(sight, move |sight| {
            let drawn = canvas.cast::<HtmlCanvasElement>().zip(legend.cast::<Element>());
            if let Some(drawn) = drawn.and_then(|(canvas, legend)| repaint(&painter, &canvas, &legend, sight)) {
                grid.set(drawn);
            }
        });
    }
    {
        let pressed = pressed.clone();
        use_effect_with(props.chosen.clone(), move |_| {
            if pressed.take() {
                show_room();
            }
        });
    }
    let at = {
        let (grid, rooms) = (*grid, rooms.clone());
        move |event: &MouseEvent| {
            let nth = grid.at(event.offset_x().into(), event.offset_y().into());
            Some((nth, rooms.keys().nth(nth)?.clone()))
        }
    };
    let choose = {
        let (map, grid) = (map.clone(), *grid);
        move |(nth, node): (usize, Str)| {
            grows_out_of(&map, 100.0 * ((nth % grid.columns) as f64 + 0.5) / grid.columns as f64);
            node
        }
    };
    let onclick = {
        let (at, choose) = (at.clone(), choose.clone());
        when(&props.onchoose, move |event: MouseEvent| {
            pressed.replace(true);
            at(&event).map(&choose)
        })
    };
    let onmousemove = {
        let told_of = told_of.setter();
        move |event: MouseEvent| told_of.set(at(&event).map(|(_, node)| node))
    };
    let onmouseleave = {
        let told_of = told_of.setter();
        move |_: MouseEvent| told_of.set(None)
    };
    let here = props.chosen.as_ref().and_then(|chosen| rooms.keys().position(|name| name == chosen));
    {
        let sheet = sheet.clone();
        use_effect_with((here, *grid), move |(here, grid)| {
            here.iter().for_each(|here| show_cell(&sheet, *grid, *here));
        });
    }
    let onkeydown = {
        let (grid, rooms, chosen, told_of) = (*grid, rooms.clone(), props.chosen.clone(), told_of.setter());
        when(&props.onchoose, move |event: KeyboardEvent| {
            if let (true, Some(chosen)) = (event.key() == "Enter", &chosen) {
                event.prevent_default();
                enter(chosen);
                return None;
            }
            let to = grid.step(&event.key(), here, rooms.len())?;
            event.prevent_default();
            // Of a pointer that rests somewhere else nothing is told any more.
            told_of.set(None);
            Some(choose((to, rooms.keys().nth(to)?.clone())))
        })
    };
    let ready = rooms.values().filter(|room| room.ready).count();
    let pods: usize = rooms.values().map(|room| room.pods.len()).sum();
    let counts = [rooms.len(), ready, pods].map(|count| lang.number(count));
    let label = lang.fill(Message::MapLabel, &counts.each_ref().map(String::as_str));
    let shown = told_of.as_ref().or(props.chosen.as_ref()).and_then(|name| rooms.get(name));
    let standing = here.and_then(|nth| Some((nth, rooms.get(props.chosen.as_ref()?)?)));
    html! {
        <div class="map" ref={map}>
            <div class={classes!("sheet", (props.light.zoom == Zoom::Close).then_some("near"))} ref={sheet}>
            <canvas ref={canvas} tabindex="0" role="grid" aria-label={label.clone()} aria-describedby="map-keys"
                aria-rowcount={rooms.len().div_ceil(grid.columns).to_string()} aria-colcount={grid.columns.to_string()}
                aria-activedescendant={standing.map(|(nth, _)| format!("map-{nth}"))}
                {onclick} {onmousemove} {onmouseleave} {onkeydown}>
                { standing.map(|(nth, room)| standing_on(nth, *grid, room)).unwrap_or_default() }
            </canvas>
            </div>
            <p class="caption" ref={legend}>
                <span>{ label }</span>
                <span class="key">{ for (0..SHADES).map(|shade| html! { <i class={format!("shade shade-{shade}")} aria-hidden="true"></i> }) }{ lang.text(Message::MapLegend) }</span>
                { for MARKS.map(|(mark, says)| html! {
                    <span class="key"><i class={format!("shade {mark}")} aria-hidden="true"></i>{ lang.text(says) }</span>
                }) }
                <span class="unseen" id="map-keys">{ lang.text(Message::MapKeys) }</span>
                <b>{ shown.map(|room| told(room)).unwrap_or_default() }</b>
            </p>
        </div>
    }
}

fn repaint(painter: &RefCell<Painter>, canvas: &HtmlCanvasElement, legend: &Element, sight: &Sight) -> Option<Grid> {
    painter.borrow_mut().paint(canvas, legend, sight)
}

/// The cell that one stands on, for those who do not see it.
fn standing_on(nth: usize, grid: Grid, room: &Room) -> Html {
    let (row, column) = (nth / grid.columns + 1, nth % grid.columns + 1);
    html! {
        <span role="row" aria-rowindex={row.to_string()}>
            <span role="gridcell" key={nth} id={format!("map-{nth}")} aria-colindex={column.to_string()} aria-selected="true">{ told(room) }</span>
        </span>
    }
}

/// The cell comes into sight, of a map of which one sees a part.
fn show_cell(sheet: &NodeRef, grid: Grid, nth: usize) {
    let Some(sheet) = sheet.cast::<Element>() else { return };
    let (top, bottom) = (grid.place(nth).1 as i32, (grid.place(nth).1 + grid.side) as i32);
    let latest = sheet.scroll_top().min(top);
    sheet.set_scroll_top(latest.max(bottom - sheet.client_height()));
}

/// The room below the map comes into sight, for whoever has pressed its cell; the map stays as far as it can.
fn show_room() {
    // The row: the room itself is still on its way out of its cell.
    let room = gloo::utils::document().query_selector(".rooms.of-map").ok().flatten();
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    if !motion::reduced() {
        motion::set(&options, "behavior", &"smooth".into());
    }
    _ = room.map(|room| room.scroll_into_view_with_scroll_into_view_options(&options));
}

/// Into the node's room, which is drawn below.
fn enter(node: &str) {
    let doors = focus::all(&gloo::utils::document(), ".scene .room header button[data-object]");
    let wanted = format!("Node//{node}");
    if let Some(door) = doors.iter().find(|door| door.get_attribute("data-object").as_ref() == Some(&wanted)) {
        _ = door.focus();
    }
}

/// The room that is drawn next below the map comes out of its cell, which is so far in percent of the map's width.
fn grows_out_of(map: &NodeRef, percent: f64) {
    if let Some(scene) = map.cast::<HtmlElement>().and_then(|map| map.parent_element()?.dyn_into::<HtmlElement>().ok())
    {
        _ = scene.style().set_property("--from", &format!("{percent:.1}%"));
    }
}
