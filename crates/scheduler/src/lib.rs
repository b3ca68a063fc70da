//! kube-scheduler: which node a Pod goes to.
