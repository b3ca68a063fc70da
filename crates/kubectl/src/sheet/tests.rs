use super::*;
use crate::tests::host::World;

const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 2\n  selector:\n    matchLabels:\n      app: web\n  template:\n    metadata:\n      labels:\n        app: web\n    spec:\n      containers:\n      - name: web\n        image: nginx\n";

fn problems(text: &str) -> Vec<(usize, usize, String)> {
    check(text, &World::new()).into_iter().map(|problem| (problem.line, problem.column, problem.text)).collect()
}

#[test]
fn a_text_is_checked_by_the_server() {
    assert_eq!(problems(WEB), []);
    assert_eq!(problems(""), []);
    assert_eq!(problems("# nothing\n"), []);
    let unknown = problems(&WEB.replace("        image: nginx", "        imag: nginx"));
    assert_eq!(unknown[0].0, 17, "{unknown:?}");
    assert!(unknown[0].2.contains("unknown field \"spec.template.spec.containers[0].imag\""), "{unknown:?}");
    let typed = problems(&WEB.replace("replicas: 2", "replicas: two"));
    assert_eq!((typed[0].0, typed[0].1), (6, 3), "{typed:?}");
    let invalid = problems(&format!("{WEB}---\n{}", WEB.replace("  replicas: 2", "  replicas: -1")));
    assert_eq!(invalid[0].0, 24, "{invalid:?}");
    assert!(invalid[0].2.starts_with("spec.replicas: Invalid value: -1: "), "{invalid:?}");
    let open = problems("a: [\n");
    assert_eq!(open.len(), 1, "{open:?}");
    let broken = problems("apiVersion: v1\nkind: Pod\n metadata:\n");
    assert!(broken[0].0 >= 2 && broken[0].2.starts_with("yaml: line "), "{broken:?}");
    assert_eq!(problems("apiVersion: v1\nkind: Nosuch\nmetadata: {name: x}\n").len(), 1);
    let twice = problems("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a: x\n  a: z\n");
    assert_eq!((twice.len(), twice[0].0), (1, 6), "{twice:?}");
}

#[test]
fn what_would_change_is_shown_and_nothing_is_changed() {
    let world = World::new();
    let new = preview(WEB, &world);
    assert!(new.starts_with("# Deployment web\n@@ -0,0 +1,") && new.contains("\n+  replicas: 2\n"), "{new}");
    assert_ne!(world.run("get deploy web").exit, 0, "a preview creates nothing");
    world.files.borrow_mut().insert("web.yaml".into(), WEB.into());
    assert_eq!(world.run("apply -f web.yaml").exit, 0);
    let typed = check(&WEB.replace("replicas: 2", "replicas: two"), &world);
    assert_eq!(typed[0].line, 6, "of an object that is there, too: {typed:?}");
    let changed = preview(&WEB.replace("replicas: 2", "replicas: 5"), &world);
    assert!(changed.contains("\n-  replicas: 2\n+  replicas: 5\n"), "{changed}");
    assert_eq!(preview("a: [", &world), "");
}

/// The candidates at the `|` of a text.
fn at(text: &str) -> Vec<String> {
    let cursor = text.find('|').unwrap();
    let text = text.replacen('|', "", 1);
    complete(&text, cursor, &World::new()).candidates.into_iter().map(|candidate| candidate.text).collect()
}

#[test]
fn fields_and_values_are_those_of_the_schema() {
    assert_eq!(at("|"), ["apiVersion: ", "kind: ", "metadata:\n  "]);
    assert_eq!(at("apiVersion: apps/v1\nkind: Dep|"), ["Deployment"]);
    assert_eq!(at("kind: Deployment\napiVersion:|"), [" apps/v1"]);
    assert_eq!(at("kind: Deployment\nspec:\n  repl|"), ["replicas: "]);
    assert_eq!(at("kind: Deployment\nspec:\n  templ|"), ["template:\n    "]);
    let pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n";
    assert_eq!(at(&format!("{pod}  - nam|")), ["name: "]);
    assert_eq!(at(&format!("{pod}  - name: x\n    imagePull|")), ["imagePullPolicy: "]);
    assert_eq!(at(&format!("{pod}  - name: x\n    imagePullPolicy: N|")), ["Never"]);
    assert_eq!(at(&format!("{pod}    - name: x\n      ports:\n        - containerP|")), ["containerPort: "]);
    assert_eq!(
        at(&format!("{pod}  - name: x\n    na|\n    image: y")),
        [""; 0],
        "what is there already is not offered"
    );
    assert_eq!(at(&format!("{pod}  - name: x\n  - na|")), ["name: "], "another element has fields of its own");
    assert_eq!(at("kind: Pod\nmetadata:\n  namespace: kube|"), ["kube-system"]);
    assert_eq!(at("kind: Pod\nspec:\n  hostNetwork: |"), ["true", "false"]);
    assert_eq!(at("kind: Pod\n---\nkind: Service\nspec:\n  typ|"), ["type: "]);
    for text in ["|---", "- - |", "é: |", "kind: Pod\n# a|", "---\n|\n---", "a: b: |", "  |", "\n|", "'|"] {
        let _ = at(text);
    }
}
