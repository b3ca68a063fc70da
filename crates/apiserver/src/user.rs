//! Who asks (k8s.io/apiserver/pkg/authentication/user and .../serviceaccount).

use api::{Str, Value};

/// The group that may do everything, whatever the roles say.
pub const MASTERS: &str = "system:masters";
/// The group of everybody who is known.
pub const AUTHENTICATED: &str = "system:authenticated";
/// The group of those who are not.
pub const UNAUTHENTICATED: &str = "system:unauthenticated";
/// Who asks without saying who he is.
pub const ANONYMOUS: &str = "system:anonymous";
/// How the names of ServiceAccounts' users begin; `NAMESPACE:NAME` follows.
pub const SERVICE_ACCOUNT_PREFIX: &str = "system:serviceaccount:";
/// The group of all ServiceAccounts; with `:NAMESPACE` behind it, of those of a namespace.
pub const SERVICE_ACCOUNTS: &str = "system:serviceaccounts";

/// Somebody who sends requests. A clone is cheap.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct User {
    /// Such as `kubernetes-admin` or `system:serviceaccount:default:robot`.
    pub name: Str,
    /// What tells two users of one name apart; mostly empty.
    pub uid: Str,
    /// The groups' names, an array or null.
    pub groups: Value,
    /// What else is known: an object of arrays of strings, or null.
    pub extra: Value,
}

impl User {
    /// A user in groups.
    pub fn new(name: impl Into<Str>, groups: &[&str]) -> User {
        let groups = match groups {
            [] => Value::Null,
            groups => groups.iter().copied().collect(),
        };
        User { name: name.into(), groups, ..User::default() }
    }

    /// The user of the kubeconfig that comes with a cluster.
    pub fn admin() -> User {
        static ADMIN: std::sync::OnceLock<User> = std::sync::OnceLock::new();
        ADMIN.get_or_init(|| User::certified_admin(&api::sha256::hex("kubernetes-admin"))).clone()
    }

    /// The administrator by a certificate with this SHA-256 (k8s.io/apiserver/pkg/authentication/request/x509).
    pub fn certified_admin(digest: &str) -> User {
        let certificate = format!("X509SHA256={digest}");
        let extra = api::obj! { "authentication.kubernetes.io/credential-id" => api::list![certificate] };
        User { extra, ..User::new("kubernetes-admin", &[MASTERS, AUTHENTICATED]) }
    }

    /// Nobody.
    pub fn anonymous() -> User {
        User::new(ANONYMOUS, &[UNAUTHENTICATED])
    }

    /// A component of the cluster itself. It may do everything.
    pub fn component(name: Str) -> User {
        static GROUPS: std::sync::OnceLock<Value> = std::sync::OnceLock::new();
        let groups = GROUPS.get_or_init(|| api::list![MASTERS, AUTHENTICATED]).clone();
        User { name, groups, ..User::default() }
    }

    /// The user of a ServiceAccount.
    pub fn service_account(namespace: &str, name: &str, uid: &str) -> User {
        let of_namespace = format!("{SERVICE_ACCOUNTS}:{namespace}");
        let groups = [SERVICE_ACCOUNTS, &of_namespace, AUTHENTICATED];
        User { uid: uid.into(), ..User::new(format!("{SERVICE_ACCOUNT_PREFIX}{namespace}:{name}"), &groups) }
    }

    /// Whether the user is in a group.
    pub fn is_in(&self, group: &str) -> bool {
        self.groups.array().iter().any(|g| g.str() == group)
    }
}

/// The namespace and the name of the ServiceAccount whose user has this name (`SplitUsername`).
pub fn split_service_account(user: &str) -> Option<(&str, &str)> {
    let (namespace, name) = user.strip_prefix(SERVICE_ACCOUNT_PREFIX)?.split_once(':')?;
    (!namespace.is_empty() && !name.is_empty() && !name.contains(':')).then_some((namespace, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_have_users() {
        let user = User::service_account("default", "robot", "u1");
        assert_eq!(split_service_account(&user.name), Some(("default", "robot")));
        assert!(user.is_in("system:serviceaccounts:default") && user.is_in(AUTHENTICATED) && !user.is_in(MASTERS));
        assert_eq!(split_service_account("system:serviceaccount:default"), None);
        assert_eq!(split_service_account("jane"), None);
    }
}
