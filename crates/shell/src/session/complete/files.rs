//! Files and directories as candidates.

use super::{At, Candidate};

impl At<'_> {
    /// The files whose names go on like the word from byte `at` on; directories with a slash, files with their size.
    pub(super) fn files(&self, word: &str, at: usize) -> Vec<Candidate> {
        let Some((before, last)) = word.split_at_checked(at) else { return Vec::new() };
        let name = last.rsplit_once('/').map_or(last, |(_, name)| name);
        let shown = &last[..last.len() - name.len()];
        let dir = if shown.len() > 1 { shown.trim_end_matches('/') } else { shown };
        let home = self.front.variables.get("HOME").cloned().unwrap_or_default();
        let real = match dir.strip_prefix('~') {
            Some(rest) => format!("{home}{rest}"),
            None => dir.to_owned(),
        };
        let path = vfs::path::resolve(&self.front.cwd, &real);
        let folder = if self.kernel.language() == api::Language::Korean { "폴더" } else { "Folder" };
        let all = self.kernel.files(&self.front.place, |files| {
            let names = files.list(&path).unwrap_or_default();
            let fits = |n: &vfs::Str| n.starts_with(name) && (name.starts_with('.') || !n.starts_with('.'));
            let candidate = |n: vfs::Str| {
                let full = vfs::path::join(&path, &n);
                if files.is_dir(&full) {
                    return Candidate::new(format!("{n}/"), folder);
                }
                let size = files.stat(&full).map_or(0, |stat| stat.size);
                let about = files.read_text(&full).map(|text| describe(&text, size)).unwrap_or_default();
                Candidate::new(n.as_str(), about)
            };
            names.into_iter().filter(fits).map(candidate).collect::<Vec<_>>()
        });
        let before = format!("{before}{shown}");
        all.unwrap_or_default().into_iter().map(|candidate| candidate.after(&before)).collect()
    }
}

/// A manifest's kind and name, of another file how long it is.
fn describe(text: &str, size: u64) -> String {
    let mut kinds: Vec<String> = Vec::new();
    if text.contains("kind:") && text.len() < 64 * 1024 {
        let documents = api::yaml::documents(text).unwrap_or_default();
        let named = documents.iter().filter(|object| !object["kind"].str().is_empty());
        kinds.extend(named.map(|object| format!("{} {}", object["kind"].str(), object.name())));
    }
    match kinds.len() {
        0 => format!("{size} B"),
        1..=2 => kinds.join(", "),
        more => format!("{}, {} +{}", kinds[0], kinds[1], more - 2),
    }
}
