//! Pods: what a watch shows, line by line.

use super::{Sim, pod};
use crate::http::Request as HttpRequest;
use api::{kind, list, obj};
use apiserver::request::{PatchType, Request, Verb};

#[test]
fn a_pod_starts_as_recorded() {
    let mut sim = Sim::new(&["node1"]);
    let node = sim.api.store().get(kind::NODE, &apiserver::Key::new("", "node1")).cloned().unwrap();
    assert_eq!(api::meta::condition(&node, "Ready")["status"].str(), "True");
    sim.apply(&pod("web", "{name: nginx, image: nginx}"));
    sim.run(3.0);
    let text = "0/1 Pending 0, 0/1 ContainerCreating 0, 0/1 ContainerCreating 0, 1/1 Running 0";
    assert_eq!(sim.lines("web"), text);
    let web = sim.pod("web");
    assert_eq!(web.at("status.phase").str(), "Running");
    let status = &web.at("status.containerStatuses").array()[0];
    assert_eq!(status["image"].str(), "docker.io/library/nginx:latest");
    assert_eq!(
        status["volumeMounts"].array().len(),
        web["spec"]["containers"].array()[0]["volumeMounts"].array().len()
    );
    let order: Vec<&str> = web.at("status.conditions").array().iter().map(|c| c["type"].str()).collect();
    assert_eq!(order, ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"]);
    assert!(web.at("status.conditions").array().iter().all(|c| c["observedGeneration"].int() == 1), "{web:?}");
    let reasons: Vec<String> = sim.events("web").iter().map(|e| e.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(reasons, ["Pulling", "Pulled", "Created", "Started"]);
    // The image is there now: with the policy Always it is only checked.
    sim.apply(&pod("again", "{name: nginx, image: nginx, imagePullPolicy: IfNotPresent}"));
    sim.lines.clear();
    let before = sim.seconds();
    sim.run(2.0);
    let (at, last) = sim.lines.last().cloned().unwrap();
    assert_eq!(last, "again 1/1 Running 0");
    assert!((0.3..0.45).contains(&(at - before)), "{}", at - before);
}

#[test]
fn the_sandbox_alone_does_not_show_the_address() {
    let mut sim = Sim::new(&["node1"]);
    sim.apply(&pod("web", "{name: nginx, image: nginx}"));
    sim.run(0.45);
    let web = sim.pod("web");
    assert_eq!(api::condition(&web, "PodReadyToStartContainers")["status"].str(), "True");
    assert!(web.at("status.podIP").is_null(), "{web:?}");
    sim.run(3.0);
    assert!(!sim.pod("web").at("status.podIP").str().is_empty());
}

#[test]
fn a_changed_image_restarts_the_container() {
    let mut sim = Sim::new(&["node1"]);
    sim.apply(&pod("web", "{name: c, image: \"nginx:1.25\"}"));
    sim.run(4.0);
    let mut web = sim.pod("web");
    sim.lines.clear();
    web.at_mut("spec.containers").array_mut()[0].set("image", "nginx:1.26");
    sim.update(kind::POD, "web", web);
    sim.run(4.0);
    assert!(sim.lines("web").ends_with("1/1 Running 1"));
    let status = sim.pod("web").at("status.containerStatuses").array()[0].clone();
    assert_eq!(status["image"].str(), "docker.io/library/nginx:1.26");
    assert!(
        sim.events("web").iter().any(|e| e.starts_with("Killing Container c definition changed, will be restarted"))
    );
}

#[test]
fn a_deleted_pod_goes_in_steps() {
    let mut sim = Sim::new(&["node1"]);
    sim.apply(&pod("web", "{name: nginx, image: nginx}"));
    sim.run(4.0);
    sim.lines.clear();
    sim.delete("web", None);
    let before = sim.seconds();
    sim.run(2.0);
    let after = sim.lines.last().unwrap().0 - before;
    assert!((0.03..1.1).contains(&after), "{after}");
    // The last line is that of the deletion itself.
    let text = "1/1 Terminating 0, 1/1 Terminating 0, 0/1 Completed 0, 0/1 Completed 0, 0/1 Completed 0";
    assert_eq!(sim.lines("web"), text);
    assert!(sim.pod("web").is_null());
    assert!(sim.kubelets.pods.is_empty() && sim.kubelets.names.is_empty() && sim.kubelets.network.used.is_empty());
    // A process that pays no attention to SIGTERM is killed when its time is over.
    sim.apply(&pod("slow", "{name: c, image: busybox, command: [sleep, \"3600\"]}"));
    sim.run(4.0);
    sim.lines.clear();
    sim.delete("slow", Some(6));
    sim.run(5.0);
    assert_eq!(sim.lines("slow"), "1/1 Terminating 0, 1/1 Terminating 0");
    sim.run(3.0);
    assert_eq!(sim.lines("slow"), "0/1 Error 0, 0/1 Error 0, 0/1 Error 0");
    // A shell pays none until it is replaced by a program that does.
    let command = "[sh, -c, \"sleep 8; exec nginx -g 'daemon off;'\"]";
    for (age, goes) in [(4.0, false), (12.0, true)] {
        sim.apply(&pod("shell", &format!("{{name: c, image: nginx, command: {command}}}")));
        sim.run(age);
        sim.delete("shell", Some(30));
        sim.run(3.0);
        assert_eq!(sim.pod("shell").is_null(), goes, "deleted {age} seconds after its creation");
        sim.run(40.0);
    }
}

#[test]
fn containers_that_end() {
    let mut sim = Sim::new(&["node1"]);
    sim.apply(&pod("crash", "{name: c, image: busybox, command: [sh, -c, \"echo starting; exit 1\"]}"));
    sim.apply(&(pod("done", "{name: c, image: busybox, command: [echo, hi]}") + "  restartPolicy: Never\n"));
    sim.apply(&(pod("err", "{name: c, image: busybox, command: [sh, -c, \"exit 5\"]}") + "  restartPolicy: Never\n"));
    sim.run(36.0);
    let lines = sim.lines.clone();
    let done = sim.lines("done");
    assert!(done.ends_with("1/1 Running 0, 0/1 Completed 0, 0/1 Completed 0"), "{done}");
    sim.lines = lines;
    let crash = sim.lines("crash");
    let recorded = "1/1 Running 0, 0/1 Error 0, 1/1 Running 1, 0/1 Error 1, 0/1 CrashLoopBackOff 1, 1/1 Running 2, \
                    0/1 Error 2, 0/1 CrashLoopBackOff 2";
    assert!(crash.ends_with(recorded), "{crash}");
    assert_eq!(sim.pod("done").at("status.phase").str(), "Succeeded");
    assert_eq!(sim.pod("err").at("status.phase").str(), "Failed");
    let id = sim.kubelets.pod("default", "crash").unwrap().id.clone();
    assert_eq!(sim.kubelets.logs(&id, "c", true).unwrap()[0].text, "starting");
    let message = sim.pod("crash").at("status.containerStatuses").array()[0].at("state.waiting.message").to_str();
    assert!(message.starts_with("back-off 20s restarting failed container=c pod=crash_default("), "{message}");
    assert!(sim.events("crash").iter().any(|e| e.starts_with("BackOff Back-off restarting failed container c in pod")));
    // After that 40 s, 80 s ... up to 5 minutes.
    sim.run(3_600.0);
    let restarts = sim.pod("crash").at("status.containerStatuses").array()[0]["restartCount"].int();
    assert!((12..18).contains(&restarts), "{restarts}");
}

#[test]
fn images_that_cannot_be_had() {
    let mut sim = Sim::new(&["node1"]);
    sim.apply(&pod("bad", "{name: c, image: nosuchrepo/nosuchimage}"));
    sim.apply(&pod("tag", "{name: c, image: \"nginx:1.161\"}"));
    sim.apply(&pod("name", "{name: c, image: \"Nginx:UPPER\"}"));
    sim.apply(&pod("never", "{name: c, image: \"example.org/odd:1\", imagePullPolicy: Never}"));
    sim.apply(&pod("command", "{name: c, image: nginx, command: [nosuchcommand]}"));
    sim.run(4.0);
    let reason = |sim: &Sim, name: &str| {
        sim.pod(name).at("status.containerStatuses").array()[0].at("state.waiting.reason").to_str()
    };
    let names = ["bad", "tag", "name", "never"];
    assert_eq!(
        names.map(|n| reason(&sim, n)),
        ["ErrImagePull", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull"]
    );
    sim.run(16.0);
    assert_eq!(reason(&sim, "bad"), "ImagePullBackOff");
    let events = sim.events("bad");
    assert!(
        events.iter().any(|e| e.starts_with("BackOff Back-off pulling image \"nosuchrepo/nosuchimage\"")),
        "{events:?}"
    );
    assert!(events.iter().any(|e| e.starts_with("Failed Error: ErrImagePull x2")), "{events:?}");
    assert!(sim.events("tag").iter().any(|e| e.contains("docker.io/library/nginx:1.161: not found")));
    let command = sim.lines("command");
    assert!(command.contains("0/1 RunContainerError 0, 0/1 RunContainerError 1, 0/1 CrashLoopBackOff 1"), "{command}");
    sim.delete("bad", None);
    sim.run(3.0);
    assert!(sim.pod("bad").is_null());
}

#[test]
fn init_containers_come_first() {
    let mut sim = Sim::new(&["node1"]);
    sim.apply(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: init}\nspec:\n  initContainers:\n  - {name: i1, image: busybox, command: \
         [sh, -c, \"sleep 2\"]}\n  - {name: i2, image: busybox, command: [sh, -c, \"sleep 2\"]}\n  containers: [{name: c, \
         image: nginx}, {name: d, image: redis}]\n",
    );
    sim.run(15.0);
    let text = "0/2 Pending 0, 0/2 Init:0/2 0, 0/2 Init:0/2 0, 0/2 Init:0/2 0, 0/2 Init:1/2 0, 0/2 Init:1/2 0, \
                0/2 PodInitializing 0, 2/2 Running 0";
    assert_eq!(sim.lines("init"), text);
    sim.apply(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: sidecar}\nspec:\n  initContainers:\n  - {name: s, image: nginx, \
         restartPolicy: Always}\n  containers: [{name: c, image: busybox, command: [sleep, \"4\"]}]\n  restartPolicy: Never\n",
    );
    sim.run(15.0);
    let text = "0/2 Pending 0, 0/2 Init:0/1 0, 0/2 Init:0/1 0, 1/2 PodInitializing 0, 2/2 Running 0, 1/2 Completed 0, \
                0/2 Completed 0, 0/2 Completed 0";
    assert_eq!(sim.lines("sidecar"), text);
    sim.apply(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: fails}\nspec:\n  initContainers: [{name: i1, image: busybox, command: \
         [sh, -c, \"exit 1\"]}]\n  containers: [{name: c, image: nginx}]\n",
    );
    sim.run(20.0);
    let text = "0/1 Pending 0, 0/1 Init:0/1 0, 0/1 Init:0/1 0, 0/1 Init:0/1 0, 0/1 Init:Error 0, 0/1 Init:0/1 1, \
                0/1 Init:Error 1, 0/1 Init:CrashLoopBackOff 1, 0/1 Init:0/1 2, 0/1 Init:Error 2";
    assert_eq!(sim.lines("fails"), text);
}

#[test]
fn volumes_are_shared_and_outlive_pods() {
    let mut sim = Sim::new(&["node1", "node2"]);
    let config = obj! { "metadata" => obj! { "name" => "page" }, "data" => obj! { "index.html" => "from a map\n" } };
    sim.create(kind::CONFIG_MAP, config);
    sim.apply(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: two}\nspec:\n  containers:\n  - {name: web, image: nginx, volumeMounts: \
         [{name: shared, mountPath: /usr/share/nginx/html}]}\n  - {name: writer, image: busybox, command: [sh, -c, \"echo \
         hello > /out/index.html; sleep 1000\"], volumeMounts: [{name: shared, mountPath: /out}, {name: nfs, mountPath: \
         /nfs}]}\n  volumes: [{name: shared, emptyDir: {}}, {name: nfs, nfs: {server: nas, path: /export}}]\n",
    );
    sim.apply(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: map}\nspec:\n  containers:\n  - {name: web, image: nginx, volumeMounts: \
         [{name: page, mountPath: /usr/share/nginx/html}]}\n  volumes: [{name: page, configMap: {name: page}}]\n",
    );
    sim.run(8.0);
    let get = |sim: &mut Sim, name: &str, path: &str| {
        let id = sim.kubelets.pod("default", name).unwrap().id.clone();
        sim.kubelets.http(&id, 80, &HttpRequest::get("x", path), sim.now).map(|reply| (reply.status, reply.text()))
    };
    assert_eq!(get(&mut sim, "two", "/"), Some((200, "hello\n".into())));
    assert_eq!(get(&mut sim, "map", "/index.html"), Some((200, "from a map\n".into())));
    assert_eq!(get(&mut sim, "two", "/../../etc/passwd").unwrap().0, 404);
    let changed = obj! { "metadata" => obj! { "name" => "page" }, "data" => obj! { "index.html" => "changed\n" } };
    sim.update(kind::CONFIG_MAP, "page", changed);
    sim.run(100.0);
    assert_eq!(get(&mut sim, "map", "/index.html"), Some((200, "changed\n".into())));
    let id = sim.kubelets.pod("default", "two").unwrap().id.clone();
    let mounts = sim.kubelets.mounts(&id, "writer", sim.now).unwrap();
    mounts.view(sim.kubelets.disks()).write("/nfs/kept", "still here\n", 0).unwrap();
    mounts.view(sim.kubelets.disks()).write("/lost", "gone", 0).unwrap();
    sim.delete("two", Some(1));
    sim.run(4.0);
    assert!(sim.pod("two").is_null());
    sim.apply(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: three}\nspec:\n  nodeName: node2\n  containers:\n  - {name: c, image: \
         busybox, command: [sh, -c, \"cat /nfs/kept /lost; sleep 1000\"], volumeMounts: [{name: nfs, mountPath: /nfs}]}\n  \
         volumes: [{name: nfs, nfs: {server: nas, path: /export}}]\n",
    );
    sim.run(4.0);
    let id = sim.kubelets.pod("default", "three").unwrap().id.clone();
    let log: Vec<&str> = sim.kubelets.logs(&id, "c", false).unwrap().iter().map(|line| line.text.as_str()).collect();
    assert_eq!(log, ["still here", "cat: can't open '/lost': No such file or directory"]);
    // A missing Secret or ConfigMap holds the Pod back until it is there.
    sim.apply(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: waits}\nspec:\n  containers:\n  - {name: c, image: nginx, env: [{name: \
         MODE, valueFrom: {configMapKeyRef: {name: later, key: mode}}}]}\n",
    );
    sim.run(5.0);
    assert!(sim.lines("waits").ends_with("0/1 CreateContainerConfigError 0"));
    sim.create(kind::CONFIG_MAP, obj! { "metadata" => obj! { "name" => "later" }, "data" => obj! { "mode" => "ok" } });
    sim.run(20.0);
    let id = sim.kubelets.pod("default", "waits").unwrap().id.clone();
    assert!(sim.kubelets.environment(&id, "c").unwrap().contains(&("MODE".into(), "ok".into())));
}

#[test]
fn probes_decide_about_ready_and_restart() {
    let mut sim = Sim::new(&["node1"]);
    sim.apply(&pod(
        "ready",
        "{name: c, image: nginx, readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1}}",
    ));
    sim.apply(&pod(
        "notready",
        "{name: c, image: nginx, readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 2}}",
    ));
    sim.apply(&pod(
        "notfound",
        "{name: c, image: nginx, livenessProbe: {httpGet: {path: /x, port: 80}, periodSeconds: 1}}",
    ));
    let live = "args: [/bin/sh, -c, \"touch /tmp/healthy; sleep 8; rm -f /tmp/healthy; sleep 600\"]";
    sim.apply(&pod("live", &format!("{{name: c, image: busybox, {live}, livenessProbe: {{exec: {{command: [cat, /tmp/healthy]}}, periodSeconds: 2, failureThreshold: 1}}}}")));
    sim.run(15.0);
    let lines = sim.lines.clone();
    assert!(sim.lines("ready").ends_with("0/1 Running 0, 1/1 Running 0"));
    sim.lines = lines;
    let notfound = sim.lines("notfound");
    let recorded = "1/1 Running 0, 1/1 Running 1, 1/1 Running 2, 0/1 CrashLoopBackOff 2";
    assert!(notfound.ends_with(recorded), "{notfound}");
    let events = sim.events("notready");
    let refused = "dial tcp 10.32.0.3:8080: connect: connection refused";
    assert!(
        events.iter().any(|e| e.starts_with("Unhealthy Readiness probe failed: Get") && e.contains(refused)),
        "{events:?}"
    );
    let missing = "Unhealthy Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory";
    assert!(sim.events("live").iter().any(|e| e.starts_with(missing)), "{:?}", sim.events("live"));
}

#[test]
fn a_container_is_added_to_a_running_pod() {
    let mut sim = Sim::new(&["node1"]);
    sim.apply(&pod("web", "{name: c, image: nginx}"));
    sim.run(5.0);
    let new = obj! { "name" => "debugger", "image" => "busybox", "command" => list!["echo", "hi"] };
    let body = obj! { "spec" => obj! { "ephemeralContainers" => list![new] } };
    let verb = Verb::Patch(PatchType::StrategicMerge);
    let request =
        Request::new(verb, kind::POD, "default", "web").with_subresource("ephemeralcontainers").with_body(body);
    sim.api.handle(&request).unwrap();
    sim.dispatch();
    sim.run(5.0);
    let web = sim.pod("web");
    assert_eq!(web["status"]["phase"].str(), "Running");
    assert_eq!(web["status"]["containerStatuses"].len(), 1);
    let debugger = &web["status"]["ephemeralContainerStatuses"].array()[0];
    // It is not started again, whatever the Pod's restart policy says.
    assert_eq!(debugger.at("state.terminated.exitCode").as_int(), Some(0));
    assert_eq!(debugger["restartCount"].int(), 0);
}
