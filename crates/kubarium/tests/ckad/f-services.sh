## A Pod and its Service in one go
kubectl run nginx --image=nginx --restart=Never --port=80 --expose
#= service/nginx created
#= pod/nginx created
sleep 10
## The Service's address and endpoints
kubectl get svc nginx
#= ClusterIP
kubectl get ep
#= :80
## Ask the Service from a Pod
kubectl get svc nginx
#= 80/TCP
kubectl run busybox --rm --image=busybox -i --restart=Never -- sh <<E
wget -O- $(kubectl get svc nginx -o jsonpath='{.spec.clusterIP}'):80
exit
E
#= Welcome to nginx!
IP=$(kubectl get svc nginx --template={{.spec.clusterIP}})
kubectl run busybox --rm --image=busybox -it --restart=Never --env="IP=$IP" -- wget -O- $IP:80 --timeout 2
#= Welcome to nginx!
## A node port instead
KUBE_EDITOR="sed -i 's/type: ClusterIP/type: NodePort/'" kubectl edit svc nginx
#= service/nginx edited
kubectl patch svc nginx -p '{"spec":{"type":"NodePort"}}'
#= service/nginx patched (no change)
kubectl get svc
#= NodePort
wget -O- $(kubectl get node node1 -o jsonpath='{.status.addresses[0].address}'):$(kubectl get svc nginx -o jsonpath='{.spec.ports[0].nodePort}')
#= Welcome to nginx!
kubectl delete svc nginx
kubectl delete pod nginx
## A Deployment of three that answer with their names
kubectl create deploy foo --image=dgkanatsios/simpleapp --port=8080 --replicas=3
kubectl label deployment foo --overwrite app=foo
#= deployment.apps/foo not labeled
sleep 15
kubectl get deploy foo
#= 3/3
## Ask each Pod
kubectl get pods -l app=foo -o wide
#= Running
kubectl run busybox --image=busybox --restart=Never -i --rm -- sh <<E
wget -O- $(kubectl get po -l app=foo -o jsonpath='{.items[0].status.podIP}'):8080
exit
E
#= foo-
kubectl get po -o wide -l app=foo | awk '{print $6}' | grep -v IP | xargs -L1 -I '{}' kubectl run --rm -ti tmp --restart=Never --image=busybox -- wget -O- http://\{\}:8080
#= foo-
kubectl get po -l app=foo -o jsonpath='{range .items[*]}{.status.podIP}{"\n"}{end}' | xargs -L1 -I '{}' kubectl run --rm -ti tmp --restart=Never --image=busybox -- wget -O- http://\{\}:8080
#= foo-
## A Service for the Deployment
kubectl expose deploy foo --port=6262 --target-port=8080
kubectl get service foo
#= 6262/TCP
kubectl get endpoints foo
#= :8080,
## Different Pods answer
kubectl get svc
#= foo
kubectl run busybox --image=busybox -i --rm --restart=Never -- sh <<E
wget -O- foo:6262
wget -O- $(kubectl get svc foo -o jsonpath='{.spec.clusterIP}'):6262
E
#= foo-
kubectl delete svc foo
kubectl delete deploy foo
## A NetworkPolicy
kubectl create deployment nginx --image=nginx --replicas=2
kubectl expose deployment nginx --port=80
sleep 10
kubectl describe svc nginx
#= app=nginx
kubectl get svc nginx -o yaml
#= app: nginx
cat > policy.yaml <<'E'
kind: NetworkPolicy
apiVersion: networking.k8s.io/v1
metadata:
  name: access-nginx # pick a name
spec:
  podSelector:
    matchLabels:
      app: nginx # selector for the pods
  ingress: # allow ingress traffic
  - from:
    - podSelector: # from pods
        matchLabels: # with this label
          access: granted
E
kubectl create -f policy.yaml
#= networkpolicy.networking.k8s.io/access-nginx created
kubectl run busybox --image=busybox --rm -it --restart=Never -- wget -O- http://nginx:80 --timeout 2
#= download timed out
#! 1
kubectl run busybox --image=busybox --rm -it --restart=Never --labels=access=granted -- wget -O- http://nginx:80 --timeout 2
#= Welcome to nginx!
## An Ingress
kubectl get svc nginx
#= ClusterIP
cat > ingress.yaml <<'E'
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: nginx-ingress
spec:
  rules:
  - host: nginx.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service:
            name: nginx
            port:
              number: 80
E
kubectl apply -f ingress.yaml
kubectl get ingress
#= nginx.example.com
kubectl describe ingress nginx-ingress
#= nginx:80 (10.
