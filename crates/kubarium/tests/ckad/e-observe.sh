## A liveness probe that runs a command
kubectl run nginx --image=nginx --restart=Never --dry-run=client -o yaml > pod.yaml
cat > pod.yaml <<'E'
apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: null
  labels:
    run: nginx
  name: nginx
spec:
  containers:
  - image: nginx
    imagePullPolicy: IfNotPresent
    name: nginx
    resources: {}
    livenessProbe:
      exec:
        command:
        - ls
  dnsPolicy: ClusterFirst
  restartPolicy: Never
status: {}
E
kubectl create -f pod.yaml
sleep 30
kubectl describe pod nginx | grep -i liveness
#= exec [ls] delay=0s timeout=1s period=10s #success=1 #failure=3
kubectl get pod nginx
#= Running
kubectl delete -f pod.yaml
#= pod "nginx" deleted
## The probe's delay and period
kubectl explain pod.spec.containers.livenessProbe
#= initialDelaySeconds
cat > pod.yaml <<'E'
apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: null
  labels:
    run: nginx
  name: nginx
spec:
  containers:
  - image: nginx
    imagePullPolicy: IfNotPresent
    name: nginx
    resources: {}
    livenessProbe:
      initialDelaySeconds: 5
      periodSeconds: 5
      exec:
        command:
        - ls
  dnsPolicy: ClusterFirst
  restartPolicy: Never
status: {}
E
kubectl create -f pod.yaml
kubectl describe po nginx | grep -i liveness
#= delay=5s timeout=1s period=5s
kubectl delete -f pod.yaml
## An HTTP readiness probe
kubectl run nginx --image=nginx --dry-run=client -o yaml --restart=Never --port=80 > pod.yaml
cat > pod.yaml <<'E'
apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: null
  labels:
    run: nginx
  name: nginx
spec:
  containers:
  - image: nginx
    imagePullPolicy: IfNotPresent
    name: nginx
    resources: {}
    ports:
    - containerPort: 80
    readinessProbe:
      httpGet:
        path: /
        port: 80
  dnsPolicy: ClusterFirst
  restartPolicy: Never
status: {}
E
kubectl create -f pod.yaml
kubectl describe pod nginx | grep -i readiness
#= http-get http://:80/ delay=0s timeout=1s period=10s #success=1 #failure=3
sleep 15
kubectl get pod nginx
#= 1/1
kubectl delete -f pod.yaml
## Which Pods failed their liveness probe
cat > liveness.yaml <<'E'
apiVersion: v1
kind: Pod
metadata:
  name: liveness-exec
spec:
  containers:
  - name: liveness
    image: busybox
    args: ["/bin/sh", "-c", "touch /tmp/healthy; sleep 10; rm -f /tmp/healthy; sleep 600"]
    livenessProbe:
      exec:
        command: ["cat", "/tmp/healthy"]
      initialDelaySeconds: 5
      periodSeconds: 5
E
kubectl create -f liveness.yaml
sleep 60
kubectl get events -o json | jq -r '.items[] | select(.message | contains("Liveness probe failed")).involvedObject | .namespace + "/" + .name'
#= default/liveness-exec
kubectl delete -f liveness.yaml
## The log of a Pod that counts
kubectl run busybox --image=busybox --restart=Never -- /bin/sh -c 'i=0; while true; do echo "$i: $(date)"; i=$((i+1)); sleep 1; done'
sleep 10
timeout 5 kubectl logs busybox -f
#= 0: 
#= 3: 
#! 124
kubectl delete pod busybox --now
## A command that fails
kubectl run busybox --restart=Never --image=busybox -- /bin/sh -c 'ls /notexist'
sleep 10
kubectl logs busybox
#= ls: /notexist: No such file or directory
kubectl describe po busybox
#= Exit Code:    1
kubectl delete po busybox
## A command that is not there
kubectl run busybox --restart=Never --image=busybox -- notexist
sleep 10
kubectl logs busybox
kubectl describe po busybox
#= executable file not found in $PATH
kubectl get events | grep -i error
#= notexist
kubectl delete po busybox --force --grace-period=0
#= force deleted
## What nodes use
kubectl apply -f https://github.com/kubernetes-sigs/metrics-server/releases/latest/download/components.yaml
sleep 90
kubectl top nodes
#= master
