use super::*;
use crate::tests::host::World;

/// A world with some objects in it.
fn world() -> World {
    let world = World::new();
    for line in [
        "create deployment web --image=nginx --replicas=2",
        "run lone --image=busybox --labels=app=lone,tier=x",
        "create namespace dev",
        "create configmap settings --from-literal=a=1",
        "create serviceaccount robot",
    ] {
        assert_eq!(world.run(line).exit, 0, "{line}");
    }
    world
}

fn completed(world: &World, line: &str, language: Language) -> Completed {
    world.language.set(language);
    let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    complete(&words, world)
}

fn texts(world: &World, line: &str) -> Vec<String> {
    completed(world, line, Language::English).candidates.into_iter().map(|candidate| candidate.text).collect()
}

#[test]
fn verbs_kinds_and_names_come_with_a_word_on_each() {
    let world = world();
    let first = |line: &str, language| completed(&world, line, language).candidates.into_iter().next().unwrap();
    assert_eq!(first("desc", Language::English).text, "describe");
    assert!(!first("desc", Language::English).about.is_empty());
    assert_eq!(texts(&world, "rollout st"), ["status"]);
    assert_eq!(texts(&world, "get ")[..3], ["pods", "deployments", "services"]);
    assert_eq!(texts(&world, "get sv"), ["svc"]);
    assert_eq!(texts(&world, "get po,cm"), ["po,cm"]);
    assert_eq!(texts(&world, "get al"), ["all"]);
    assert_eq!(texts(&world, "rollout restart "), ["deployments", "statefulsets", "daemonsets"]);
    let web = first("get deploy w", Language::English);
    assert_eq!((web.text.as_str(), web.about.as_str(), web.open), ("web", "0/2 ready, nginx", false));
    assert_eq!(first("get deploy w", Language::Korean).about, "0/2 준비, nginx");
    let pair = first("scale deploy/", Language::English);
    assert_eq!((pair.text.as_str(), pair.hidden), ("deploy/web", 7));
    assert_eq!(texts(&world, "delete pod lone "), [""; 0], "what is named already is not offered again");
    assert_eq!(first("get cm sett", Language::English).about, "data 1");
    assert_eq!(texts(&world, "logs l"), ["lone"]);
    assert_eq!(texts(&world, "logs dep"), ["deployments/"]);
    assert_eq!(texts(&world, "nosuch "), [""; 0]);
}

#[test]
fn flags_and_their_values() {
    let world = world();
    assert_eq!(texts(&world, "get pods --show-l"), ["--show-labels"]);
    assert_eq!(texts(&world, "get pods --out"), ["--output=", "--output-watch-events"]);
    assert_eq!(texts(&world, "get pods -n dev --nam"), [""; 0], "given once is enough");
    assert_eq!(texts(&world, "get pods -n d"), ["default", "dev"]);
    assert_eq!(texts(&world, "get pods --namespace=de"), ["--namespace=default", "--namespace=dev"]);
    assert_eq!(texts(&world, "get pods -nde"), ["-ndefault", "-ndev"]);
    assert_eq!(texts(&world, "get pods -oya"), ["-oyaml"]);
    assert_eq!(texts(&world, "get pods -o=ya"), ["-o=yaml"]);
    assert_eq!(texts(&world, "version -o "), ["yaml", "json"]);
    assert_eq!(texts(&world, "patch pod lone --type=m"), ["--type=merge"]);
    assert_eq!(texts(&world, "expose pod lone --type L"), ["LoadBalancer"]);
    assert_eq!(texts(&world, "wait --for=co"), ["--for=condition="]);
    assert_eq!(texts(&world, "wait --for=condition=Av"), ["--for=condition=Available"]);
    assert_eq!(texts(&world, "exec lone -c "), ["lone"]);
    assert_eq!(texts(&world, "get pods -l ti"), ["tier"]);
    assert_eq!(texts(&world, "get pods -l tier=x,app="), ["tier=x,app=lone"]);
    assert_eq!(texts(&world, "get pods --field-selector=status.phase=Ru"), ["--field-selector=status.phase=Running"]);
    assert_eq!(texts(&world, "create role x --verb=get,li"), ["--verb=get,list"]);
    assert_eq!(texts(&world, "config use-context k"), ["kubernetes-admin@kubernetes"]);
    assert_eq!(texts(&world, "create token ro"), ["robot"]);
    assert_eq!(texts(&world, "set image deploy/web ng"), ["nginx="]);
    assert_eq!(texts(&world, "set image deploy web ng"), ["nginx="]);
    let then = |line: &str| completed(&world, line, Language::English).then;
    assert_eq!(then("apply -f m"), Then::Files(0));
    assert_eq!(then("create cm x --from-file=key=m"), Then::Files(16));
    assert_eq!(then("run x --image=ng"), Then::Images(8));
    assert_eq!(then("set image deploy/web nginx=ngi"), Then::Images(6));
    let inside = Inside { namespace: "default".into(), pod: "lone".into(), container: "lone".into() };
    let exec = Then::Program { inside, from: 3 };
    assert_eq!(then("exec lone -- l"), exec);
    assert!(matches!(then("cp lone:/et"), Then::Remote { at: 5, .. }));
}

#[test]
fn fields_of_objects() {
    let world = world();
    let of = |line: &str| texts(&world, line);
    assert_eq!(of("get pods -o jsonpath="), ["jsonpath={.items[*]."]);
    assert_eq!(of("get pods -o jsonpath={.it"), ["jsonpath={.items[*]."]);
    assert_eq!(of("get pods -o jsonpath={.items[*].met"), ["jsonpath={.items[*].metadata."]);
    assert_eq!(of("get pods -o jsonpath={.items[0].spec.nodeN"), ["jsonpath={.items[0].spec.nodeName"]);
    assert_eq!(
        of("get pod lone -ojsonpath={.spec.containers[*].ima"),
        ["-ojsonpath={.spec.containers[*].image", "-ojsonpath={.spec.containers[*].imagePullPolicy"]
    );
    assert_eq!(of("get pod lone -o jsonpath={.metadata.labels.ti"), ["jsonpath={.metadata.labels.tier"]);
    assert_eq!(of("get pods -o jsonpath={range .items[*]}{.metadata.nam"), [""; 0], "a blank ends the word");
    let words = ["get", "pods", "-o", "jsonpath={range .items[*]}{.metadata.nam"].map(str::to_owned);
    let found: Vec<String> = complete(&words, &world).candidates.into_iter().map(|c| c.text).collect();
    assert_eq!(found, ["jsonpath={range .items[*]}{.metadata.name", "jsonpath={range .items[*]}{.metadata.namespace"]);
    assert_eq!(of("get pods --sort-by=.metadata.creat"), ["--sort-by=.metadata.creationTimestamp"]);
    assert_eq!(of("get pods -o custom-columns=A:.kind,B:.spec.nodeN"), ["custom-columns=A:.kind,B:.spec.nodeName"]);
    assert_eq!(of("get pods -o jsonpath={.items[?(@.status.pha"), ["jsonpath={.items[?(@.status.phase"]);
    assert_eq!(of("explain pod.spec.nodeN"), ["pod.spec.nodeName"]);
    assert_eq!(
        of("explain deploy.spec.template.spec.containers.liveness"),
        ["deploy.spec.template.spec.containers.livenessProbe"]
    );
    for line in [
        "get pods -o jsonpath={.items[",
        "get pods -o jsonpath={..",
        "get x -o jsonpath={.",
        "explain é.",
        "get pods --sort-by={",
    ] {
        let _ = of(line);
    }
}

#[test]
fn no_line_is_too_strange() {
    let world = world();
    let words = [
        "get",
        "-o",
        "jsonpath={.",
        "--",
        "-",
        "--output=",
        "é",
        "pods",
        "/",
        "a/b/c",
        "-n",
        "exec",
        "lone",
        "set",
        "image",
        "=",
        ",",
        "",
    ];
    for a in words {
        for b in words {
            for c in words {
                let _ = complete(&[a, b, c].map(str::to_owned), &world);
            }
        }
    }
}
