#!/usr/bin/env bash
# The story of a Deployment and its Service, told by a real kubectl: `story.sh KUBECTL KUBECONFIG`. Ends with 1 at the first
# thing that is not as in a real cluster.
set -u
kubectl=$(realpath "$1")
export KUBECONFIG=$(realpath "$2")
folder=$(mktemp -d)
export HOME=$folder
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

fail() { echo "story: $*"; exit 1; }
# run EXPECTED COMMAND...: the output has the expected text in it.
run() {
  local expected=$1 output
  shift
  output=$("$@" 2>&1) || fail "$*: exit $?: $output"
  [[ $output == *"$expected"* ]] || fail "$*: no '$expected' in: $output"
}
refused() {
  local expected=$1 output
  shift
  output=$("$@" 2>&1) && fail "$*: it should be refused, and is not: $output"
  [[ $output == *"$expected"* ]] || fail "$*: no '$expected' in: $output"
}
k() { timeout 60 "$kubectl" "$@"; }

run 'v1.36.2' k version
run 'node3' k get nodes -o wide
run 'deployment.apps/web created' k create deployment web --image=nginx --replicas=3
run 'successfully rolled out' k rollout status deployment/web
run '3/3' k get deployments
run '1/1' k get pods -o wide
run 'web-' k get rs
run 'Pods Status:' k describe rs -l app=web
run 'ScalingReplicaSet' k describe deployment web
run 'service/web exposed' k expose deployment web --port=80 --type=NodePort
run 'NodePort' k get service web
run 'Endpoints:' k describe service web
pod=$(k get pods -l app=web -o jsonpath='{.items[0].metadata.name}') || fail 'no Pod'
run 'docker-entrypoint' k logs "$pod"
run 'deleted' k delete pod "$pod"
run 'web' k wait --for=condition=Available deployment/web --timeout=60s
run 'scaled' k scale deployment web --replicas=5
run 'successfully rolled out' k rollout status deployment/web
run 'image updated' k set image deployment/web nginx=nginx:1.27
run 'successfully rolled out' k rollout status deployment/web
run 'REVISION' k rollout history deployment/web
run 'rolled back' k rollout undo deployment/web
run 'labeled' k label deployment web tier=front
run 'annotate' k annotate deployment web note=seen
run 'patched' k patch deployment web -p '{"spec":{"replicas":2}}'
run 'Recreate' k explain deployment.spec.strategy.type
cat > config.yaml <<'YAML'
apiVersion: v1
kind: ConfigMap
metadata:
  name: config
data:
  color: blue
YAML
run 'configmap/config created' k apply -f config.yaml
sed -i s/blue/green/ config.yaml
run 'configmap/config configured' k apply -f config.yaml
run 'configmap/config unchanged' k apply -f config.yaml
run 'serverside-applied' k apply --server-side --force-conflicts -f config.yaml
run 'green' k get configmap config -o yaml
refused 'unknown field' k create -f <(printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: c, image: i}], nosuch: 1}\n')
refused 'not found' k get pod nosuch
run 'yes' k auth can-i create pods
pod=$(k get pods -l app=web --field-selector=status.phase=Running -o jsonpath='{.items[0].metadata.name}')
run "$pod" k exec "$pod" -- hostname
run 'typed' bash -c 'echo typed | timeout 60 "$0" exec -i "$1" -- cat' "$kubectl" "$pod"
refused 'exit code 3' k exec "$pod" -- sh -c 'exit 3'
run 'deployment.apps/web condition met' k wait --for=condition=Available deployment/web --timeout=60s
# Through a forwarded port, and through the proxy of the API server behind that of kubectl. `until_said FILE TEXT` waits.
until_said() { for _ in $(seq 100); do grep -q "$2" "$1" && return; sleep 0.1; done; fail "no '$2' in: $(cat "$1")"; }
"$kubectl" port-forward deployment/web :80 > forward.log 2>&1 & forward=$!
until_said forward.log 'Forwarding from 127.0.0.1'
port=$(sed -n 's/^Forwarding from 127.0.0.1:\([0-9]*\) .*/\1/p' forward.log)
run 'Welcome to nginx' curl -sS "http://127.0.0.1:$port/"
run '404 Not Found' curl -sS "http://127.0.0.1:$port/nosuch"
kill $forward
"$kubectl" proxy --port=0 > proxy.log 2>&1 & proxy=$!
until_said proxy.log 'Starting to serve on'
port=$(sed -n 's/^Starting to serve on 127.0.0.1:\([0-9]*\)$/\1/p' proxy.log)
run 'Welcome to nginx' curl -sS "http://127.0.0.1:$port/api/v1/namespaces/default/services/web:80/proxy/"
run 'v1.36.2' curl -sS "http://127.0.0.1:$port/version"
kill $proxy
run 'namespace/other created' k create namespace other
run 'deleted' k delete namespace other
run 'deleted' k delete deployment,service web
run 'deleted' k delete configmap config
echo 'story: told'
