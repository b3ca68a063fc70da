//! One Service as the picture shows it: an entrance, and the Pods behind it.

use api::{Selector, Str, Value};

/// A Pod behind a Service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// The Pod's UID; empty for an address that is no Pod.
    pub pod: Str,
    /// Its address.
    pub ip: Str,
    /// Whether it takes requests.
    pub ready: bool,
}

/// A Service.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// `metadata.uid`
    pub uid: Str,
    /// Its namespace.
    pub namespace: Str,
    /// Its name.
    pub name: Str,
    /// Its labels.
    pub labels: Value,
    /// Which Pods it leads to; null if it is not for it to say.
    pub selector: Value,
    /// `spec.type`
    pub type_: Str,
    /// Its address in the cluster; `None` for a headless one, empty for an ExternalName.
    pub cluster_ip: Str,
    /// Its external address, once it has one.
    pub external_ip: Str,
    /// The name an ExternalName stands for.
    pub external_name: Str,
    /// Its ports as kubectl prints them: `80:31080/TCP`.
    pub ports: Str,
    /// Its node ports.
    pub node_ports: Vec<i64>,
    /// The Pods behind it.
    pub ends: Vec<End>,
    /// The colour of the owner whose Pods it selects, if they are one owner's.
    pub hue: Option<u8>,
    /// `metadata.creationTimestamp`, as text: the order in the lane.
    pub created: Str,
}

// JSON has no number that differs from itself. With `Eq`, two `Rc` that are one are equal at once.
impl Eq for Service {}

impl Service {
    /// Reads a Service. Endpoints and colour are the world's to say.
    pub fn read(service: &Value) -> Service {
        let spec = &service["spec"];
        let ports = spec["ports"].array();
        let ingress = service.at("status.loadBalancer.ingress").array().first().unwrap_or(&api::NULL);
        Service {
            uid: service.uid().into(),
            namespace: service.namespace().into(),
            name: service.name().into(),
            labels: service.labels().clone(),
            selector: spec["selector"].clone(),
            type_: spec["type"].to_str(),
            cluster_ip: spec["clusterIP"].to_str(),
            external_ip: [&ingress["ip"], &ingress["hostname"]]
                .map(Value::to_str)
                .into_iter()
                .find(|s| !s.is_empty())
                .unwrap_or_default(),
            external_name: spec["externalName"].to_str(),
            ports: ports.iter().map(port_text).collect::<Vec<_>>().join(",").into(),
            node_ports: ports.iter().map(|port| port["nodePort"].int()).filter(|port| *port > 0).collect(),
            ends: Vec::new(),
            hue: None,
            created: service.at("metadata.creationTimestamp").to_str(),
        }
    }

    /// `namespace/name`
    pub fn key(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    /// Where packets find it in the picture.
    pub fn place(&self) -> String {
        format!("service:{}", self.key())
    }

    /// Whether it leads to Pods with these labels in this namespace.
    pub fn selects(&self, namespace: &str, labels: &Value) -> bool {
        self.namespace == namespace && !self.selector.is_empty() && Selector::from_map(&self.selector).matches(labels)
    }

    /// How many of the Pods behind it take requests.
    pub fn ready(&self) -> usize {
        self.ends.iter().filter(|end| end.ready).count()
    }
}

fn port_text(port: &Value) -> String {
    let protocol = match port["protocol"].str() {
        "" => "TCP",
        protocol => protocol,
    };
    match port["nodePort"].int() {
        0 => format!("{}/{protocol}", port["port"].int()),
        node => format!("{}:{node}/{protocol}", port["port"].int()),
    }
}

/// The endpoints of one EndpointSlice.
pub fn ends(slice: &Value) -> Vec<End> {
    let read = |endpoint: &Value| End {
        pod: endpoint.at("targetRef.uid").to_str(),
        ip: endpoint["addresses"].array().first().map(Value::to_str).unwrap_or_default(),
        // Unset means unknown, which consumers shall take as ready.
        ready: endpoint.at("conditions.ready").as_bool().unwrap_or(true),
    };
    slice["endpoints"].array().iter().map(read).collect()
}
