//! Commands by finger: an object that is on the screen, what can be done with it, and the command that comes of it, which is shown
//! before it runs.

use crate::glyph::{Icon, icon, opener};
use crate::i18n::{Lang, Message};
use crate::line::line;
use crate::menu::{self, Choice};
use crate::model::View;
use yew::prelude::*;

/// More Pods than this are not offered.
const MOST_PODS: usize = 24;

/// What the palette is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The reader's language.
    pub lang: Lang,
    /// What is on the screen.
    pub view: View,
    /// A command was chosen to run, or to be written further at the prompt.
    pub onchoose: Callback<Choice>,
}

/// What has been put together so far.
#[derive(Clone, Debug, Default, PartialEq)]
struct Draft {
    /// Whether the palette is open.
    open: bool,
    /// `Kind/namespace/name`; empty for the cluster as a whole.
    object: String,
    /// The command, but for its number.
    line: String,
    /// The number at its end, where it asks for one.
    number: i64,
}

impl Draft {
    /// The command as it would run.
    fn command(&self) -> String {
        if self.line.ends_with('=') { format!("{}{}", self.line, self.number) } else { self.line.clone() }
    }
}

/// The palette, and the button that opens it.
#[component]
pub fn Palette(props: &Props) -> Html {
    let (lang, draft) = (props.lang, use_state_eq(Draft::default));
    let change = |make: Box<dyn Fn(&mut Draft)>| {
        let draft = draft.clone();
        move |_: MouseEvent| {
            let mut new = (*draft).clone();
            make(&mut new);
            draft.set(new);
        }
    };
    let toggle = change(Box::new(|draft| *draft = Draft { open: !draft.open, ..Draft::default() }));
    html! {
        <div class="palette-place" data-popup="">
            { opener("palette", lang.text(Message::Commands), Icon::Prompt, draft.open, toggle.into()) }
            if draft.open {
                { panel(props, &draft, &change) }
            }
        </div>
    }
}

fn panel<F: Fn(MouseEvent) + 'static>(
    props: &Props,
    draft: &UseStateHandle<Draft>,
    change: &impl Fn(Box<dyn Fn(&mut Draft)>) -> F,
) -> Html {
    let lang = props.lang;
    let chip = |name: String, about: String, pressed: bool, make: Box<dyn Fn(&mut Draft)>| {
        html! {
            <li><button type="button" class="chip" aria-pressed={pressed.to_string()} onclick={change(make)}>
                { name }if !about.is_empty() { <small>{ " " }{ about }</small> }
            </button></li>
        }
    };
    let object = |(path, kind, name): (String, &str, String)| {
        let pressed = draft.object == path;
        let number = scale(&props.view, &path);
        chip(
            name,
            kind.to_owned(),
            pressed,
            Box::new(move |draft| *draft = Draft { open: true, object: path.clone(), line: String::new(), number }),
        )
    };
    let verb = |(message, line): (Option<Message>, String)| {
        let name = message.map_or(line.clone(), |message| lang.text(message).to_owned());
        let pressed = draft.line == line;
        chip(name, String::new(), pressed, Box::new(move |draft| draft.line.clone_from(&line)))
    };
    let command = draft.command();
    let choose = |choice: fn(String) -> Choice| {
        let (draft, command) = (draft.clone(), command.clone());
        props.onchoose.reform(move |_: MouseEvent| {
            draft.set(Draft::default());
            choice(command.clone())
        })
    };
    html! {
        <div class="palette" id="palette" role="group" aria-label={lang.text(Message::Commands)}>
            <button type="button" class="control close" aria-label={lang.text(Message::Close)} title={lang.text(Message::Close)}
                onclick={change(Box::new(|draft| *draft = Draft::default()))}>{ icon(Icon::Close) }</button>
            <ul class="chips objects" aria-label={lang.text(Message::Objects)}>
                { object((String::new(), "", lang.text(Message::WholeCluster).to_owned())) }
                { for objects(&props.view).into_iter().map(object) }
            </ul>
            <ul class="chips" aria-label={lang.text(Message::Verbs)}>
                { for verbs(&props.view, &draft.object).into_iter().map(verb) }
                if draft.object.is_empty() {
                    <li><button type="button" class="chip" aria-haspopup="dialog" onclick={choose(|_| Choice::Images)}>{ lang.text(Message::OwnImages) }{ " …" }</button></li>
                }
            </ul>
            <div class="composed">
                <code role="status">{ if command.is_empty() { html! { { lang.text(Message::PaletteHint) } } } else { line(&command) } }</code>
                if draft.line.ends_with('=') {
                    <button type="button" class="control" aria-label={lang.text(Message::OneLess)} onclick={change(Box::new(|draft| draft.number = (draft.number - 1).max(0)))}>{ "−" }</button>
                    <button type="button" class="control" aria-label={lang.text(Message::OneMore)} onclick={change(Box::new(|draft| draft.number += 1))}>{ "+" }</button>
                }
                <button type="button" class="control" aria-disabled={command.is_empty().to_string()} onclick={choose(Choice::Insert)}>{ lang.text(Message::WriteOn) }</button>
                <button type="button" class="control main" aria-disabled={command.is_empty().to_string()} onclick={choose(Choice::Run)}>{ lang.text(Message::RunIt) }</button>
            </div>
        </div>
    }
}

/// How many Pods a workload shall have now.
fn scale(view: &View, path: &str) -> i64 {
    let is_it = |workload: &&std::rc::Rc<crate::model::Workload>| {
        path == format!("{}/{}/{}", workload.kind, workload.namespace, workload.name)
    };
    view.workloads.iter().find(is_it).map_or(0, |workload| workload.desired)
}

/// What is on the screen: its path, its kind and its name.
fn objects(view: &View) -> Vec<(String, &'static str, String)> {
    let mut all = Vec::new();
    let mut add = |kind: &'static str, namespace: &str, name: &str| {
        if namespace != "kube-system" {
            all.push((format!("{kind}/{namespace}/{name}"), kind, name.to_owned()));
        }
    };
    view.workloads.iter().for_each(|workload| add(workload.kind, &workload.namespace, &workload.name));
    view.services.iter().for_each(|service| add("Service", &service.namespace, &service.name));
    view.rooms.keys().for_each(|node| add("Node", "", node));
    let own = view.pods().filter(|pod| !pod.system);
    own.take(MOST_PODS).for_each(|pod| add("Pod", &pod.namespace, &pod.name));
    all
}

/// What can be done with an object, or with the cluster.
fn verbs(view: &View, object: &str) -> Vec<(Option<Message>, String)> {
    let plain = |lines: &[&str]| lines.iter().map(|line| (None, (*line).to_owned())).collect::<Vec<_>>();
    if object.is_empty() {
        return plain(&[
            "kubectl create deployment mynginx --image=nginx",
            "kubectl get all",
            "kubectl get pods -o wide",
            "kubectl get nodes -o wide",
            "kubectl get services -o wide",
            "kubectl get events",
        ]);
    }
    let mut verbs: Vec<_> =
        menu::choices(object).into_iter().skip(1).map(|(message, line, _)| (Some(message), line)).collect();
    if let Some(rest) = object.strip_prefix("Service/") {
        verbs.extend(requests(view, rest).into_iter().map(|line| (None, line)));
    }
    verbs
}

/// The requests from outside that reach a Service: by its external address, and by its node ports at a worker.
fn requests(view: &View, service: &str) -> Vec<String> {
    let is_it = |card: &&std::rc::Rc<crate::model::Service>| service == format!("{}/{}", card.namespace, card.name);
    let Some(card) = view.services.iter().find(is_it) else { return Vec::new() };
    let worker = view.rooms.values().find(|room| room.ready && !room.control_plane);
    let ports = card.node_ports.iter().take(1).zip(worker);
    let mut lines: Vec<String> = ports.map(|(port, room)| format!("curl http://{}:{port}", room.address)).collect();
    if !card.external_ip.is_empty() {
        lines.push(format!("curl http://{}", card.external_ip));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_gets_its_number_where_it_asks_for_one() {
        let draft = |line: &str| Draft { line: line.into(), number: 4, ..Draft::default() };
        assert_eq!(
            draft("kubectl scale deployment web --replicas=").command(),
            "kubectl scale deployment web --replicas=4"
        );
        assert_eq!(draft("kubectl get all").command(), "kubectl get all");
    }

    #[test]
    fn what_can_be_done_depends_on_the_object() {
        let lines = |object| verbs(&View::default(), object).into_iter().map(|(_, line)| line).collect::<Vec<_>>();
        assert_eq!(lines("")[0], "kubectl create deployment mynginx --image=nginx");
        assert!(
            lines("Deployment/default/web")
                .contains(&"kubectl expose deployment web --port=80 --type=NodePort".to_owned())
        );
        assert!(lines("Node//node1").contains(&"kubectl cordon node1".to_owned()));
    }
}
