//! Programs that containers get from packages.

use super::cluster_tests::asking;

#[test]
fn what_a_container_gets_is_gone_when_it_is_made_anew() {
    let mut ask = asking(false);
    ask(
        "kubectl run al --image=alpine -- sleep 1d; kubectl run de --image=debian -- sleep 1d; kubectl run web --image=nginx --port=80 --expose; sleep 12",
    );
    assert!(ask("kubectl exec al -- curl -s web").contains("\"curl\": executable file not found"));
    let added = ask("kubectl exec al -- apk add --no-cache curl bind-tools");
    assert!(added.contains("(1/2) Installing curl (") && added.contains("\nOK: "), "{added}");
    assert!(ask("kubectl exec al -- curl -s web").contains("Welcome to nginx!"));
    assert!(
        ask("kubectl exec al -- sh -c 'which dig && curl -s web | head -1'").contains("/usr/bin/dig\n<!DOCTYPE html>")
    );
    let none = ask("kubectl exec al -- apk add frobnicate");
    assert!(none.contains("frobnicate (no such package):\n    required by: world[frobnicate]"), "{none}");
    assert!(ask("kubectl exec de -- apt-get install -y curl").contains("E: Unable to locate package curl"));
    assert!(ask("kubectl exec de -- sh -c 'apt-get update && apt-get install -y procps && ps'").contains("PID"));
    ask(
        "kubectl exec al -- sh -c 'kill 1'; kubectl delete pod al --now; kubectl run al --image=alpine -- sleep 1d; sleep 8",
    );
    assert!(ask("kubectl exec al -- curl -s web").contains("executable file not found"));
    // A container's own script.
    ask(
        "kubectl run own --image=alpine --restart=Never -- sh -c 'apk add curl >/dev/null && curl -s web | tail -n +4 | head -1'; sleep 12",
    );
    assert!(ask("kubectl logs own").contains("<title>Welcome to nginx!</title>"));
    // Without a way out there is nothing to be had.
    ask(
        "kubectl apply -f - <<< '{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: shut}, spec: {podSelector: {}, policyTypes: [Egress]}}'; sleep 5",
    );
    let shut = ask("kubectl exec al -- apk add curl");
    assert!(shut.contains("temporary error (try again later)") && shut.contains("curl (no such package)"), "{shut}");
    assert!(ask("kubectl exec de -- apt-get update").contains("Temporary failure resolving 'deb.debian.org'"));
}
