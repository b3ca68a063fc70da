## The manifest of a kind
cat > operator-crd.yml <<'E'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  # name must match the spec fields below, and be in the form: <plural>.<group>
  name: operators.stable.example.com
spec:
  group: stable.example.com
  versions:
    - name: v1
      served: true
      # One and only one version must be marked as the storage version.
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                email:
                  type: string
                name:
                  type: string
                age:
                  type: integer
  scope: Namespaced
  names:
    plural: operators
    singular: operator
    kind: Operator
    shortNames:
    - op
E
kubectl apply --dry-run=server -f operator-crd.yml
#= created (server dry run)
## The kind in the API
kubectl apply -f operator-crd.yml
#= customresourcedefinition.apiextensions.k8s.io/operators.stable.example.com created
sleep 2
kubectl get crd operators.stable.example.com -o jsonpath='{.status.conditions[?(@.type=="Established")].status}'
#= True
## An object of the kind
cat > operator.yml <<'E'
apiVersion: stable.example.com/v1
kind: Operator
metadata:
  name: operator-sample
spec:
  email: operator-sample@stable.example.com
  name: "operator sample"
  age: 30
E
kubectl apply -f operator.yml
#= operator.stable.example.com/operator-sample created
## Its names
kubectl get operators
#= operator-sample
kubectl get operator
#= operator-sample
kubectl get op
#= operator-sample
