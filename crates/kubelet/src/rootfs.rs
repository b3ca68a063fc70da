//! What a container's own files are at the start: those of its image, and those that the kubelet adds.

use crate::images::{self, Flavour, Main};
use crate::state::Pod;
use crate::volumes;
use api::OrdMap;
use api::{Str, Time};
use vfs::{Fs, Mounts};

const PASSWD: &str = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";

const NGINX_PAGE: &str = r#"<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto; font-family: sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>This page means that the web server runs in its container. What it should serve is up to you:
put files into /usr/share/nginx/html.</p>
</body>
</html>
"#;

const NGINX_CONF: &str = "user  nginx;\nworker_processes  auto;\n\nevents {\n    worker_connections  1024;\n}\n\nhttp {\n    \
include       /etc/nginx/mime.types;\n    default_type  application/octet-stream;\n    keepalive_timeout  65;\n    \
include /etc/nginx/conf.d/*.conf;\n}\n";

const NGINX_SITE: &str = "server {\n    listen       80;\n    server_name  localhost;\n\n    location / {\n        root   \
/usr/share/nginx/html;\n        index  index.html index.htm;\n    }\n}\n";

/// The name that a Pod's containers have for themselves.
pub(crate) fn hostname(pod: &Pod) -> String {
    let spec = &pod.object["spec"];
    let name = match spec["hostname"].as_str().filter(|name| !name.is_empty()) {
        _ if pod.host_network() => &pod.node,
        Some(name) => name,
        None => pod.object.name(),
    };
    let cut = name.char_indices().nth(63).map_or(name, |(at, _)| &name[..at]);
    cut.trim_end_matches(['-', '.']).to_owned()
}

/// Makes the disks that a container sees, as far as they are missing.
pub(crate) fn ensure(pod: &Pod, index: usize, mounts: &Mounts, disks: &mut OrdMap<Str, Fs>, now: Time) {
    if !disks.contains_key(&mounts.root) {
        disks.insert(mounts.root.clone(), root(pod, index, now));
    }
    for mount in &mounts.mounts {
        if !disks.contains_key(&mount.disk) && !volumes::is_token(&mount.disk) {
            disks.insert(mount.disk.clone(), Fs::new());
        }
    }
}

fn root(pod: &Pod, index: usize, now: Time) -> Fs {
    let image = crate::registry::image_of(&pod.containers[index]).unwrap_or(&images::UNKNOWN);
    let (hosts, name, resolv) = (hosts(pod), format!("{}\n", hostname(pod)), resolv_conf(pod));
    let release = match image.short() {
        short @ ("alpine" | "busybox" | "ubuntu" | "centos" | "fedora") => short,
        _ => "debian",
    };
    let release = format!("ID={release}\nNAME=\"{release}\"\n");
    let mut files: Vec<(&str, &str)> = vec![
        ("/etc/hostname", &name),
        ("/etc/hosts", &hosts),
        ("/etc/os-release", &release),
        ("/etc/passwd", PASSWD),
        ("/etc/resolv.conf", &resolv),
    ];
    match image.main {
        Main::Files { flavour: Flavour::Nginx, .. } => files.extend([
            ("/etc/nginx/conf.d/default.conf", NGINX_SITE),
            ("/etc/nginx/nginx.conf", NGINX_CONF),
            ("/usr/share/nginx/html/50x.html", "<html><body><h1>An error occurred.</h1></body></html>\n"),
            ("/usr/share/nginx/html/index.html", NGINX_PAGE),
        ]),
        Main::Files { flavour: Flavour::Apache, root, .. } if root.ends_with("htdocs") => files.extend([
            ("/usr/local/apache2/conf/httpd.conf", "Listen 80\nDocumentRoot \"/usr/local/apache2/htdocs\"\n"),
            ("/usr/local/apache2/htdocs/index.html", "<html><body><h1>It works!</h1></body></html>\n"),
        ]),
        _ => {}
    }
    let mut fs = Fs::with(files, now.0);
    let directories = [
        "/bin",
        "/dev",
        "/home",
        "/lib",
        "/opt",
        "/proc",
        "/root",
        "/run",
        "/sbin",
        "/srv",
        "/sys",
        "/tmp",
        "/usr/bin",
        "/usr/share",
        "/var/lib",
        "/var/log",
        "/var/run",
        "/var/tmp",
        image.workdir,
    ];
    for directory in directories {
        let _ = fs.mkdir_all(directory, now.0);
    }
    fs
}

/// `/etc/hosts`, which the kubelet manages.
pub(crate) fn hosts(pod: &Pod) -> String {
    let ip = pod.ip.as_deref().unwrap_or_default();
    let mut text = format!(
        "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n{ip}\t{}\n",
        hostname(pod)
    );
    for alias in pod.object.at("spec.hostAliases").array() {
        let names: Vec<&str> = alias["hostnames"].array().iter().map(|n| n.str()).collect();
        text.push_str(&format!("{}\t{}\n", alias["ip"].str(), names.join("\t")));
    }
    text
}

/// The name server of the nodes, outside the cluster.
pub(crate) const NODE_RESOLV_CONF: &str = "nameserver 172.17.0.1\n";

/// `/etc/resolv.conf`, by the Pod's `dnsPolicy` and `dnsConfig`.
pub(crate) fn resolv_conf(pod: &Pod) -> String {
    let spec = &pod.object["spec"];
    let namespace = pod.object.namespace();
    let cluster = || {
        let search = vec![format!("{namespace}.svc.cluster.local"), "svc.cluster.local".into(), "cluster.local".into()];
        (vec![pod.cluster_dns.to_string()], search, vec!["ndots:5".to_owned()])
    };
    let (mut servers, mut search, mut options) = match spec["dnsPolicy"].str() {
        "None" => (Vec::new(), Vec::new(), Vec::new()),
        "Default" => (vec!["172.17.0.1".to_owned()], Vec::new(), Vec::new()),
        "ClusterFirst" | "" if pod.host_network() => (vec!["172.17.0.1".to_owned()], Vec::new(), Vec::new()),
        _ => cluster(),
    };
    let config = &spec["dnsConfig"];
    let texts = |key: &str| config[key].array().iter().map(|v| v.str().to_owned()).collect::<Vec<_>>();
    servers.extend(texts("nameservers"));
    search.extend(texts("searches"));
    options.extend(config["options"].array().iter().map(|option| match option["value"].as_str() {
        Some(value) => format!("{}:{value}", option["name"].str()),
        None => option["name"].str().to_owned(),
    }));
    let mut text = String::new();
    if !search.is_empty() {
        text.push_str(&format!("search {}\n", search.join(" ")));
    }
    for server in servers {
        text.push_str(&format!("nameserver {server}\n"));
    }
    if !options.is_empty() {
        text.push_str(&format!("options {}\n", options.join(" ")));
    }
    text
}
