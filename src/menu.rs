//! What can be done with an object of the picture: a small menu of the commands that do it.

use crate::event::when;
use crate::i18n::{Lang, Message};
use crate::line::line;
use api::kind;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

/// An object, and where its menu opens.
#[derive(Clone, Debug, PartialEq)]
pub struct Menu {
    /// `Kind/namespace/name`
    pub object: String,
    /// Pixels from the left and the top of the window.
    pub at: (i32, i32),
}

impl Menu {
    /// The menu that a right click, a long press or the menu key asks for; none where there is no object.
    pub fn asked(event: &MouseEvent) -> Option<Menu> {
        let element = event.target()?.dyn_into::<Element>().ok()?;
        let menu = Menu::of(&element, (event.client_x(), event.client_y()))?;
        event.prevent_default();
        Some(menu)
    }

    /// The menu of what an element is about, at a place of the window.
    pub fn of(element: &Element, at: (i32, i32)) -> Option<Menu> {
        let element = element.closest("[data-object]").ok()?.or_else(|| beneath_line(element, at))?;
        let object = element.get_attribute("data-object").filter(|object| !object.is_empty())?;
        let rect = element.get_bounding_client_rect();
        // The key has no place of its own.
        let at = if at == (0, 0) { (rect.left() as i32 + 8, rect.bottom() as i32) } else { at };
        Some(Menu { object, at })
    }
}

/// The object at a place of the window that a line there runs over: the line can be reached elsewhere.
pub fn beneath_line(line: &Element, (x, y): (i32, i32)) -> Option<Element> {
    line.closest(".routes").ok()??;
    let there = gloo::utils::document().elements_from_point(x as f32, y as f32);
    there.iter().find_map(|element| element.unchecked_into::<Element>().closest("button[data-object]").ok()?)
}

/// What was chosen.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    /// A command shall run.
    Run(String),
    /// Text shall stand at the prompt.
    Insert(String),
    /// The form for images of one's own shall open.
    Images,
    /// Nothing.
    Close,
}

/// What the menu is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The reader's language.
    pub lang: Lang,
    /// The object, and the place.
    pub menu: Menu,
    /// Something was chosen.
    pub onchoose: Callback<Choice>,
}

/// What can be done with an object: what it is called, and the choice.
pub fn choices(object: &str) -> Vec<(Message, String, Choice)> {
    let mut parts = object.splitn(3, '/');
    let (Some(of), Some(namespace), Some(name)) = (parts.next(), parts.next(), parts.next()) else { return Vec::new() };
    let known = kind::KINDS.iter().find(|kind| kind.kind == of);
    let word = known.map_or(of.to_lowercase(), |kind| kind.singular.to_owned());
    let scope = if matches!(namespace, "" | "default") { String::new() } else { format!(" -n {namespace}") };
    let run = |message, line: String| (message, line.clone(), Choice::Run(line));
    let insert = |message, text: String| (message, text.clone(), Choice::Insert(text));
    let mut all = vec![
        insert(Message::InsertName, format!("{word}/{name}{scope}")),
        run(Message::Describe, format!("kubectl describe {word} {name}{scope}")),
        run(Message::ShowYaml, format!("kubectl get {word} {name}{scope} -o yaml")),
    ];
    match of {
        "Pod" => {
            all.push(run(Message::ShowLogs, format!("kubectl logs {name}{scope}")));
            all.push(run(Message::OpenShell, format!("kubectl exec -it {name}{scope} -- sh")));
        }
        "Node" => {
            all.push(run(Message::OpenShell, format!("ssh {name}")));
            all.push(insert(Message::DrainNode, format!("kubectl drain {name} --ignore-daemonsets")));
            all.push(run(Message::CordonNode, format!("kubectl cordon {name}")));
            all.push(run(Message::UncordonNode, format!("kubectl uncordon {name}")));
        }
        "Deployment" | "ReplicaSet" | "StatefulSet" => {
            all.push(insert(Message::Scale, format!("kubectl scale {word} {name}{scope} --replicas=")));
            if of == "Deployment" {
                let expose = format!("kubectl expose {word} {name}{scope} --port=80 --type=NodePort");
                all.push(insert(Message::Expose, expose));
            }
            if of != "ReplicaSet" {
                all.push(run(Message::Restart, format!("kubectl rollout restart {word} {name}{scope}")));
            }
        }
        _ => {}
    }
    if of != "Node" {
        all.push(run(Message::EditObject, format!("kubectl edit {word} {name}{scope}")));
        all.push(insert(Message::DeleteObject, format!("kubectl delete {word} {name}{scope}")));
    }
    all
}

/// The menu. Arrow keys move in it, Escape closes it.
#[component]
pub fn MenuView(props: &Props) -> Html {
    let (lang, list) = (props.lang, use_node_ref());
    {
        let list = list.clone();
        use_effect_with(props.menu.clone(), move |menu| {
            let Some(list) = list.cast::<HtmlElement>() else { return };
            let window = gloo::utils::window();
            let size = |size: Result<wasm_bindgen::JsValue, _>| {
                size.ok().and_then(|size| size.as_f64()).unwrap_or_default() as i32
            };
            let (width, height) = (size(window.inner_width()), size(window.inner_height()));
            let left = menu.at.0.min(width - list.offset_width() - 8).max(8);
            let top = menu.at.1.min(height - list.offset_height() - 8).max(8);
            // By the style object: a style attribute in the page would need a weaker content policy.
            _ = list.style().set_property("--left", &format!("{left}px"));
            _ = list.style().set_property("--top", &format!("{top}px"));
            if let Some(first) =
                list.query_selector("button").ok().flatten().and_then(|b| b.dyn_into::<HtmlElement>().ok())
            {
                _ = first.focus();
            }
        });
    }
    let onkeydown = when(&props.onchoose, |event: KeyboardEvent| {
        let key = event.key();
        let down = match key.as_str() {
            "ArrowDown" => true,
            "ArrowUp" => false,
            "Escape" | "Tab" => {
                event.prevent_default();
                return Some(Choice::Close);
            }
            _ => return None,
        };
        event.prevent_default();
        let item = event.target()?.dyn_into::<Element>().ok()?.closest("li").ok()??;
        let next = if down { item.next_element_sibling() } else { item.previous_element_sibling() };
        _ = next?.first_element_child()?.dyn_into::<HtmlElement>().ok()?.focus();
        None
    });
    let close = props.onchoose.reform(|_: MouseEvent| Choice::Close);
    let item = |(message, shown, choice): (Message, String, Choice)| {
        let onclick = props.onchoose.reform(move |_: MouseEvent| choice.clone());
        html! {
            <li role="none"><button type="button" role="menuitem" {onclick}>{ lang.text(message) }<code>{ line(&shown) }</code></button></li>
        }
    };
    html! {
        <>
            <div class="menu-ground" onclick={close.clone()} oncontextmenu={close}></div>
            <ul class="object-menu" role="menu" aria-label={props.menu.object.clone()} data-object={props.menu.object.clone()} ref={list} {onkeydown}>
                { for choices(&props.menu.object).into_iter().map(item) }
            </ul>
        </>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_name_the_object_and_its_namespace() {
        let shown = |object: &str| choices(object).into_iter().map(|(_, text, _)| text).collect::<Vec<_>>();
        assert_eq!(shown("Pod/default/web-1")[..2], ["pod/web-1", "kubectl describe pod web-1"]);
        assert_eq!(shown("Deployment/dev/web")[1], "kubectl describe deployment web -n dev");
        assert_eq!(shown("Node//node1")[3], "ssh node1");
        assert_eq!(shown("nonsense"), [""; 0]);
    }
}
