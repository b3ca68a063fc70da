use super::tests::run_in;
use super::*;

/// What one command answers in a cluster, and how it ended.
pub(super) fn in_cluster(session: &mut Session, line: &str) -> (String, i32) {
    let (out, err, status) = run_in(session, line);
    (out + &err, status)
}

/// A cluster of its own, and what each command answers in it; at a terminal or not.
pub(super) fn asking(terminal: bool) -> impl FnMut(&str) -> String {
    let mut session = Session::new(Options::default(), terminal);
    move |line: &str| in_cluster(&mut session, line).0
}

#[test]
fn commands_reach_nodes_containers_and_servers() {
    let mut session = Session::new(Options::default(), true);
    let mut ask = |line: &str| in_cluster(&mut session, line);
    assert_eq!(ask("ssh node1 hostname; ssh root@master pwd"), ("node1\n/root\n".into(), 0));
    assert_eq!(ask("ssh nosuch").1, 255);
    ask("kubectl run web --image=nginx; kubectl wait --for=condition=Ready pod/web");
    assert_eq!(ask("kubectl exec web -- hostname").0, "web\n");
    assert_eq!(ask("kubectl exec web -- sh -c 'echo hi > /tmp/f; cat /tmp/f; exit 3'").1, 3);
    assert_eq!(ask("kubectl logs web | head -1 | cut -c1-10").0, "/docker-en\n");
    assert_eq!(ask("kubectl exec web -- nosuch").1, 1);
    assert!(ask("kubectl exec web -- curl -s localhost").0.contains("Welcome to nginx"));
    assert_eq!(ask("kubectl exec web -- curl -s localhost:81").1, 7);
    assert_eq!(
        ask("curl -sS localhost"),
        ("curl: (7) Failed to connect to localhost port 80 after 0 ms: Couldn't connect to server\n".into(), 7)
    );
    assert_eq!(ask("curl http://nosuch.invalid").1, 6);
    let (text, status) = ask("curl -m 3 http://$(kubectl get pod web -o jsonpath='{.status.podIP}')");
    assert_eq!((text.starts_with("curl: (28) "), status), (true, 28));
    assert_eq!(
        ask("ssh node1 curl -s -o /dev/null -w '%{http_code}' $(kubectl get pod web -o jsonpath='{.status.podIP}')").0,
        "200"
    );
    assert_eq!(ask("ssh node2 systemctl stop kubelet; ssh node2 systemctl is-active kubelet").0, "inactive\n");
}

#[test]
fn kubectl_says_what_the_real_one_says_of_what_is_seldom_done() {
    let mut session = Session::new(Options::default(), true);
    let mut ask = |line: &str| in_cluster(&mut session, line);
    let file = |name: &str| {
        format!(
            "printf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {{name: {name}, labels: {{app: x}}}}\\ndata: {{k: \"a<b\"}}\\n' > {name}.yaml"
        )
    };
    ask(&format!("{}; {}; kubectl apply -f a.yaml -f b.yaml", file("a"), file("b")));
    assert_eq!(ask("kubectl get cm a -o jsonpath='{.data}'").0, r#"{"k":"a\u003cb"}"#);
    assert_eq!(ask("kubectl get cm a -o yaml | grep -c 'a.u003cb'").0, "1\n", "the annotation is JSON, too");
    assert_eq!(ask("kubectl apply set-last-applied -f a.yaml").0, "configmap/a configured\n", "it had no annotations");
    assert_eq!(ask("kubectl apply set-last-applied -f a.yaml").0, "set-last-applied a: no changes required.\n");
    let (text, status) = ask("KUBE_EDITOR='sed -i s/kind:.*/kind:Foo/' kubectl edit cm a");
    assert!(status == 1 && text.starts_with("error: configmaps \"a\" is invalid\nA copy of"), "{text}");
    let allowed = |kind: &str| format!("kubectl apply --prune -f a.yaml -l app=x --prune-allowlist={kind}");
    let none = "error: no matches for kind \"Foo\" in version \"v1\"\n";
    assert_eq!(ask(&allowed("core/v1/Foo")), (none.to_owned(), 1), "before anything is applied");
    let both = "error: cannot set --all and --selector at the same time\n";
    assert_eq!(ask("kubectl apply -f a.yaml --all -l app=x"), (both.to_owned(), 1));
    assert_eq!(ask(&allowed("core/v1/ConfigMap")).0, "configmap/a configured\nconfigmap/b pruned\n");
    assert!(
        ask("kubectl apply --prune -f a.yaml -l app=x").0.contains("prune.go:71] Deprecated: kubectl apply will no")
    );
    let twice = "error: cannot add key \"k\", another key by that name already exists in Data for ConfigMap \"c\"\n";
    assert_eq!(ask("kubectl create cm c --from-literal=k=1 --from-literal=k=2"), (twice.to_owned(), 1));
    ask("mkdir k; mv a.yaml k; printf 'resources: [a.yaml]\\ncommonLabels: {a: b}\\n' > k/kustomization.yaml");
    let old = "# Warning: 'commonLabels' is deprecated. Please use 'labels' instead. Run 'kustomize edit fix' to update your \
               Kustomization automatically.\n";
    assert_eq!(ask("kubectl kustomize k > /dev/null").0, old);
}

#[test]
fn managed_fields_are_whole_wherever_they_are_shown() {
    let mut session = Session::new(Options::default(), true);
    let mut ask = |line: &str| in_cluster(&mut session, line).0;
    ask("kubectl run web --image=nginx; kubectl wait --for=condition=Ready pod/web");
    for (line, count) in [
        ("kubectl get pods -o yaml", "0\n"),
        ("kubectl describe pods -v=8 2>&1 | grep Response", "1\n"),
        ("kubectl get pods -o json --show-managed-fields", "2\n"),
        ("kubectl get pod web -o yaml --show-managed-fields", "2\n"),
    ] {
        assert_eq!(ask(&format!("{line} | grep -c fieldsV1")), count, "{line}");
    }
    let path = "'{.items[0].metadata.managedFields[*].fieldsType}'";
    assert_eq!(ask(&format!("kubectl get pods -o jsonpath={path}")), "FieldsV1 FieldsV1");
}

#[test]
fn what_is_changed_locally_need_not_be_in_the_cluster() {
    let mut session = Session::new(Options::default(), true);
    let mut ask = |line: &str| in_cluster(&mut session, line);
    let made = "kubectl create deployment web --image=nginx --dry-run=client -o yaml";
    let (text, status) = ask(&format!("{made} | kubectl set resources -f - --local --requests=cpu=300m -o yaml"));
    assert!(status == 0 && text.contains("cpu: 300m"), "{text}");
    let (text, status) = ask(&format!("{made} | kubectl label -f - --local tier=front -o yaml"));
    assert!(status == 0 && text.contains("tier: front"), "{text}");
    assert_eq!(ask("kubectl get deployments").0, "No resources found in default namespace.\n");
}

#[test]
fn what_a_debugging_container_printed_can_be_read() {
    let mut session = Session::new(Options::default(), true);
    let mut ask = |line: &str| in_cluster(&mut session, line).0;
    ask("kubectl run box --image=busybox -- sleep 1000; kubectl wait --for=condition=Ready pod/box");
    ask("kubectl debug box --image=busybox -c look -- sh -c 'echo seen'; sleep 5");
    assert_eq!(ask("kubectl logs box -c look"), "seen\n");
    let text = ask("kubectl debug box -i --image=busybox -- sh -c 'echo again'");
    assert!(text.contains("\nagain\n") && !text.contains("Error"), "{text}");
}

#[test]
fn what_differs_is_shown_by_a_program_of_the_users() {
    let mut session = Session::new(Options::default(), true);
    let mut ask = |line: &str| in_cluster(&mut session, line);
    ask("kubectl create cm a --from-literal=k=1; kubectl create deployment web --image=nginx");
    ask("for o in cm/a deploy/web; do echo ---; kubectl get $o -o yaml; done | sed 's/k: \"1\"/k: \"2\"/' > all.yaml");
    let mut diff = |program: &str| ask(&format!("KUBECTL_EXTERNAL_DIFF='{program}' kubectl diff -f all.yaml"));
    let file = "v1.ConfigMap.default.a";
    let (text, status) = diff("diff -N  -u $(ls)");
    assert!(text.contains(&format!("/{file}\t")) && text.contains("-  k: \"1\"\n+  k: \"2\"\n"), "{text}");
    assert_eq!((text.matches("--- /tmp/LIVE-").count(), status), (1, 1));
    let (text, status) = diff("ls -1");
    let names = "apps.v1.Deployment.default.web\nv1.ConfigMap.default.a\n";
    assert!(text.starts_with("/tmp/LIVE-") && text.matches(names).count() == 2 && status == 0, "{text}");
    assert_eq!(diff("true"), (String::new(), 0));
    assert_eq!(diff("false"), (String::new(), 1));
    assert_eq!(diff("nosuch -u"), ("error: failed to run \"nosuch\": executable file not found in $PATH\n".into(), 2));
    let mut ask = |line: &str| in_cluster(&mut session, line);
    ask("echo 'echo $# ${3} ${1%-*} ${2%-*}; exit 3' > mine; chmod +x mine");
    assert_eq!(
        ask("KUBECTL_EXTERNAL_DIFF='./mine --x=1 a;b' kubectl diff -f all.yaml"),
        ("3 --x=1 /tmp/LIVE /tmp/MERGED\nerror: failed to run \"./mine\": exit status 3\n".into(), 2)
    );
    assert_eq!(ask("ls /tmp | grep -c -e LIVE -e MERGED").0, "0\n", "the folders are gone");
}

#[test]
fn help_is_in_the_language_of_the_reader() {
    let mut session = Session::new(Options::default(), true);
    let about = |session: &mut Session, line: &str| in_cluster(session, line).0.lines().next().unwrap_or("").to_owned();
    assert_eq!(about(&mut session, "kubectl get --help"), "Show one or many objects.");
    assert_eq!(about(&mut session, "LANG=ko_KR.UTF-8 kubectl help get"), "오브젝트를 하나 또는 여럿 보여 줍니다.");
    session.kernel().set_language(network::Language::Korean);
    assert_eq!(about(&mut session, "kubectl get --help"), "오브젝트를 하나 또는 여럿 보여 줍니다.");
    assert_eq!(about(&mut session, "LANG=en_US.UTF-8 kubectl get --help"), "Show one or many objects.");
    assert_eq!(about(&mut session, "kubectl options"), "모든 명령에 쓸 수 있는 플래그:");
}

#[test]
fn a_shell_inside_is_left_by_exit_and_by_a_loss() {
    let mut session = Session::new(Options::default(), true);
    session.input("ssh node3");
    let later = |session: &mut Session| {
        let to = session.now() + std::time::Duration::from_secs(2);
        session.advance(to, &mut || true);
    };
    later(&mut session);
    assert_eq!(session.prompt(), "root@node3:~# ");
    session.input("sleep 100");
    later(&mut session);
    session.interrupt();
    assert_eq!(session.prompt(), "root@node3:~# ", "Ctrl-C ends what runs there, not the connection");
    assert_eq!(run_in(&mut session, "hostname").0, "node3\n");
    session.input("exit");
    later(&mut session);
    assert_eq!(session.prompt(), "student@workstation:~/work$ ");
    session.input("ssh node3");
    later(&mut session);
    session.input("poweroff");
    later(&mut session);
    assert_eq!(session.prompt(), "student@workstation:~/work$ ");
    assert_eq!(run_in(&mut session, "echo $?").0, "255\n");
}

#[test]
fn a_shell_in_a_pod_of_its_own_is_left_and_the_pod_goes() {
    let mut session = Session::new(Options::default(), true);
    let later = |session: &mut Session, line: &str| {
        session.input(line);
        let to = session.now() + std::time::Duration::from_secs(40);
        session.advance(to, &mut || true);
    };
    for (policy, name) in [("Always", "a"), ("Never", "b")] {
        later(&mut session, &format!("kubectl run {name} -it --rm --restart={policy} --image=busybox -- sh"));
        assert_eq!(session.prompt(), "/ # ");
        assert_eq!(run_in(&mut session, "hostname").0, format!("{name}\n"));
        later(&mut session, "exit 3");
        assert_eq!(session.prompt(), "student@workstation:~/work$ ");
        let (said, failed, _) = run_in(&mut session, "echo $?");
        let end = format!(
            "Session ended, resume using 'kubectl attach {name} -c {name} -n default -i -t' command\npod \"{name}\" deleted from \
             default namespace\n{}\n",
            if policy == "Never" { 3 } else { 0 }
        );
        assert!(said.ends_with(&end), "{said}");
        assert_eq!(failed.contains("pod default/b terminated (Error)"), policy == "Never", "{failed}");
    }
    assert_eq!(run_in(&mut session, "kubectl get pods").1, "No resources found in default namespace.\n");
}

#[test]
fn tab_completes() {
    let mut session = Session::new(Options::default(), true);
    run_in(
        &mut session,
        "mkdir manifests; touch manifests/a.yaml 'b c'; alias k=kubectl; kubectl run web --image=nginx",
    );
    run_in(&mut session, "kubectl wait --for=condition=Ready pod/web; sleep 100 &");
    let complete = |line: &str| -> Vec<String> {
        let found = session.complete(line, line.len()).candidates;
        found.into_iter().map(|candidate| candidate.text).collect()
    };
    assert_eq!(complete("kubec"), ["kubectl"]);
    assert_eq!(complete("ls man"), ["manifests/"]);
    assert_eq!(complete("cat b"), ["b\\ c"]);
    assert_eq!(complete("cat 'b"), ["'b c"]);
    assert_eq!(complete("echo x > b"), ["b\\ c"]);
    assert_eq!(complete("kubectl apply -f manifests/"), ["manifests/a.yaml"]);
    assert_eq!(complete("kubectl apply --filename=man"), ["--filename=manifests/"]);
    assert_eq!(complete("echo a; kubectl desc"), ["describe"]);
    assert_eq!(complete("k get nodes node"), ["node1", "node2", "node3"]);
    assert_eq!(complete("watch -n 1 kubectl get no"), ["nodes"]);
    assert_eq!(complete("ssh m"), ["master"]);
    assert_eq!(complete("ssh node1 cat /etc/hostn"), ["/etc/hostname"]);
    assert_eq!(complete("ssh node1 systemctl st"), ["status", "start", "stop"]);
    assert_eq!(complete("kubectl exec web -- ngi"), ["nginx"]);
    assert_eq!(complete("kubectl exec web -- cat /usr/share/nginx/html/in"), ["/usr/share/nginx/html/index.html"]);
    assert_eq!(complete("kubectl exec web -- kubec"), [""; 0], "a container has no kubectl");
    assert_eq!(complete("kubectl cp web:/usr/share/nginx/html/in"), ["web:/usr/share/nginx/html/index.html"]);
    assert_eq!(complete("kubectl run x --image=ngi")[0], "--image=nginx");
    assert_eq!(
        complete("kubectl get pod web -o jsonpath='{.status.podI"),
        ["jsonpath='{.status.podIP", "jsonpath='{.status.podIPs[*]."]
    );
    assert_eq!(complete("kill %"), ["%1"]);
    assert_eq!(complete("echo $HOM"), ["$HOME"]);
    let of = |line: &str| session.complete(line, line.len());
    assert_eq!(of("ls man").start, 3);
    session.kernel().set_language(network::Language::Korean);
    let pod = of("kubectl get pod w").candidates;
    assert!(pod[0].about.starts_with("Running, node"), "{pod:?}");
    assert_eq!(of("gre").candidates[0].about, "찾는 글이 있는 줄만");
    for line in [
        "",
        "é",
        "'",
        "kubectl ",
        "ls /",
        "$(",
        "k -",
        "kubectl exec web -- ",
        "kubectl get pod -o jsonpath='{.é",
        "ssh -",
        "cat ~/",
    ] {
        for cursor in 0..=line.len() + 1 {
            let _ = session.complete(line, cursor);
        }
    }
}

#[test]
fn help_and_man_tell_what_there_is_in_two_languages() {
    let mut session = Session::new(Options::default(), true);
    let (list, status) = in_cluster(&mut session, "help");
    assert!(list.contains("\ngrep           Lines that match\n") && status == 0, "{list}");
    assert_eq!(in_cluster(&mut session, "help cd"), ("cd             Change the directory\n".into(), 0));
    assert_eq!(in_cluster(&mut session, "help nosuch").1, 1);
    assert_eq!(in_cluster(&mut session, "man jq"), ("jq - Look into JSON\n".into(), 0));
    assert_eq!(in_cluster(&mut session, "man nosuch"), ("No manual entry for nosuch\n".into(), 16));
    assert!(in_cluster(&mut session, "man kubectl-create-deployment").0.contains("--image"));
    assert_eq!(in_cluster(&mut session, "LANG=ko_KR.UTF-8 man jq").0, "jq - JSON 들여다보기\n");
    session.kernel().set_language(network::Language::Korean);
    assert_eq!(in_cluster(&mut session, "man jq").0, "jq - JSON 들여다보기\n");
    assert!(in_cluster(&mut session, "help").0.contains("찾는 글이 있는 줄만"));
}

#[test]
fn the_api_answers_over_http() {
    let mut session = Session::new(Options::default(), true);
    let mut ask = |line: &str| in_cluster(&mut session, line);
    ask("kubectl run web --image=nginx --port=80 --expose; kubectl wait --for=condition=Ready pod/web");
    ask("kubectl proxy --www=. --www-prefix=/my/ & sleep 1; echo page > f");
    assert_eq!(
        ask("curl -s localhost:8001/api/v1/namespaces/default/pods | jq -r '.items[].metadata.name'").0,
        "web\n"
    );
    let service = "localhost:8001/api/v1/namespaces/default/services/web/proxy";
    assert!(ask(&format!("curl -s {service}/")).0.contains("Welcome to nginx"));
    assert_eq!(ask(&format!("curl -so /dev/null -w '%{{http_code}}' {service}")).0, "301");
    assert_eq!(ask("curl -s localhost:8001/my/f").0, "page\n");
    // What a page of somebody else's would send, and what needs a stream.
    assert_eq!(ask("curl -s -H 'Host: evil.com' localhost:8001/api").0, "Forbidden\n");
    assert_eq!(ask("curl -s localhost:8001/api/v1/namespaces/default/pods/web/exec").0, "Forbidden\n");
    let made = "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"dev\"}}";
    let posted = format!("curl -s -H 'Content-Type: application/json' -d '{made}' localhost:8001/api/v1/namespaces");
    assert_eq!(ask(&format!("{posted} | jq -r .metadata.name; kubectl get ns dev -o name")).0, "dev\nnamespace/dev\n");
    let watched = ask("timeout 2 curl -s 'localhost:8001/api/v1/namespaces?watch=1' | jq -r .type | sort | uniq -c").0;
    assert_eq!(watched, "      5 ADDED\n");
    assert_eq!(ask("kubectl proxy"), ("error: listen tcp 127.0.0.1:8001: bind: address already in use\n".into(), 1));
    assert_eq!(ask("kill %1; sleep 1; curl -s localhost:8001/api").1, 7);
    // Without the proxy one is nobody, or who one's token says.
    assert_eq!(ask("curl -sk https://master:6443/api | jq .code").0, "403\n");
    assert_eq!(ask("curl -s http://master:6443/api").0, "Client sent an HTTP request to an HTTPS server.\n");
    let dir = "/var/run/secrets/kubernetes.io/serviceaccount";
    let pods = format!(
        "kubectl exec web -- sh -c 'curl -s --cacert {dir}/ca.crt -H \"Authorization: Bearer $(cat {dir}/token)\" \
         https://kubernetes.default.svc/api/v1/namespaces/default/pods'"
    );
    assert!(ask(&pods).0.contains("pods is forbidden: User \\\"system:serviceaccount:default:default\\\""));
    ask("kubectl create rolebinding v --clusterrole=view --serviceaccount=default:default");
    assert!(ask(&pods).0.contains("\"kind\": \"PodList\""));
    assert!(ask("kubectl get --raw /api/v1/namespaces/default/pods/web/proxy/").0.contains("Welcome to nginx"));
}

/// A user with a certificate is whom the certificate names, with the rights that this one has: no administrator.
#[test]
fn whoever_shows_a_certificate_is_whom_it_names() {
    const REQUEST: &str = include_str!("../../../api/src/x509/csr.pem");
    let mut ask = asking(false);
    let spec = format!(
        "{{request: {}, signerName: kubernetes.io/kube-apiserver-client, usages: [client auth]}}",
        api::base64::encode(REQUEST.as_bytes())
    );
    let object = "{apiVersion: certificates.k8s.io/v1, kind: CertificateSigningRequest, metadata: {name: jane}, spec: ";
    ask(&format!("kubectl apply -f - <<< '{object}{spec}}}'; kubectl certificate approve jane; sleep 2"));
    ask("kubectl get csr jane -o jsonpath='{.status.certificate}' | base64 -d > jane.crt; echo key > jane.key");
    ask("kubectl config set-credentials jane --client-certificate=jane.crt --client-key=jane.key");
    let shown = ask("kubectl auth whoami --user=jane");
    assert!(shown.contains("Username                                            jane\n"), "{shown}");
    assert!(shown.contains("[devs ops system:authenticated]"), "{shown}");
    let refused = ask("kubectl get pods --user=jane");
    assert!(refused.contains("User \"jane\" cannot list resource \"pods\""), "{refused}");
    // By whatever way she asks.
    let raw = ask("kubectl get --raw /api/v1/namespaces/default/pods --user=jane");
    assert!(raw.contains("User \"jane\" cannot list resource \"pods\""), "{raw}");
    ask("kubectl create rolebinding j --clusterrole=view --group=devs");
    assert_eq!(ask("kubectl get pods --user=jane"), "No resources found in default namespace.\n");
    // One that nobody has signed, none at all, and one without its key.
    ask("sed s/MII/MIA/ jane.crt > eve.crt");
    ask("kubectl config set-credentials eve --client-certificate=eve.crt --client-key=jane.key");
    assert_eq!(ask("kubectl get pods --user=eve"), "error: You must be logged in to the server (Unauthorized)\n");
    ask("rm eve.crt; kubectl config set-credentials bob --client-certificate=jane.crt");
    let gone = ask("kubectl get pods --user=eve");
    assert!(gone.contains("unable to read client-cert eve.crt for eve due to open eve.crt: no such file"), "{gone}");
    let keyless = ask("kubectl get pods --user=bob");
    assert!(keyless.contains("client-key-data or client-key must be specified for bob"), "{keyless}");
    assert!(ask("kubectl get nodes").contains("master"), "the administrator is known as before");
}
