//! `testdata/NAME.yaml` holds an object and what belongs to it, `testdata/NAME.txt` what kubectl 1.36 printed of it.

use super::*;
use crate::{BoxFuture, Forward};
use api::{FieldSelector, Selector, Status, Time, kind, obj, yaml};
use apiserver::request::{Request, Response, Verb};
use apiserver::watch::{Watch, WatchEvent};
use std::future::ready;
use std::time::Duration;

/// A server with nothing but the objects of one file.
struct Shelf(Vec<Value>);

impl Host for Shelf {
    fn request(&self, request: &Request) -> Result<Response, Status> {
        let options = &request.options;
        let labels = Selector::parse(&options.label_selector).unwrap();
        let fields = FieldSelector::parse(&options.field_selector).unwrap();
        let wanted = |object: &&Value| {
            object.kind() == Some(request.kind)
                && (request.namespace.is_empty() || request.namespace == object.namespace())
                && (request.name.is_empty() || request.name == object.name())
                && labels.matches(object.labels())
                && fields.matches(object)
        };
        let mut found: Vec<Value> = self.0.iter().filter(wanted).cloned().collect();
        found.sort_by(|a, b| (a.namespace(), a.name()).cmp(&(b.namespace(), b.name())));
        match request.verb {
            Verb::List => Ok(obj! { "items" => found }.into()),
            _ => found.pop().map(Response::from).ok_or_else(|| Status::not_found(request.kind, &request.name)),
        }
    }
    fn watch(&self, request: &Request) -> Result<Watch, Status> {
        Err(Status::not_found(request.kind, ""))
    }
    fn poll(&self, _: &mut Watch) -> Vec<WatchEvent> {
        Vec::new()
    }
    fn changed(&self) -> BoxFuture<'_, ()> {
        Box::pin(ready(()))
    }
    fn now(&self) -> Time {
        Time::parse("2026-11-23T01:10:00Z").unwrap()
    }
    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(ready(()))
    }
    fn stdout(&self, _: &str) {}
    fn stderr(&self, _: &str) {}
    fn stdin(&self) -> BoxFuture<'_, String> {
        Box::pin(ready(String::new()))
    }
    fn read_file(&self, _: &str) -> Result<String, String> {
        Err("no such file or directory".into())
    }
    fn write_file(&self, _: &str, _: &str) -> Result<(), String> {
        Err("permission denied".into())
    }
    fn list_dir(&self, _: &str) -> Result<Vec<String>, String> {
        Ok(Vec::new())
    }
    fn env(&self, _: &str) -> Option<String> {
        None
    }
    fn edit(&self, _: &str) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(ready(Ok(())))
    }
    fn exec(&self, _: &Value, _: &str, _: Vec<String>, _: bool, _: bool) -> BoxFuture<'_, i32> {
        Box::pin(ready(0))
    }
    fn attach(&self, _: &Value, _: &str, _: Vec<String>, _: bool) -> BoxFuture<'_, bool> {
        Box::pin(ready(false))
    }
    fn copy<'a>(&'a self, _: &Value, _: &str, _: crate::Copy<'a>) -> BoxFuture<'a, Result<i32, String>> {
        Box::pin(async { Ok(0) })
    }
    fn forward(&self, _: &Value, _: u16, _: u16) -> Result<Box<dyn Forward>, String> {
        Err("address already in use".to_owned())
    }
    fn kinds(&self) -> Vec<&'static Kind> {
        kind::KINDS.iter().collect()
    }
}

fn described(documents: &str, settings: Settings) -> String {
    let shelf = Shelf(yaml::documents(documents).unwrap());
    let object = &shelf.0[0];
    describe(object.kind().unwrap(), object, &shelf, settings)
}

macro_rules! recorded {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            let documents = include_str!(concat!("testdata/", stringify!($name), ".yaml"));
            let expected = include_str!(concat!("testdata/", stringify!($name), ".txt"));
            let described = described(documents, Settings::default());
            let different = described.lines().zip(expected.lines()).find(|(described, expected)| described != expected);
            assert_eq!(different, None);
            assert_eq!(described, expected);
        }
    )*};
}

recorded! {
    autoscaler autoscaler_metrics cluster_role config_map cron_job csi_node daemon_set deployment disruption_budget
    endpoint_slice endpoints ingress ingress_backends ingress_class job lease limit_range namespace namespace_limited
    network_policy network_policy_deny node persistent_volume pod_configured pod_crashing pod_leaving pod_pending
    priority_class replica_set replication_controller resource_quota role role_binding secret service service_account
    service_cidr signing_request stateful_set storage_class volume_claim
}

#[test]
fn events_can_be_left_out() {
    let documents = include_str!("testdata/pod_crashing.yaml");
    let expected = include_str!("testdata/pod_crashing.txt").split_once("Events:").unwrap().0;
    assert_eq!(described(documents, Settings { show_events: false }), expected);
}

#[test]
fn any_object_can_be_described() {
    for kind in kind::KINDS {
        for object in [Value::Null, obj! { "metadata" => obj! { "name" => "x" }, "spec" => 7, "status" => "odd" }] {
            let text = describe(kind, &object, &Shelf(Vec::new()), Settings::default());
            assert!(text.starts_with("Name:"), "{}", kind.kind);
        }
    }
}
