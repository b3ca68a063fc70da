//! Wrong usage: what kubectl 1.36 said.

use super::host::World;

fn error(line: &str) -> String {
    let answer = World::new().run(line);
    assert_ne!(answer.exit, 0, "{line}");
    answer.stderr
}

#[test]
fn mistakes_are_explained_in_kubectls_words() {
    let missing = "error: You must provide one or more resources by argument or filename.\nExample resource specifications \
                   include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'\n";
    let mixed = "error: there is no need to specify a resource type as a separate argument when passing arguments in \
                 resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource \
                 resource/<resource_name>'\n";
    let cases = [
        ("get nosuch", "error: the server doesn't have a resource type \"nosuch\"\n"),
        ("get pods,", "error: the server doesn't have a resource type \"\"\n"),
        (
            "get pods a b",
            "Error from server (NotFound): pods \"a\" not found\nError from server (NotFound): pods \"b\" not found\n",
        ),
        ("get deploy/", "error: arguments in resource/name form must have a single resource and name\n"),
        ("get deploy/a/b", "error: arguments in resource/name form may not have more than one slash\n"),
        ("get pod a/b", mixed),
        ("get all web", "error: you must specify only one resource\n"),
        ("get pods -A x", "error: a resource cannot be retrieved by name across all namespaces\n"),
        ("get pod x -l a=b", "error: name cannot be provided when a selector is specified\n"),
        ("get pods --nosuch", "error: unknown flag: --nosuch\nSee 'kubectl get --help' for usage.\n"),
        ("delete", missing),
        ("delete pod", "error: resource(s) were provided, but no name was specified\n"),
        ("delete pods -l a=b --all", "error: setting 'all' parameter but found a non empty selector. \n"),
        (
            "delete pod x --cascade=y",
            "error: invalid cascade value (y). Must be \"background\", \"foreground\", or \"orphan\"\n",
        ),
        ("create deployment x", "error: required flag(s) \"image\" not set\n"),
        ("create foo", "error: Unexpected args: [foo]\nSee 'kubectl create -h' for help and examples\n"),
        ("create service clusterip x", "error: at least one tcp port specifier must be provided\n"),
        ("create -f nosuch.yaml", "error: the path \"nosuch.yaml\" does not exist\n"),
        ("apply -f .", "error: error reading [.]: recognized file extensions are [.json .yaml .yml]\n"),
        ("apply", "error: must specify one of -f and -k\n"),
        ("rollout status", "error: required resource not specified\n"),
        ("rollout foo", "error: unknown command \"foo\"\nSee 'kubectl rollout -h' for help and examples\n"),
        ("scale web --replicas=2", "error: the server doesn't have a resource type \"web\"\n"),
        ("set image", missing),
        ("label pod x a=b c", "error: all resources must be specified before label changes: c\n"),
        ("label pods a=b", "error: resource(s) were provided, but no name was specified\n"),
        (
            "taint node node1 a:Wrong",
            "error: invalid taint effect: Wrong, unsupported taint effect\nSee 'kubectl taint -h' for help and examples\n",
        ),
        ("wait pod/x", "error: unrecognized condition: []\n"),
        ("wait --for=foo pod/x", "error: unrecognized condition: \"foo\"\n"),
        (
            "exec x ls",
            "error: exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples\n",
        ),
        ("logs x", "error: error from server (NotFound): pods \"x\" not found in namespace \"default\"\n"),
        ("config use-context x", "error: no context exists with the name: \"x\"\n"),
        ("--context=x get pods", "Error in configuration: context was not found for specified context: x\n"),
        (
            "run x --image=y --rm",
            "error: --rm should only be used for attached containers\nSee 'kubectl run -h' for help and examples\n",
        ),
        ("patch pod x --type=y -p {}", "error: --type must be one of [json merge strategic], not \"y\"\n"),
        ("top pods", "error: Metrics API not available\n"),
    ];
    for (line, expected) in cases {
        assert_eq!(error(line), expected, "{line}");
    }
}

#[test]
fn no_output_format_means_no_answer() {
    let text = error("get pods -o yml");
    assert!(text.starts_with(
        "error: unable to match a printer suitable for the output format \"yml\", allowed formats are: custom-columns,"
    ));
    assert!(text.ends_with(",kyaml,name,template,templatefile,wide,yaml\n"));
    assert!(!error("create deployment x --image=y -o wide").contains("custom-columns"));
}

#[test]
fn nothing_typed_panics() {
    let world = World::new();
    let tails = [
        "",
        " x",
        " pods",
        " pod x",
        " -f",
        " -o",
        " --",
        " -- x",
        " /",
        " =",
        " -",
        " '' ''",
        " a=b",
        " a-",
        " x y z",
        " -v=9 pods",
        " x --image=i",
        " x --from-literal=a=b --append-hash",
        " x --rule=a/b*=c:d,tls",
        " -k .",
        " --prune --all -f .",
        " x --copy-to=y --image=z",
        " x:/a b",
        " x:80 :",
        " --for=jsonpath={.a}=b pods",
        " --tcp=1:2:3 x",
        " --hard==,= x",
        " x --verb=* --resource=*/*",
        " --aggregation-rule== x",
    ];
    for command in crate::cmd::ROOT.subcommands {
        let subcommands = std::iter::once("").chain(command.subcommands.iter().map(|c| c.name));
        for sub in subcommands {
            for tail in tails {
                world.run(&format!("{} {sub}{tail}", command.name));
            }
        }
    }
}

#[test]
fn arguments_are_counted_and_flags_on_their_way_out_are_noted() {
    let cases = [
        (
            "create clusterrole x --aggregation-rule=zz",
            "error: invalid argument \"zz\" for \"--aggregation-rule\" flag: malformed pair, expect string=string\nSee \
             'kubectl create clusterrole --help' for usage.\n",
        ),
        ("create clusterrolebinding x", "error: required flag(s) \"clusterrole\" not set\n"),
        (
            "create job --dry-run",
            "error: exactly one NAME is required, got 0\nSee 'kubectl create job -h' for help and examples\n",
        ),
        ("create job x --record", "error: unknown flag: --record\nSee 'kubectl create job --help' for usage.\n"),
        ("taint nodes", "error: at least one taint update is required\n"),
        ("set selector", "error: one selector is required\n"),
        ("set resources nosuch", "error: the server doesn't have a resource type \"nosuch\"\n"),
        ("config unset", "error: Unexpected args: []\n"),
        ("config set-credentials a b", "error: unexpected args: [a b]\n"),
        ("config view a", "error: unexpected arguments: [a]\nSee 'kubectl config view -h' for help and examples\n"),
        ("attach a b c", "error: expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw 3: [a b c]\n"),
        (
            "kustomize --load-restrictor=x",
            "error: illegal flag value --load-restrictor x; legal values: [LoadRestrictionsRootOnly LoadRestrictionsNone]\n",
        ),
    ];
    for (line, expected) in cases {
        assert_eq!(error(line), expected, "{line}");
    }
    let answer = World::new().run("diff --nosuch");
    assert_eq!(
        (answer.exit, answer.stderr.as_str()),
        (2, "error: unknown flag: --nosuch\nSee 'kubectl diff -h' for help and examples\n")
    );
    assert_eq!(World::new().run("certificate a").exit, 0);
    let noted = World::new().run("scale deploy/x --replicas=1 --record").stderr;
    assert!(
        noted.starts_with("Flag --record has been deprecated, --record will be removed in the future\n"),
        "{noted}"
    );
}

#[test]
fn a_diff_does_not_show_what_secrets_hold() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\ndata:\n  a: WA==\n  b: WQ==\n";
    let diff = |line: &str| {
        let world = World::new();
        world.run("create secret generic s --from-literal=a=x --from-literal=b=Y");
        world.files.borrow_mut().insert("s.yaml".to_owned(), secret.to_owned());
        world.run(line).stdout
    };
    let hidden = diff("diff -f s.yaml");
    assert!(hidden.contains("-  a: '*** (before)'\n+  a: '*** (after)'\n   b: '***'\n"), "{hidden}");
    assert!(diff("diff -f s.yaml --show-secrets").contains("-  a: eA==\n+  a: WA==\n"));
}
