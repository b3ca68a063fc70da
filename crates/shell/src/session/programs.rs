//! Which programs are where.

use kubelet::images::Image;
use vfs::Fs;

/// Programs that only a machine has, never a container.
const MACHINE_ONLY: &[&str] = &[
    "jq",
    "kubectl",
    "ssh",
    "systemctl",
    "poweroff",
    "reboot",
    "shutdown",
    "vim",
    "nano",
    "iptables",
    "iptables-save",
    "conntrack",
    "ipvsadm",
    "tc",
    "virsh",
    "registry",
    "why",
];
/// Programs that busybox has and slim Debian images have not.
const BUSYBOX_ONLY: &[&str] = &["wget", "nc", "nslookup", "ip", "less", "ping", "ps", "traceroute", "vi", "watch"];
/// Programs that an image must bring with it.
const EXTRA: &[&str] = &["curl", "bash", "dig", "host", "file", "nginx", "openssl"];

/// Whether a container has a program: its image brings it, or somebody has put it into its files since.
pub(crate) fn in_container(image: Option<&Image>, files: Option<&Fs>, program: &str) -> bool {
    in_image(image, program) || files.is_some_and(|files| files.exists(&format!("/usr/bin/{program}")))
}

/// Whether a program of this name is in an image.
fn in_image(image: Option<&Image>, program: &str) -> bool {
    if MACHINE_ONLY.contains(&program) {
        return false;
    }
    let Some(image) = image else { return true };
    match image.programs.contains(&program) {
        true => true,
        false if image.bare => false,
        // Somebody's own image: what is in it nobody knows.
        false if image.repository.is_empty() => true,
        false if EXTRA.contains(&program) || kubelet::CLIENTS.contains(&program) => false,
        false => image.is_busybox() || !BUSYBOX_ONLY.contains(&program),
    }
}
