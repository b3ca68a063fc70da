#!/bin/sh
kubectl create namespace shop
kubectl create deployment web --image=nginx --replicas=3 -n shop
kubectl expose deployment web --port=80 --type=NodePort -n shop
kubectl autoscale deployment web --min=2 --max=5 --cpu=80% -n shop
kubectl create configmap settings --from-literal=colour=blue --from-literal='motd=hello, world: yes' -n shop
kubectl create secret generic login --from-literal=user=admin --from-literal=password='s3cr:et' -n shop
kubectl create secret tls no-such --cert=none --key=none -n shop
kubectl create serviceaccount robot -n shop
kubectl create role reader --verb=get,list --resource=pods,services -n shop
kubectl create rolebinding robot-reads --role=reader --serviceaccount=shop:robot -n shop
kubectl create clusterrole counter --verb=list --resource=nodes
kubectl create clusterrolebinding robot-counts --clusterrole=counter --serviceaccount=shop:robot
kubectl create ingress door --rule='shop.example/*=web:80' --class=nginx -n shop
kubectl create quota most --hard=pods=40,services=10 -n shop
kubectl create poddisruptionbudget web --selector=app=web --min-available=1 -n shop
kubectl create priorityclass urgent --value=1000 --description='what cannot wait'
kubectl create cronjob tick --image=busybox --schedule='*/5 * * * *' -n shop -- date
kubectl create job once --image=busybox -n shop -- echo done
kubectl run alone --image=busybox --labels=role=alone --restart=Never -n shop -- sleep 10000
cat > more.yaml <<'YAML'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: shelves.shop.example
spec:
  group: shop.example
  names: {kind: Shelf, plural: shelves, singular: shelf, shortNames: [sh]}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              boards: {type: integer, minimum: 1}
---
apiVersion: v1
kind: PersistentVolume
metadata:
  name: disk
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  storageClassName: manual
  hostPath: {path: /data}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
  namespace: shop
spec:
  storageClassName: manual
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: slow
provisioner: kubernetes.io/no-provisioner
volumeBindingMode: WaitForFirstConsumer
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: closed
  namespace: shop
spec:
  podSelector: {matchLabels: {role: alone}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: web}}}]
    ports: [{port: 80}]
---
apiVersion: v1
kind: LimitRange
metadata:
  name: usual
  namespace: shop
spec:
  limits:
  - type: Container
    default: {memory: 128Mi}
    defaultRequest: {cpu: 10m}
---
apiVersion: v1
kind: Service
metadata:
  name: db
  namespace: shop
spec:
  clusterIP: None
  selector: {app: db}
  ports: [{port: 6379}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: db
  namespace: shop
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      serviceAccountName: robot
      containers:
      - name: redis
        image: redis
        ports: [{containerPort: 6379}]
        envFrom: [{secretRef: {name: login}}]
        volumeMounts: [{name: data, mountPath: /data}, {name: settings, mountPath: /etc/settings}]
      volumes: [{name: settings, configMap: {name: settings}}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      resources: {requests: {storage: 1Gi}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: agent
  namespace: shop
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      tolerations: [{operator: Exists}]
      containers: [{name: agent, image: busybox, command: [sleep, infinity]}]
YAML
kubectl apply -f more.yaml
sleep 2
cat > shelf.yaml <<'YAML'
apiVersion: shop.example/v1
kind: Shelf
metadata: {name: left, namespace: shop}
spec: {boards: 3}
YAML
kubectl apply -f shelf.yaml
kubectl set image deployment/web nginx=nginx:1.27 -n shop
kubectl label namespace shop team=front
kubectl annotate deployment web -n shop note='seen: "twice"'
