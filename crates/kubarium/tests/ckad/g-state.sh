## Two containers share a folder
kubectl run busybox --image=busybox --restart=Never -o yaml --dry-run=client -- /bin/sh -c 'sleep 3600' > pod.yaml
cat > pod.yaml <<'E'
apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: null
  labels:
    run: busybox
  name: busybox
spec:
  dnsPolicy: ClusterFirst
  restartPolicy: Never
  containers:
  - args:
    - /bin/sh
    - -c
    - sleep 3600
    image: busybox
    imagePullPolicy: IfNotPresent
    name: busybox
    resources: {}
    volumeMounts: #
    - name: myvolume #
      mountPath: /etc/foo #
  - args:
    - /bin/sh
    - -c
    - sleep 3600
    image: busybox
    name: busybox2
    volumeMounts: #
    - name: myvolume #
      mountPath: /etc/foo #
  volumes: #
  - name: myvolume #
    emptyDir: {} #
E
kubectl create -f pod.yaml
sleep 10
kubectl exec -i busybox -c busybox2 -- /bin/sh <<'E'
cat /etc/passwd | cut -f 1 -d ':' > /etc/foo/passwd
cat /etc/foo/passwd
exit
E
#= root
kubectl exec -i busybox -c busybox -- /bin/sh <<'E'
mount | grep foo
cat /etc/foo/passwd
exit
E
#= on /etc/foo
#= nobody
kubectl exec busybox -c busybox2 -- sh -c 'cat /etc/passwd | awk -F ":" "{print \$1}"'
#= root
kubectl delete po busybox
## A volume
cat > pv.yaml <<'E'
kind: PersistentVolume
apiVersion: v1
metadata:
  name: myvolume
spec:
  storageClassName: normal
  capacity:
    storage: 10Gi
  accessModes:
    - ReadWriteOnce
    - ReadWriteMany
  hostPath:
    path: /etc/foo
E
kubectl create -f pv.yaml
kubectl get pv
#= RWO,RWX
#= Available
## A claim that gets it
cat > pvc.yaml <<'E'
kind: PersistentVolumeClaim
apiVersion: v1
metadata:
  name: mypvc
spec:
  storageClassName: normal
  accessModes:
    - ReadWriteOnce
  resources:
    requests:
      storage: 4Gi
E
kubectl create -f pvc.yaml
sleep 2
kubectl get pvc
#= Bound
kubectl get pv
#= default/mypvc
## A Pod that writes to the claim
kubectl run busybox --image=busybox --restart=Never -o yaml --dry-run=client -- /bin/sh -c 'sleep 3600' > pod.yaml
cat > pod.yaml <<'E'
apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: null
  labels:
    run: busybox
  name: busybox
spec:
  containers:
  - args:
    - /bin/sh
    - -c
    - sleep 3600
    image: busybox
    imagePullPolicy: IfNotPresent
    name: busybox
    resources: {}
    volumeMounts: #
    - name: myvolume #
      mountPath: /etc/foo #
  dnsPolicy: ClusterFirst
  restartPolicy: Never
  volumes: #
  - name: myvolume #
    persistentVolumeClaim: #
      claimName: mypvc #
status: {}
E
kubectl create -f pod.yaml
sleep 10
kubectl exec busybox -it -- cp /etc/passwd /etc/foo/passwd
kubectl exec busybox -- ls /etc/foo
#= passwd
## A second Pod reads it, if it is on the same node
sed "s/^  name: busybox/  name: busybox2/; s/^  containers:/  nodeName: $(kubectl get pod busybox -o jsonpath='{.spec.nodeName}')\n  containers:/" pod.yaml > pod2.yaml
kubectl create -f pod2.yaml
sleep 10
kubectl exec busybox2 -- ls /etc/foo
#= passwd
kubectl get po busybox -o wide
#= node
kubectl get po busybox2 -o wide
#= node
kubectl delete po busybox busybox2
kubectl delete pvc mypvc
kubectl delete pv myvolume
#= deleted
## A file out of a container
kubectl run busybox --image=busybox --restart=Never -- sleep 3600
sleep 10
kubectl cp busybox:/etc/passwd ./passwd
cat passwd
#= root
