//! What a kubelet does with files: manifests of static Pods on its node, and tokens in its containers.

use super::cluster_tests::{asking, in_cluster};
use super::*;

#[test]
fn a_manifest_on_a_node_is_a_pod() {
    let mut ask = asking(false);
    let names = ask("ssh master ls /etc/kubernetes/manifests");
    assert_eq!(names, "etcd.yaml\nkube-apiserver.yaml\nkube-controller-manager.yaml\nkube-scheduler.yaml\n");
    ask("kubectl run web --image=nginx:1.25 --dry-run=client -o yaml > web.yaml");
    ask("cat web.yaml | ssh node1 'cat > /etc/kubernetes/manifests/web.yaml'; sleep 5");
    let pods = ask("kubectl get pods -o wide");
    assert!(pods.contains("web-node1   1/1     Running") && pods.contains("node1"), "{pods}");
    assert_eq!(ask("kubectl get pod web-node1 -o jsonpath='{.metadata.ownerReferences[0].kind}'"), "Node");
    ask("kubectl delete pod web-node1; sleep 2");
    assert!(ask("kubectl get pods").contains("web-node1   1/1     Running"), "the mirror comes back");
    ask("ssh node1 \"sed -i 's/1.25/1.26/' /etc/kubernetes/manifests/web.yaml\"; sleep 6");
    assert_eq!(ask("kubectl get pod web-node1 -o jsonpath='{.spec.containers[0].image}'"), "nginx:1.26");
    assert!(ask("kubectl get pod web-node1").contains("Running"));
    ask("ssh node1 'echo nonsense: [ > /etc/kubernetes/manifests/web.yaml'; sleep 5");
    assert!(ask("kubectl get pods").contains("No resources found"), "{}", ask("kubectl get pods"));
    ask(
        "ssh node1 systemctl stop kubelet; cat web.yaml | ssh node1 'cat > /etc/kubernetes/manifests/web.yaml'; sleep 5",
    );
    assert!(ask("kubectl get pods").contains("No resources found"));
    ask("ssh node1 systemctl start kubelet; sleep 8");
    assert!(ask("kubectl get pods").contains("web-node1   1/1     Running"));
    ask("ssh node1 rm /etc/kubernetes/manifests/web.yaml; sleep 5");
    assert!(ask("kubectl get pods").contains("No resources found"));
    // A component of the control plane.
    ask("ssh master mv /etc/kubernetes/manifests/kube-scheduler.yaml /root/; sleep 3");
    assert!(!ask("kubectl get pods -n kube-system").contains("kube-scheduler-master"));
    ask("ssh master mv /root/kube-scheduler.yaml /etc/kubernetes/manifests/; sleep 5");
    assert!(ask("kubectl get pods -n kube-system").contains("kube-scheduler-master            1/1     Running"));
}

#[test]
fn the_token_in_a_container_is_its_accounts() {
    let mut ask = asking(false);
    const TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";
    ask(
        "kubectl create serviceaccount reader; kubectl create role pods --verb=list --resource=pods; kubectl create rolebinding pods --role=pods --serviceaccount=default:reader",
    );
    ask(
        "kubectl run web --image=nginx --overrides='{\"spec\":{\"serviceAccountName\":\"reader\"}}'; kubectl wait --for=condition=Ready pod/web",
    );
    ask(&format!("kubectl exec web -- cat {TOKEN} > token"));
    // A context without a certificate, which would count first.
    ask("kubectl config set-credentials reader --token=$(cat token)");
    let who = ask("kubectl --user=reader auth whoami");
    assert!(who.contains("system:serviceaccount:default:reader"), "{who}");
    assert!(who.contains("authentication.kubernetes.io/pod-name"), "{who}");
    assert!(ask("kubectl --user=reader get pods").contains("web"));
    let refused = ask("kubectl --user=reader get nodes");
    assert!(
        refused.contains("User \"system:serviceaccount:default:reader\" cannot list resource \"nodes\""),
        "{refused}"
    );
    let authority = ask("kubectl exec web -- cat /var/run/secrets/kubernetes.io/serviceaccount/ca.crt");
    assert_eq!(authority, ask("kubectl get cm kube-root-ca.crt -o jsonpath='{.data.ca\\.crt}'"));
    assert_eq!(ask("kubectl exec web -- cat /var/run/secrets/kubernetes.io/serviceaccount/namespace"), "default");
    // A container's own program reads it too.
    ask(&format!("kubectl run own --image=busybox --restart=Never -- sh -c 'cat {TOKEN}'; sleep 5"));
    ask("kubectl config set-credentials own --token=$(kubectl logs own)");
    assert!(ask("kubectl --user=own auth whoami").contains("system:serviceaccount:default:default"));
    // It is renewed before it is too old, and worth nothing once its Pod has gone.
    ask("sleep 3000");
    assert_ne!(ask(&format!("kubectl exec web -- cat {TOKEN}")), ask("cat token"));
    ask("kubectl delete pod web");
    let refused = ask("kubectl --user=reader get pods");
    assert!(!refused.contains("No resources") && !refused.contains("Completed"), "{refused}");
}

/// Who does not heed SIGTERM, but comes to its end before its grace period does, is gone then.
#[test]
fn a_process_that_ends_early_does_not_use_up_its_grace_period() {
    let mut session = Session::new(Options::default(), true);
    let mut ask = |line: &str| in_cluster(&mut session, line);
    ask(
        "kubectl run short --image=busybox --restart=Never -- sh -c 'sleep 15; echo bye'; kubectl wait --for=condition=Ready pod/short",
    );
    ask("kubectl delete pod short --wait=false; sleep 8");
    assert!(ask("kubectl get pod short").0.contains("1/1     Terminating"));
    ask("sleep 9");
    assert!(ask("kubectl get pod short").0.contains("NotFound"), "it ended by itself after 15 seconds");
}

/// In-place resize: what fits is given at once or with a restart, as the container's policy says; what does not fit waits.
#[test]
fn a_running_pod_is_resized_in_place() {
    let mut session = Session::new(Options::default(), true);
    let mut ask = |line: &str| in_cluster(&mut session, line);
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: big}, spec: {nodeName: node1, containers: [{name: c, image: nginx, resources: {requests: {cpu: 500m, memory: 100Mi}}, resizePolicy: [{resourceName: cpu, restartPolicy: NotRequired}, {resourceName: memory, restartPolicy: RestartContainer}]}]}}";
    ask(&format!("echo '{pod}' | kubectl apply -f -; kubectl wait --for=condition=Ready pod/big"));
    let patch = |name: &str, resources: &str| {
        format!(
            "kubectl patch pod {name} --subresource resize -p '{{\"spec\":{{\"containers\":[{{\"name\":\"c\",\"resources\":{{\"requests\":{{{resources}}}}}}}]}}}}'"
        )
    };
    let status = |path: &str| format!("kubectl get pod big -o jsonpath='{{.status.{path}}}'");
    let conditions = status("conditions[?(@.status==\"True\")].type");
    assert_eq!(ask(&patch("big", "\"cpu\":\"800m\"")), ("pod/big patched\n".into(), 0));
    assert!(ask(&conditions).0.starts_with("PodResizeInProgress "), "{}", ask(&conditions).0);
    assert_eq!(ask(&status("containerStatuses[0].resources.requests.cpu")).0, "500m", "it has what it had");
    assert_eq!(ask(&status("containerStatuses[0].allocatedResources.cpu")).0, "800m");
    ask("sleep 3");
    assert_eq!(ask(&status("containerStatuses[0].resources.requests.cpu")).0, "800m");
    assert!(!ask(&conditions).0.contains("Resize"));
    assert_eq!(ask(&status("containerStatuses[0].restartCount")).0, "0");
    let events =
        ask("kubectl get events --field-selector involvedObject.name=big -o custom-columns=R:.reason,M:.message").0;
    let told = "{\"containers\":[{\"name\":\"c\",\"resources\":{\"requests\":{\"cpu\":\"800m\",\"memory\":\"100Mi\"}}}],\"generation\":2}";
    for (reason, what) in [("ResizeStarted", "Pod resize started"), ("ResizeCompleted", "Pod resize completed")] {
        assert!(events.contains(reason) && events.contains(&format!("{what}: {told}")), "{events}");
    }
    // More than the node has at all.
    ask(&patch("big", "\"cpu\":\"999\""));
    ask("sleep 1");
    let pending = "conditions[?(@.type==\"PodResizePending\")]";
    assert_eq!(ask(&status(&format!("{pending}.reason"))).0, "Infeasible");
    assert!(
        ask(&status(&format!("{pending}.message")))
            .0
            .starts_with("Node didn't have enough capacity: cpu, requested: 999000, capacity: ")
    );
    assert_eq!(ask(&status("containerStatuses[0].allocatedResources.cpu")).0, "800m");
    ask(&patch("big", "\"cpu\":\"800m\""));
    ask("sleep 1");
    assert!(!ask(&conditions).0.contains("Resize"), "it asks for what it has");
    // Memory, with a restart.
    ask(&patch("big", "\"memory\":\"200Mi\""));
    ask("sleep 5");
    assert_eq!(ask(&status("containerStatuses[0].restartCount")).0, "1");
    assert_eq!(ask(&status("containerStatuses[0].resources.requests.memory")).0, "200Mi");
    assert!(ask("kubectl describe pod big").0.contains("Container c resize requires restart"));
    // More than is free now: it waits until another Pod has gone.
    let free: i64 =
        ask("kubectl get node node1 -o jsonpath='{.status.allocatable.cpu}'").0.parse::<i64>().unwrap() * 1000;
    let other = format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: other}}, spec: {{nodeName: node1, terminationGracePeriodSeconds: 1, containers: [{{name: c, image: nginx, resources: {{requests: {{cpu: {}m}}}}}}]}}}}",
        free - 1_200
    );
    ask(&format!("echo '{other}' | kubectl apply -f -; kubectl wait --for=condition=Ready pod/other"));
    ask(&patch("big", "\"cpu\":\"1500m\""));
    ask("sleep 1");
    assert_eq!(ask(&status(&format!("{pending}.reason"))).0, "Deferred", "{}", ask("kubectl get pods -o wide").0);
    assert!(ask("kubectl describe pod big").0.contains("Pod resize Deferred: {"));
    ask("kubectl delete pod other; sleep 4");
    assert_eq!(ask(&status("containerStatuses[0].resources.requests.cpu")).0, "1500m");
    assert!(!ask(&conditions).0.contains("Resize"));
}

#[test]
fn a_local_volume_wants_its_directory_to_be_there() {
    let mut ask = asking(false);
    let volume = "{apiVersion: v1, kind: PersistentVolume, metadata: {name: disk}, spec: {capacity: {storage: 1Gi}, \
                  accessModes: [ReadWriteOnce], local: {path: /srv/notes}, nodeAffinity: {required: {nodeSelectorTerms: \
                  [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node2]}]}]}}}}";
    let claim = "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], \
                 resources: {requests: {storage: 1Gi}}}}";
    for object in [volume, claim] {
        ask(&format!("echo '{object}' | kubectl apply -f -"));
    }
    ask(
        "kubectl run web --image=nginx --overrides='{\"spec\":{\"volumes\":[{\"name\":\"paper\",\"persistentVolumeClaim\":{\"claimName\":\"data\"}}]}}'; sleep 30",
    );
    let said = ask("kubectl describe pod web");
    let why = "MountVolume.NewMounter initialization failed for volume \"disk\" : path \"/srv/notes\" does not exist";
    assert!(said.contains(why), "{said}");
    assert!(ask("kubectl get pod web").contains("ContainerCreating"));
    ask("ssh node2 mkdir -p /srv/notes; kubectl wait --for=condition=Ready pod/web --timeout=3m");
    assert!(ask("kubectl get pod web").contains("Running"));
}
