//! The registries' images, as data: what is in them, what they start, what they say.

use crate::Reference;

/// What an image starts when a Pod does not say otherwise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Main {
    /// An HTTP server with files in a document root.
    Files {
        /// Which server it is, for headers, logs and error pages.
        flavour: Flavour,
        /// The port it listens on.
        port: u16,
        /// Its document root.
        root: &'static str,
    },
    /// An HTTP server that answers every request with a text about itself.
    Echo {
        /// The port it listens on.
        port: u16,
        /// What it says.
        saying: Saying,
    },
    /// Listens on these ports and runs for ever; nobody speaks its protocol here.
    Listen(&'static [u16]),
    /// Runs for ever, silently.
    Idle,
    /// A shell without a terminal: ends at once.
    Shell,
    /// Prints a text and ends.
    Print(&'static str),
    /// Ends at once with this exit code and message, because it was given no configuration.
    Fail(i32, &'static str),
}

/// A kind of HTTP server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// nginx
    Nginx,
    /// Apache httpd
    Apache,
    /// Python's `http.server`
    Python,
    /// busybox httpd
    Busybox,
}

/// What an echo server says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saying {
    /// `Hello, world!`, the version and the host's name.
    Hello,
    /// The host's name, the addresses and the request.
    Request,
    /// The host's name.
    Hostname,
    /// `OK!`
    Okay,
    /// The text of its `-text` argument.
    Text,
}

impl Image {
    /// Whether its small tools are busybox.
    pub fn is_busybox(&self) -> bool {
        let name = self.repository;
        name.ends_with("/busybox") || name.ends_with("/alpine") || name.contains("curl") || name.contains("netshoot")
    }
}

/// One image.
#[derive(Debug)]
pub struct Image {
    /// Registry and repository.
    pub repository: &'static str,
    /// Bytes to be pulled, as the `Pulled` event says.
    pub size: i64,
    /// Its newest version, for `latest`.
    pub version: &'static str,
    /// The tags there are: see [`has_tag`].
    pub tags: &'static str,
    /// What it starts.
    pub main: Main,
    /// The command that is shown for it in a process list.
    pub command: &'static [&'static str],
    /// Environment variables of its own.
    pub env: &'static [(&'static str, &'static str)],
    /// Where it works.
    pub workdir: &'static str,
    /// The lines it writes when it starts.
    pub says: &'static [&'static str],
    /// Environment variables of which it needs one.
    pub needs: &'static [&'static str],
    /// The lines with which it ends without any of them.
    pub refuses: &'static [&'static str],
    /// The programs in it besides the usual small Unix tools.
    pub programs: &'static [&'static str],
    /// Whether there is nothing in it but its own program: no shell, no `ls`, no `tar`.
    pub bare: bool,
}

const NGINX_SAYS: &[&str] = &[
    "/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration",
    "/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/",
    "/docker-entrypoint.sh: Configuration complete; ready for start up",
];

const BLANK: Image = Image {
    repository: "",
    size: 51_701_025,
    version: "1.0.0",
    tags: "*",
    main: Main::Idle,
    command: &["/app"],
    env: &[],
    workdir: "/",
    says: &[],
    needs: &[],
    refuses: &[],
    programs: &[],
    bare: false,
};

const POSTGRES_REFUSES: &[&str] = &[
    "Error: Database is uninitialized and superuser password is not specified.",
    "       You must specify POSTGRES_PASSWORD to a non-empty value for the",
    "       superuser. For example, \"-e POSTGRES_PASSWORD=password\" on \"docker run\".",
    "",
    "       You may also use \"POSTGRES_HOST_AUTH_METHOD=trust\" to allow all",
    "       connections without a password. This is *not* recommended.",
    "",
    "       See PostgreSQL documentation about \"trust\":",
    "       https://www.postgresql.org/docs/current/auth-trust.html",
];
const MYSQL_REFUSES: &[&str] = &[
    "[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified",
    "    You need to specify one of the following as an environment variable:",
    "    - MYSQL_ROOT_PASSWORD",
    "    - MYSQL_ALLOW_EMPTY_PASSWORD",
    "    - MYSQL_RANDOM_ROOT_PASSWORD",
];
const MYSQL_NEEDS: &[&str] =
    &["MYSQL_ROOT_PASSWORD", "MYSQL_ALLOW_EMPTY_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD", "MYSQL_ROOT_PASSWORD_FILE"];
const MARIADB_REFUSES: &[&str] = &[
    "[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified",
    "\tYou need to specify one of MARIADB_ROOT_PASSWORD, MARIADB_ROOT_PASSWORD_HASH, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and MARIADB_RANDOM_ROOT_PASSWORD",
];

/// What stands for an image that nobody described here: it runs for ever and says nothing.
pub static UNKNOWN: Image = BLANK;

macro_rules! image {
    ($repository:literal $size:literal $version:literal [$tags:literal] $main:expr $(, $field:ident: $value:expr)*) => {
        Image { repository: $repository, size: $size, version: $version, tags: $tags, main: $main, $($field: $value,)* ..BLANK }
    };
}

const fn files(flavour: Flavour, port: u16, root: &'static str) -> Main {
    Main::Files { flavour, port, root }
}

const fn echo(port: u16, saying: Saying) -> Main {
    Main::Echo { port, saying }
}

/// Every image that has something of its own. Sizes are rough, but those of the recordings where these know them.
pub static IMAGES: &[Image] = &[
    image!("docker.io/library/nginx" 72319283 "1.29.1" ["1.7-1.29 stable mainline alpine perl"] files(Flavour::Nginx, 80, "/usr/share/nginx/html"),
        command: &["nginx", "-g", "daemon off;"], says: NGINX_SAYS, programs: &["nginx", "curl", "bash", "apt", "apt-get"],
        env: &[("NGINX_VERSION", "1.29.1"), ("NJS_VERSION", "0.9.1"), ("PKG_RELEASE", "1~bookworm")]),
    image!("docker.io/nginxinc/nginx-unprivileged" 71998210 "1.29.1" ["1.17-1.29 stable mainline alpine"] files(Flavour::Nginx, 8080, "/usr/share/nginx/html"),
        command: &["nginx", "-g", "daemon off;"], says: NGINX_SAYS, programs: &["nginx", "curl", "bash"]),
    image!("docker.io/bitnami/nginx" 69883431 "1.29.1" ["1.17-1.29"] files(Flavour::Nginx, 8080, "/app"), programs: &["nginx", "curl", "bash"]),
    image!("docker.io/library/httpd" 44726203 "2.4.65" ["2.2-2.4 2 alpine"] files(Flavour::Apache, 80, "/usr/local/apache2/htdocs"),
        command: &["httpd-foreground"], workdir: "/usr/local/apache2", programs: &["httpd", "httpd-foreground", "bash"],
        says: &["AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using 127.0.0.1. Set the 'ServerName' directive globally to suppress this message"]),
    image!("docker.io/library/redis" 45015236 "8.2.1" ["2.8-8.2 alpine 5 6 7 8"] Main::Listen(&[6379]),
        command: &["redis-server"], workdir: "/data", programs: &["redis-server", "redis-cli", "bash"],
        says: &["1:M oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo", "1:M * Ready to accept connections tcp"]),
    image!("docker.io/library/busybox" 2223685 "1.37.0" ["1.20-1.37 stable glibc musl uclibc"] Main::Shell, command: &["sh"], programs: &["httpd"]),
    image!("docker.io/library/alpine" 3802452 "3.22.1" ["3.3-3.22 edge 3"] Main::Shell, command: &["/bin/sh"], programs: &["apk"]),
    image!("docker.io/library/ubuntu" 29727060 "24.04" ["14-25 focal jammy noble rolling"] Main::Shell, command: &["/bin/bash"], programs: &["bash", "apt", "apt-get"]),
    image!("docker.io/library/debian" 48480015 "13" ["8-13 bookworm bullseye trixie stable"] Main::Shell, command: &["bash"], programs: &["bash", "apt", "apt-get"]),
    image!("docker.io/library/centos" 83518086 "8" ["6-8 centos7"] Main::Shell, command: &["/bin/bash"], programs: &["bash", "yum"]),
    image!("docker.io/library/fedora" 60712884 "42" ["30-43"] Main::Shell, command: &["/bin/bash"], programs: &["bash", "dnf"]),
    image!("docker.io/library/bash" 6420127 "5.3" ["4-5 alpine3"] Main::Shell, command: &["bash"], programs: &["bash"]),
    image!("docker.io/library/perl" 352861024 "5.42.0" ["5.16-5.42 slim 5"] Main::Shell, command: &["perl", "-de0"], programs: &["perl", "bash"]),
    image!("docker.io/library/python" 363914227 "3.13.7" ["2.7-3.14 slim alpine 2 3"] Main::Shell, command: &["python3"], programs: &["python", "python3", "bash"]),
    image!("docker.io/library/node" 390120417 "24.8.0" ["4-24 slim alpine lts"] Main::Shell, command: &["node"], programs: &["node", "npm", "bash"]),
    image!("docker.io/library/golang" 299832110 "1.25.1" ["1.8-1.25 alpine"] Main::Shell, command: &["bash"], programs: &["go", "bash"]),
    image!("docker.io/library/mysql" 238104582 "9.4.0" ["5.5-9.4 8 9 lts"] Main::Listen(&[3306, 33060]), command: &["mysqld"], programs: &["mysqld", "mysql", "mysqladmin", "bash"],
        needs: MYSQL_NEEDS, refuses: MYSQL_REFUSES, says: &["[System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections."]),
    image!("docker.io/library/mariadb" 118204851 "12.0" ["10.2-12.0 lts 10 11"] Main::Listen(&[3306]), command: &["mariadbd"], programs: &["mariadb", "mysql", "mysqladmin", "bash"],
        needs: &["MARIADB_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD_HASH", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "MARIADB_RANDOM_ROOT_PASSWORD",
            "MYSQL_ROOT_PASSWORD", "MYSQL_ALLOW_EMPTY_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD"],
        refuses: MARIADB_REFUSES, says: &["[Note] mariadbd: ready for connections."]),
    image!("docker.io/library/postgres" 159884410 "17.6" ["9-17 alpine"] Main::Listen(&[5432]), command: &["postgres"], programs: &["postgres", "psql", "pg_isready", "bash"],
        needs: &["POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE", "POSTGRES_HOST_AUTH_METHOD"], refuses: POSTGRES_REFUSES,
        says: &["PostgreSQL init process complete; ready for start up.", "LOG:  database system is ready to accept connections"],
        env: &[("PGDATA", "/var/lib/postgresql/data")]),
    image!("docker.io/library/mongo" 287404113 "8.0.13" ["3.2-8.0 4 5 6 7"] Main::Listen(&[27017]), command: &["mongod"], programs: &["mongod", "mongosh", "bash"]),
    image!("docker.io/library/rabbitmq" 101220874 "4.1.4" ["3-4 management"] Main::Listen(&[5672, 15672]), command: &["rabbitmq-server"], programs: &["bash"]),
    image!("docker.io/library/memcached" 34128713 "1.6.39" ["1.4-1.6 alpine 1"] Main::Listen(&[11211]), command: &["memcached"]),
    image!("docker.io/library/cassandra" 151800220 "5.0" ["3-5"] Main::Listen(&[7000, 9042]), command: &["cassandra", "-f"], programs: &["bash"]),
    image!("docker.io/library/wordpress" 226512840 "6.8.2" ["4.8-6.8 apache php8 fpm"] files(Flavour::Apache, 80, "/var/www/html"), command: &["apache2-foreground"], workdir: "/var/www/html", programs: &["bash", "php"]),
    image!("docker.io/library/tomcat" 172008240 "11.0" ["8-11 jdk21"] echo(8080, Saying::Hostname), command: &["catalina.sh", "run"], programs: &["bash"]),
    image!("docker.io/library/traefik" 52114087 "3.5.1" ["1.7-3.5 v2 v3"] Main::Listen(&[80]), command: &["traefik"]),
    image!("docker.io/library/haproxy" 41100287 "3.2" ["1.5-3.2 alpine lts"] Main::Listen(&[80]), command: &["haproxy"]),
    image!("docker.io/library/registry" 18018221 "3.0.0" ["2-3"] Main::Listen(&[5000]), command: &["registry"]),
    image!("docker.io/library/hello-world" 2380 "1.0" ["linux"] Main::Print("\nHello from Docker!\nThis message shows that your installation appears to be working correctly.\n"), bare: true, command: &["/hello"]),
    image!("docker.io/curlimages/curl" 9604110 "8.15.0" ["7.60-8.15"] Main::Fail(2, "curl: try 'curl --help' or 'curl --manual' for more information"), command: &["curl"], programs: &["curl"]),
    image!("docker.io/nicolaka/netshoot" 201088912 "0.14" ["v0.1-v0.14"] Main::Shell, command: &["zsh"], programs: &["curl", "dig", "nslookup", "bash", "tcpdump"]),
    image!("docker.io/polinux/stress" 51701025 "1.0.4" ["1.0.4"] Main::Fail(1, "stress: FAIL: [1] no workers were given"), command: &["stress"], programs: &["stress"]),
    image!("docker.io/hashicorp/http-echo" 5120933 "1.0.0" ["0.2-1.0"] echo(5678, Saying::Text), bare: true, command: &["/http-echo"]),
    image!("registry.k8s.io/hpa-example" 182004421 "latest" ["*"] echo(80, Saying::Okay), command: &["apache2-foreground"]),
    image!("registry.k8s.io/metrics-server/metrics-server" 22514031 "v0.8.0" ["*"] echo(10250, Saying::Okay), bare: true, command: &["/metrics-server"]),
    image!("docker.io/traefik/whoami" 3021174 "1.11" ["v1.0-v1.11"] echo(80, Saying::Request), bare: true, command: &["/whoami"]),
    image!("docker.io/containous/whoami" 3021174 "1.5" ["v1.0-v1.5"] echo(80, Saying::Request), bare: true, command: &["/whoami"]),
    image!("docker.io/jwilder/whoami" 4021174 "1.0" ["*"] echo(8000, Saying::Hostname), command: &["/app/http"]),
    image!("docker.io/nginxdemos/hello" 20110324 "0.4" ["0.1-0.4 plain-text"] echo(80, Saying::Request), command: &["nginx"], programs: &["nginx"]),
    image!("docker.io/kicbase/echo-server" 2101024 "1.0" ["1.0"] echo(8080, Saying::Request), bare: true, command: &["/echo-server"]),
    image!("docker.io/ealen/echo-server" 40102811 "0.9.2" ["0.1-0.9"] echo(80, Saying::Request), command: &["node"]),
    image!("docker.io/paulbouwer/hello-kubernetes" 50102811 "1.10" ["1.5-1.10"] echo(8080, Saying::Hostname), command: &["node"]),
    image!("docker.io/dgkanatsios/simpleapp" 26_110_204 "latest" ["*"] echo(8080, Saying::Hostname), command: &["npm", "start"], programs: &["node", "npm"]),
    image!("gcr.io/google-samples/hello-app" 8511233 "2.0.0" ["1.0-2.0"] echo(8080, Saying::Hello), command: &["./hello-app"]),
    image!("us-docker.pkg.dev/google-samples/containers/gke/hello-app" 8511233 "2.0.0" ["1.0-2.0"] echo(8080, Saying::Hello), command: &["./hello-app"]),
    image!("ghcr.io/nginx/nginx-gateway-fabric/nginx" 33_210_880 "1.6.2" ["1.0-1.6"] Main::Listen(&[80, 443]), command: &["nginx"], programs: &["curl", "nginx"]),
    image!("registry.k8s.io/ingress-nginx/controller" 105_110_224 "v1.13.2" ["v0.20-v1.13"] Main::Listen(&[80, 443, 10254]), command: &["/nginx-ingress-controller"], programs: &["curl", "bash", "nginx"]),
    image!("registry.k8s.io/echoserver" 46100213 "1.10" ["1.4-1.10"] echo(8080, Saying::Request), command: &["nginx"]),
    image!("k8s.gcr.io/echoserver" 46100213 "1.10" ["1.4-1.10"] echo(8080, Saying::Request), command: &["nginx"]),
    image!("registry.k8s.io/e2e-test-images/agnhost" 52100912 "2.56" ["2.0-2.56"] Main::Idle, command: &["/agnhost", "pause"], programs: &["agnhost"]),
    image!("registry.k8s.io/pause" 320448 "3.10.1" ["3.1-3.10"] Main::Idle, bare: true, command: &["/pause"]),
    image!("registry.k8s.io/coredns/coredns" 73496221 "1.14.1" ["v1.0-v1.14"] Main::Listen(&[53, 8080, 8181, 9153]), bare: true, command: &["/coredns", "-conf", "/etc/coredns/Corefile"],
        says: &[".:53", "[INFO] plugin/reload: Running configuration", "CoreDNS-1.14.1"]),
    image!("registry.k8s.io/etcd" 62310482 "3.6.8" ["3.0-3.7"] Main::Listen(&[2379, 2380, 2381]), bare: true, command: &["etcd"]),
    image!("registry.k8s.io/kube-apiserver" 27104210 "1.36.2" ["v1.0-v1.36"] Main::Listen(&[6443]), bare: true, command: &["kube-apiserver"]),
    image!("registry.k8s.io/kube-controller-manager" 22904318 "1.36.2" ["v1.0-v1.36"] Main::Listen(&[10257]), bare: true, command: &["kube-controller-manager"]),
    image!("registry.k8s.io/kube-scheduler" 17204112 "1.36.2" ["v1.0-v1.36"] Main::Listen(&[10259]), bare: true, command: &["kube-scheduler"]),
    image!("registry.k8s.io/kube-proxy" 35093981 "1.36.2" ["v1.0-v1.36"] Main::Listen(&[10249, 10256]), command: &["/usr/local/bin/kube-proxy"]),
    image!("docker.io/weaveworks/weave-kube" 89404118 "2.8.1" ["2.0-2.8"] Main::Listen(&[6783]), command: &["/home/weave/launch.sh"]),
    image!("docker.io/weaveworks/weave-npc" 39104118 "2.8.1" ["2.0-2.8"] Main::Listen(&[6781]), command: &["/usr/bin/launch.sh"]),
    image!("ghcr.io/weaveworks/launcher/weave-kube" 89404118 "2.8.1" ["2.0-2.8"] Main::Listen(&[6783]), command: &["/home/weave/launch.sh"]),
    image!("ghcr.io/weaveworks/launcher/weave-npc" 39104118 "2.8.1" ["2.0-2.8"] Main::Listen(&[6781]), command: &["/usr/bin/launch.sh"]),
];

/// Words in a name by which its author says that there is no such image.
const NOT_MEANT_TO_EXIST: &[&str] = &[
    "nosuch",
    "noexist",
    "nonexist",
    "non-exist",
    "notexist",
    "not-exist",
    "doesnt-exist",
    "does-not-exist",
    "notfound",
    "not-found",
    "invalid",
    "wrong",
    "typo",
];

/// Why an image cannot be pulled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// There is no such repository.
    Repository,
    /// The repository has no such tag.
    Tag,
}

/// The image that a reference names.
///
/// # Errors
/// Nothing of that name is in the registry. Names that nobody described exist if they look as though they were meant to:
/// a learner's own image runs, a misspelt `ngnix` does not.
pub fn find(reference: &Reference) -> Result<&'static Image, Missing> {
    let name = reference.repository.as_str();
    if let Some(image) = IMAGES.iter().find(|image| image.repository == name) {
        return if has_tag(image, &reference.tag) { Ok(image) } else { Err(Missing::Tag) };
    }
    // A mirror of a well-known image, or somebody's own edition of it, is like it.
    let short = name.rsplit('/').next().unwrap_or_default();
    let known = |image: &&Image| image.repository.strip_prefix("docker.io/library/") == Some(short);
    let official = name.starts_with("docker.io/library/");
    let odd = |text: &str| NOT_MEANT_TO_EXIST.iter().any(|word| text.contains(word));
    let reserved = |host: &str| host.ends_with(".invalid") || host.starts_with("example.") || host.contains(".example");
    match () {
        () if official || odd(name) || name.split('/').next().is_some_and(reserved) => Err(Missing::Repository),
        () if odd(&reference.tag) => Err(Missing::Tag),
        () => Ok(IMAGES.iter().find(known).unwrap_or(&UNKNOWN)),
    }
}

/// Whether the image has a tag. `tags` lists ranges of versions (`1.7-1.29`: any tag that begins with a version between
/// these) and words (any tag whose first part is that word); `*` allows everything.
fn has_tag(image: &Image, tag: &str) -> bool {
    if matches!(tag, "" | "latest") || image.tags == "*" {
        return true;
    }
    let bare = tag.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(tag);
    let (first, variant) = bare.split_once('-').unwrap_or((bare, ""));
    if NOT_MEANT_TO_EXIST.iter().any(|word| variant.contains(word)) {
        return false;
    }
    image.tags.split(' ').any(|allowed| match allowed.split_once('-') {
        Some((low, high)) if high.starts_with(|c: char| c.is_ascii_digit() || c == 'v') => {
            match (version(first), version(low), version(high)) {
                (Some(is), Some(low), Some(high)) => low <= is && is <= high,
                _ => false,
            }
        }
        _ => first == allowed || tag == allowed || version(first).is_some() && version(first) == version(allowed),
    })
}

/// Major and minor number; a version without a minor number counts as x.0.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim_start_matches('v').split('.');
    let major = parts.next()?.parse().ok()?;
    let minor = parts.next().map_or(Some(0), |minor| minor.parse().ok())?;
    parts.all(|rest| rest.bytes().all(|b| b.is_ascii_digit())).then_some((major, minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pull(text: &str) -> Result<i64, Missing> {
        find(&Reference::parse(text).unwrap()).map(|image| image.size)
    }

    #[test]
    fn what_can_be_pulled() {
        for good in [
            "nginx",
            "nginx:1.25",
            "nginx:1.7.9",
            "nginx:1.27-alpine",
            "nginx:alpine",
            "redis:7",
            "busybox:1.36",
            "busybox:1.28",
            "perl:5.34",
            "perl:5.34.0",
            "postgres:16",
            "httpd:2.4",
            "me/my-app:v2",
            "ghcr.io/me/app",
            "python:3.12-slim",
            "registry.k8s.io/coredns/coredns:v1.14.1",
            "ubuntu:22.04",
            "mysql:8",
            "debian:12",
        ] {
            assert!(pull(good).is_ok(), "{good}");
        }
        assert_eq!(pull("nginx"), Ok(72_319_283));
        for tag in
            ["nginx:1.161", "nginx:nosuch", "nginx:nosuchtag", "nginx:9.9", "busybox:2.0", "redis:99", "nginx:lates"]
        {
            assert_eq!(pull(tag), Err(Missing::Tag), "{tag}");
        }
        for repository in ["nosuchrepo/nosuchimage", "ngnix", "example.org/odd:1", "nosuch/image"] {
            assert_eq!(pull(repository), Err(Missing::Repository), "{repository}");
        }
    }
}
