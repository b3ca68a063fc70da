//! How the cluster of `sh`, `serve` and `scale` is made, where it is not the default one.

use super::{Problem, text};
use cluster::{CLUSTER_CIDR, ControlPlane, Options, Plugin, apart, bridge, services};
use kubelet::Reference;

/// Settings that several commands have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Whether Pods get their network by the plugins `bridge` and `host-local`.
    bridge: bool,
    /// The range of all Pods, if it is another than [`CLUSTER_CIDR`].
    cluster_cidr: Option<String>,
    /// The range of the Services' addresses, if it is another than kubeadm's.
    service_cidr: Option<String>,
    /// Where the control plane runs.
    control_plane: ControlPlane,
    /// Images that every node has.
    preload: Vec<String>,
    /// Descriptions of the user's own images, that the registry has.
    images: Vec<String>,
}

impl Made {
    /// Takes an argument if it is one of these; whether it was.
    ///
    /// # Errors
    /// Its value makes no sense.
    pub fn read(
        &mut self,
        name: &str,
        value: Option<&str>,
        rest: &mut dyn Iterator<Item = String>,
    ) -> Result<bool, Problem> {
        match name {
            "--cni" => {
                self.bridge = match text(name, value, rest)?.as_str() {
                    "weave" => false,
                    "bridge" => true,
                    other => return Err(Problem(format!("--cni is weave or bridge, not {other:?}"))),
                };
            }
            "--cluster-cidr" => self.cluster_cidr = Some(text(name, value, rest)?),
            "--service-cidr" => self.service_cidr = Some(text(name, value, rest)?),
            "--control-plane" => {
                let place = text(name, value, rest)?;
                let known = ControlPlane::named(&place);
                self.control_plane =
                    known.ok_or_else(|| Problem(format!("--control-plane is static or hosted, not {place:?}")))?;
            }
            "--preload" => self.preload.push(image(&text(name, value, rest)?)?),
            "--registry" => self.images.push(description(&text(name, value, rest)?)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Whether the settings go together.
    ///
    /// # Errors
    /// Why they do not.
    pub fn check(&self, control_plane_only: bool) -> Result<(), Problem> {
        let wrong = |text: &str| Err(Problem(text.into()));
        match &self.cluster_cidr {
            Some(_) if !self.bridge => {
                return wrong("--cluster-cidr goes with --cni bridge: weave-net has 10.32.0.0/12");
            }
            Some(range) => drop(bridge(range).map_err(|why| Problem(format!("--cluster-cidr is {why}")))?),
            None => {}
        }
        if let Some(range) = &self.service_cidr {
            services(range).map_err(|why| Problem(format!("--service-cidr is {why}")))?;
        }
        let options = self.options();
        apart(&options.cni, &options.services()).map_err(Problem)?;
        let of_nodes = Made { service_cidr: None, ..self.clone() };
        if control_plane_only && of_nodes != Made::default() {
            return wrong(
                "--cni, --control-plane, --preload and --registry are about nodes: with --control-plane-only there are none",
            );
        }
        Ok(())
    }

    /// The same settings, as a cluster takes them; all others are the default's.
    pub fn options(&self) -> Options {
        let range = self.cluster_cidr.as_deref().unwrap_or(CLUSTER_CIDR);
        let mut preload = Options::default().preload;
        preload.extend(self.preload.iter().map(|image| image.as_str().into()));
        Options {
            cni: if self.bridge { bridge(range).unwrap_or_default() } else { Plugin::default() },
            service_range: self.service_cidr.as_deref().and_then(|range| services(range).ok()),
            control_plane: self.control_plane,
            preload,
            images: self.images.iter().map(|text| text.as_str().into()).collect(),
            ..Options::default()
        }
    }
}

/// An image that can be pulled, so that it can be there.
fn image(name: &str) -> Result<String, Problem> {
    let reference = Reference::parse(name).ok();
    match reference.is_some_and(|reference| kubelet::images::find(&reference).is_ok()) {
        true => Ok(name.to_owned()),
        false => Err(Problem(format!("--preload: there is no image {name:?}"))),
    }
}

/// The text of a file that describes an image, as `registry push` takes it.
fn description(file: &str) -> Result<String, Problem> {
    let wrong = |why: &dyn std::fmt::Display| Problem(format!("--registry: {file}: {why}"));
    let text = std::fs::read_to_string(file).map_err(|error| wrong(&error))?;
    let image = kubelet::registry::read(&text).map_err(|problems| {
        let lines: Vec<String> =
            problems.iter().map(|problem| format!("line {}: {}", problem.line, problem.text)).collect();
        wrong(&lines.join("; "))
    })?;
    kubelet::Registry::default().push(image).map_err(|why| wrong(&why))?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_begins_with_the_images_of_files() {
        let folder = std::env::temp_dir().join(format!("kubarium-registry-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let read = |name: &str, text: &str| {
            let file = folder.join(name);
            std::fs::write(&file, text).unwrap();
            let mut made = Made::default();
            made.read("--registry", Some(&file.to_string_lossy()), &mut std::iter::empty()).map(|_| made.options())
        };
        let options = read("shop.yaml", "name: shop:1\nports: [80]\nresponse: hi\n").unwrap();
        let cluster = cluster::Cluster::booting(options);
        assert!(cluster.kubelets().registry.image("shop:1").is_ok());
        for (text, why) in [("name: shop:1\nports: [many]\n", "ports"), ("name: nginx:1\n", "denied")] {
            let problem = read("wrong.yaml", text).unwrap_err();
            assert!(problem.0.contains("wrong.yaml") && problem.0.contains(why), "{}", problem.0);
        }
        let missing = Made::default().read("--registry", Some("/nosuch/file"), &mut std::iter::empty());
        assert!(missing.is_err());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
