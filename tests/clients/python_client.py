"""The Python client against `kubarium serve`: create, list, watch, patch, apply, logs and delete on ten kinds."""

import sys
import time

from kubernetes import client, config, dynamic, watch
from kubernetes.client.rest import ApiException

LABELS = {"story": "python"}
TEMPLATE = {
    "metadata": {"labels": LABELS},
    "spec": {"containers": [{"name": "main", "image": "nginx"}]},
}
JOB = {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "busybox", "command": ["true"]}]}}}
KINDS = [
    ("v1", "ConfigMap", {"data": {"a": "1"}}),
    ("v1", "Secret", {"stringData": {"a": "1"}}),
    ("v1", "Service", {"spec": {"selector": LABELS, "ports": [{"port": 80}]}}),
    ("v1", "ServiceAccount", {}),
    ("v1", "Pod", {"spec": {"containers": [{"name": "main", "image": "nginx"}]}}),
    ("apps/v1", "Deployment", {"spec": {"replicas": 1, "selector": {"matchLabels": LABELS}, "template": TEMPLATE}}),
    ("apps/v1", "ReplicaSet", {"spec": {"replicas": 0, "selector": {"matchLabels": {"rs": "x"}},
                                        "template": {**TEMPLATE, "metadata": {"labels": {"rs": "x"}}}}}),
    ("batch/v1", "Job", {"spec": JOB}),
    ("rbac.authorization.k8s.io/v1", "Role", {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}),
    ("networking.k8s.io/v1", "NetworkPolicy", {"spec": {"podSelector": {}}}),
]


def one_kind(found, api_version, kind, rest):
    resource = found.resources.get(api_version=api_version, kind=kind)
    name = "python-" + kind.lower()
    body = {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "labels": LABELS}, **rest}
    made = resource.create(body=body, namespace="default")
    assert made.metadata.name == name and made.metadata.uid, made
    listed = resource.get(namespace="default", label_selector="story=python")
    assert name in [item.metadata.name for item in listed.items], listed
    patched = resource.patch(name=name, namespace="default", body={"metadata": {"labels": {"patched": "yes"}}},
                             content_type="application/merge-patch+json")
    assert patched.metadata.labels["patched"] == "yes", patched
    applied = resource.server_side_apply(
        body={"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "annotations": {"applied": "yes"}}},
        name=name, namespace="default", field_manager="python", force_conflicts=True)
    assert applied.metadata.annotations["applied"] == "yes", applied
    seen = [event["type"] for event in resource.watch(namespace="default", name=name, timeout=2)]
    assert seen and seen[0] == "ADDED", seen
    resource.delete(name=name, namespace="default")
    for _ in range(400):
        try:
            resource.get(name=name, namespace="default")
        except ApiException as error:
            assert error.status == 404, error
            return
        time.sleep(0.1)
    raise AssertionError(f"{kind} {name} is never gone")


def logs_and_exec(core):
    body = {"metadata": {"name": "talker"}, "spec": {"restartPolicy": "Never", "containers": [
        {"name": "main", "image": "busybox", "command": ["sh", "-c", "echo hello; sleep 3600"]}]}}
    core.create_namespaced_pod("default", body)
    for event in watch.Watch().stream(core.list_namespaced_pod, "default", field_selector="metadata.name=talker", timeout_seconds=60):
        if event["object"].status.phase == "Running":
            break
    for _ in range(50):
        text = core.read_namespaced_pod_log("talker", "default")
        if text:
            break
        time.sleep(0.1)
    assert text == "hello\n", text
    from kubernetes.stream import stream
    said = stream(core.connect_get_namespaced_pod_exec, "talker", "default", command=["hostname"], stdout=True, stderr=True,
                  stdin=False, tty=False)
    assert said.strip() == "talker", said
    core.delete_namespaced_pod("talker", "default", grace_period_seconds=0)


def main():
    config.load_kube_config(sys.argv[1])
    assert client.VersionApi().get_code().git_version == "v1.36.2"
    found = dynamic.DynamicClient(client.ApiClient())
    for api_version, kind, rest in KINDS:
        one_kind(found, api_version, kind, rest)
    logs_and_exec(client.CoreV1Api())
    print(f"python: {len(KINDS)} kinds")


main()
