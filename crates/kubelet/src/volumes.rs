//! Volumes: which disk each of a Pod's volumes is, and what is on it.

use crate::env::{contents, field, referenced, resource};
use crate::state::{NodeConfig, Pod, Volume};
use api::OrdMap;
use api::{Str, Time, Value, kind, list, obj};
use apiserver::Client;
use vfs::{Fs, Mounts};

/// Where the token of every Pod's service account is mounted.
const TOKEN_PREFIX: &str = "kube-api-access-";

/// The disk of a container's own files.
pub fn root_disk(pod: &str, container: &str) -> Str {
    format!("container/{pod}/{container}").into()
}

/// The disk of a node.
pub fn node_disk(node: &str) -> Str {
    format!("host/{node}").into()
}

/// How the kubelet begins to tell of a volume for which it has no mounter (operation_generator.go, GenerateMountVolumeFunc).
const NO_MOUNTER: &str = "MountVolume.NewMounter initialization failed";

/// Mounts all volumes of a Pod.
///
/// # Errors
/// Reason and text of an event for each that cannot be mounted.
pub(crate) fn mount(
    pod: &mut Pod,
    node: &NodeConfig,
    disks: &mut OrdMap<Str, Fs>,
    client: &Client<'_>,
    now: Time,
) -> Result<(), Vec<(&'static str, String)>> {
    let volumes = pod.object["spec"]["volumes"].array();
    let mut mounted = Vec::with_capacity(volumes.len());
    let mut failures = Vec::new();
    for volume in volumes {
        match one(pod, volume, node, disks, client, now) {
            Ok(volume) => mounted.push(volume),
            Err(why) => {
                let name = volume["name"].str();
                // What fails before anything is set up says so itself.
                let text = match why.starts_with(NO_MOUNTER) {
                    true => why,
                    false => format!("MountVolume.SetUp failed for volume \"{name}\" : {why}"),
                };
                failures.push(("FailedMount", text));
            }
        }
    }
    pod.volumes = mounted;
    if failures.is_empty() { Ok(()) } else { Err(failures) }
}

fn one(
    pod: &Pod,
    volume: &Value,
    node: &NodeConfig,
    disks: &mut OrdMap<Str, Fs>,
    client: &Client<'_>,
    now: Time,
) -> Result<Volume, String> {
    let name = volume["name"].to_str();
    let own: Str = format!("volume/{}/{name}", pod.id).into();
    let at = |disk: Str, sub_path: &str, read_only: bool| Volume {
        name: name.clone(),
        disk,
        sub_path: sub_path.into(),
        read_only,
    };
    let source = |key: &str| Some(&volume[key]).filter(|v| !v.is_null());
    if name.starts_with(TOKEN_PREFIX) {
        // Made when somebody looks: see `disk`.
        return Ok(at(own, "", true));
    }
    if let Some(path) = source("hostPath") {
        return host_path(path, node, disks, now).map(|(disk, path)| at(disk, &path, false));
    }
    if let Some(nfs) = source("nfs") {
        let (disk, path) = share(nfs, disks, now);
        return Ok(at(disk, &path, nfs["readOnly"].bool()));
    }
    if let Some(claim) = source("persistentVolumeClaim") {
        let (disk, path) = persistent(pod.object.namespace(), claim["claimName"].str(), node, disks, client, now)?;
        return Ok(at(disk, &path, claim["readOnly"].bool()));
    }
    let mut files: Vec<Shown> = Vec::new();
    let plain = ["configMap", "secret", "downwardAPI"].into_iter().find_map(source);
    if let Some(plain) = plain {
        collect(pod, volume, &plain["defaultMode"], node, client, &mut files)?;
    } else if let Some(projected) = source("projected") {
        for source in projected["sources"].array() {
            collect(pod, source, &projected["defaultMode"], node, client, &mut files)?;
        }
    } else {
        disks.entry(own.clone()).or_default();
        return Ok(at(own, "", false));
    }
    let mut fs = Fs::new();
    for (path, bytes, mode) in files {
        let path = format!("/{path}");
        let _ = fs.put(&path, bytes, now.0);
        if mode != PLAIN_MODE {
            let _ = fs.chmod(&path, mode);
        }
    }
    disks.insert(own.clone(), fs);
    Ok(at(own, "", true))
}

/// The ConfigMaps and Secrets (`namespace/name`) whose content a Pod's volumes show.
pub(crate) fn references(pod: &Pod) -> Vec<Str> {
    let namespace = pod.object.namespace();
    let volumes = pod.object["spec"]["volumes"].array().iter();
    let shown = volumes.filter(|volume| !volume["name"].str().starts_with(TOKEN_PREFIX)).flat_map(|volume| {
        let projected = volume.at("projected.sources").array();
        std::iter::once(volume).chain(projected)
    });
    let names = shown.flat_map(|source| {
        let secret = &source["secret"];
        [source["configMap"]["name"].str(), secret["secretName"].str(), secret["name"].str()]
    });
    names.filter(|name| !name.is_empty()).map(|name| format!("{namespace}/{name}").into()).collect()
}

/// Whether a volume of a Pod shows what its own object says.
pub(crate) fn shows_itself(pod: &Value) -> bool {
    let has = |source: &Value| !source["downwardAPI"].is_null();
    let all = pod["spec"]["volumes"].array().iter();
    all.filter(|volume| !volume["name"].str().starts_with(TOKEN_PREFIX))
        .any(|volume| has(volume) || volume.at("projected.sources").array().iter().any(has))
}

/// Brings the volumes that show ConfigMaps, Secrets and the Pod's own fields up to date.
pub(crate) fn refresh(pod: &Pod, node: &NodeConfig, disks: &mut OrdMap<Str, Fs>, client: &Client<'_>, now: Time) {
    let shows = |v: &Value| ["configMap", "secret", "projected", "downwardAPI"].iter().any(|key| !v[*key].is_null());
    for volume in pod.object["spec"]["volumes"].array().iter().filter(|volume| shows(volume)) {
        // What is gone stays as it was last.
        let _ = one(pod, volume, node, disks, client, now);
    }
}

/// A file of a volume: its path, its bytes and its mode.
type Shown = (Str, Vec<u8>, u32);

/// The mode of such files where nothing says otherwise (`defaultMode`'s default).
const PLAIN_MODE: u32 = 0o644;

/// The files of a `configMap`, `secret`, `downwardAPI` or `serviceAccountToken` source.
fn collect(
    pod: &Pod,
    source: &Value,
    default: &Value,
    node: &NodeConfig,
    client: &Client<'_>,
    files: &mut Vec<Shown>,
) -> Result<(), String> {
    let default = default.as_int().map_or(PLAIN_MODE, |mode| mode as u32);
    let mode = |item: &Value| item["mode"].as_int().map_or(default, |mode| mode as u32);
    for item in source.at("downwardAPI.items").array() {
        let reference = &item["resourceFieldRef"];
        let named = pod.containers.iter().position(|c| c.name == reference["containerName"].str());
        let text = match named.filter(|_| !reference.is_null()) {
            Some(index) => resource(pod, index, node, reference),
            None => field(pod, node, item.at("fieldRef.fieldPath").str()),
        };
        files.push((item["path"].to_str(), text.as_bytes().to_vec(), mode(item)));
    }
    let wanted = &source["serviceAccountToken"];
    if let Some(path) = wanted["path"].as_str() {
        files.push((path.into(), token(pod, wanted, client)?.as_bytes().to_vec(), default));
    }
    for (key, secret) in [("configMap", false), ("secret", true)] {
        let reference = &source[key];
        if reference.is_null() {
            continue;
        }
        let Some(object) = referenced(client, pod.object.namespace(), reference, secret)? else { continue };
        let all = contents(&object, secret);
        let items = reference["items"].array();
        if items.is_empty() {
            files.extend(all.into_iter().map(|(name, bytes)| (name, bytes, default)));
            continue;
        }
        for item in items {
            let wanted = item["key"].str();
            match all.iter().find(|(name, _)| name == wanted) {
                Some((_, bytes)) => files.push((item["path"].to_str(), bytes.clone(), mode(item))),
                None if reference["optional"].bool() => {}
                None => {
                    return Err(format!(
                        "references non-existent {} key: {wanted}",
                        if secret { "secret" } else { "config" }
                    ));
                }
            }
        }
    }
    Ok(())
}

fn host_path(
    source: &Value,
    node: &NodeConfig,
    disks: &mut OrdMap<Str, Fs>,
    now: Time,
) -> Result<(Str, String), String> {
    let path = source["path"].str();
    let disk = node_disk(&node.name);
    let fs = disks.entry(disk.clone()).or_default();
    let is_dir = fs.is_dir(path);
    let failed = |what: &str| Err(format!("hostPath type check failed: {path} is not {what}"));
    match source["type"].str() {
        "Directory" if !is_dir => return failed("a directory"),
        "File" if is_dir || !fs.exists(path) => return failed("a file"),
        "FileOrCreate" if !fs.exists(path) => drop(fs.put(path, "", now.0)),
        "File" | "FileOrCreate" => {}
        _ => drop(fs.mkdir_all(path, now.0)),
    }
    Ok((disk, path.to_owned()))
}

/// An NFS export: it lives outside the cluster and outlives everything in it.
fn share(nfs: &Value, disks: &mut OrdMap<Str, Fs>, now: Time) -> (Str, String) {
    let disk: Str = format!("nfs/{}", nfs["server"].str()).into();
    let path = nfs["path"].as_str().unwrap_or("/");
    let _ = disks.entry(disk.clone()).or_default().mkdir_all(path, now.0);
    (disk, path.to_owned())
}

fn persistent(
    namespace: &str,
    claim: &str,
    node: &NodeConfig,
    disks: &mut OrdMap<Str, Fs>,
    client: &Client<'_>,
    now: Time,
) -> Result<(Str, String), String> {
    let Some(object) = client.get(kind::PERSISTENT_VOLUME_CLAIM, namespace, claim) else {
        return Err(format!("persistentvolumeclaim \"{claim}\" not found"));
    };
    let name = object.at("spec.volumeName").str();
    if object.at("status.phase").str() != "Bound" || name.is_empty() {
        return Err(format!("PVC {namespace}/{claim} is not bound"));
    }
    let Some(volume) = client.get(kind::PERSISTENT_VOLUME, "", name) else {
        return Err(format!("persistentvolume \"{name}\" not found"));
    };
    let spec = &volume["spec"];
    if let Some(path) = spec["local"]["path"].as_str() {
        let disk = node_disk(&node.name);
        return match disks.entry(disk.clone()).or_default().exists(path) {
            true => Ok((disk, path.to_owned())),
            false => Err(format!("{NO_MOUNTER} for volume \"{name}\" : path \"{path}\" does not exist")),
        };
    }
    if !spec["hostPath"].is_null() {
        return host_path(&spec["hostPath"], node, disks, now);
    }
    if !spec["nfs"].is_null() {
        return Ok(share(&spec["nfs"], disks, now));
    }
    let disk: Str = format!("pv/{name}").into();
    disks.entry(disk.clone()).or_default();
    Ok((disk, "/".to_owned()))
}

/// What a container sees: its own files and its volumes.
pub(crate) fn mounts(pod: &Pod, index: usize) -> Mounts {
    let container = &pod.containers[index];
    let mut mounts = Mounts::new(root_disk(&pod.id, &container.name));
    let spec = pod.spec_of(index);
    mounts.read_only = spec.at("securityContext.readOnlyRootFilesystem").bool();
    for mount in spec["volumeMounts"].array() {
        let name = mount["name"].str();
        let Some(volume) = pod.volumes.iter().find(|volume| volume.name == name) else { continue };
        let read_only = volume.read_only || mount["readOnly"].bool();
        let disk = if is_frozen(volume, mount) { frozen_disk(volume, &container.name) } else { volume.disk.clone() };
        mounts = mounts.mount(mount["mountPath"].str(), disk, read_only);
        if let Some(last) = mounts.mounts.last_mut() {
            last.sub_path = format!("{}/{}", volume.sub_path, mount["subPath"].str()).into();
        }
    }
    mounts
}

/// Whether a container sees a volume as it was when it was made: with `subPath` one file of a ConfigMap or its like is mounted, and
/// what comes in its place later is another file.
fn is_frozen(volume: &Volume, mount: &Value) -> bool {
    let part = !mount["subPath"].str().is_empty() || !mount["subPathExpr"].str().is_empty();
    part && volume.read_only && volume.disk.starts_with("volume/")
}

pub(crate) fn frozen_disk(volume: &Volume, container: &str) -> Str {
    format!("{}/{container}", volume.disk).into()
}

/// Keeps what a container that is being made sees of its volumes for as long as it lives ([`is_frozen`]).
pub(crate) fn freeze(pod: &Pod, index: usize, disks: &mut OrdMap<Str, Fs>) {
    for mount in pod.spec_of(index)["volumeMounts"].array() {
        let frozen = |volume: &&Volume| volume.name == mount["name"].str() && is_frozen(volume, mount);
        if let Some(volume) = pod.volumes.iter().find(frozen)
            && let Some(fs) = disks.get(&volume.disk).cloned()
        {
            disks.insert(frozen_disk(volume, &pod.containers[index].name), fs);
        }
    }
}

/// How long a token is used before the kubelet gets another: 80 % of its 3607 seconds (pkg/kubelet/token).
const TOKEN_AGE: i64 = 3607 * 80 / 100 * 1_000_000;

/// Whether the volume with a Pod's token has not been made yet, or its token is old. It is made when somebody looks: nobody
/// looks into most.
pub(crate) fn token_due(pod: &Pod, disks: &OrdMap<Str, Fs>, now: Time) -> bool {
    pod.volumes.iter().filter(|volume| is_token(&volume.disk)).any(|volume| {
        let made = disks.get(&volume.disk).and_then(|fs| fs.stat("/token").ok());
        made.is_none_or(|stat| now.0 - stat.modified >= TOKEN_AGE)
    })
}

/// Makes the volume with a Pod's token: the sources that admission has given it.
pub(crate) fn show_token(pod: &Pod, node: &NodeConfig, disks: &mut OrdMap<Str, Fs>, client: &Client<'_>, now: Time) {
    let volumes = pod.object["spec"]["volumes"].array().iter();
    for volume in volumes.filter(|volume| volume["name"].str().starts_with(TOKEN_PREFIX)) {
        let mut files = Vec::new();
        for source in volume.at("projected.sources").array() {
            // What cannot be had now is not there, and asked for at the next look.
            let _ = collect(pod, source, &api::NULL, node, client, &mut files);
        }
        let mut fs = Fs::new();
        for (path, bytes, _) in files {
            let _ = fs.put(&format!("/{path}"), bytes, now.0);
        }
        disks.insert(format!("volume/{}/{}", pod.id, volume["name"].str()).into(), fs);
    }
}

/// Whether a disk is such a volume.
pub(crate) fn is_token(disk: &str) -> bool {
    disk.starts_with("volume/") && disk.rsplit('/').next().is_some_and(|name| name.starts_with(TOKEN_PREFIX))
}

/// A token for the Pod's ServiceAccount, bound to the Pod.
fn token(pod: &Pod, wanted: &Value, client: &Client<'_>) -> Result<Str, String> {
    let object = &pod.object;
    let account = object["spec"]["serviceAccountName"].as_str().unwrap_or("default");
    let bound = obj! { "apiVersion" => "v1", "kind" => "Pod", "name" => object.name(), "uid" => object.uid() };
    let audience = wanted["audience"].as_str().filter(|audience| !audience.is_empty());
    let spec = obj! {
        "audiences" => audience.map(|audience| list![audience]), "boundObjectRef" => bound,
        "expirationSeconds" => &wanted["expirationSeconds"],
    };
    let namespace = object.namespace();
    let failed = |status: api::Status| format!("failed to fetch token: {}", status.message);
    client.token(namespace, account, &spec).map_err(failed)
}
