## Three Pods with a label
kubectl run nginx1 --image=nginx --restart=Never --labels=app=v1
kubectl run nginx2 --image=nginx --restart=Never --labels=app=v1
kubectl run nginx3 --image=nginx --restart=Never --labels=app=v1
kubectl delete pod nginx1 nginx2 nginx3
for i in `seq 1 3`; do kubectl run nginx$i --image=nginx -l app=v1 ; done
#= pod/nginx3 created
## All labels of the Pods
kubectl get po --show-labels
#= app=v1
## Another label for one of them
kubectl label po nginx2 app=v2 --overwrite
#= pod/nginx2 labeled
KUBE_EDITOR='sed -i s/app:.v2/app:\ v2/' kubectl edit po nginx2
#= Edit cancelled, no changes made.
## A column with a label
kubectl get po -L app
#= APP
kubectl get po --label-columns=app
#= v2
## The Pods with a label
kubectl get po -l app=v2
#~ nginx1
kubectl get po -l 'app in (v2)'
#= nginx2
kubectl get po --selector=app=v2
#= nginx2
## With one label and without another
kubectl get po -l app=v2,tier!=frontend
#= nginx2
kubectl get po -l 'app in (v2), tier notin (frontend)'
#= nginx2
kubectl get po --selector=app=v2,tier!=frontend
#= nginx2
## A label for all Pods that a selector finds
kubectl label po -l "app in(v1,v2)" tier=web
#= pod/nginx3 labeled
## An annotation for those that a selector finds
kubectl annotate po -l "app=v2" owner=marketing
#= pod/nginx2 annotated
## A label taken away
kubectl label po nginx1 nginx2 nginx3 app-
#= pod/nginx1 unlabeled
kubectl label po nginx{1..3} app-
#= label "app" not found
kubectl label po -l app app-
## An annotation with a space in it
kubectl annotate po nginx1 nginx2 nginx3 description='my description'
#= pod/nginx3 annotated
kubectl annotate po nginx{1..3} description='my description' --overwrite
## The annotations of a Pod
kubectl annotate pod nginx1 --list
#= description=my description
kubectl describe po nginx1 | grep -i 'annotations'
#= description: my description
kubectl get po nginx1 -o custom-columns=Name:metadata.name,ANNOTATIONS:metadata.annotations.description
#= my description
kubectl get po nginx1 -o jsonpath='{.metadata.annotations}{"\n"}'
#= {"description":"my description"}
## Annotations taken away
kubectl annotate po nginx{1..3} description- owner-
#= pod/nginx1 annotated
kubectl annotate pod nginx2 --list
#~ owner
## The Pods deleted
kubectl delete po nginx{1..3}
#= pod "nginx3" deleted
## A Pod for a node with a label
kubectl label nodes node2 accelerator=nvidia-tesla-p100
kubectl get nodes --show-labels
#= accelerator=nvidia-tesla-p100
cat > cuda.yaml <<'E'
apiVersion: v1
kind: Pod
metadata:
  name: cuda-test
spec:
  containers:
    - name: cuda-test
      image: "k8s.gcr.io/cuda-vector-add:v0.1"
  nodeSelector: # add this
    accelerator: nvidia-tesla-p100 # the selection label
E
kubectl create -f cuda.yaml
kubectl explain po.spec
#= nodeSelector
cat > affinity.yaml <<'E'
apiVersion: v1
kind: Pod
metadata:
  name: affinity-pod
spec:
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms:
        - matchExpressions:
          - key: accelerator
            operator: In
            values:
            - nvidia-tesla-p100
  containers:
  - name: nginx
    image: nginx
E
kubectl create -f affinity.yaml
sleep 10
kubectl get pod cuda-test affinity-pod -o jsonpath='{.items[*].spec.nodeName}'
#= node2 node2
## A Pod for a node by its name
cat > named.yaml <<'E'
apiVersion: v1
kind: Pod
metadata:
  name: nodename-pod
spec:
  nodeName: node1
  containers:
  - name: nodename-con
    image: nginx
E
kubectl create -f named.yaml
sleep 10
kubectl get pod nodename-pod -o wide
#= node1
#= Running
## A taint and a Pod that tolerates it
kubectl taint node node1 tier=frontend:NoSchedule # key=value:Effect
#= node/node1 tainted
kubectl describe node node1
#= tier=frontend:NoSchedule
cat > tolerates.yaml <<'E'
apiVersion: v1
kind: Pod
metadata:
  name: frontend
spec:
  containers:
  - name: nginx
    image: nginx
  tolerations:
  - key: "tier"
    operator: "Equal"
    value: "frontend"
    effect: "NoSchedule"
E
kubectl create -f tolerates.yaml
sleep 10
kubectl get pod frontend
#= Running
kubectl delete pod frontend cuda-test affinity-pod nodename-pod
kubectl taint node node1 tier-
## A Pod on the control plane
cat > pod.yaml <<'E'
apiVersion: v1
kind: Pod
metadata:
  name: frontend
spec:
  containers:
  - name: nginx
    image: nginx
  nodeSelector:
    kubernetes.io/hostname: master
  tolerations:
  - key: "node-role.kubernetes.io/control-plane"
    operator: "Exists"
    effect: "NoSchedule"
E
kubectl create -f pod.yaml
sleep 10
kubectl get pod frontend -o wide
#= master
kubectl delete pod frontend
## A Deployment of two that names its port
kubectl create deployment nginx  --image=nginx:1.18.0  --dry-run=client -o yaml > deploy.yaml
kubectl create deployment nginx  --image=nginx:1.18.0  --dry-run=client -o yaml | sed 's/replicas: 1/replicas: 2/g'  | sed 's/image: nginx:1.18.0/image: nginx:1.18.0\n        ports:\n        - containerPort: 80/g' | kubectl apply -f -
#= deployment.apps/nginx created
kubectl get deploy nginx -o jsonpath='{.spec.replicas} {.spec.template.spec.containers[0].ports[0].containerPort}'
#= 2 80
kubectl delete deploy nginx
kubectl create deploy nginx --image=nginx:1.18.0 --replicas=2 --port=80
#= deployment.apps/nginx created
sleep 15
## The Deployment's YAML
kubectl get deploy nginx -o yaml
#= replicas: 2
## The ReplicaSet's YAML
kubectl describe deploy nginx
#= NewReplicaSet:   nginx-
kubectl get rs -l run=nginx
#= No resources found
kubectl get rs -l app=nginx
#= nginx-
kubectl get rs $(kubectl get rs -l app=nginx -o jsonpath='{.items[0].metadata.name}') -o yaml
#= kind: ReplicaSet
## The YAML of one Pod
kubectl get po
#= Running
kubectl get po -l app=nginx
#= nginx-
kubectl get po $(kubectl get po -l app=nginx -o jsonpath='{.items[0].metadata.name}') -o yaml
#= kind: Pod
## How the rollout goes
kubectl rollout status deploy nginx
#= successfully rolled out
## Another image
kubectl set image deploy nginx nginx=nginx:1.19.8
#= image updated
KUBE_EDITOR='sed -i s/1.19.8/1.19.8/' kubectl edit deploy nginx
#= no changes made
sleep 15
## The history
kubectl rollout history deploy nginx
#= REVISION
kubectl get deploy nginx
#= 2/2
kubectl get rs
#= nginx-
kubectl get po
#= Running
## Back to the image before
kubectl rollout undo deploy nginx
#= rolled back
sleep 15
kubectl get po
#= Running
kubectl describe po $(kubectl get po -l app=nginx -o jsonpath='{.items[0].metadata.name}') | grep -i image
#= nginx:1.18.0
## An image that does not exist
kubectl set image deploy nginx nginx=nginx:1.91
#= image updated
sleep 40
## What is wrong with the rollout
timeout 5 kubectl rollout status deploy nginx
#= Waiting for deployment "nginx" rollout to finish
#! 124
kubectl get po
#= ImagePull
## Back to revision 2
kubectl rollout undo deploy nginx --to-revision=2
#= rolled back
kubectl describe deploy nginx | grep Image:
#= nginx:1.19.8
kubectl rollout status deploy nginx
#= successfully rolled out
## The details of revision 4
kubectl rollout history deploy nginx --revision=4
#= nginx:1.91
## Five replicas
kubectl scale deploy nginx --replicas=5
#= scaled
sleep 10
kubectl get po
#= Running
kubectl describe deploy nginx
#= 5 desired
## An autoscaler
kubectl autoscale deploy nginx --min=5 --max=10 --cpu-percent=80
#= horizontalpodautoscaler.autoscaling/nginx autoscaled
kubectl get hpa nginx
#= Deployment/nginx
## Hold the rollout
kubectl rollout pause deploy nginx
#= paused
## A change that waits
kubectl set image deploy nginx nginx=nginx:1.19.9
sleep 5
kubectl rollout history deploy nginx
#= 5
#~ 6 
## Let it go on
kubectl rollout resume deploy nginx
#= resumed
sleep 10
kubectl rollout history deploy nginx
#= 6
kubectl rollout history deploy nginx --revision=6
#= nginx:1.19.9
## Deployment and autoscaler deleted
kubectl delete deploy nginx
kubectl delete hpa nginx
#= deleted
kubectl create deploy nginx --image=nginx
kubectl autoscale deploy nginx --max=3
kubectl delete deploy/nginx hpa/nginx
#= horizontalpodautoscaler.autoscaling "nginx" deleted
## A canary
cat > v1.yaml <<'E'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: my-app-v1
  labels:
    app: my-app
spec:
  replicas: 3
  selector:
    matchLabels:
      app: my-app
      version: v1
  template:
    metadata:
      labels:
        app: my-app
        version: v1
    spec:
      containers:
      - name: nginx
        image: nginx
        ports:
        - containerPort: 80
        volumeMounts:
        - name: workdir
          mountPath: /usr/share/nginx/html
      initContainers:
      - name: install
        image: busybox:1.28
        command:
        - /bin/sh
        - -c
        - "echo version-1 > /work-dir/index.html"
        volumeMounts:
        - name: workdir
          mountPath: "/work-dir"
      volumes:
      - name: workdir
        emptyDir: {}
E
cat > svc.yaml <<'E'
apiVersion: v1
kind: Service
metadata:
  name: my-app-svc
  labels:
    app: my-app
spec:
  type: ClusterIP
  ports:
  - name: http
    port: 80
    targetPort: 80
  selector:
    app: my-app
E
kubectl apply -f v1.yaml -f svc.yaml
sleep 20
kubectl run -it --rm --restart=Never busybox --image=gcr.io/google-containers/busybox --command -- wget -qO- my-app-svc
#= version-1
sed 's/version-1/version-2/; s/v1$/v2/; s/apps.v2/apps\/v1/; s/replicas: 3/replicas: 1/' v1.yaml | kubectl apply -f -
#= deployment.apps/my-app-v2 created
sleep 20
kubectl run -i --rm --restart=Never busybox --image=gcr.io/google-containers/busybox -- /bin/sh -c 'for i in $(seq 20); do sleep 1; wget -qO- my-app-svc; done'
#= version-1
#= version-2
kubectl scale --replicas=4 deploy my-app-v2
kubectl delete deploy my-app-v1
sleep 10
ssh node1 "for i in 1 2 3; do sleep 0.1; curl -s $(kubectl get svc my-app-svc -o jsonpath="{.spec.clusterIP}"); done"
#= version-2
#~ version-1
## A Job that computes
kubectl create job pi  --image=perl:5.34 -- perl -Mbignum=bpi -wle 'print bpi(2000)'
#= job.batch/pi created
## Its result
kubectl wait --for=condition=complete --timeout=300s job pi
#= job.batch/pi condition met
kubectl get po
#= Completed
kubectl logs $(kubectl get po -l job-name=pi -o jsonpath='{.items[0].metadata.name}')
#= 3.14159265358979323846
kubectl logs job/pi
#= 3.14159
kubectl delete job pi
#= deleted
## A Job that takes half a minute
kubectl create job busybox --image=busybox -- /bin/sh -c 'echo hello;sleep 30;echo world'
#= created
sleep 5
## Its log as it grows
kubectl get po
#= busybox-
kubectl logs $(kubectl get po -l job-name=busybox -o jsonpath='{.items[0].metadata.name}') -f
#= world
## Its state
sleep 3
kubectl get jobs
#= 1/1
kubectl describe jobs busybox
#= Completed
kubectl logs job/busybox
#= hello
## The Job deleted
kubectl delete job busybox
#= job.batch "busybox" deleted
## Five times, one after the other
kubectl create job busybox --image=busybox --dry-run=client -o yaml -- /bin/sh -c 'echo hello;sleep 30;echo world' > job.yaml
sed -i 's/^spec:/spec:\n  completions: 5\n  completionMode: Indexed/' job.yaml
kubectl create -f job.yaml
sleep 200
kubectl get job busybox
#= 5/5
timeout 2 kubectl get job busybox -w
#= 5/5
#! 124
kubectl delete jobs busybox
## Five at once
cat > job.yaml <<'E'
apiVersion: batch/v1
kind: Job
metadata:
  creationTimestamp: null
  labels:
    run: busybox
  name: busybox
spec:
  parallelism: 5 # add this line
  template:
    metadata:
      creationTimestamp: null
      labels:
        run: busybox
    spec:
      containers:
      - args:
        - /bin/sh
        - -c
        - echo hello;sleep 30;echo world
        image: busybox
        name: busybox
        resources: {}
      restartPolicy: OnFailure
status: {}
E
kubectl create -f job.yaml
sleep 60
kubectl get jobs
#= 5/1 of 5
kubectl delete job busybox
## A Job that may take 30 seconds
kubectl create job busybox --image=busybox --dry-run=client -o yaml -- /bin/sh -c 'while true; do echo hello; sleep 10;done' > job.yaml
sed -i 's/^spec:/spec:\n  activeDeadlineSeconds: 30/' job.yaml
kubectl create -f job.yaml
sleep 70
kubectl describe job busybox
#= DeadlineExceeded
kubectl delete job busybox
## A CronJob
kubectl create cronjob busybox --image=busybox --schedule="*/1 * * * *" -- /bin/sh -c 'date; echo Hello from the Kubernetes cluster'
#= cronjob.batch/busybox created
sleep 70
## Its log
kubectl get po
#= busybox-
kubectl logs $(kubectl get po -o name | grep busybox | head -1)
#= Hello from the Kubernetes cluster
kubectl delete cj busybox
#= cronjob.batch "busybox" deleted
## The Jobs of a CronJob
kubectl create cronjob busybox --image=busybox --schedule="*/1 * * * *" -- /bin/sh -c 'date; echo Hello from the Kubernetes cluster'
kubectl get cj
#= */1 * * * *
timeout 65 kubectl get jobs --watch
#= 1/1
#! 124
kubectl get po --show-labels
#= job-name=busybox-
kubectl logs $(kubectl get po -o name | grep busybox | head -1)
#= Hello
kubectl delete cj busybox
## A CronJob that must start in time
kubectl create cronjob time-limited-job --image=busybox --restart=Never --dry-run=client --schedule="* * * * *" -o yaml -- /bin/sh -c 'date; echo Hello from the Kubernetes cluster' > time-limited-job.yaml
sed -i 's/^spec:/spec:\n  startingDeadlineSeconds: 17/' time-limited-job.yaml
kubectl create -f time-limited-job.yaml
kubectl get cj time-limited-job -o jsonpath='{.spec.startingDeadlineSeconds}'
#= 17
sleep 70
kubectl get jobs
#= time-limited-job-
kubectl delete cj time-limited-job
## A CronJob that must end in time
kubectl create cronjob time-limited-job --image=busybox --restart=Never --dry-run=client --schedule="* * * * *" -o yaml -- /bin/sh -c 'date; sleep 40; echo Hello from the Kubernetes cluster' > time-limited-job.yaml
cat > time-limited-job.yaml <<'E'
apiVersion: batch/v1
kind: CronJob
metadata:
  creationTimestamp: null
  name: time-limited-job
spec:
  jobTemplate:
    metadata:
      creationTimestamp: null
      name: time-limited-job
    spec:
      activeDeadlineSeconds: 12 # add this line
      template:
        metadata:
          creationTimestamp: null
        spec:
          containers:
          - args:
            - /bin/sh
            - -c
            - date; sleep 30; echo Hello from the Kubernetes cluster
            image: busybox
            name: time-limited-job
            resources: {}
          restartPolicy: Never
  schedule: '* * * * *'
status: {}
E
kubectl create -f time-limited-job.yaml
sleep 118
kubectl describe job $(kubectl get jobs -o jsonpath='{.items[0].metadata.name}')
#= DeadlineExceeded
kubectl delete cj time-limited-job
## A CronJob that keeps few of its Jobs
kubectl create cronjob history-demo --image=busybox --schedule="*/1 * * * *" --dry-run=client -o yaml -- /bin/sh -c 'date; echo Hello from history demo' > history-demo.yaml
sed -i 's/^spec:/spec:\n  successfulJobsHistoryLimit: 2\n  failedJobsHistoryLimit: 1/' history-demo.yaml
kubectl apply -f history-demo.yaml
sleep 330
kubectl get cj history-demo
#= history-demo
kubectl get jobs --no-headers | wc -l
#= 2
kubectl delete cj history-demo
## A Job from a CronJob
kubectl create cronjob sample-cron-job --image=busybox --schedule="0 0 1 1 *" -- echo hi
kubectl create job --from=cronjob/sample-cron-job sample-job
#= job.batch/sample-job created
sleep 10
kubectl get job sample-job
#= 1/1
