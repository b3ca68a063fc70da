//! What kube-apiserver's command line says, as far as it differs from kubeadm's
//! (pkg/kubeapiserver/options: `--authorization-mode`, `--disable-admission-plugins`).

use crate::server::ApiServer;

/// The admission plugins that are there and on (pkg/kubeapiserver/options/plugins.go: `DefaultOffAdmissionPlugins` has the
/// others), in their order.
pub const PLUGINS: [&str; 17] = [
    "NamespaceLifecycle",
    "LimitRanger",
    "ServiceAccount",
    "NodeRestriction",
    "PodSecurity",
    "Priority",
    "DefaultTolerationSeconds",
    "StorageObjectInUseProtection",
    "PersistentVolumeClaimResize",
    "RuntimeClass",
    "CertificateApproval",
    "CertificateSigning",
    "DefaultIngressClass",
    "DefaultStorageClass",
    "ValidatingAdmissionPolicy",
    "CertificateSubjectRestriction",
    "ResourceQuota",
];

/// Flags of the API server. The default is kubeadm's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Whether everybody may do what no authorizer before allows (`AlwaysAllow`).
    pub always_allow: bool,
    /// The plugins that are off: a bit for each, in the order of [`PLUGINS`].
    pub(crate) disabled: u32,
}

impl Flags {
    /// Turns a plugin of admission off; whether there is one of this name.
    pub fn disable(&mut self, plugin: &str) -> bool {
        let place = PLUGINS.iter().position(|known| *known == plugin);
        self.disabled |= place.map_or(0, |place| 1 << place);
        place.is_some()
    }

    /// Whether a plugin of admission runs.
    pub(crate) fn runs(self, plugin: &str) -> bool {
        self.disabled == 0
            || !PLUGINS.iter().enumerate().any(|(place, known)| *known == plugin && self.disabled >> place & 1 == 1)
    }
}

impl ApiServer {
    /// Sets the flags. To be called before the first request.
    pub fn set_flags(&mut self, flags: Flags) {
        self.flags = flags;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plugins_are_turned_off_by_name() {
        let mut flags = Flags::default();
        assert!(PLUGINS.iter().all(|plugin| flags.runs(plugin)));
        assert!(flags.disable("ServiceAccount") && !flags.disable("Nonsense"));
        assert_eq!(PLUGINS.iter().filter(|plugin| !flags.runs(plugin)).collect::<Vec<_>>(), [&"ServiceAccount"]);
    }
}
