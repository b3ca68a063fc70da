//! Commands that work.

use super::host::World;
use api::kind;

fn ok(world: &World, line: &str) -> String {
    let answer = world.run(line);
    assert_eq!((answer.exit, answer.stderr.as_str()), (0, ""), "{line}");
    answer.stdout
}

#[test]
fn a_deployment_lives_and_dies() {
    let world = World::new();
    assert_eq!(ok(&world, "create deployment web --image=nginx:1.25 --replicas=2"), "deployment.apps/web created\n");
    assert_eq!(ok(&world, "scale deploy/web --replicas=3"), "deployment.apps/web scaled\n");
    assert_eq!(ok(&world, "set image deploy/web nginx=nginx:1.26"), "deployment.apps/web image updated\n");
    assert_eq!(ok(&world, "set image deploy/web nginx=nginx:1.26"), "");
    assert_eq!(ok(&world, "label deploy web tier=front"), "deployment.apps/web labeled\n");
    assert_eq!(ok(&world, "label deploy web tier=front"), "deployment.apps/web not labeled\n");
    assert_eq!(ok(&world, "label deploy web tier-"), "deployment.apps/web unlabeled\n");
    assert_eq!(ok(&world, "set env deploy/web A=b"), "deployment.apps/web env updated\n");
    assert_eq!(ok(&world, "set env deploy/web --list"), "# Deployment web, container nginx\nA=b\n");
    ok(&world, "create configmap words --from-literal=A=b");
    ok(&world, "create secret generic words --from-literal=A=b");
    // The one way of saying a variable takes the place of the other.
    for (to, said) in [
        ("--from=configmap/words", "# A from configmap words, key A"),
        ("--from=secret/words", "# A from secret words, key A"),
        ("A=c", "A=c"),
        ("--from=secret/words", "# A from secret words, key A"),
    ] {
        assert_eq!(ok(&world, &format!("set env deploy/web {to}")), "deployment.apps/web env updated\n");
        assert_eq!(ok(&world, "set env deploy/web --list"), format!("# Deployment web, container nginx\n{said}\n"));
    }
    assert_eq!(ok(&world, "rollout pause deploy/web"), "deployment.apps/web paused\n");
    assert_eq!(ok(&world, "patch deploy web -p 'spec: {paused: false}'"), "deployment.apps/web patched\n");
    assert_eq!(ok(&world, "get deploy web -o jsonpath={.spec.replicas}-{..image}"), "3-nginx:1.26");
    assert_eq!(ok(&world, "get deploy -o name"), "deployment.apps/web\n");
    assert_eq!(ok(&world, "expose deploy web --port=80"), "service/web exposed\n");
    assert_eq!(
        ok(&world, "delete deploy,svc web"),
        "deployment.apps \"web\" deleted from default namespace\nservice \"web\" deleted from default namespace\n"
    );
    assert!(world.get(kind::DEPLOYMENT, "web").is_none());
}

#[test]
fn dry_runs_print_and_write_nothing() {
    let world = World::new();
    let text = ok(&world, "create service nodeport gen --tcp=80:80 --dry-run=client -o yaml");
    let expected = "apiVersion: v1\nkind: Service\nmetadata:\n  labels:\n    app: gen\n  name: gen\nspec:\n  ports:\n  - name: 80-80\n    \
                    port: 80\n    protocol: TCP\n    targetPort: 80\n  selector:\n    app: gen\n  type: NodePort\nstatus:\n  loadBalancer: {}\n";
    assert_eq!(text, expected);
    assert_eq!(ok(&world, "run gen --image=nginx --dry-run=server"), "pod/gen created (server dry run)\n");
    assert!(world.get(kind::POD, "gen").is_none() && world.get(kind::SERVICE, "gen").is_none());
}

const CONFIG_MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  a: '1'\n  b: '2'\n";

#[test]
fn apply_changes_what_the_file_changes() {
    let world = World::new();
    let write = |text: &str| world.files.borrow_mut().insert("cm.yaml".to_owned(), text.to_owned());
    write(CONFIG_MAP);
    assert_eq!(ok(&world, "apply -f cm.yaml"), "configmap/settings created\n");
    assert_eq!(ok(&world, "apply -f cm.yaml"), "configmap/settings unchanged\n");
    ok(&world, "patch cm settings --type=merge -p '{\"data\":{\"c\":\"3\"}}'");
    write(&CONFIG_MAP.replace("  b: '2'\n", ""));
    assert_eq!(ok(&world, "apply -f cm.yaml"), "configmap/settings configured\n");
    // What the file no longer has is gone; what somebody else has added stays.
    assert_eq!(ok(&world, "get cm settings -o jsonpath={.data}"), "{\"a\":\"1\",\"c\":\"3\"}");
    assert_eq!(ok(&world, "delete -f ."), "configmap \"settings\" deleted from default namespace\n");
}

#[test]
fn an_edit_that_is_refused_keeps_its_text() {
    let world = World::new();
    ok(&world, "create deployment web --image=nginx");
    world.editor.set(|text| Ok(text.replace("replicas: 1", "replicas: 4")));
    assert_eq!(ok(&world, "edit deploy web"), "deployment.apps/web edited\n");
    let answer = world.run("edit deploy web");
    assert_eq!((answer.exit, answer.stderr.as_str()), (0, "Edit cancelled, no changes made.\n"));
    world.editor.set(|text| Ok(text.replace("  replicas: 4", "  replicas: -1")));
    let answer = world.run("edit deploy web");
    assert_eq!(answer.exit, 1);
    let lines: Vec<&str> = answer.stderr.lines().collect();
    assert_eq!(lines[0], "error: deployments.apps \"web\" is invalid");
    assert!(lines[1].starts_with("A copy of your changes has been stored to \"/tmp/kubectl-edit-"));
    assert_eq!(lines[2], "error: Edit cancelled, no valid changes were saved.");
}

#[test]
fn contexts_are_kept_in_the_kubeconfig() {
    let world = World::new();
    ok(&world, "create namespace dev");
    let current = "Context \"kubernetes-admin@kubernetes\" modified.\n";
    assert_eq!(ok(&world, "config set-context --current --namespace=dev"), current);
    assert_eq!(ok(&world, "config view --minify -o jsonpath={..namespace}"), "dev");
    ok(&world, "create deployment web --image=nginx");
    assert_eq!(ok(&world, "get deploy -n dev -o name"), "deployment.apps/web\n");
    assert_eq!(world.run("get deploy -n default").stderr, "No resources found in default namespace.\n");
    assert_eq!(
        ok(&world, "config rename-context kubernetes-admin@kubernetes x"),
        "Context \"kubernetes-admin@kubernetes\" renamed to \"x\".\n"
    );
    assert_eq!(ok(&world, "config current-context"), "x\n");
}

#[test]
fn waiting_ends() {
    let world = World::new();
    ok(&world, "run solo --image=redis");
    assert_eq!(ok(&world, "wait --for=create pod/solo"), "pod/solo condition met\n");
    let answer = world.run("wait --for=condition=Ready pod/solo --timeout=1s");
    assert_eq!((answer.exit, answer.stderr.as_str()), (1, "error: timed out waiting for the condition on pods/solo\n"));
    assert_eq!(ok(&world, "wait --for=jsonpath='{.spec.restartPolicy}'=Always pod/solo"), "pod/solo condition met\n");
    assert_eq!(ok(&world, "delete pod solo --now"), "pod \"solo\" deleted from default namespace\n");
}

#[test]
fn whoever_asks_must_be_known_and_is_told_what_he_may() {
    let world = World::new();
    world.server.borrow_mut().bootstrap();
    assert_eq!(world.run("--user=nobody get pods").stderr, "error: auth info \"nobody\" does not exist\n");
    let text = world.run("get pods --as-group=dev").stderr;
    assert!(text.ends_with("for kubernetes-admin without impersonating a user\n"), "{text}");
    ok(&world, "create role reader --verb=get,list --resource=pods");
    ok(&world, "create rolebinding reader --role=reader --user=jane");
    assert_eq!(ok(&world, "auth can-i list pods --as=jane"), "yes\n");
    assert_eq!(world.run("auth can-i delete pods --as=jane").exit, 1);
    let listed = ok(&world, "auth can-i --list --as=jane --no-headers");
    assert!(listed.lines().any(|line| line.starts_with("pods  ") && line.ends_with("[get list]")), "{listed}");
    let table = "ATTRIBUTE   VALUE\nUsername    jane\nGroups      [dev system:authenticated]\n";
    assert_eq!(ok(&world, "auth whoami --as=jane --as-group=dev"), table);
    ok(&world, "create serviceaccount robot");
    ok(&world, "config set-credentials robot --token=nonsense");
    let refused = world.run("--user=robot get pods").stderr;
    assert_eq!(refused, "error: You must be logged in to the server (Unauthorized)\n");
}

#[test]
fn words_are_completed() {
    let world = World::new();
    ok(&world, "create deployment web --image=nginx");
    let complete = |line: &str| {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        words.remove(0);
        let completed = crate::complete::complete(&words, &world);
        completed.candidates.into_iter().map(|candidate| candidate.text).collect::<Vec<_>>()
    };
    assert_eq!(complete("kubectl desc"), ["describe"]);
    assert_eq!(complete("kubectl get deploym"), ["deployments"]);
    assert_eq!(complete("kubectl get deploy w"), ["web"]);
    assert_eq!(complete("kubectl scale deploy/"), ["deploy/web"]);
    assert_eq!(complete("kubectl -n kube-s"), ["kube-system"]);
    assert_eq!(complete("kubectl get pods --show-l"), ["--show-labels"]);
    assert_eq!(complete("kubectl create serv"), ["service", "serviceaccount"]);
    assert_eq!(complete("kubectl get pods -o js"), ["json", "jsonpath=", "jsonpath-as-json=", "jsonpath-file="]);
}

#[test]
fn what_the_files_no_longer_have_is_pruned() {
    let world = World::new();
    let map = |name: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, labels: {{app: x}}}}\n");
    let both = format!("{}---\n{}", map("a"), map("b"));
    world.files.borrow_mut().insert("x.yaml".to_owned(), both);
    assert_eq!(world.run("apply -f x.yaml").stdout, "configmap/a created\nconfigmap/b created\n");
    world.run("create configmap c");
    world.files.borrow_mut().insert("x.yaml".to_owned(), map("a"));
    assert!(world.run("apply -f x.yaml --prune").stderr.starts_with("error: all resources selected for prune"));
    let pruned = world.run("apply -f x.yaml --prune -l app=x --prune-allowlist=core/v1/ConfigMap");
    assert_eq!(pruned.stdout, "configmap/a unchanged\nconfigmap/b pruned\n");
    assert!(world.get(kind::CONFIG_MAP, "b").is_none() && world.get(kind::CONFIG_MAP, "c").is_some());
}

#[test]
fn a_diff_tells_what_would_go() {
    let world = World::new();
    let map = |name: &str, value: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  labels: {{app: x}}\ndata:\n  k: {value}\n"
        )
    };
    world.files.borrow_mut().insert("both".into(), format!("{}---\n{}", map("b", "v"), map("a", "v")));
    world.files.borrow_mut().insert("one".into(), map("b", "w"));
    ok(&world, "apply -f both");
    let answer = world.run("diff -f one --prune -l app=x --prune-allowlist=core/v1/ConfigMap");
    let files: Vec<&str> = answer.stdout.lines().filter(|line| line.starts_with("+++")).collect();
    assert_eq!((answer.exit, files.len()), (1, 2));
    assert!(files[0].contains("v1.ConfigMap.default.a") && files[1].contains("v1.ConfigMap.default.b"));
    assert_eq!(world.run("diff -f one --force-conflicts").exit, 2);
    *world.stdin.borrow_mut() = "n\n".into();
    let text = "You are about to delete the following 1 resource(s):\nconfigmap/a\nDo you want to continue? (y/N): deletion is cancelled\n";
    assert_eq!(ok(&world, "delete cm a -i"), text);
    assert!(world.get(kind::CONFIG_MAP, "a").is_some());
}
