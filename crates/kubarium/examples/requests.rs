//! What a request costs, and how that grows with the number of objects that are stored: `cargo xtask bench` runs this and
//! prints its table. Times depend on the machine's mood; what counts is the last column.

use api::{Kind, Rng, Time, Value, kind, list, obj};
use apiserver::{ApiServer, PatchType, Request, Verb};
use std::hint::black_box;
use std::time::Instant;

/// How many ConfigMaps are stored while requests are timed.
const SIZES: [usize; 3] = [100, 1_000, 10_000];
/// What creating an object and getting it may take with the most objects stored, in microseconds.
const BUDGET: f64 = 20.0;
/// How often each request is sent.
const TIMES: usize = 2_000;

type Operation = (&'static str, fn(&mut ApiServer, usize));

fn main() {
    let operations: [Operation; 9] = [
        ("create and get", |server, i| {
            send(server, Verb::Create, "", config(&format!("new-{i}")));
            send(server, Verb::Get, &format!("new-{i}"), Value::Null);
        }),
        ("get", |server, i| drop(send(server, Verb::Get, &name(i % 100), Value::Null))),
        ("update", |server, i| {
            let mut object = send(server, Verb::Get, &name(i % 100), Value::Null);
            object.set("data.round", i.to_string());
            send(server, Verb::Update, &name(i % 100), object);
        }),
        ("merge patch", |server, i| {
            let body = obj! { "data" => obj! { "patched" => i.to_string() } };
            send(server, Verb::Patch(PatchType::Merge), &name(i % 100), body);
        }),
        ("server-side apply", |server, i| {
            let mut body = config(&name(i % 100));
            body.set("data.applied", i.to_string());
            send(server, Verb::Patch(PatchType::Apply), &name(i % 100), body);
        }),
        ("create a Pod", |server, i| {
            let container = obj! { "name" => "c", "image" => "nginx" };
            let metadata = obj! { "name" => format!("pod-{i}"), "labels" => obj! { "app" => "web" } };
            let pod = obj! { "metadata" => metadata, "spec" => obj! { "containers" => list![container] } };
            ask(server, Verb::Create, kind::POD, "", pod);
        }),
        ("watch, 100 times", |server, i| {
            let request = Request::new(Verb::Watch, kind::CONFIG_MAP, "default", "");
            let mut from_now = request;
            from_now.options.resource_version = server.store().revision().to_string().into();
            let mut watches: Vec<_> = (0..100).map(|_| server.watch(&from_now).expect("a watch")).collect();
            send(server, Verb::Create, "", config(&format!("seen-{i}")));
            for watch in &mut watches {
                black_box(server.poll(watch));
            }
        }),
        ("list a page of 500", |server, _| {
            let mut request = Request::new(Verb::List, kind::CONFIG_MAP, "default", "");
            request.options.limit = 500;
            black_box(server.handle(&request).expect("a list"));
        }),
        ("list all", |server, _| drop(send(server, Verb::List, "", Value::Null))),
    ];
    let mut newest = f64::INFINITY;
    println!("{:<20} {}  from the least to the most", "microseconds with", SIZES.map(|n| format!("{n:>9}")).concat());
    for (what, operation) in operations {
        let costs = SIZES.map(|size| measure(size, what, operation));
        if what == "create and get" {
            newest = costs[SIZES.len() - 1];
        }
        let shown = costs.map(|cost| format!("{cost:>9.2}")).concat();
        println!("{what:<20} {shown}  {:.2} times", costs[SIZES.len() - 1] / costs[0]);
    }
    println!(
        "to create an object and get it with {} stored: {newest:.2} of {BUDGET} microseconds",
        SIZES[SIZES.len() - 1]
    );
}

/// Microseconds that an operation takes when `size` objects are stored.
fn measure(size: usize, what: &str, operation: fn(&mut ApiServer, usize)) -> f64 {
    let mut server = ApiServer::new(Rng::new(1), Time::parse("2026-01-05T09:00:00Z").unwrap_or_default());
    for (kind, namespace) in [(kind::NAMESPACE, ""), (kind::SERVICE_ACCOUNT, "default")] {
        let object = obj! { "metadata" => obj! { "name" => "default" } };
        server.handle(&Request::new(Verb::Create, kind, namespace, "").with_body(object)).expect("a namespace");
    }
    for i in 0..size {
        send(&mut server, Verb::Create, "", config(&name(i)));
        server.take_fresh();
    }
    let times = if what.starts_with("list") || what.starts_with("watch") { TIMES / 20 } else { TIMES };
    let began = Instant::now();
    for i in 0..times {
        operation(&mut server, i);
        server.take_fresh();
    }
    began.elapsed().as_secs_f64() * 1e6 / times as f64
}

fn name(i: usize) -> String {
    format!("config-{i}")
}

fn config(name: &str) -> Value {
    let data = obj! { "color" => "blue", "size" => "10" };
    obj! { "apiVersion" => "v1", "kind" => "ConfigMap", "metadata" => obj! { "name" => name }, "data" => data }
}

fn send(server: &mut ApiServer, verb: Verb, name: &str, body: Value) -> Value {
    ask(server, verb, kind::CONFIG_MAP, name, body)
}

fn ask(server: &mut ApiServer, verb: Verb, kind: &'static Kind, name: &str, body: Value) -> Value {
    let mut request = Request::new(verb, kind, "default", name).with_body(body);
    request.options.field_manager = "bench".into();
    request.options.force = verb == Verb::Patch(PatchType::Apply);
    black_box(server.handle(&request).expect("the request is valid").body)
}
