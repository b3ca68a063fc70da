//! The kubelet and its container runtime: Pods on a node, from sandbox to Ready.
