//! What kubectl does with files alone, and what `auth reconcile` and the last applied configuration lack.

use super::host::World;

const ROLE: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\nrules: []\n";
const MAP: &str = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: x}\n";

fn world() -> World {
    let world = World::new();
    for (name, text) in [("role.yaml", ROLE), ("map.yaml", MAP)] {
        world.files.borrow_mut().insert(name.to_owned(), text.to_owned());
    }
    world
}

#[test]
fn what_no_server_is_asked_about_has_no_namespace_and_sorted_fields() {
    let world = world();
    let fields = "{\n    \"apiVersion\": \"v1\",\n    \"kind\": \"ConfigMap\",\n    \"metadata\": {\n";
    let labelled = "        \"labels\": {\n            \"a\": \"b\"\n        },\n        \"name\": \"x\"\n    }\n}\n";
    assert_eq!(world.run("label --local -f map.yaml a=b -o json").stdout, format!("{fields}{labelled}"));
    let created = "        \"name\": \"x\",\n        \"namespace\": \"default\"\n    }\n}\n";
    assert_eq!(world.run("create -f map.yaml --dry-run=client -o json").stdout, format!("{fields}{created}"));
    let made = world.run("create configmap x --dry-run=client -o json").stdout;
    assert!(
        made.starts_with("{\n    \"kind\": \"ConfigMap\",\n    \"apiVersion\": \"v1\","),
        "kubectl made it: {made}"
    );
}

#[test]
fn several_documents_have_marks_between_them() {
    let world = world();
    let texts = world.run("create -f map.yaml -f role.yaml --dry-run=client -o yaml").stdout;
    assert_eq!(texts.matches("---\n").count(), 1, "{texts}");
    assert!(!texts.starts_with("---"));
}

#[test]
fn without_a_server_there_must_be_files() {
    let world = world();
    for (line, error) in [
        (
            "label --local pod web a=b",
            "error: can only use local files by -f pod.yaml or --filename=pod.json when --local=true is set\n",
        ),
        ("patch --local pod web -p {}", "error: cannot specify --local and server resources\n"),
        (
            "set image --local deploy/x a=b",
            "error: you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   \
             '-f rsrc.yaml'\n   '--filename=rsrc.json'\n",
        ),
    ] {
        assert_eq!(world.run(line).stderr, error, "{line}");
    }
}

#[test]
fn a_role_is_reconciled_in_its_own_namespace_only() {
    let world = world();
    let refused = world.run("auth reconcile -f role.yaml -n default");
    assert_eq!((refused.stderr.as_str(), refused.exit), ("error: resource name may not be empty\n", 1));
    let dry = world.run("auth reconcile -f role.yaml --dry-run=client");
    assert_eq!(dry.stdout, "role.rbac.authorization.k8s.io/r reconciled (dry run)\n");
    let server = world.run("auth reconcile -f role.yaml --dry-run=server").stderr;
    assert_eq!(server, "error: --dry-run=server for command reconcile is not supported yet\n");
}

#[test]
fn what_was_never_applied_shows_no_last_configuration() {
    let world = world();
    world.run("create -f map.yaml");
    assert_eq!(
        world.run("apply view-last-applied cm x"),
        super::host::Answer { stdout: "".into(), stderr: "".into(), exit: 0 }
    );
    assert_eq!(
        world.run("apply view-last-applied -f map.yaml").stderr,
        "error: error when no last-applied-configuration annotation found on resource: x\n \"map.yaml\": <nil>\n"
    );
    assert_eq!(
        world.run("apply edit-last-applied cm x").stderr,
        "error: no last-applied-configuration annotation found on resources, to create the annotation, use command `kubectl apply \
         set-last-applied --create-annotation`\n"
    );
}
