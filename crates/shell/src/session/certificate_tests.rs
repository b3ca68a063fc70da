//! `openssl`, and what kubernetes.io's pages on certificates tell people to type.

use super::cluster_tests::asking;

#[test]
fn a_user_gets_a_certificate_as_the_documentation_says() {
    let mut ask = asking(false);
    assert_eq!(ask("openssl genrsa -out myuser.key 3072"), "");
    assert_eq!(ask("openssl req -new -key myuser.key -out myuser.csr -subj \"/CN=myuser/O=devs\""), "");
    assert_eq!(ask("openssl req -in myuser.csr -noout -subject"), "subject=CN = myuser, O = devs\n");
    let object = "cat <<EOF | kubectl apply -f -\napiVersion: certificates.k8s.io/v1\nkind: CertificateSigningRequest\nmetadata:\n  \
                  name: NAME\nspec:\n  request: $(cat FILE | base64 | tr -d '\\n')\n  signerName: kubernetes.io/SIGNER\n  \
                  expirationSeconds: 86400\n  usages: [USAGES]\nEOF";
    let request = |name: &str, file: &str, signer: &str, usages: &str| {
        let filled = object.replace("NAME", name).replace("FILE", file).replace("SIGNER", signer);
        filled.replace("USAGES", usages)
    };
    ask(&request("myuser", "myuser.csr", "kube-apiserver-client", "client auth"));
    assert!(ask("kubectl get csr myuser").contains("Pending"));
    assert!(ask("kubectl describe csr myuser").contains("Common Name:    myuser"));
    ask("kubectl certificate approve myuser; sleep 2");
    assert!(ask("kubectl get csr myuser").contains("Approved,Issued"));
    ask("kubectl get csr myuser -o jsonpath='{.status.certificate}' | base64 -d > myuser.crt");
    assert_eq!(
        ask("openssl x509 -in myuser.crt -noout -subject -issuer"),
        "subject=CN = myuser, O = devs\nissuer=CN = kubernetes\n"
    );
    assert!(ask("openssl x509 -in myuser.crt -noout -text").contains("TLS Web Client Authentication"));
    ask("kubectl create role developer --verb=list --resource=pods");
    ask("kubectl create rolebinding developer-binding-myuser --role=developer --user=myuser");
    ask(
        "kubectl config set-credentials myuser --client-key=myuser.key --client-certificate=myuser.crt --embed-certs=true",
    );
    ask("kubectl config set-context myuser --cluster=kubernetes --user=myuser");
    assert_eq!(ask("kubectl --context myuser get pods"), "No resources found in default namespace.\n");
    assert!(ask("kubectl --context myuser get services").contains("User \"myuser\" cannot list resource \"services\""));
    // A kubelet's own request is approved by itself; one for its server is not, and has rules of its own.
    let node =
        "openssl req -new -newkey rsa:2048 -keyout n.key -out n.csr -subj \"/O=system:nodes/CN=system:node:node1\"";
    ask(node);
    let usages = "digital signature, client auth";
    let own = request("own", "n.csr", "kube-apiserver-client-kubelet", usages);
    ask(&own.replace("kubectl apply -f -", "kubectl create -f - --as=system:node:node1 --as-group=system:nodes"));
    let approved = ask(
        "sleep 2; kubectl get csr own -o jsonpath='{.status.conditions[0].reason} {.status.conditions[0].message}'",
    );
    assert_eq!(approved, "AutoApproved Auto approving self kubelet client certificate after SubjectAccessReview.");
    assert!(ask("kubectl get csr own").contains("Approved,Issued"));
    ask(&request("serving", "n.csr", "kubelet-serving", "digital signature, server auth"));
    let why = ask(
        "kubectl certificate approve serving; sleep 2; kubectl get csr serving -o jsonpath='{.status.conditions[1].message}'",
    );
    assert!(why.ends_with("DNS or IP subjectAltName is required"), "{why}");
    ask(&format!("{node} -addext subjectAltName=DNS:node1,IP:172.17.0.2"));
    ask(&request("served", "n.csr", "kubelet-serving", "digital signature, server auth"));
    assert!(ask("kubectl certificate approve served; sleep 2; kubectl get csr served").contains("Approved,Issued"));
    // The next day nobody sees them any more.
    assert_eq!(ask("sleep 2h; kubectl get csr"), "No resources found\n");
}

#[test]
fn certificates_of_ones_own_and_what_is_in_them() {
    let mut ask = asking(false);
    let made = ask(
        "openssl req -x509 -nodes -days 365 -newkey rsa:2048 -keyout tls.key -out tls.crt -subj \"/CN=shop.example.com\" \
         -addext \"subjectAltName=DNS:shop.example.com,IP:10.0.0.1\"",
    );
    assert_eq!(made, "-----\n");
    assert_eq!(ask("kubectl create secret tls shop --cert=tls.crt --key=tls.key"), "secret/shop created\n");
    let text = ask("openssl x509 -in tls.crt -noout -text");
    for line in ["Public-Key: (2048 bit)", "DNS:shop.example.com, IP Address:10.0.0.1", "Issuer: CN = shop.example.com"]
    {
        assert!(text.contains(line), "{line}: {text}");
    }
    let dates = ask("openssl x509 -in tls.crt -noout -dates");
    assert!(dates.starts_with("notBefore=") && dates.contains(" GMT\nnotAfter="), "{dates}");
    // An authority of one's own.
    ask("openssl genrsa -out ca.key 2048; openssl req -x509 -new -key ca.key -subj /CN=my-ca -days 3650 -out ca.crt");
    ask("openssl genrsa -out a.key 2048; openssl req -new -key a.key -subj /CN=a -out a.csr");
    let signed =
        ask("openssl x509 -req -in a.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out a.crt -days 30 -sha256");
    assert_eq!(signed, "Certificate request self-signature ok\nsubject=CN = a\n");
    assert_eq!(ask("openssl verify -CAfile ca.crt a.crt"), "a.crt: OK\n");
    assert!(ask("openssl verify -CAfile tls.crt a.crt").contains("unable to get local issuer certificate"));
    assert!(ask("openssl x509 -req -in a.csr -CA ca.crt -CAkey a.key").contains("do not match"));
    assert!(ask("openssl x509 -in a.key -noout -text").contains("Could not read certificate from a.key"));
    assert!(ask("openssl req -new -key nope -subj /CN=a").contains("Unable to load private key"));
    assert_eq!(ask("openssl rand -hex 8").trim().len(), 16);
    assert!(ask("openssl frob").starts_with("Invalid command 'frob'"));
}
