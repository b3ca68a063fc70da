#!/usr/bin/env bash
# What the page exports of a shop, applied by a real kubectl: `export.sh KUBECTL KUBECONFIG KUBARIUM`. Ends with 1 at the first thing
# that kubectl or the server refuses, warns of, or would have otherwise.
set -u
here=$(dirname "$(realpath "$0")")
kubectl=$(realpath "$1")
export KUBECONFIG=$(realpath "$2")
folder=$(mktemp -d)
export HOME=$folder
trap 'rm -rf "$folder"' EXIT

fail() { echo "export: $*"; exit 1; }
k() { timeout 60 "$kubectl" "$@" 2>&1; }

"$3" export "$here/shop.sh" > "$folder/shop.yaml" 2> "$folder/errors" || fail "$(cat "$folder/errors")"
objects=$(grep -c '^kind: ' "$folder/shop.yaml")
[[ $objects -ge 25 ]] || fail "it holds $objects objects only"
# kubectl alone: it knows the schema, and not yet what is defined in the file.
printed=$(k create --dry-run=client --validate=strict -f "$folder/shop.yaml")
[[ $(grep -c ' created (dry run)$' <<< "$printed") -eq $((objects - 1)) && $printed == *'no matches for kind "Shelf"'* ]] || fail "$printed"
# As the file's first line says.
k apply --validate=strict -f "$folder/shop.yaml" > /dev/null
printed=$(k apply --validate=strict -f "$folder/shop.yaml") || fail "$printed"
[[ $(grep -c '/' <<< "$printed") -eq $objects && $printed != *arning* ]] || fail "$printed"
# The server agrees that all is as it was exported.
printed=$(k apply --dry-run=server --validate=strict -f "$folder/shop.yaml") || fail "$printed"
[[ $(grep -c ' (server dry run)$' <<< "$printed") -eq $objects ]] || fail "$printed"
printed=$(k diff -f "$folder/shop.yaml") || fail "$printed"
printed=$(k rollout status deployment/web -n shop) || fail "$printed"
printed=$(k get shelves,pods -n shop -o name) || fail "$printed"
[[ $printed == *shelf.shop.example/left* && $printed == *pod/alone* ]] || fail "$printed"
