//! A scenario's text as steps.

/// One step of a scenario.
#[derive(Debug, PartialEq)]
pub enum Step {
    /// A recorded command; its answer is compared.
    Command(String),
    /// A command that was run but not recorded.
    Unrecorded(String),
    /// A file in the working folder.
    File { name: String, text: String },
    /// Time passes, in seconds as written.
    Sleep(String),
    /// Time passes until the command succeeds, at most so many seconds.
    Wait { seconds: f64, command: String },
    /// A watch in the background ended: its record takes a place in the recording, and is not compared.
    BackgroundEnd,
}

/// Reads a scenario. Remarks, `! clean` (every scenario starts in a new cluster) and the start of a watch are no steps.
pub fn parse(text: &str) -> Vec<Step> {
    let mut lines = text.split('\n');
    let mut steps = Vec::new();
    while let Some(first) = lines.next() {
        let line = continued(first, &mut lines);
        if line.trim().is_empty() || line.starts_with('#') || line.trim() == "! clean" || line.starts_with("@bg ") {
            continue;
        }
        steps.push(if let Some(name) = line.strip_prefix("@file ") {
            let body: Vec<_> = lines.by_ref().take_while(|line| *line != "@end").collect();
            Step::File { name: name.trim().to_owned(), text: body.join("\n") }
        } else if let Some(seconds) = line.strip_prefix("@sleep ") {
            Step::Sleep(seconds.trim().to_owned())
        } else if let Some(wait) = line.strip_prefix("@wait ") {
            let (seconds, command) = wait.trim_start().split_once(' ').unwrap_or((wait, "true"));
            Step::Wait { seconds: seconds.parse().unwrap_or(0.0), command: command.trim_start().to_owned() }
        } else if let Some(command) = line.strip_prefix("! ") {
            Step::Unrecorded(as_a_learner(command))
        } else if line.starts_with("@endbg ") {
            Step::BackgroundEnd
        } else {
            Step::Command(line)
        });
    }
    steps
}

/// A line that ends in a backslash goes on in the next one.
fn continued<'a>(first: &str, lines: &mut impl Iterator<Item = &'a str>) -> String {
    let mut line = first.to_owned();
    while line.ends_with('\\') {
        let Some(next) = lines.next() else { break };
        line.pop();
        line.push(' ');
        line.push_str(next.trim());
    }
    line
}

/// The recording stopped and continued a kubelet's process; a learner does it by systemctl on the node.
fn as_a_learner(command: &str) -> String {
    let Some((signal, rest)) = ["-STOP", "-CONT"].into_iter().find_map(|signal| {
        let (_, rest) = command.split_once(&format!("kill {signal} $(cat "))?;
        Some((signal, rest))
    }) else {
        return command.to_owned();
    };
    let node = rest.split_once("kubelet-").and_then(|(_, rest)| rest.split_once(".pid)"));
    let verb = if signal == "-STOP" { "stop" } else { "start" };
    node.map_or(command.to_owned(), |(node, _)| format!("ssh {node} systemctl {verb} kubelet"))
}

/// Replaces each `{{...}}` by what `answer` says of it, then the marks for braces that are meant.
pub fn substitute(line: &str, mut answer: impl FnMut(&str) -> String) -> String {
    let (mut text, mut rest) = (String::new(), line);
    while let Some((before, inside, after)) = next_braces(rest) {
        text.push_str(before);
        text.push_str(&answer(&helper(inside)));
        rest = after;
    }
    text.push_str(rest);
    text.replace("@L@", "{{").replace("@R@", "}}")
}

fn next_braces(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (inside, after) = rest.split_once("}}")?;
    Some((before, inside, after))
}

/// `pod SELECTOR [N [NAMESPACE]]` and `rs ...`: the Nth oldest object with a label, as a shell command; any other call
/// is a command already.
fn helper(call: &str) -> String {
    let words: Vec<_> = call.split_whitespace().collect();
    let (kind, selector) = match words[..] {
        ["pod", selector, ..] => ("pods", selector),
        ["rs", selector, ..] => ("rs", selector),
        _ => return call.to_owned(),
    };
    let nth = words.get(2).and_then(|n| n.parse::<usize>().ok()).unwrap_or(0) + 1;
    let namespace = words.get(3).map(|name| format!(" -n {name}")).unwrap_or_default();
    format!(
        "kubectl get {kind} -l '{selector}'{namespace} --sort-by=.metadata.creationTimestamp \
         -o jsonpath='{{range .items[*]}}{{.metadata.name}}{{\"\\n\"}}{{end}}' | sed -n {nth}p"
    )
}

#[test]
fn marks_become_steps() {
    let text = "! clean\n# a remark\n@file a/b.yaml\nkind: Pod\n\n@end\n@sleep 2\n@wait 30 kubectl wait x\n\
                ! kubectl label node node1 a=b\n! kill -STOP $(cat /x/kubelet-node2.pid)\n@bg w kubectl get pods -w\n\
                kubectl get \\\n  pods\n@endbg w\n";
    let expected = vec![
        Step::File { name: "a/b.yaml".into(), text: "kind: Pod\n".into() },
        Step::Sleep("2".into()),
        Step::Wait { seconds: 30.0, command: "kubectl wait x".into() },
        Step::Unrecorded("kubectl label node node1 a=b".into()),
        Step::Unrecorded("ssh node2 systemctl stop kubelet".into()),
        Step::Command("kubectl get  pods".into()),
        Step::BackgroundEnd,
    ];
    assert_eq!(parse(text), expected);
}

#[test]
fn braces_are_asked_for() {
    let mut asked = Vec::new();
    let line = substitute("kubectl get {{pod app=web 1}} {{echo x}} -o go-template=@L@.kind@R@", |command| {
        asked.push(command.to_owned());
        "it".to_owned()
    });
    assert_eq!(line, "kubectl get it it -o go-template={{.kind}}");
    assert!(asked[0].starts_with("kubectl get pods -l 'app=web' --sort-by"), "{}", asked[0]);
    assert!(asked[0].ends_with("{\"\\n\"}{end}' | sed -n 2p"), "{}", asked[0]);
    assert_eq!(asked[1], "echo x");
}
