## A namespace, and a Pod in it
kubectl create namespace mynamespace
#= namespace/mynamespace created
kubectl run nginx --image=nginx --restart=Never -n mynamespace
#= pod/nginx created
sleep 10
kubectl get pod nginx -n mynamespace -o jsonpath='{.status.phase}'
#= Running
## The same Pod from YAML
kubectl delete pod nginx -n mynamespace
kubectl run nginx --image=nginx --restart=Never --dry-run=client -n mynamespace -o yaml > pod.yaml
cat pod.yaml
#= namespace: mynamespace
kubectl create -f pod.yaml
#= pod/nginx created
kubectl delete pod nginx -n mynamespace
kubectl run nginx --image=nginx --restart=Never --dry-run=client -o yaml | kubectl create -n mynamespace -f -
#= pod/nginx created
## A Pod that runs env, from the command line
kubectl run busybox --image=busybox --command --restart=Never -it --rm -- env
#= HOSTNAME=busybox
kubectl get pod busybox
#! 1
kubectl run busybox --image=busybox --command --restart=Never -- env
sleep 10
kubectl logs busybox
#= KUBERNETES_SERVICE_HOST=10.96.0.1
kubectl delete pod busybox
## A Pod that runs env, from YAML
kubectl run busybox --image=busybox --restart=Never --dry-run=client -o yaml --command -- env > envpod.yaml
cat envpod.yaml
#= - env
kubectl apply -f envpod.yaml
#= pod/busybox created
sleep 10
kubectl logs busybox
#= PATH=
kubectl delete -f envpod.yaml
## The YAML of a namespace that is not made
kubectl create namespace myns -o yaml --dry-run=client
#= name: myns
kubectl get namespace myns
#! 1
## The YAML of a ResourceQuota that is not made
kubectl create quota myrq --hard=cpu=1,memory=1G,pods=2 --dry-run=client -o yaml
#= memory: 1G
kubectl get quota myrq
#! 1
## Pods of all namespaces
kubectl get po --all-namespaces
#= kube-system
kubectl get po -A
#= mynamespace
## A Pod that names its port
kubectl run nginx --image=nginx --restart=Never --port=80
kubectl get pod nginx -o jsonpath='{.spec.containers[0].ports[0].containerPort}'
#= 80
sleep 10
## Another image for a running Pod
kubectl set image pod/nginx nginx=nginx:1.24.0
#= pod/nginx image updated
sleep 20
kubectl describe po nginx
#= definition changed, will be restarted
kubectl get po nginx
#= 1 (
timeout 3 kubectl get po nginx -w
#= nginx
#! 124
kubectl get po nginx -o jsonpath='{.spec.containers[].image}{"\n"}'
#= nginx:1.24.0
## Ask a Pod for its page from another Pod
kubectl get po -o wide
#= 10.
kubectl run busybox --image=busybox --rm -it --restart=Never -- wget -O- $(kubectl get pod nginx -o jsonpath='{.status.podIP}'):80
#= Welcome to nginx!
NGINX_IP=$(kubectl get pod nginx -o jsonpath='{.status.podIP}')
kubectl run busybox --image=busybox --env="NGINX_IP=$NGINX_IP" --rm -it --restart=Never -- sh -c 'wget -O- $NGINX_IP:80'
#= Welcome to nginx!
kubectl run busybox --image=busybox --rm -it --restart=Never -- wget -O- $(kubectl get pod nginx -o jsonpath='{.status.podIP}:{.spec.containers[0].ports[0].containerPort}')
#= Welcome to nginx!
## A Pod's YAML
kubectl get po nginx -o yaml
#= kind: Pod
kubectl get po nginx -oyaml
#= kind: Pod
kubectl get po nginx --output yaml
#= kind: Pod
kubectl get po nginx --output=yaml
#= kind: Pod
## All about a Pod
kubectl describe po nginx
#= Events:
## A Pod's log
kubectl logs nginx
#= Configuration complete; ready for start up
## The log before the last restart
kubectl logs nginx -p
#= Configuration complete
kubectl logs nginx --previous
#= Configuration complete
## A shell in a Pod
kubectl exec -i nginx -- /bin/sh <<'E'
hostname
E
#= nginx
## A Pod that says hello and ends
kubectl run busybox --image=busybox -it --restart=Never -- echo 'hello world'
#= hello world
kubectl delete pod busybox
kubectl run busybox --image=busybox -it --restart=Never -- /bin/sh -c 'echo hello world'
#= hello world
kubectl get pod busybox -o jsonpath='{.status.phase}'
#= Succeeded
kubectl delete pod busybox
## The same, gone afterwards
kubectl run busybox --image=busybox -it --rm --restart=Never -- /bin/sh -c 'echo hello world'
#= hello world
kubectl get po
#~ busybox
## An environment variable in a Pod
kubectl delete pod nginx
kubectl run nginx --image=nginx --restart=Never --env=var1=val1
sleep 10
kubectl exec -it nginx -- env
#= var1=val1
kubectl exec -it nginx -- sh -c 'echo $var1'
#= val1
kubectl describe po nginx | grep val1
#= var1:  val1
kubectl delete pod nginx
kubectl run nginx --restart=Never --image=nginx --env=var1=val1 -it --rm -- env
#= var1=val1
kubectl run nginx --image nginx --restart=Never --env=var1=val1 -it --rm -- sh -c 'echo $var1'
#= val1
