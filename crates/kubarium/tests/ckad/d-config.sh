## A ConfigMap from values
kubectl create configmap config --from-literal=foo=lala --from-literal=foo2=lolo
#= configmap/config created
## Its values
kubectl get cm config -o yaml
#= foo2: lolo
kubectl describe cm config
#= lolo
## A ConfigMap from a file
echo -e "foo3=lili\nfoo4=lele" > config.txt
kubectl create cm configmap2 --from-file=config.txt
kubectl get cm configmap2 -o yaml
#= config.txt: |
## A ConfigMap from a file of variables
echo -e "var1=val1\n# this is a comment\n\nvar2=val2\n#anothercomment" > config.env
kubectl create cm configmap3 --from-env-file=config.env
kubectl get cm configmap3 -o yaml
#= var2: val2
#~ comment
## A ConfigMap from a file, under another key
echo -e "var3=val3\nvar4=val4" > config4.txt
kubectl create cm configmap4 --from-file=special=config4.txt
kubectl describe cm configmap4
#= special:
kubectl get cm configmap4 -o yaml
#= special: |
## A variable from a ConfigMap
kubectl create cm options --from-literal=var5=val5
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
    env:
    - name: option # name of the env variable
      valueFrom:
        configMapKeyRef:
          name: options # name of config map
          key: var5 # name of the entity in config map
  dnsPolicy: ClusterFirst
  restartPolicy: Never
status: {}
E
kubectl create -f pod.yaml
sleep 10
kubectl exec -it nginx -- env | grep option
#= option=val5
kubectl delete pod nginx
## All variables of a ConfigMap
kubectl create configmap anotherone --from-literal=var6=val6 --from-literal=var7=val7
kubectl run --restart=Never nginx --image=nginx -o yaml --dry-run=client > pod.yaml
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
    envFrom: # different than previous one, that was 'env'
    - configMapRef: # different from the previous one, was 'configMapKeyRef'
        name: anotherone # the name of the config map
  dnsPolicy: ClusterFirst
  restartPolicy: Never
status: {}
E
kubectl create -f pod.yaml
sleep 10
kubectl exec -it nginx -- env
#= var7=val7
kubectl delete pod nginx
## A ConfigMap as files
kubectl create configmap cmvolume --from-literal=var8=val8 --from-literal=var9=val9
cat > pod.yaml <<'E'
apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: null
  labels:
    run: nginx
  name: nginx
spec:
  volumes: # add a volumes list
  - name: myvolume # just a name, you'll reference this in the pods
    configMap:
      name: cmvolume # name of your configmap
  containers:
  - image: nginx
    imagePullPolicy: IfNotPresent
    name: nginx
    resources: {}
    volumeMounts: # your volume mounts are listed here
    - name: myvolume # the name that you specified in pod.spec.volumes.name
      mountPath: /etc/lala # the path inside your container
  dnsPolicy: ClusterFirst
  restartPolicy: Never
status: {}
E
kubectl create -f pod.yaml
sleep 10
kubectl exec -i nginx -- /bin/sh <<'E'
cd /etc/lala
ls # will show var8 var9
cat var8 # will show val8
E
#= var9
#= val8
kubectl delete pod nginx
## The YAML of a Pod that runs as a user
kubectl run nginx --image=nginx --restart=Never --dry-run=client -o yaml > pod.yaml
sed -i 's/^spec:/spec:\n  securityContext: # insert this line\n    runAsUser: 101 # UID for the user/' pod.yaml
kubectl create -f pod.yaml
kubectl get pod nginx -o jsonpath='{.spec.securityContext.runAsUser}'
#= 101
kubectl delete pod nginx --now
## The YAML of a Pod with capabilities
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
    securityContext: # insert this line
      capabilities: # and this
        add: ["NET_ADMIN", "SYS_TIME"] # this as well
    resources: {}
  dnsPolicy: ClusterFirst
  restartPolicy: Never
status: {}
E
kubectl create -f pod.yaml
kubectl get pod nginx -o jsonpath='{.spec.containers[0].securityContext.capabilities.add}'
#= ["NET_ADMIN","SYS_TIME"]
kubectl delete pod nginx --now
## Requests and limits
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
    name: nginx
    resources:
      requests:
        memory: "256Mi"
        cpu: "100m"
      limits:    
        memory: "512Mi"
        cpu: "200m"
  dnsPolicy: ClusterFirst
  restartPolicy: Always
status: {}
E
kubectl create -f pod.yaml
sleep 5
kubectl get pod nginx -o jsonpath='{.status.qosClass} {.spec.containers[0].resources.limits.cpu}'
#= Burstable 200m
kubectl delete pod nginx --now
## A LimitRange
kubectl create ns limitrange
cat > 1.yaml <<'E'
apiVersion: v1
kind: LimitRange
metadata:
  name: ns-memory-limit
  namespace: limitrange
spec:
  limits:
  - max: # max and min define the limit range
      memory: "500Mi"
    min:
      memory: "100Mi"
    type: Pod
E
kubectl apply -f 1.yaml
#= limitrange/ns-memory-limit created
## The LimitRange described
kubectl describe limitrange ns-memory-limit -n limitrange
#= 100Mi  500Mi
## A Pod within it
cat > 2.yaml <<'E'
apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: null
  labels:
    run: nginx
  name: nginx
  namespace: limitrange
spec:
  containers:
  - image: nginx
    name: nginx
    resources:
      requests:
        memory: "250Mi"
      limits:
        memory: "500Mi" # limit has to be specified and be <= limitrange
  dnsPolicy: ClusterFirst
  restartPolicy: Always
status: {}
E
kubectl apply -f 2.yaml
#= pod/nginx created
kubectl run big --image=nginx -n limitrange
#= maximum memory usage per Pod is 500Mi. No limit is specified
#! 1
## A ResourceQuota
kubectl create ns one
cat > rq-one.yaml <<'E'
apiVersion: v1
kind: ResourceQuota
metadata:
  name: my-rq
  namespace: one
spec:
  hard:
    requests.cpu: "1"
    requests.memory: 1Gi
    limits.cpu: "2"
    limits.memory: 2Gi
E
kubectl apply -f rq-one.yaml
kubectl delete quota my-rq -n one
kubectl create quota my-rq --namespace=one --hard=requests.cpu=1,requests.memory=1Gi,limits.cpu=2,limits.memory=2Gi
#= resourcequota/my-rq created
sleep 2
## A Pod that wants too much
cat > pod.yaml <<'E'
apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: null
  labels:
    run: nginx
  name: nginx
  namespace: one
spec:
  containers:
  - image: nginx
    name: nginx
    resources:
      requests:
        memory: "3Gi"
        cpu: "2"
      limits:
        memory: "4Gi"
        cpu: "3"
  dnsPolicy: ClusterFirst
  restartPolicy: Always
status: {}
E
kubectl create -f pod.yaml
#= Error from server (Forbidden): error when creating "pod.yaml": pods "nginx" is forbidden: exceeded quota: my-rq, requested: limits.cpu=3,limits.memory=4Gi,requests.cpu=2,requests.memory=3Gi, used: limits.cpu=0,limits.memory=0,requests.cpu=0,requests.memory=0, limited: limits.cpu=2,limits.memory=2Gi,requests.cpu=1,requests.memory=1Gi
#! 1
## A Pod within the quota
cat > pod2.yaml <<'E'
apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: null
  labels:
    run: nginx
  name: nginx
  namespace: one
spec:
  containers:
  - image: nginx
    name: nginx
    resources:
      requests:
        memory: "1Gi"
        cpu: "0.5"
      limits:
        memory: "2Gi"
        cpu: "1"
  dnsPolicy: ClusterFirst
  restartPolicy: Always
status: {}
E
kubectl create -f pod2.yaml
sleep 2
kubectl get resourcequota -n one
#= requests.cpu: 500m/1, requests.memory: 1Gi/1Gi
#= limits.cpu: 1/2, limits.memory: 2Gi/2Gi
## A Secret from a value
kubectl create secret generic mysecret --from-literal=password=mypass
#= secret/mysecret created
## A Secret from a file
echo -n admin > username
kubectl create secret generic mysecret2 --from-file=username
#= secret/mysecret2 created
## Its value
kubectl get secret mysecret2 -o yaml
#= username: YWRtaW4=
echo -n YWRtaW4= | base64 -d
#= admin
kubectl get secret mysecret2 -o jsonpath='{.data.username}' | base64 -d
#= admin
kubectl get secret mysecret2 --template '{{.data.username}}' | base64 -d
#= admin
kubectl get secret mysecret2 -o json | jq -r .data.username | base64 -d
#= admin
## A Secret as files
kubectl run nginx --image=nginx --restart=Never -o yaml --dry-run=client > pod.yaml
cat > pod.yaml <<'E'
apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: null
  labels:
    run: nginx
  name: nginx
spec:
  volumes: # specify the volumes
  - name: foo # this name will be used for reference inside the container
    secret: # we want a secret
      secretName: mysecret2 # name of the secret - this must already exist on pod creation
  containers:
  - image: nginx
    imagePullPolicy: IfNotPresent
    name: nginx
    resources: {}
    volumeMounts: # our volume mounts
    - name: foo # name on pod.spec.volumes
      mountPath: /etc/foo #our mount path
  dnsPolicy: ClusterFirst
  restartPolicy: Never
status: {}
E
kubectl create -f pod.yaml
sleep 10
kubectl exec -i nginx -- /bin/bash <<'E'
ls /etc/foo  # shows username
cat /etc/foo/username # shows admin
E
#= username
#= admin
## A Secret as a variable
kubectl delete po nginx
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
    env: # our env variables
    - name: USERNAME # asked name
      valueFrom:
        secretKeyRef: # secret reference
          name: mysecret2 # our secret's name
          key: username # the key of the data in the secret
  dnsPolicy: ClusterFirst
  restartPolicy: Never
status: {}
E
kubectl create -f pod.yaml
sleep 10
kubectl exec -it nginx -- env | grep USERNAME | cut -d '=' -f 2
#= admin
kubectl delete po nginx
## A Secret by way of variables of the shell
kubectl create ns secret-ops
alias k=kubectl
export ns="-n secret-ops"
export do="--dry-run=client -oyaml"
k create secret generic ext-service-secret --from-literal=API_KEY=LmLHbYhsgWZwNifiqaRorH8T $ns $do > sc.yaml
k apply -f sc.yaml
#= secret/ext-service-secret created
## A Pod that consumes it
k run consumer --image=nginx $ns $do > nginx.yaml
cat > nginx.yaml <<'E'
apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: null
  labels:
    run: consumer
  name: consumer
  namespace: secret-ops
spec:
  containers:
  - image: nginx
    name: consumer
    resources: {}
    env:
    - name: API_KEY
      valueFrom:
        secretKeyRef:
          name: ext-service-secret
          key: API_KEY
  dnsPolicy: ClusterFirst
  restartPolicy: Always
status: {}
E
k create $ns -f nginx.yaml
sleep 10
k exec -i $ns consumer -- /bin/sh <<'E'
env
E
#= API_KEY=LmLHbYhsgWZwNifiqaRorH8T
k delete pod $ns consumer --now
## A Secret with a key for ssh
ssh-keygen -t rsa -N '' -f id_rsa
k create secret generic my-secret $ns --type="kubernetes.io/ssh-auth" --from-file=ssh-privatekey=id_rsa $do > sc.yaml
k apply -f sc.yaml
#= secret/my-secret created
k get secret my-secret $ns
#= kubernetes.io/ssh-auth
## A Pod that mounts it
cat > nginx.yaml <<'E'
apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: null
  labels:
    run: consumer
  name: consumer
  namespace: secret-ops
spec:
  containers:
    - image: nginx
      name: consumer
      resources: {}
      volumeMounts:
        - name: foo
          mountPath: "/var/app"
          readOnly: true
  volumes:
    - name: foo
      secret:
        secretName: my-secret
        optional: true
  dnsPolicy: ClusterFirst
  restartPolicy: Always
status: {}
E
k create -f nginx.yaml
sleep 10
k exec -i $ns consumer -- /bin/sh <<'E'
cat /var/app/ssh-privatekey
exit
E
#= PRIVATE KEY
## All service accounts
kubectl get sa --all-namespaces
#= kube-system
kubectl get sa -A
#= default
## A service account
kubectl create sa myuser
#= serviceaccount/myuser created
kubectl delete sa myuser
kubectl get sa default -o yaml > sa.yaml
cat > sa.yaml <<'E'
apiVersion: v1
kind: ServiceAccount
metadata:
  name: myuser
E
kubectl create -f sa.yaml
#= serviceaccount/myuser created
## A Pod that uses it
cat > pod.yaml <<'E'
apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: null
  labels:
    run: nginx
  name: nginx
spec:
  serviceAccount: myuser # we use pod.spec.serviceAccount
  containers:
  - image: nginx
    imagePullPolicy: IfNotPresent
    name: nginx
    resources: {}
  dnsPolicy: ClusterFirst
  restartPolicy: Never
status: {}
E
kubectl create -f pod.yaml
sleep 10
kubectl get pod nginx -o jsonpath='{.spec.serviceAccountName}'
#= myuser
kubectl exec -it nginx -- cat /var/run/secrets/kubernetes.io/serviceaccount/token
#= eyJ
kubectl delete pod nginx --now
sed -i 's/serviceAccount:/serviceAccountName:/' pod.yaml
kubectl create -f pod.yaml
kubectl get pod nginx -o jsonpath='{.spec.serviceAccountName}'
#= myuser
## A token of it
kubectl create token myuser
#= eyJ
