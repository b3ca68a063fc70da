//! kube-controller-manager: one reconcile function a file.
