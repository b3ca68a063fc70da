use super::*;
use api::{Str, kind};

fn head(method: &str, url: &str) -> Head {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let content_type = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
    let of = str::to_owned;
    Head { method: of(method), path: of(path), query: of(query), content_type: of(content_type), ..Head::default() }
}

fn ask(head: &Head, body: &str) -> Result<Asked, Status> {
    let kinds: Vec<_> = kind::served().collect();
    parse(head, &body::read(&head.content_type, body.as_bytes()), &kinds, &User::admin())
}

fn call(method: &str, url: &str, body: &str) -> Call {
    match ask(&head(method, url), body) {
        Ok(Asked::Api(call)) => *call,
        other => panic!("{method} {url}: {other:?}"),
    }
}

fn refusal(method: &str, url: &str, body: &str) -> Status {
    ask(&head(method, url), body).expect_err(url)
}

#[test]
fn urls_mean_requests() {
    for (method, url, verb, place) in [
        ("GET", "/api/v1/pods", Verb::List, "//"),
        ("GET", "/api/v1/namespaces/default/pods?watch=1", Verb::Watch, "default//"),
        ("GET", "/api/v1/watch/namespaces/default/pods/a", Verb::Watch, "default/a/"),
        ("GET", "/api/v1/namespaces/default/pods/a?watch=true", Verb::Get, "default/a/"),
        ("GET", "/api/v1/namespaces/default", Verb::Get, "/default/"),
        ("PUT", "/api/v1/namespaces/default/finalize", Verb::Update, "/default/finalize"),
        ("GET", "/apis/apps/v1/namespaces/x%2fy/deployments/d/scale", Verb::Get, "x/y/d/scale"),
        ("DELETE", "/api/v1/nodes/node1", Verb::Delete, "/node1/"),
        ("DELETE", "/api/v1/namespaces/default/pods", Verb::DeleteCollection, "default//"),
        ("POST", "/api/v1/namespaces/default/pods/a/eviction", Verb::Create, "default/a/eviction"),
        ("PATCH", "/api/v1/namespaces/default/pods/a/status", Verb::Patch(PatchType::Merge), "default/a/status"),
    ] {
        let request = call(method, url, "{}").request;
        assert_eq!(request.verb, verb, "{url}");
        assert_eq!(format!("{}/{}/{}", request.namespace, request.name, request.subresource), place, "{url}");
    }
}

#[test]
fn what_is_not_there_is_refused_as_by_a_real_server() {
    for (method, url, code) in [
        ("GET", "/api/v1/nosuch", 404),
        ("GET", "/api/v1/pods/a", 404),
        ("GET", "/api/v1/namespaces/default/nodes", 404),
        ("GET", "/api/v1/namespaces/default/configmaps/a/status", 404),
        ("POST", "/api/v1/pods", 405),
        ("PUT", "/api/v1/namespaces/default/pods", 405),
        ("GET", "/api/v1/namespaces/default/pods/a/eviction", 405),
        ("DELETE", "/api/v1/namespaces", 405),
        ("GET", "/apis/authentication.k8s.io/v1/tokenreviews", 405),
        ("GET", "/api/v1/pods?limit=x", 400),
        ("POST", "/api/v1/namespaces/default/pods?dryRun=Some", 422),
        ("POST", "/api/v1/namespaces/default/pods?fieldValidation=x", 422),
    ] {
        assert_eq!(refusal(method, url, "{}").code, code, "{method} {url}");
    }
    assert!(matches!(ask(&head("GET", "/apis/nosuch/v1/pods"), ""), Ok(Asked::Unknown)));
    assert!(matches!(ask(&head("GET", "/nosuch"), ""), Ok(Asked::Unknown)));
}

#[test]
fn bodies_are_checked() {
    let url = "/api/v1/namespaces/default/pods";
    assert_eq!(
        refusal("POST", url, "{").message,
        "the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: unexpected \
         end of JSON input ({)"
    );
    assert!(refusal("POST", url, "").message.ends_with("unexpected end of JSON input (<empty>)"));
    assert_eq!(
        refusal("POST", url, r#"{"apiVersion":"v1","kind":"Service"}"#).message,
        "Service in version \"v1\" cannot be handled as a Pod: converting (v1.Service) to (core.Pod): unknown conversion"
    );
    assert!(refusal("POST", url, r#"{"apiVersion":"v1","kind":"Nonsense"}"#).message.contains("no kind \"Nonsense\""));
    assert!(refusal("POST", url, "[]").message.contains("cannot unmarshal array into Go value"));
    assert_eq!(call("POST", url, r#"{"kind":"Pod","kind":"Pod"}"#).request.options.duplicates.len(), 1);
    let yaml = Head { content_type: "application/yaml".into(), ..head("POST", url) };
    assert!(
        matches!(ask(&yaml, "kind: Pod\nmetadata: {name: a}"), Ok(Asked::Api(call)) if call.request.body.name() == "a")
    );
    let protobuf = Head { content_type: "application/vnd.kubernetes.protobuf".into(), ..head("POST", url) };
    assert_eq!(ask(&protobuf, "k8s\0").unwrap_err().code, 415);
    let patch = Head { content_type: "application/json".into(), ..head("PATCH", "/api/v1/nodes/a") };
    assert_eq!(ask(&patch, "{}").unwrap_err().code, 415);
    let options = r#"{"gracePeriodSeconds":0,"propagationPolicy":"Orphan","preconditions":{"uid":"u"}}"#;
    let deletion = call("DELETE", &format!("{url}/a"), options).request.options;
    assert_eq!((deletion.grace_period, deletion.uid), (Some(0), Str::from("u")));
    assert_eq!(refusal("DELETE", &format!("{url}/a?propagationPolicy=x"), "").code, 422);
}

#[test]
fn forms_are_negotiated() {
    let media = |accept: &str| media::negotiate(accept, false);
    let table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";
    assert_eq!(media(table).unwrap().form, As::Table);
    assert_eq!(media("").unwrap(), Media::default());
    assert_eq!(media("application/vnd.kubernetes.protobuf,application/json;q=0.5").unwrap(), Media::default());
    assert_eq!(media("application/vnd.kubernetes.protobuf").unwrap_err().code, 406);
    assert_eq!(media("application/json;as=Nonsense;g=x;v=v1,application/yaml").unwrap().format, Format::Yaml);
}

#[test]
fn options_that_make_no_sense_are_named() {
    let status = refusal("GET", "/api/v1/pods?includeObject=Bogus", "");
    let message = "TableOptions.meta.k8s.io \"\" is invalid: includeObject: Invalid value: \"Bogus\": must be 'Metadata', 'Object', \
                   'None', or empty";
    assert_eq!((status.code, status.message.as_str()), (422, message));
    assert!(status.details["name"].is_null(), "what has no name is not called nothing");
}

#[test]
fn only_custom_objects_in_lists_say_their_kind() {
    let list = api::obj! { "items" => api::list![api::obj! { "apiVersion" => "v1", "kind" => "Thing" }] };
    let custom = Kind { index: kind::KINDS.len() + 1000, ..*kind::POD };
    assert_eq!(answer::formed(&list, &custom, As::Object), list);
    assert_eq!(answer::formed(&list, kind::POD, As::Object)["items"], api::list![api::obj! {}]);
}

#[test]
fn what_is_never_stored_is_no_table() {
    let review = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let body = "{\"spec\":{\"nonResourceAttributes\":{\"path\":\"/\",\"verb\":\"get\"}}}";
    let with = |accept: &str| ask(&Head { accept: accept.into(), ..head("POST", review) }, body).map(drop);
    let table = "application/json;as=Table;v=v1;g=meta.k8s.io";
    assert_eq!(with(table).unwrap_err().code, 406);
    assert!(with(&format!("{table},application/json")).is_ok());
}

#[test]
fn discovery_is_that_of_a_real_server() {
    let text = |url: &str, accept: &str| match ask(&Head { accept: accept.into(), ..head("GET", url) }, "") {
        Ok(Asked::Text(answer)) => {
            (answer.content_type, api::json::parse(&String::from_utf8_lossy(&answer.body)).unwrap())
        }
        other => panic!("{url}: {other:?}"),
    };
    let (_, core) = text("/api/v1", "");
    let pods = core["resources"].array().iter().find(|r| r["name"].str() == "pods").unwrap();
    assert_eq!(pods["storageVersionHash"].str(), "xPOwRZ+Yhw8=");
    let log = core["resources"].array().iter().find(|r| r["name"].str() == "pods/log").unwrap();
    assert_eq!(log["verbs"].array().len(), 1);
    let (_, groups) = text("/apis", "application/json");
    assert_eq!(groups["groups"].array()[0]["name"].str(), "apiregistration.k8s.io");
    let scaling = groups["groups"].array().iter().find(|g| g["name"].str() == "autoscaling").unwrap();
    assert_eq!(scaling.at("preferredVersion.version").str(), "v2");
    let accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
    let (content_type, all) = text("/apis", accept);
    assert_eq!(content_type, "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
    assert_eq!(all.at("apiVersion").str(), "apidiscovery.k8s.io/v2");
    let (_, health) = text("/version", "");
    assert_eq!(health["gitVersion"].str(), "v1.36.2");
}

#[test]
fn a_healthy_server_says_so() {
    let body = |url: &str| match ask(&head("GET", url), "") {
        Ok(Asked::Text(answer)) => String::from_utf8(answer.body).unwrap(),
        other => panic!("{url}: {other:?}"),
    };
    assert_eq!(body("/healthz"), "ok");
    assert_eq!(body("/livez/ping"), "ok");
    assert!(body("/readyz?verbose").ends_with("[+]informer-sync ok\nreadyz check passed\n"));
}
