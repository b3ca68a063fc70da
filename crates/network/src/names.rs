//! The names kube-proxy gives its iptables chains (pkg/proxy/iptables/proxier.go).

use api::{Str, sha256};
use std::net::SocketAddrV4;

/// `KUBE-SVC-...`: the chain that picks an endpoint of a Service's port. `port` is `namespace/name` or
/// `namespace/name:port-name`, `protocol` in lower case.
pub fn service_chain(port: &str, protocol: &str) -> Str {
    chain("KUBE-SVC-", &format!("{port}{protocol}"))
}

/// `KUBE-SVL-...`: the same for the endpoints of one node only.
pub fn local_chain(port: &str, protocol: &str) -> Str {
    chain("KUBE-SVL-", &format!("{port}{protocol}"))
}

/// `KUBE-EXT-...`: what comes from outside, by a node port or a load balancer.
pub fn external_chain(port: &str, protocol: &str) -> Str {
    chain("KUBE-EXT-", &format!("{port}{protocol}"))
}

/// `KUBE-FW-...`: what may come by the load balancer.
pub fn firewall_chain(port: &str, protocol: &str) -> Str {
    chain("KUBE-FW-", &format!("{port}{protocol}"))
}

/// `KUBE-SEP-...`: one endpoint of a Service's port.
pub fn endpoint_chain(port: &str, protocol: &str, endpoint: SocketAddrV4) -> Str {
    chain("KUBE-SEP-", &format!("{port}{protocol}{endpoint}"))
}

/// The first 16 characters of the base32 text (RFC 4648) of the SHA-256 of `text`.
fn chain(prefix: &str, text: &str) -> Str {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let digest = sha256::digest(text.as_bytes());
    // 16 characters of 5 bits are exactly 10 bytes.
    let bits = digest[..10].iter().fold(0u128, |bits, byte| bits << 8 | u128::from(*byte));
    let letter = |i: u32| ALPHABET[(bits >> (75 - 5 * i) & 31) as usize] as char;
    prefix.chars().chain((0..16).map(letter)).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_of_well_known_services() {
        // As `iptables-save` shows them on every kubeadm cluster.
        assert_eq!(service_chain("default/kubernetes:https", "tcp"), "KUBE-SVC-NPX46M4PTMTKRN6Y");
        assert_eq!(service_chain("kube-system/kube-dns:dns", "udp"), "KUBE-SVC-TCOU7JCQXEZGVUNU");
        assert_eq!(service_chain("kube-system/kube-dns:dns-tcp", "tcp"), "KUBE-SVC-ERIFXISQEP7F7OF4");
    }
}
