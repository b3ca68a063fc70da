//! What a process sees: a root with other trees mounted in it.

use crate::{Bytes, Error, Fs, Result, Stat, Str, path};
use collections::OrdMap;

/// Where the trees are kept, by the keeper's own names for them (a container's id, a volume's uid).
pub trait Disks {
    /// The tree `id`.
    fn disk(&self, id: &str) -> Option<&Fs>;
    /// The tree `id`, to be changed.
    fn disk_mut(&mut self, id: &str) -> Option<&mut Fs>;
}

impl Disks for OrdMap<Str, Fs> {
    fn disk(&self, id: &str) -> Option<&Fs> {
        self.get(id)
    }
    fn disk_mut(&mut self, id: &str) -> Option<&mut Fs> {
        self.get_mut(id)
    }
}

/// One tree is its own only disk, whatever the name.
impl Disks for Fs {
    fn disk(&self, _: &str) -> Option<&Fs> {
        Some(self)
    }
    fn disk_mut(&mut self, _: &str) -> Option<&mut Fs> {
        Some(self)
    }
}

/// A tree, or a folder of it, at a place in a process' view.
#[derive(Clone, Debug, PartialEq)]
pub struct Mount {
    /// Where it is seen, absolute.
    pub path: Str,
    /// Which disk it is.
    pub disk: Str,
    /// The folder (or file) of the disk that is seen there; empty or `/` for all of it. A volume mount's `subPath`.
    pub sub_path: Str,
    /// Whether writes fail with "Read-only file system".
    pub read_only: bool,
}

/// A root disk and what is mounted in it: a container's view of the files, without the files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mounts {
    /// The disk at `/`.
    pub root: Str,
    /// Whether the root is read-only (`readOnlyRootFilesystem`).
    pub read_only: bool,
    /// The mounts, in any order; the longest path that fits wins.
    pub mounts: Vec<Mount>,
}

impl Mounts {
    /// A root disk with nothing mounted.
    pub fn new(root: impl Into<Str>) -> Mounts {
        Mounts { root: root.into(), read_only: false, mounts: Vec::new() }
    }

    /// Mounts `disk` at `path`.
    pub fn mount(mut self, path: &str, disk: impl Into<Str>, read_only: bool) -> Mounts {
        self.mounts.push(Mount {
            path: path::resolve("/", path).into(),
            disk: disk.into(),
            sub_path: Str::default(),
            read_only,
        });
        self
    }

    /// The files, kept in `disks`, as a process with these mounts sees them.
    pub fn view<'a>(&'a self, disks: &'a mut dyn Disks) -> View<'a> {
        View { mounts: self, disks }
    }

    /// The disk, the path on it and whether it is read-only, for an absolute path in the view.
    fn locate(&self, path: &str) -> (&str, String, bool) {
        let path = path::resolve("/", path);
        let fits = self.mounts.iter().filter_map(|mount| Some((mount, path::below(&mount.path, &path)?)));
        match fits.max_by_key(|(mount, _)| mount.path.len()) {
            Some((mount, rest)) => {
                (&mount.disk, path::resolve("/", &format!("{}/{rest}", mount.sub_path)), mount.read_only)
            }
            None => (&self.root, path, self.read_only),
        }
    }

    fn is_mount_point(&self, path: &str) -> bool {
        let path = path::resolve("/", path);
        path == "/" || self.mounts.iter().any(|mount| mount.path == path)
    }
}

/// The files that a process sees, to read and write. Has the operations of [`Fs`], under the same names.
pub struct View<'a> {
    mounts: &'a Mounts,
    disks: &'a mut dyn Disks,
}

impl View<'_> {
    /// What is mounted where.
    pub fn mounts(&self) -> &Mounts {
        self.mounts
    }

    /// See [`Fs::read`].
    pub fn read(&self, path: &str) -> Result<Bytes> {
        let (fs, path) = self.at(path)?;
        fs.read(&path)
    }

    /// See [`Fs::read_text`].
    pub fn read_text(&self, path: &str) -> Result<String> {
        let (fs, path) = self.at(path)?;
        fs.read_text(&path)
    }

    /// See [`Fs::write`].
    pub fn write(&mut self, path: &str, bytes: impl Into<Vec<u8>>, now: i64) -> Result<()> {
        let (fs, inner) = self.at_mut(path)?;
        fs.write(&keep_slash(path, inner), bytes, now)
    }

    /// See [`Fs::allocate`].
    pub fn allocate(&mut self, path: &str, size: u64, now: i64) -> Result<()> {
        let (fs, inner) = self.at_mut(path)?;
        fs.allocate(&keep_slash(path, inner), size, now)
    }

    /// See [`Fs::append`].
    pub fn append(&mut self, path: &str, bytes: &[u8], now: i64) -> Result<()> {
        let (fs, inner) = self.at_mut(path)?;
        fs.append(&keep_slash(path, inner), bytes, now)
    }

    /// See [`Fs::mkdir`].
    pub fn mkdir(&mut self, path: &str, now: i64) -> Result<()> {
        if self.exists(path) {
            return Err(Error::Exists);
        }
        let (fs, path) = self.at_mut(path)?;
        fs.mkdir(&path, now)
    }

    /// See [`Fs::mkdir_all`].
    pub fn mkdir_all(&mut self, path: &str, now: i64) -> Result<()> {
        if self.is_dir(path) {
            return Ok(());
        }
        let (fs, path) = self.at_mut(path)?;
        fs.mkdir_all(&path, now)
    }

    /// See [`Fs::remove`].
    pub fn remove(&mut self, path: &str) -> Result<()> {
        self.movable(path)?;
        let (fs, path) = self.at_mut(path)?;
        fs.remove(&path)
    }

    /// See [`Fs::rmdir`].
    pub fn rmdir(&mut self, path: &str) -> Result<()> {
        self.movable(path)?;
        let (fs, path) = self.at_mut(path)?;
        fs.rmdir(&path)
    }

    /// See [`Fs::remove_all`]. What is mounted below stays, and is an error (EBUSY) once the rest is gone.
    pub fn remove_all(&mut self, path: &str) -> Result<()> {
        self.movable(path)?;
        let resolved = path::resolve("/", path);
        let busy = self.mounts.mounts.iter().any(|mount| path::below(&resolved, &mount.path).is_some());
        let (fs, inner) = self.at_mut(path)?;
        fs.remove_all(&inner)?;
        if busy { Err(Error::Busy) } else { Ok(()) }
    }

    /// See [`Fs::rename`]; from one disk to another it is [`Error::CrossDevice`], and `mv` copies instead.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<()> {
        self.movable(from)?;
        self.movable(to)?;
        let (source, _, _) = self.mounts.locate(from);
        let (target, inner, _) = self.mounts.locate(to);
        if source != target {
            return Err(Error::CrossDevice);
        }
        let (fs, from) = self.at_mut(from)?;
        fs.rename(&from, &inner)
    }

    /// See [`Fs::list`]; mount points are listed too.
    pub fn list(&self, path: &str) -> Result<Vec<Str>> {
        let (fs, inner) = self.at(path)?;
        let resolved = path::resolve("/", path);
        let mounted = self.mounts.mounts.iter().filter_map(|mount| {
            let first = path::below(&resolved, &mount.path)?.split('/').next()?;
            (!first.is_empty()).then(|| Str::from(first))
        });
        let mut names: Vec<Str> = mounted.collect();
        match fs.list(&inner) {
            Ok(own) => names.extend(own),
            Err(Error::NotFound) if !names.is_empty() => {}
            Err(error) => return Err(error),
        }
        collections::sort(&mut names);
        names.dedup();
        Ok(names)
    }

    /// See [`Fs::stat`].
    pub fn stat(&self, path: &str) -> Result<Stat> {
        let (fs, inner) = self.at(path)?;
        fs.stat(&inner).or_else(|error| {
            // The way to a mount point is there even where the disk below has no such directory.
            let resolved = path::resolve("/", path);
            let leads = self.mounts.mounts.iter().any(|mount| path::below(&resolved, &mount.path).is_some());
            if leads { Ok(Stat { directory: true, size: 4096, mode: 0o755, modified: 0 }) } else { Err(error) }
        })
    }

    /// See [`Fs::exists`].
    pub fn exists(&self, path: &str) -> bool {
        self.stat(path).is_ok()
    }

    /// See [`Fs::is_dir`].
    pub fn is_dir(&self, path: &str) -> bool {
        self.stat(path).is_ok_and(|stat| stat.directory)
    }

    /// See [`Fs::touch`].
    pub fn touch(&mut self, path: &str, now: i64) -> Result<()> {
        let (fs, inner) = self.at_mut(path)?;
        fs.touch(&keep_slash(path, inner), now)
    }

    /// See [`Fs::chmod`].
    pub fn chmod(&mut self, path: &str, mode: u32) -> Result<()> {
        let (fs, inner) = self.at_mut(path)?;
        fs.chmod(&inner, mode)
    }

    fn at(&self, path: &str) -> Result<(&Fs, String)> {
        let (disk, inner, _) = self.mounts.locate(path);
        Ok((self.disks.disk(disk).ok_or(Error::NotFound)?, inner))
    }

    fn at_mut(&mut self, path: &str) -> Result<(&mut Fs, String)> {
        let (disk, inner, read_only) = self.mounts.locate(path);
        if read_only {
            return Err(Error::ReadOnly);
        }
        Ok((self.disks.disk_mut(disk).ok_or(Error::NotFound)?, inner))
    }

    fn movable(&self, path: &str) -> Result<()> {
        if self.mounts.is_mount_point(path) { Err(Error::Busy) } else { Ok(()) }
    }
}

/// `echo > name/` is an error even where `name` does not exist: the slash must survive the resolving.
fn keep_slash(asked: &str, mut inner: String) -> String {
    if asked.ends_with('/') && !inner.ends_with('/') {
        inner.push('/');
    }
    inner
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disks() -> OrdMap<Str, Fs> {
        let root = Fs::with([("/etc/hostname", "web\n"), ("/data/hidden", "below the mount")], 1);
        let config = Fs::with([("/nginx.conf", "worker_processes 1;\n")], 1);
        OrdMap::from([("root".into(), root), ("data".into(), Fs::new()), ("config".into(), config)])
    }

    #[test]
    fn two_containers_share_a_volume_and_nothing_else() {
        let mut disks = disks();
        disks.insert("other".into(), Fs::new());
        let one = Mounts::new("root").mount("/data", "data", false);
        let two = Mounts::new("other").mount("/shared/deep", "data", false);
        one.view(&mut disks).write("/data/f", "hello", 5).unwrap();
        one.view(&mut disks).write("/own", "mine", 5).unwrap();
        let view = two.view(&mut disks);
        assert_eq!(view.read_text("/shared/deep/f").unwrap(), "hello");
        assert!(!view.exists("/own"));
        assert_eq!(view.list("/").unwrap(), ["shared"]);
        assert_eq!(view.list("/shared").unwrap(), ["deep"]);
        assert!(view.is_dir("/shared"));
    }

    #[test]
    fn mounts_cover_refuse_writes_and_cannot_be_removed() {
        let mut disks = disks();
        let mut mounts = Mounts::new("root").mount("/data", "data", false).mount("/etc/conf", "config", true);
        mounts.mounts.push(Mount {
            path: "/one.conf".into(),
            disk: "config".into(),
            sub_path: "nginx.conf".into(),
            read_only: true,
        });
        let mut view = mounts.view(&mut disks);
        assert_eq!(view.list("/data").unwrap(), [] as [&str; 0]);
        assert_eq!(view.write("/etc/conf/x", "", 1), Err(Error::ReadOnly));
        assert_eq!(view.read_text("/one.conf").unwrap(), "worker_processes 1;\n");
        assert_eq!(view.remove_all("/data"), Err(Error::Busy));
        assert_eq!(view.rename("/etc/hostname", "/data/hostname"), Err(Error::CrossDevice));
        assert_eq!(view.list("/").unwrap(), ["data", "etc", "one.conf"]);
    }
}
