//! Images that users describe themselves, in a registry outside the cluster: nodes pull them as they pull any other.
//!
//! A node keeps what it has pulled: who pushes another image of the same name changes nothing on it until it pulls again.

mod read;

use crate::Reference;
pub use crate::credentials::Login;
use crate::images::{self, Image, Missing};
use crate::process::{Program, Step, Text};
use crate::programs::{Answers, Server};
use api::{OrdMap, Str, sha256};
pub use read::{Problem, read};
use std::sync::Arc;
use std::time::Duration;

/// So many images are kept.
const MOST: usize = 100;

/// What a server of a user's own image answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The type of the body.
    pub content_type: Str,
    /// The body; `$NAME` in it stands for a variable.
    pub body: Str,
    /// A line for the log.
    pub log: Option<Str>,
    /// Instead of answering, the process ends with this exit code.
    pub exit: Option<i32>,
}

/// How a container of a user's own image ends by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Crash {
    /// So long after its start.
    pub after: Duration,
    /// With this exit code.
    pub code: i32,
    /// Its last words.
    pub message: Str,
}

/// An image that a user has described.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OwnImage {
    /// Its full name, such as `docker.io/library/shop:1.0`.
    pub name: Str,
    /// The name as its author wrote it.
    pub written: Str,
    /// Repository and digest; the digest is that of the description.
    pub id: Str,
    /// The description, as YAML.
    pub text: Str,
    /// Bytes to be pulled.
    pub size: i64,
    /// The ports it listens on.
    pub ports: Vec<u16>,
    /// Environment variables.
    pub env: Vec<(Str, Str)>,
    /// What it writes when it starts.
    pub start: Vec<Str>,
    /// What it writes when it listens.
    pub ready: Vec<Str>,
    /// What it writes for each request.
    pub request: Option<Str>,
    /// What it writes again and again.
    pub every: Option<(Duration, Str)>,
    /// What it answers where no path says otherwise.
    pub response: Option<Answer>,
    /// What it answers at paths.
    pub paths: Vec<(Str, Answer)>,
    /// How long it takes until it listens.
    pub ready_after: Duration,
    /// How long it takes to end when it is asked to.
    pub stop: Duration,
    /// When it ends by itself.
    pub crash: Option<Crash>,
    /// CPU time: in microseconds a second while it idles, and in microseconds a request.
    pub cpu: (u64, u64),
    /// Bytes of memory: while it idles, and what each request leaves behind.
    pub memory: (i64, i64),
    /// Who may pull it; nothing for everybody.
    pub login: Option<Login>,
}

impl OwnImage {
    /// Whether it speaks HTTP at its ports.
    fn speaks_http(&self) -> bool {
        self.response.is_some() || !self.paths.is_empty()
    }

    /// What it answers at a path.
    pub(crate) fn answer(&self, path: &str) -> Option<&Answer> {
        let own = self.paths.iter().find(|(own, _)| own == path).map(|(_, answer)| answer);
        own.or(self.response.as_ref())
    }

    /// What it runs.
    pub(crate) fn program(self: &Arc<OwnImage>) -> Program {
        let say = |line: &Str| Step::Print(Text::from(format!("{line}\n").as_str()));
        let mut steps = Vec::new();
        if let Some(crash) = &self.crash {
            let text = if crash.message.is_empty() { String::new() } else { format!("{}\n", crash.message) };
            steps.push(Step::EndAfter { span: crash.after, code: crash.code, words: text.as_str().into() });
        }
        steps.extend(self.start.iter().map(say));
        if !self.ready_after.is_zero() {
            steps.push(Step::Sleep(self.ready_after));
        }
        if !self.ports.is_empty() {
            let answers = if self.speaks_http() { Answers::Own(self.clone()) } else { Answers::Nothing };
            steps.push(Step::Listen(Server { ports: self.ports.clone(), answers }));
        }
        steps.extend(self.ready.iter().map(say));
        match &self.every {
            Some((span, line)) => {
                let from = steps.len();
                steps.extend([Step::Sleep(*span), say(line), Step::Jump(from)]);
            }
            None => steps.push(Step::Forever),
        }
        let short = self.name.rsplit('/').next().unwrap_or_default();
        Program {
            steps,
            on_term: Some((0, self.stop)),
            words: None,
            killed: None,
            memory: self.memory.0,
            command: format!("/{}", short.split(':').next().unwrap_or_default()).into(),
        }
    }
}

/// What a node gets when it pulls.
pub(crate) struct Found {
    /// Bytes.
    pub(crate) size: i64,
    /// The `imageID`.
    pub(crate) id: Str,
    /// The description, if it is a user's own image.
    pub(crate) own: Option<Arc<OwnImage>>,
}

/// The registry: the images of users by full name. The well-known ones are [`images::IMAGES`].
#[derive(Clone, Debug, Default)]
pub struct Registry {
    images: OrdMap<Str, Arc<OwnImage>>,
}

impl Registry {
    /// All images of users, by name.
    pub fn images(&self) -> impl Iterator<Item = &OwnImage> {
        self.images.values().map(|image| &**image)
    }

    /// The image that a user means by a name such as `shop:1.0`.
    ///
    /// # Errors
    /// What is wrong with the name, or that there is no such image.
    pub fn image(&self, name: &str) -> Result<&OwnImage, String> {
        let full = Reference::parse(name)?.full();
        self.images.get(&full).map(|image| &**image).ok_or_else(|| format!("{full}: not found"))
    }

    /// Takes an image, in place of the one of that name.
    ///
    /// # Errors
    /// Why not, in a registry's words.
    pub fn push(&mut self, image: OwnImage) -> Result<(), String> {
        let repository = image.name.rsplit_once(':').map_or("", |(repository, _)| repository);
        if images::IMAGES.iter().any(|known| known.repository == repository) {
            return Err("denied: requested access to the resource is denied".to_owned());
        }
        if !self.images.contains_key(&image.name) && self.images.len() >= MOST {
            return Err(format!("denied: there are {MOST} images already"));
        }
        self.images.insert(image.name.clone(), Arc::new(image));
        Ok(())
    }

    /// Forgets an image. Nodes that have pulled it keep it.
    ///
    /// # Errors
    /// As [`Registry::image`].
    pub fn remove(&mut self, name: &str) -> Result<Str, String> {
        let full = self.image(name)?.name.clone();
        self.images.remove(&full);
        Ok(full)
    }

    /// What a reference names: a user's image, or a well-known one.
    ///
    /// # Errors
    /// There is nothing of that name.
    pub(crate) fn find(&self, reference: &Reference) -> Result<Found, Missing> {
        let full = reference.full();
        let own = match self.images.get(&full) {
            None if !reference.digest.is_empty() => self.images.values().find(|image| image.id == reference.id()),
            own => own,
        };
        if let Some(own) = own {
            return Ok(Found { size: own.size, id: own.id.clone(), own: Some(own.clone()) });
        }
        let tag_of =
            |name: &Str| name.strip_prefix(reference.repository.as_str()).is_some_and(|tag| tag.starts_with(':'));
        if self.images.keys().any(tag_of) {
            return Err(Missing::Tag);
        }
        let image = images::find(reference)?;
        Ok(Found { size: image.size, id: reference.id(), own: None })
    }
}

/// What a container's image is like: of a user's own nothing is known but its description.
pub fn image_of(container: &crate::state::Container) -> Option<&'static Image> {
    if container.own.is_some() {
        return Some(&images::UNKNOWN);
    }
    Reference::parse(&container.image.0).ok().and_then(|reference| images::find(&reference).ok())
}

/// The digest of a description, as part of an `imageID`.
fn digest(text: &str) -> String {
    format!("sha256:{}", sha256::hex(text))
}
