//! Images that a user describes, through a whole cluster.

use super::cluster_tests::in_cluster;
use super::*;

fn ask(session: &mut Session, line: &str) -> String {
    in_cluster(session, line).0
}

/// Writes a description, pushes it, and says what came of it.
fn push(session: &mut Session, text: &str) -> String {
    ask(session, &format!("registry push - <<'EOF'\n{text}EOF"))
}

#[test]
fn an_image_of_ones_own_does_what_it_says() {
    let mut session = Session::new(Options::default(), false);
    let pushed = ask(&mut session, "registry example > shop.yaml; registry push shop.yaml");
    assert!(pushed.starts_with("pushed docker.io/library/shop:1.0: digest: sha256:"), "{pushed}");
    let list = ask(&mut session, "registry list");
    assert!(list.contains("shop         1.0"), "{list}");
    ask(
        &mut session,
        "kubectl create deployment shop --image=shop:1.0 --port=8080; kubectl expose deployment shop --port=80 \
         --target-port=8080 --type=NodePort; kubectl patch deployment shop -p '{\"spec\":{\"template\":{\"spec\":{\"containers\":\
         [{\"name\":\"shop\",\"readinessProbe\":{\"httpGet\":{\"path\":\"/healthz\",\"port\":8080},\"periodSeconds\":1}}]}}}}'; \
         kubectl rollout status deployment shop; sleep 40",
    );
    let port = ask(&mut session, "kubectl get svc shop -o jsonpath='{.spec.ports[0].nodePort}'");
    let said = ask(&mut session, &format!("curl -s node1:{port}"));
    assert!(said.starts_with("Hello from shop-"), "{said}");
    assert!(
        ask(&mut session, &format!("curl -s -o /dev/null -w '%{{http_code}}' node1:{port}/healthz")).contains("200")
    );
    let logs = ask(&mut session, "kubectl logs deploy/shop");
    for line in ["shop 1.0 starts", "listening on :8080", "GET / 200", "GET /healthz 200", "still here"] {
        assert!(logs.contains(line), "{line}: {logs}");
    }
    let inside = ask(&mut session, "kubectl exec deploy/shop -- sh -c 'echo $GREETING'");
    assert_eq!(inside, "Hello\n");
    // The digest that the registry has is the one that the container shows.
    let digest = pushed.trim().rsplit(' ').next().unwrap().to_owned();
    let id =
        ask(&mut session, "kubectl get pods -l app=shop -o jsonpath='{.items[0].status.containerStatuses[0].imageID}'");
    assert_eq!(id, format!("docker.io/library/shop@{digest}"));
    // A path ends the process.
    ask(&mut session, &format!("curl -s node1:{port}/crash; sleep 5"));
    let pods = ask(&mut session, "kubectl get pods -l app=shop -o jsonpath='{.items[0].status.containerStatuses[0]}'");
    assert!(pods.contains("\"exitCode\":3") && pods.contains("\"restartCount\":1"), "{pods}");
    assert!(ask(&mut session, "kubectl logs -p deploy/shop").contains("fatal: somebody asked for it"));
    // What nodes have pulled they keep; what they have not they no longer get.
    ask(&mut session, "registry rm shop:1.0; kubectl delete deployment shop; sleep 3");
    let missing = ask(
        &mut session,
        "kubectl run other --image=shop:1.0 --overrides='{\"spec\":{\"nodeName\":\"master\"}}'; sleep 8; kubectl get pod other",
    );
    assert!(missing.contains("ErrImagePull") || missing.contains("ImagePullBackOff"), "{missing}");
    assert_eq!(ask(&mut session, "registry show shop:1.0"), "error: shop:1.0: docker.io/library/shop:1.0: not found\n");
}

#[test]
fn it_crashes_starts_slowly_and_takes_memory_as_it_says() {
    let mut session = Session::new(Options::default(), false);
    push(
        &mut session,
        "name: shaky:1\nlog: {start: [up]}\ncrash: {afterSeconds: 5, exitCode: 7, message: 'panic: bad luck'}\n",
    );
    push(&mut session, "name: slow:1\nports: [80]\nresponse: hi\nreadyAfterSeconds: 20\n");
    push(&mut session, "name: leaky:1\nports: [80]\nresponse: hi\nmemory: {idle: 10Mi, perRequest: 10Mi}\n");
    ask(
        &mut session,
        "kubectl run shaky --image=shaky:1; kubectl run leaky --image=leaky:1 --overrides='{\"spec\":{\"containers\":[{\"name\":\
         \"leaky\",\"image\":\"leaky:1\",\"resources\":{\"limits\":{\"memory\":\"40Mi\"}}}]}}'; kubectl run slow --image=slow:1 \
         --overrides='{\"spec\":{\"containers\":[{\"name\":\"slow\",\"image\":\"slow:1\",\"readinessProbe\":{\"tcpSocket\":{\"port\":80},\
         \"periodSeconds\":1}}]}}'; sleep 10",
    );
    let pods = ask(&mut session, "kubectl get pods");
    assert!(pods.contains("slow    0/1     Running"), "{pods}");
    // A snapshot keeps the registry and what runs.
    let keyframe = session.keyframe().expect("nothing runs");
    let later = |session: &mut Session| {
        ask(session, "sleep 30; kubectl get pods; kubectl get events; kubectl logs -p shaky; registry list")
    };
    let seen = later(&mut session);
    assert!(
        seen.contains("slow    1/1     Running") && seen.contains("Back-off restarting failed container shaky"),
        "{seen}"
    );
    assert!(seen.contains("up\npanic: bad luck\n") && seen.contains("leaky"), "{seen}");
    let mut again = Session::resume(&keyframe).unwrap();
    assert_eq!(later(&mut again), seen);
    let ip = ask(&mut session, "kubectl get pod leaky -o jsonpath='{.status.podIP}'");
    let asked = format!(
        "kubectl exec slow -- sh -c 'for i in 1 2 3 4; do curl -s {ip}; done'; sleep 4; kubectl describe pod leaky"
    );
    let described = ask(&mut session, &asked);
    assert!(described.contains("OOMKilled") && described.contains("Exit Code:    137"), "{described}");
}

#[test]
fn what_the_registry_refuses() {
    let mut session = Session::new(Options::default(), false);
    assert_eq!(
        push(&mut session, "name: nginx:1.29\n"),
        "error: docker.io/library/nginx:1.29: denied: requested access to the resource is denied\n"
    );
    assert_eq!(
        push(&mut session, "\nname: a\nports: [0]\n"),
        "error: -:3: ports[0]: Invalid value: 0: must be between 1 and 65535, inclusive\n"
    );
    assert_eq!(ask(&mut session, "registry push nosuch"), "error: nosuch: No such file or directory\n");
    assert_eq!(
        ask(&mut session, "registry fly"),
        "error: unknown command \"fly\" for \"registry\"\nSee 'registry --help'.\n"
    );
    push(&mut session, "name: me/own:2\n");
    let offered =
        |line: &str| session.complete(line, line.len()).candidates.into_iter().map(|c| c.text).collect::<Vec<_>>();
    assert_eq!(offered("registry rm "), ["me/own:2"]);
    assert!(
        offered("registry p") == ["push"]
            && offered("kubectl run x --image=me/").contains(&"--image=me/own:2".to_owned())
    );
}

/// A session, at a terminal or not, in whose cluster a Deployment is scaled by what requests to it cost.
fn with_an_autoscaler(terminal: bool) -> Session {
    let mut session = Session::new(Options::default(), terminal);
    push(&mut session, "name: work:1\nports: [8080]\nresponse: \"done\\n\"\ncpu: {idle: 5m, perRequest: 40m}\n");
    ask(
        &mut session,
        "kubectl apply -f https://github.com/kubernetes-sigs/metrics-server/releases/latest/download/components.yaml; \
         kubectl create deployment work --image=work:1 --port=8080; kubectl set resources deployment work --requests=cpu=200m; \
         kubectl expose deployment work --port=80 --target-port=8080; kubectl autoscale deployment work --cpu=50% --min=1 \
         --max=5; sleep 90",
    );
    session
}

#[test]
fn an_autoscaler_sees_what_requests_to_it_cost() {
    let mut session = with_an_autoscaler(false);
    let replicas = "kubectl get deployment work -o jsonpath='{.spec.replicas}'";
    assert_eq!(ask(&mut session, replicas), "1");
    let load = "kubectl run load --image=busybox -- sh -c 'while true; do wget -q -O- http://work; done'";
    ask(&mut session, &format!("{load}; sleep 120"));
    let hpa = ask(&mut session, "kubectl describe hpa work");
    assert!(ask(&mut session, replicas).parse().is_ok_and(|replicas: i64| replicas > 2), "{hpa}");
    // What the script prints is in its log: once a second, which stands for all that it would have asked meanwhile.
    let said = ask(&mut session, "kubectl logs load --tail=-1");
    assert!(said.starts_with("done\ndone\n"), "{said}");
}

#[test]
fn a_load_generator_at_a_terminal_does_its_work_until_it_is_interrupted() {
    let mut session = with_an_autoscaler(true);
    session.input("kubectl run -it load --rm --image=busybox -- sh -c 'while true; do wget -q -O- http://work; done'");
    session.advance(session.now() + std::time::Duration::from_secs(120), &mut || true);
    assert!(session.busy());
    session.interrupt();
    session.advance(session.now() + std::time::Duration::from_secs(40), &mut || true);
    assert!(!session.busy());
    let said = ask(&mut session, "echo $?");
    let end = "done\n^C\nSession ended, resume using 'kubectl attach load -c load -n default -i -t' command\npod \"load\" deleted \
               from default namespace\n";
    assert!(said.replace("0\n", "").contains(end), "{said}");
    let replicas = ask(&mut session, "kubectl get deployment work -o jsonpath='{.spec.replicas}'");
    assert!(replicas.parse().is_ok_and(|replicas: i64| replicas > 2), "{replicas}");
}

#[test]
fn a_private_image_goes_to_those_who_have_its_credentials() {
    let mut session = Session::new(Options::default(), false);
    let image = |name: &str| format!("name: {name}\nports: [80]\nlogin: {{username: anna, password: s3cret}}\n");
    push(&mut session, &image("registry.example.com/team/shop:1.0"));
    push(&mut session, &image("acme/shop:1.0"));
    push(&mut session, &image("ghcr.io/acme/shop:1.0"));
    let run = |session: &mut Session, name: &str, image: &str, spec: &str| {
        let line = format!(
            "kubectl run {name} --image={image} --overrides='{{\"spec\":{{\"nodeName\":\"node1\"{spec}}}}}' >/dev/null; sleep 9; \
             kubectl get pod {name} --no-headers; kubectl get events --field-selector involvedObject.name={name}"
        );
        ask(session, &line)
    };
    let pulls = |name: &str| format!(",\"imagePullSecrets\":[{{\"name\":\"{name}\"}}]");
    let private = "registry.example.com/team/shop:1.0";
    let none = run(&mut session, "none", private, "");
    let why = "failed to resolve reference \"registry.example.com/team/shop:1.0\": pull access denied, repository does not exist \
               or may require authorization: authorization failed: no basic auth credentials";
    assert!(none.contains("ErrImagePull") || none.contains("ImagePullBackOff"), "{none}");
    assert!(none.contains(why), "{none}");
    let missing = run(&mut session, "missing", private, &pulls("regcred"));
    assert!(missing.contains("Unable to retrieve some image pull secrets (regcred)"), "{missing}");
    let create = |session: &mut Session, name: &str, server: &str, password: &str| {
        let line = format!(
            "kubectl create secret docker-registry {name} --docker-server={server} --docker-username=anna \
             --docker-password={password}"
        );
        ask(session, &line)
    };
    create(&mut session, "wrong", "registry.example.com", "guess");
    let wrong = run(&mut session, "wrong", private, &pulls("wrong"));
    let why = "unexpected status from HEAD request to https://registry.example.com/v2/team/shop/manifests/1.0: 401 Unauthorized";
    assert!(wrong.contains(why), "{wrong}");
    create(&mut session, "other", "ghcr.io", "s3cret");
    let other = run(&mut session, "other", private, &pulls("other"));
    assert!(other.contains("no basic auth credentials"), "{other}");
    // The Pod that waits for its Secret gets the image once that is there.
    create(&mut session, "regcred", "registry.example.com", "s3cret");
    let came = ask(&mut session, "sleep 60; kubectl get pod missing --no-headers");
    assert!(came.contains("Running"), "{came}");
    // That the node has the image now is of no use to those who have no credentials.
    let again = run(&mut session, "again", private, "");
    assert!(again.contains("no basic auth credentials"), "{again}");
    let same = run(&mut session, "same", private, &pulls("regcred"));
    assert!(same.contains("Running") && same.contains("already present on machine"), "{same}");
    // What an account has its Pods get.
    ask(&mut session, "kubectl patch serviceaccount default -p '{\"imagePullSecrets\":[{\"name\":\"regcred\"}]}'");
    let account = run(&mut session, "account", private, "");
    assert!(account.contains("Running"), "{account}");
    create(&mut session, "hub", "https://index.docker.io/v1/", "s3cret");
    let hub = run(&mut session, "hub", "acme/shop:1.0", &pulls("hub"));
    assert!(hub.contains("Running"), "{hub}");
    let anonymous = run(&mut session, "anonymous", "acme/shop:1.0", &pulls("regcred"));
    assert!(anonymous.contains("insufficient_scope: authorization failed"), "{anonymous}");
    // Each registry has its own way to say no.
    let github = run(&mut session, "github", "ghcr.io/acme/shop:1.0", "");
    let why = "failed to fetch anonymous token: unexpected status from GET request to \
               https://ghcr.io/token?scope=repository%3Aacme%2Fshop%3Apull&service=ghcr.io: 401 Unauthorized";
    assert!(github.contains(why), "{github}");
}
