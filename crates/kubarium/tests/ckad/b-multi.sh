## Two containers in a Pod
kubectl run busybox --image=busybox --restart=Never -o yaml --dry-run=client -- /bin/sh -c 'echo hello;sleep 3600' > pod.yaml
cat > pod.yaml <<'E'
apiVersion: v1
kind: Pod
metadata:
  labels:
    run: busybox
  name: busybox
spec:
  containers:
  - args:
    - /bin/sh
    - -c
    - echo hello;sleep 3600
    image: busybox
    imagePullPolicy: IfNotPresent
    name: busybox
    resources: {}
  - args:
    - /bin/sh
    - -c
    - echo hello;sleep 3600
    image: busybox
    name: busybox2
  restartPolicy: Never
E
kubectl create -f pod.yaml
sleep 10
kubectl exec -i busybox -c busybox2 -- /bin/sh <<'E'
ls
exit
E
#= etc
kubectl exec -it busybox -c busybox2 -- ls
#= bin
kubectl logs busybox -c busybox2
#= hello
kubectl delete po busybox
#= pod "busybox" deleted
## An init container that writes the page of an nginx
kubectl run box --image=nginx --restart=Never --port=80 --dry-run=client -o yaml > pod-init.yaml
cat > pod-init.yaml <<'E'
apiVersion: v1
kind: Pod
metadata:
  labels:
    run: box
  name: box
spec:
  initContainers:
  - args:
    - /bin/sh
    - -c
    - echo "Test" > /work-dir/index.html
    image: busybox
    name: box
    volumeMounts:
    - name: vol
      mountPath: /work-dir
  containers:
  - image: nginx
    name: nginx
    ports:
    - containerPort: 80
    volumeMounts:
    - name: vol
      mountPath: /usr/share/nginx/html
  volumes:
  - name: vol
    emptyDir: {}
E
kubectl apply -f pod-init.yaml
sleep 15
kubectl get po -o wide
#= 1/1
kubectl run box-test --image=busybox --restart=Never -it --rm -- /bin/sh -c "wget -O- $(kubectl get pod box -o jsonpath='{.status.podIP}')"
#= Test
kubectl delete po box
