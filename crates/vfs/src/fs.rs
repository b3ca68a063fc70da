//! One tree of files, as a value.

use crate::{Bytes, Error, Result, Str, path};
use collections::OrdMap;

/// What is at a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A directory.
    Directory,
    /// A file and its bytes.
    File(Bytes),
}

/// A file or directory with what `stat` tells of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Which of the two it is.
    pub node: Node,
    /// Permission bits, such as `0o644`.
    pub mode: u32,
    /// When it was last changed, in microseconds since the Unix epoch.
    pub modified: i64,
    /// Bytes of a file beyond its content: zeros, of which only the number is kept.
    pub zeros: u64,
}

/// What `stat` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Whether it is a directory.
    pub directory: bool,
    /// Bytes; 4096 for a directory, as ext4 says.
    pub size: u64,
    /// Permission bits.
    pub mode: u32,
    /// When it was last changed, in microseconds since the Unix epoch.
    pub modified: i64,
}

/// A tree of files. Cloning is O(1); the clones then change apart.
///
/// All paths are absolute (`/etc/hosts`); `.` and `..` are resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Fs {
    // Flat, by absolute path: everything below a directory is one range of keys.
    entries: OrdMap<Str, Entry>,
}

impl Default for Fs {
    fn default() -> Fs {
        Fs::new()
    }
}

impl Fs {
    /// The longest file in bytes. A loop that appends for ever must end in an error, not in the page's memory.
    pub const MAX_FILE: usize = 16 << 20;

    /// An empty tree: a root directory.
    pub fn new() -> Fs {
        Fs { entries: OrdMap::unit("/".into(), Entry { node: Node::Directory, mode: 0o755, modified: 0, zeros: 0 }) }
    }

    /// A tree with these files (path, text) and the directories they need, as an image has.
    pub fn with<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>, now: i64) -> Fs {
        let mut fs = Fs::new();
        for (path, text) in files {
            // A path that is both a file and a directory loses: there is nobody to tell.
            let _ = fs.put(path, text, now);
        }
        fs
    }

    /// The bytes of a file.
    pub fn read(&self, path: &str) -> Result<Bytes> {
        match &self.find(path)?.node {
            Node::File(bytes) => Ok(bytes.clone()),
            Node::Directory => Err(Error::IsDirectory),
        }
    }

    /// The text of a file; bytes that are not UTF-8 become U+FFFD.
    pub fn read_text(&self, path: &str) -> Result<String> {
        Ok(crate::text::to_text(&self.read(path)?))
    }

    /// Replaces a file's content, or makes the file (mode 0644). Its directory must exist.
    pub fn write(&mut self, path: &str, bytes: impl Into<Vec<u8>>, now: i64) -> Result<()> {
        let bytes = bytes.into();
        if bytes.len() > Fs::MAX_FILE {
            return Err(Error::TooLarge);
        }
        self.file(path, now, |content| *content = Bytes::new(bytes))?;
        self.set_zeros(path, 0);
        Ok(())
    }

    /// Makes a file at least `size` bytes long, or makes one of that length. What is new in it is zeros; they take no memory,
    /// and no reader sees them.
    pub fn allocate(&mut self, path: &str, size: u64, now: i64) -> Result<()> {
        self.append(path, &[], now)?;
        let content = self.read(path)?.len() as u64;
        let zeros = self.stat(path)?.size - content;
        self.set_zeros(path, zeros.max(size.saturating_sub(content)));
        Ok(())
    }

    /// The bytes of all files.
    pub fn usage(&self) -> u64 {
        let size = |entry: &Entry| match &entry.node {
            Node::Directory => 0,
            Node::File(bytes) => bytes.len() as u64 + entry.zeros,
        };
        self.entries.values().map(size).sum()
    }

    /// Adds to the end of a file, or makes it.
    pub fn append(&mut self, path: &str, bytes: &[u8], now: i64) -> Result<()> {
        let size = self.read(path).map_or(0, |content| content.len());
        if size.saturating_add(bytes.len()) > Fs::MAX_FILE {
            return Err(Error::TooLarge);
        }
        self.file(path, now, |content| Bytes::make_mut(content).extend_from_slice(bytes))
    }

    /// [`Fs::write`], making the directories on the way.
    pub fn put(&mut self, path: &str, bytes: impl Into<Vec<u8>>, now: i64) -> Result<()> {
        let path = path::resolve("/", path);
        self.mkdir_all(path::parent(&path), now)?;
        self.write(&path, bytes, now)
    }

    /// Makes a directory (mode 0755) in one that exists.
    pub fn mkdir(&mut self, path: &str, now: i64) -> Result<()> {
        let path = path::resolve("/", path);
        self.require_parent(&path)?;
        if self.entries.contains_key(path.as_str()) {
            return Err(Error::Exists);
        }
        self.entries.insert(path.into(), Entry { node: Node::Directory, mode: 0o755, modified: now, zeros: 0 });
        Ok(())
    }

    /// Makes a directory and those above it that are missing; no error if it is there already.
    pub fn mkdir_all(&mut self, path: &str, now: i64) -> Result<()> {
        let path = path::resolve("/", path);
        match self.find(&path) {
            Ok(Entry { node: Node::Directory, .. }) => return Ok(()),
            Ok(_) => return Err(Error::Exists),
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
        self.mkdir_all(path::parent(&path), now)?;
        self.mkdir(&path, now)
    }

    /// Removes a file.
    pub fn remove(&mut self, path: &str) -> Result<()> {
        match self.find(path)?.node {
            Node::Directory => Err(Error::IsDirectory),
            Node::File(_) => {
                self.entries.remove(path::resolve("/", path).as_str());
                Ok(())
            }
        }
    }

    /// Removes an empty directory.
    pub fn rmdir(&mut self, path: &str) -> Result<()> {
        let path = path::resolve("/", path);
        match self.find(&path)?.node {
            Node::File(_) => Err(Error::NotDirectory),
            Node::Directory if path == "/" => Err(Error::Busy),
            Node::Directory if self.inside(&path).next().is_some() => Err(Error::NotEmpty),
            Node::Directory => {
                self.entries.remove(path.as_str());
                Ok(())
            }
        }
    }

    /// Removes a file or a directory with all that is in it. The root itself stays.
    pub fn remove_all(&mut self, path: &str) -> Result<()> {
        let path = path::resolve("/", path);
        self.find(&path)?;
        let inside: Vec<Str> = self.inside(&path).map(|(key, _)| key.clone()).collect();
        inside.iter().for_each(|key| drop(self.entries.remove(key)));
        if path != "/" {
            self.entries.remove(path.as_str());
        }
        Ok(())
    }

    /// Moves a file or directory; a file at `to` is replaced, as is an empty directory by a directory.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<()> {
        let (from, to) = (path::resolve("/", from), path::resolve("/", to));
        let directory = matches!(self.find(&from)?.node, Node::Directory);
        if from == to {
            return Ok(());
        }
        if directory && path::below(&from, &to).is_some() {
            return Err(Error::Invalid);
        }
        self.require_parent(&to)?;
        match (directory, self.entries.get(to.as_str()).map(|e| matches!(e.node, Node::Directory))) {
            (true, Some(true)) => self.rmdir(&to)?,
            (true, Some(false)) => return Err(Error::NotDirectory),
            (false, Some(true)) => return Err(Error::IsDirectory),
            _ => {}
        }
        let moved: Vec<Str> = self.inside(&from).map(|(key, _)| key.clone()).chain([from.as_str().into()]).collect();
        for key in moved {
            if let Some(entry) = self.entries.remove(&key) {
                self.entries.insert(format!("{to}{}", &key[from.len()..]).into(), entry);
            }
        }
        Ok(())
    }

    /// The names in a directory, sorted by bytes.
    pub fn list(&self, path: &str) -> Result<Vec<Str>> {
        let path = path::resolve("/", path);
        if matches!(self.find(&path)?.node, Node::File(_)) {
            return Err(Error::NotDirectory);
        }
        let start = path.trim_end_matches('/').len() + 1;
        let names = self.inside(&path).map(|(key, _)| &key[start..]);
        Ok(names.filter(|name| !name.contains('/')).map(Str::from).collect())
    }

    /// What is at a path.
    pub fn stat(&self, path: &str) -> Result<Stat> {
        let entry = self.find(path)?;
        let (directory, size) = match &entry.node {
            Node::Directory => (true, 4096),
            Node::File(bytes) => (false, bytes.len() as u64 + entry.zeros),
        };
        Ok(Stat { directory, size, mode: entry.mode, modified: entry.modified })
    }

    /// Whether there is anything at a path.
    pub fn exists(&self, path: &str) -> bool {
        self.find(path).is_ok()
    }

    /// Whether there is a directory at a path.
    pub fn is_dir(&self, path: &str) -> bool {
        self.stat(path).is_ok_and(|stat| stat.directory)
    }

    /// Makes an empty file, or sets the time of what is there.
    pub fn touch(&mut self, path: &str, now: i64) -> Result<()> {
        let path = path::resolve("/", path);
        match self.entries.get_mut(path.as_str()) {
            Some(entry) => {
                entry.modified = now;
                Ok(())
            }
            None => self.write(&path, "", now),
        }
    }

    /// Sets the permission bits.
    pub fn chmod(&mut self, path: &str, mode: u32) -> Result<()> {
        self.find(path)?;
        if let Some(entry) = self.entries.get_mut(path::resolve("/", path).as_str()) {
            entry.mode = mode & 0o7777;
        }
        Ok(())
    }

    /// Everything in the tree with its absolute path, the root first, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&Str, &Entry)> {
        self.entries.iter()
    }

    fn set_zeros(&mut self, path: &str, zeros: u64) {
        if let Some(entry) = self.entries.get_mut(path::resolve("/", path).as_str()) {
            entry.zeros = zeros;
        }
    }

    fn find(&self, path: &str) -> Result<&Entry> {
        let path = path::resolve("/", path);
        match self.entries.get(path.as_str()) {
            Some(entry) => Ok(entry),
            None => self.require_parent(&path).and(Err(Error::NotFound)),
        }
    }

    /// What is below a directory, at any depth.
    fn inside(&self, dir: &str) -> impl Iterator<Item = (&Str, &Entry)> {
        let prefix: Str = path::join(dir, "").into();
        let from = (std::ops::Bound::Excluded(prefix.clone()), std::ops::Bound::Unbounded);
        self.entries.range(from).take_while(move |(key, _)| key.starts_with(prefix.as_str()))
    }

    /// ENOENT where the directory is missing, ENOTDIR where a file is in its place.
    fn require_parent(&self, path: &str) -> Result<()> {
        let mut dir = path::parent(path);
        let direct = dir;
        loop {
            match self.entries.get(dir).map(|entry| &entry.node) {
                Some(Node::File(_)) => return Err(Error::NotDirectory),
                Some(Node::Directory) if dir == direct => return Ok(()),
                Some(Node::Directory) => return Err(Error::NotFound),
                None => dir = path::parent(dir),
            }
        }
    }

    fn file(&mut self, path: &str, now: i64, change: impl FnOnce(&mut Bytes)) -> Result<()> {
        let slash = path.ends_with('/');
        let path = path::resolve("/", path);
        match self.entries.get_mut(path.as_str()) {
            Some(Entry { node: Node::Directory, .. }) => return Err(Error::IsDirectory),
            Some(Entry { node: Node::File(bytes), modified, .. }) => {
                change(bytes);
                *modified = now;
                return Ok(());
            }
            None if slash => return Err(Error::IsDirectory),
            None => {}
        }
        self.require_parent(&path)?;
        let mut bytes = Bytes::default();
        change(&mut bytes);
        self.entries.insert(path.into(), Entry { node: Node::File(bytes), mode: 0o644, modified: now, zeros: 0 });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_written_read_and_listed() {
        let mut fs = Fs::with([("/etc/hosts", "127.0.0.1 localhost\n")], 1);
        assert_eq!(fs.read_text("/etc/../etc/hosts").unwrap(), "127.0.0.1 localhost\n");
        assert_eq!(fs.write("/a/b", "x", 2), Err(Error::NotFound));
        assert_eq!(fs.write("/etc", "x", 2), Err(Error::IsDirectory));
        assert_eq!(fs.write("/etc/hosts/x", "x", 2), Err(Error::NotDirectory));
        fs.append("/etc/hosts", b"more", 3).unwrap();
        assert_eq!(fs.stat("/etc/hosts").unwrap().size, 24);
        fs.put("/etc/conf.d/x", "", 3).unwrap();
        assert_eq!(fs.list("/etc").unwrap(), ["conf.d", "hosts"]);
        assert_eq!(fs.list("/").unwrap(), ["etc"]);
    }

    #[test]
    fn a_clone_changes_apart() {
        let before = Fs::with([("/f", "old")], 1);
        let mut after = before.clone();
        after.append("/f", b"er", 2).unwrap();
        after.remove_all("/").unwrap();
        assert_eq!((before.read_text("/f").unwrap().as_str(), after.exists("/f")), ("old", false));
    }

    #[test]
    fn directories_are_removed_and_renamed_as_unix_does() {
        let mut fs = Fs::with([("/a/b/c", "1"), ("/ab", "2")], 1);
        assert_eq!(fs.rmdir("/a"), Err(Error::NotEmpty));
        assert_eq!(fs.remove("/a"), Err(Error::IsDirectory));
        assert_eq!(fs.rename("/a", "/a/b/d"), Err(Error::Invalid));
        fs.rename("/a", "/z").unwrap();
        assert_eq!(fs.read_text("/z/b/c").unwrap(), "1");
        assert!(fs.exists("/ab") && !fs.exists("/a"));
        fs.remove_all("/z").unwrap();
        assert_eq!(fs.list("/").unwrap(), ["ab"]);
        assert_eq!(fs.remove("/nosuch"), Err(Error::NotFound));
        assert_eq!(fs.mkdir("/ab", 1), Err(Error::Exists));
    }

    #[test]
    fn what_is_allocated_counts_and_takes_no_memory() {
        let mut fs = Fs::with([("/f", "text")], 1);
        fs.allocate("/f", 1 << 40, 2).unwrap();
        assert_eq!((fs.stat("/f").unwrap().size, fs.usage()), (1 << 40, 1 << 40));
        fs.allocate("/f", 10, 3).unwrap();
        assert_eq!((fs.read_text("/f").unwrap().as_str(), fs.usage()), ("text", 1 << 40));
        fs.write("/f", "short", 4).unwrap();
        assert_eq!(fs.usage(), 5);
        assert_eq!(fs.allocate("/nosuch/f", 1, 5), Err(Error::NotFound));
    }

    #[test]
    fn a_file_cannot_grow_without_end() {
        let mut fs = Fs::new();
        fs.write("/f", vec![0; Fs::MAX_FILE], 1).unwrap();
        assert_eq!(fs.append("/f", b"x", 1), Err(Error::TooLarge));
    }
}
