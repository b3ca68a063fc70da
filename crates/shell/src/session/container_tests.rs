//! What containers are told to run, through a whole cluster: the scripts of Kubernetes' documentation.

use super::cluster_tests::in_cluster;
use super::*;

fn ask(session: &mut Session, line: &str) -> String {
    in_cluster(session, line).0
}

/// A Pod with one container that is busybox' and is never started again.
fn pod(name: &str, rest: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec:\n  restartPolicy: Never\n  containers: [{{name: c, image: \
         busybox, {rest}}}]\n"
    )
}

fn apply(session: &mut Session, manifest: &str) {
    let said = ask(session, &format!("kubectl apply -f - <<'EOF'\n{manifest}EOF"));
    assert!(!said.contains("error") && !said.contains("invalid"), "{said}");
}

const SCRIPTS: &str = r#"apiVersion: v1
kind: ConfigMap
metadata: {name: scripts}
data:
  run.sh: |
    #!/bin/sh
    echo "run by $0"
    exit 4
---
apiVersion: v1
kind: Pod
metadata: {name: shipper}
spec:
  initContainers:
  - name: ship
    image: alpine
    restartPolicy: Always
    command: [sh, -c, "tail -F /opt/logs.txt"]
    volumeMounts: [{name: data, mountPath: /opt}]
  containers:
  - name: app
    image: alpine
    command: [sh, -c, 'while true; do echo "logging" >> /opt/logs.txt; sleep 1; done']
    volumeMounts: [{name: data, mountPath: /opt}]
  volumes: [{name: data, emptyDir: {}}]
---
apiVersion: v1
kind: Pod
metadata: {name: waits}
spec:
  initContainers:
  - name: init
    image: busybox
    command: [sh, -c, "until nslookup mine.$(cat /var/run/secrets/kubernetes.io/serviceaccount/namespace).svc.cluster.local; do echo waiting; sleep 2; done"]
  containers: [{name: c, image: busybox, command: [sh, -c, "echo running && sleep 3600"]}]
"#;

const MOUNTED: &str = r#", volumeMounts: [{name: s, mountPath: /scripts}]}]
  volumes: [{name: s, configMap: {name: scripts, defaultMode: 0755}}]
#"#;

#[test]
fn scripts_of_the_documentation_run() {
    let mut session = Session::new(Options::default(), false);
    let count = "command: [sh, -c, 'i=0; while true; do echo \"$i: $(date)\"; i=$((i+1)); sleep 1; done']";
    let trapped = "command: [sh, -c, 'trap \"echo bye; exit 0\" TERM; while :; do sleep 1; done']";
    let wrong = "command: [sh, -c, \"items=(a b); echo ${items[1]}\"]";
    let parts = "command: [sh, -c, 'ps aux | grep -c sh; case $(hostname) in *-0) echo primary;; *) echo other;; esac; exit 3']";
    let paths = ["[sh, /scripts/run.sh]", "[sh, -c, exec /scripts/run.sh]", "[/scripts/run.sh]"];
    let mounted: String = paths
        .iter()
        .enumerate()
        .map(|(at, command)| {
            pod(&format!("file{at}"), &format!("command: {command}")).replace("}]\n", MOUNTED.trim_end_matches('#'))
        })
        .collect();
    let plain = [("count", count), ("trapped", trapped), ("wrong", wrong), ("parts", parts)];
    let plain: String = plain.iter().map(|(name, rest)| pod(name, rest)).collect();
    apply(&mut session, &format!("{SCRIPTS}{plain}{mounted}"));
    ask(&mut session, "sleep 20");
    let lines = |text: &str| text.lines().count();
    let counted = ask(&mut session, "kubectl logs count --timestamps");
    assert!((10..20).contains(&lines(&counted)), "{counted}");
    assert!(counted.lines().nth(3).is_some_and(|line| line.contains(" 3: Mon Jan  5 09:00:")), "{counted}");
    let shipped = ask(&mut session, "kubectl logs shipper -c ship");
    assert!(shipped.lines().filter(|line| *line == "logging").count() > 8, "{shipped}");
    assert_eq!(ask(&mut session, "kubectl logs wrong"), "sh: syntax error: unexpected \"(\"\n");
    assert_eq!(ask(&mut session, "kubectl logs parts"), "1\nother\n");
    let codes = "kubectl get pods -o custom-columns=N:.metadata.name,C:.status.containerStatuses[0].state.terminated.exitCode \
                 --no-headers | tr -s ' '";
    let codes = ask(&mut session, codes);
    for ended in ["wrong 2\n", "parts 3\n", "file0 4\n", "file1 4\n", "file2 4\n", "count <none>\n"] {
        assert!(codes.contains(ended), "{ended}: {codes}");
    }
    assert_eq!(ask(&mut session, "kubectl logs file2"), "run by /scripts/run.sh\n");
    // A name that is not there yet, and then is.
    let waiting = ask(&mut session, "kubectl logs waits -c init");
    assert!(
        waiting.contains("can't find mine.default.svc.cluster.local") && waiting.contains("waiting\n"),
        "{waiting}"
    );
    let there = ask(&mut session, "kubectl create service clusterip mine --tcp=80; sleep 15; kubectl logs waits -c c");
    assert!(there.ends_with("running\n"), "{there}");
    // Who pays attention to SIGTERM is gone at once; who does not is killed when its time is over.
    let took = |session: &mut Session, name: &str| {
        let before = session.now();
        ask(session, &format!("kubectl delete pod {name}"));
        session.now().since(before).as_secs()
    };
    assert!(took(&mut session, "trapped") < 5);
    assert!((30..35).contains(&took(&mut session, "count")));
}

#[test]
fn a_script_that_never_pauses_burns_a_core_and_costs_little() {
    let mut session = Session::new(Options::default(), false);
    let (burns, counts) = (
        "command: [sh, -c, 'while true; do :; done']",
        "command: [sh, -c, 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo $i']",
    );
    apply(&mut session, &format!("{}{}", pod("burns", burns), pod("counts", counts)));
    ask(
        &mut session,
        "kubectl apply -f https://github.com/kubernetes-sigs/metrics-server/releases/latest/download/components.yaml; sleep 90",
    );
    assert_eq!(ask(&mut session, "kubectl logs counts"), "20000\n");
    let top = ask(&mut session, "kubectl top pod burns --no-headers");
    let cpu: Option<i64> = top.split_whitespace().nth(1).and_then(|text| text.strip_suffix('m')?.parse().ok());
    assert!(cpu.is_some_and(|cpu| (900..1_100).contains(&cpu)), "{top}");
}

#[test]
fn a_probe_may_ask_the_network() {
    let mut session = Session::new(Options::default(), false);
    let serves = "command: [sh, -c, 'sleep 15; exec httpd -f -p 8080 -h /']";
    let probe = ", readinessProbe: {periodSeconds: 2, exec: {command: [sh, -c, 'wget -q --spider http://localhost:8080/etc/hostname']}}";
    apply(&mut session, &pod("serves", &format!("{serves}{probe}")));
    ask(&mut session, "sleep 10");
    let ready = "kubectl get pod serves -o jsonpath='{.status.containerStatuses[0].ready}'";
    assert_eq!(ask(&mut session, ready), "false");
    let events = ask(&mut session, "kubectl get events --field-selector reason=Unhealthy");
    let refused = "Readiness probe failed: wget: can't connect to remote host (127.0.0.1): Connection refused";
    assert!(events.contains(refused), "{events}");
    ask(&mut session, "sleep 15");
    assert_eq!(ask(&mut session, ready), "true");
}

#[test]
fn hooks_and_probes_ask_the_network() {
    let mut session = Session::new(Options::default(), false);
    let waits = "command: [sleep, '1000'], lifecycle: {postStart: {exec: {command: [sh, -c, 'until wget -qO- http://web; do sleep 1; done']}}, \
                 preStop: {exec: {command: [sh, -c, 'wget -qO- http://web/bye; wget -qO- http://nobody']}}}";
    let probe = ", readinessProbe: {periodSeconds: 2, httpGet: {host: web.default.svc.cluster.local, port: 80}}";
    apply(&mut session, &pod("waits", waits));
    apply(&mut session, &pod("asks", &format!("command: [sleep, '1000']{probe}")));
    ask(&mut session, "sleep 10");
    let ready = "kubectl get pod waits asks -o jsonpath='{.items[*].status.containerStatuses[0].ready}'";
    assert_eq!(ask(&mut session, ready), "false false");
    let state = "kubectl get pod waits -o jsonpath='{.status.containerStatuses[0].state.waiting.reason}'";
    assert_eq!(ask(&mut session, state), "ContainerCreating");
    ask(&mut session, "kubectl run web --image=nginx --port=80 --expose; sleep 10");
    assert_eq!(ask(&mut session, "kubectl get svc web -o name"), "service/web\n");
    assert_eq!(
        ask(&mut session, ready),
        "true false",
        "the address is a Pod's, but a node does not ask the cluster's DNS"
    );
    ask(&mut session, "kubectl delete pod waits");
    assert!(ask(&mut session, "kubectl logs web").contains("GET /bye"));
    let failed = ask(&mut session, "kubectl get events --field-selector reason=FailedPreStopHook");
    assert!(failed.contains("PreStopHook failed"), "{failed}");
}

#[test]
fn processes_are_whose_the_security_context_says() {
    let mut session = Session::new(Options::default(), false);
    let runs = "command: [sh, -c, 'id; sleep 1000']";
    let pods = [
        ("user", ", securityContext: {runAsUser: 1000, runAsGroup: 3000}"),
        ("root", ", securityContext: {runAsNonRoot: true}"),
        ("zero", ", securityContext: {runAsNonRoot: true, runAsUser: 0}"),
    ];
    for (name, more) in pods {
        apply(&mut session, &pod(name, &format!("{runs}{more}")));
    }
    ask(&mut session, "sleep 5");
    assert_eq!(ask(&mut session, "kubectl logs user"), "uid=1000 gid=3000 groups=3000\n");
    assert_eq!(ask(&mut session, "kubectl exec user -- sh -c 'id -u; whoami' 2>/dev/null"), "1000\n");
    assert!(ask(&mut session, "kubectl exec user -- ps").contains("    1 1000      0:00 sh -c id; sleep 1000\n"));
    let why = |session: &mut Session, pod: &str| {
        let path = "'{.status.containerStatuses[0].state.waiting.reason}: {.status.containerStatuses[0].state.waiting.message}'";
        let uid = ask(session, &format!("kubectl get pod {pod} -o jsonpath='{{.metadata.uid}}'"));
        ask(session, &format!("kubectl get pod {pod} -o jsonpath={path}")).replace(&uid, "UID")
    };
    assert_eq!(
        why(&mut session, "root"),
        "CreateContainerConfigError: container has runAsNonRoot and image will run as root (pod: \"root_default(UID)\", container: c)"
    );
    assert_eq!(
        why(&mut session, "zero"),
        "CreateContainerConfigError: container's runAsUser breaks non-root policy (pod: \"zero_default(UID)\", container: c)"
    );
}

#[test]
fn volumes_show_what_has_changed_but_for_a_part_of_them() {
    let mut session = Session::new(Options::default(), false);
    let mounts =
        "volumeMounts: [{name: m, mountPath: /m}, {name: m, mountPath: /part, subPath: a}, {name: d, mountPath: /d}]";
    let volumes = "volumes: [{name: m, configMap: {name: m}}, {name: d, downwardAPI: {items: [
        {path: labels, fieldRef: {fieldPath: metadata.labels}},
        {path: cpu, resourceFieldRef: {containerName: c, resource: limits.cpu, divisor: 1m}}]}}]";
    let limits = "resources: {limits: {cpu: 250m}}";
    ask(&mut session, "kubectl create configmap m --from-literal=a=1");
    let manifest = format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: p, labels: {{is: old}}}}, spec: {{{volumes},
        containers: [{{name: c, image: busybox, command: [sleep, '1000'], {limits}, {mounts}}}]}}}}\n"
    );
    apply(&mut session, &manifest);
    ask(&mut session, "sleep 5");
    let read = "kubectl exec p -- sh -c 'cat /m/a /part /d/cpu; echo; cat /d/labels'";
    assert_eq!(ask(&mut session, read), "11250\nis=\"old\"\n");
    ask(
        &mut session,
        "kubectl label pod p is=new --overwrite; kubectl create configmap m --from-literal=a=2 --dry-run=client -o yaml | kubectl apply -f -; sleep 100",
    );
    assert_eq!(ask(&mut session, read), "21250\nis=\"new\"\n");
}

#[test]
fn databases_want_a_password_and_answer_their_own_tools() {
    let mut session = Session::new(Options::default(), false);
    let container = |name: &str, image: &str, rest: &str| {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, spec: {{containers: [{{name: c, image: '{image}', {rest}}}]}}}}\n"
        )
    };
    let probe =
        |command: &str| format!("readinessProbe: {{periodSeconds: 2, exec: {{command: [sh, -c, '{command}']}}}}");
    let password = |name: &str| format!(", env: [{{name: {name}, value: x}}]");
    for manifest in [
        container("bare", "postgres:16", "name: c"),
        container("pg", "postgres:16", &(probe("exec pg_isready -U postgres") + &password("POSTGRES_PASSWORD"))),
        container("my", "mysql:8", &(probe("mysqladmin ping -h 127.0.0.1 -px") + &password("MYSQL_ROOT_PASSWORD"))),
        container("re", "redis:7", &probe("redis-cli ping")),
    ] {
        apply(&mut session, &manifest.replace(", name: c}", "}"));
    }
    ask(&mut session, "sleep 20");
    assert!(ask(&mut session, "kubectl logs bare").starts_with("Error: Database is uninitialized"));
    let ended = "kubectl get pod bare -o jsonpath='{.status.containerStatuses[0].lastState.terminated.exitCode}'";
    assert_eq!(ask(&mut session, ended), "1");
    let ready = "kubectl get pods pg my re -o jsonpath='{.items[*].status.containerStatuses[0].ready}'";
    assert_eq!(ask(&mut session, ready), "true true true");
    ask(&mut session, "kubectl expose pod re --port=6379 --selector=a=b; kubectl label pod re a=b; sleep 2");
    assert_eq!(ask(&mut session, "kubectl exec re -- redis-cli set name 'it is'"), "OK\n");
    let far = "kubectl run cli --rm -i --restart=Never --image=redis:7 --quiet -- redis-cli -h re get name 2>/dev/null";
    assert!(ask(&mut session, far).starts_with("it is\n"));
    let nobody = ask(&mut session, "kubectl exec re -- redis-cli -p 1 ping");
    assert!(nobody.starts_with("Could not connect to Redis at 127.0.0.1:1: Connection refused\n"), "{nobody}");
}

#[test]
fn cp_runs_tar_in_the_container_where_there_is_one() {
    let mut session = Session::new(Options::default(), false);
    let mut told = |line: &str| in_cluster(&mut session, line);
    told("kubectl run w --image=nginx; kubectl wait --for=condition=Ready pod/w");
    told("mkdir -p d/sub d/empty; echo 1 > d/sub/one; printf '/wAB\\n' | base64 -d > d/raw");
    let found = "/opt/d\n/opt/d/empty\n/opt/d/raw\n/opt/d/sub\n/opt/d/sub/one\n".to_owned();
    assert_eq!(told("kubectl cp d w:/opt; kubectl exec w -- find /opt/d | sort"), (found, 0));
    let back = told("kubectl cp w:/opt/d back; cmp d/raw back/raw && cat back/sub/one");
    assert_eq!(back, ("1\ntar: Removing leading `/' from member names\n".into(), 0));
    let why = "tar: /nosuch: Cannot stat: No such file or directory\ntar: Exiting with failure status due to previous errors\n";
    assert_eq!(told("kubectl cp w:/nosuch x"), (format!("{why}command terminated with exit code 2\n"), 2));
    assert!(told("kubectl cp w:/etc/hostname .").0.ends_with("error: open .: is a directory\n"));
    // Nothing but its own program is in CoreDNS's image.
    told("P=$(kubectl -n kube-system get po -l k8s-app=kube-dns -o name | head -1)");
    let missing = |name: &str| format!("exec: {name:?}: executable file not found in $PATH\n");
    assert!(told("kubectl -n kube-system exec $P -- sh").0.ends_with(&missing("sh")));
    assert!(told("kubectl -n kube-system cp d ${P#pod/}:/tmp").0.ends_with(&missing("tar")));
}

#[test]
fn the_image_of_curl_runs_commands_and_takes_addresses() {
    let mut session = Session::new(Options::default(), false);
    let mut told = |line: &str| in_cluster(&mut session, line).0;
    told(
        "kubectl create deployment web --image=nginx; kubectl expose deployment web --port=80; kubectl rollout status deployment web",
    );
    told("kubectl run asks --image=curlimages/curl --restart=Never -- -s -o /dev/null -w '%{http_code}' http://web");
    told(
        "kubectl run names --image=curlimages/curl --restart=Never -- web; kubectl run bare --image=curlimages/curl --restart=Never",
    );
    told(
        "kubectl run waits --image=curlimages/curl -- sleep infinity; kubectl wait --for=condition=Ready pod/waits --timeout=60s",
    );
    assert_eq!(told("kubectl exec waits -- curl -s -o /dev/null -w '%{http_code}' web"), "200");
    assert_eq!(told("kubectl logs asks").trim(), "200");
    assert!(told("kubectl logs names").contains("Welcome to nginx!"));
    told("kubectl wait --for=jsonpath='{.status.phase}'=Failed pod/bare --timeout=60s");
    assert_eq!(
        told("kubectl get pod bare -o jsonpath='{.status.containerStatuses[0].state.terminated.exitCode}'"),
        "2"
    );
    let shown = told("kubectl run -i --rm x --image=curlimages/curl --restart=Never --quiet -- -sI web");
    assert!(shown.starts_with("HTTP/1.1 200 OK\n"), "{shown}");
}

#[test]
fn proc_tells_what_a_container_was_started_with() {
    let mut session = Session::new(Options::default(), false);
    let mut told = |line: &str| in_cluster(&mut session, line);
    told("kubectl run b --image=busybox --env=A=1 -- sleep 1000; kubectl wait --for=condition=Ready pod/b");
    assert_eq!(told("kubectl exec b -- cat /proc/1/cmdline | tr '\\0' ' '"), ("sleep 1000 ".into(), 0));
    assert_eq!(told("kubectl exec b -- cat /proc/1/environ | tr '\\0' '\\n' | grep ^A="), ("A=1\n".into(), 0));
    assert_eq!(told("kubectl exec b -- cat /proc/1/comm"), ("sleep\n".into(), 0));
    assert_eq!(told("kubectl exec b -- cat /proc/77/comm").1, 1);
}

#[test]
fn who_may_not_connect_to_pods_does_not() {
    let mut session = Session::new(Options::default(), false);
    let mut told = |line: &str| in_cluster(&mut session, line);
    told("kubectl run w --image=nginx; kubectl wait --for=condition=Ready pod/w");
    told(
        "kubectl create clusterrole r --verb=get,list --resource=pods; kubectl create clusterrolebinding r --clusterrole=r --user=jane",
    );
    let forbidden = |what: &str| {
        format!(
            "pods \"w\" is forbidden: User \"jane\" cannot create resource \"pods/{what}\" in API group \"\" in the namespace \"default\"\n"
        )
    };
    let by_server = |what: &str| (format!("Error from server (Forbidden): {}", forbidden(what)), 1);
    assert_eq!(told("kubectl exec w --as=jane -- hostname"), by_server("exec"));
    assert_eq!(told("kubectl cp w:/etc/hostname x --as=jane"), by_server("exec"));
    assert!(told("kubectl attach w --as=jane").0.ends_with(&by_server("attach").0));
    let port = told("kubectl port-forward w 8080:80 --as=jane");
    assert_eq!(port, (format!("error: error upgrading connection: {}", forbidden("portforward")), 1));
    told(
        "kubectl create clusterrole x --verb=create --resource=pods/exec; kubectl create clusterrolebinding x --clusterrole=x --user=jane",
    );
    assert_eq!(told("kubectl exec w --as=jane -- hostname"), ("w\n".into(), 0));
}
