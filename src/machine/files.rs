//! The files of the workstation, and what is said about a manifest while it is written.

use super::{Machine, Place};
use crate::drawer::Row;

/// Where the files of the workstation are.
const WORK: &str = "/home/student/work/";
/// More files than this are not listed.
const MAX_FILES: usize = 300;

impl Machine {
    /// The files below the workstation's directory, folders before what is in them; hidden ones are left out.
    pub fn work_files(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        let walk = |files: &mut shell::Files<'_>| {
            let mut open = vec![(WORK.trim_end_matches('/').to_owned(), 0)];
            while let Some((folder, depth)) = open.pop() {
                if folder.len() >= WORK.len() {
                    rows.push(Row { path: folder.clone(), depth: depth - 1, folder: files.is_dir(&folder) });
                }
                if rows.len() > MAX_FILES || !files.is_dir(&folder) {
                    continue;
                }
                let names = files.list(&folder).unwrap_or_default();
                let shown = names.iter().rev().filter(|name| !name.starts_with('.'));
                open.extend(shown.map(|name| (format!("{folder}/{name}"), depth + 1)));
            }
        };
        _ = self.session.kernel().files(&Place::Workstation, walk);
        rows.iter_mut().for_each(|row| row.path = self.shown_path(&row.path));
        rows
    }

    /// The images that the reader has described, as they were written: names and descriptions.
    pub fn own_images(&self) -> Vec<(String, String)> {
        let read = |cluster: &cluster::Cluster| {
            let images = cluster.kubelets().registry.images();
            images.map(|image| (image.written.to_string(), image.text.to_string())).collect()
        };
        self.cluster(read).unwrap_or_default()
    }

    /// A file's path as it can be typed at the prompt.
    pub fn shown_path(&self, path: &str) -> String {
        let cwd = format!("{}/", self.session.kernel().front().cwd.trim_end_matches('/'));
        path.strip_prefix(&cwd).unwrap_or(path).to_owned()
    }

    /// The text of a file that is named as at the prompt.
    pub fn read_file(&self, path: &str) -> String {
        let cwd = self.session.kernel().front().cwd;
        let path = if path.starts_with('/') { path.to_owned() } else { format!("{cwd}/{path}") };
        let read = self.session.kernel().files(&Place::Workstation, |files| files.read_text(&path));
        read.and_then(Result::ok).unwrap_or_default()
    }

    /// What is wrong with a text of manifests.
    pub fn check(&self, text: &str) -> Vec<shell::Problem> {
        self.session.check(text)
    }

    /// What could stand at a place of a text of manifests.
    pub fn complete_manifest(&self, text: &str, cursor: usize) -> shell::Insertion {
        self.session.complete_manifest(text, cursor)
    }

    /// What applying a text of manifests would change.
    pub fn preview(&self, text: &str) -> String {
        self.session.preview(text)
    }
}
