//! What a container that has ended leaves as its message.

use crate::serve;
use crate::worker::Worker;
use api::Str;

impl Worker<'_, '_> {
    /// What a container that has ended says about it: the text of its termination message file, or the end of its log
    /// (pkg/kubelet/kuberuntime: `getTerminationMessage`).
    pub(crate) fn termination_message(&mut self, index: usize, code: i32) -> Str {
        /// `MaxContainerTerminationMessageLength`, and the limits of what is taken from the log.
        const LONGEST: usize = 4096;
        const LOG_LINES: usize = 80;
        const LOG_BYTES: usize = 2048;
        let spec = self.pod.spec_of(index);
        let path = spec["terminationMessagePath"].as_str().unwrap_or("/dev/termination-log").to_owned();
        let from_log = spec["terminationMessagePolicy"].str() == "FallbackToLogsOnError" && code != 0;
        let root = crate::volumes::root_disk(&self.pod.id, &self.pod.containers[index].name);
        let mounted = spec["volumeMounts"].array().iter().any(|mount| path.starts_with(mount["mountPath"].str()));
        // A container whose files nobody has made has written none.
        let text = match self.disks.contains_key(&root) || mounted {
            true => serve::inside(self.pod, index, self.disks, self.cx.now).read(&path).unwrap_or_default(),
            false => String::new(),
        };
        let text = match text.is_empty() && from_log {
            true => {
                let log = &self.pod.containers[index].log;
                let lines = log.iter().skip(log.len().saturating_sub(LOG_LINES));
                let all: String = lines.map(|line| format!("{}\n", line.text)).collect();
                tail(&all, LOG_BYTES).to_owned()
            }
            false => text,
        };
        head(&text, LONGEST).into()
    }
}

/// The last `most` bytes, or a little less.
fn tail(text: &str, most: usize) -> &str {
    let from = (text.len().saturating_sub(most)..).find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    &text[from..]
}

/// The first `most` bytes, or a little less.
fn head(text: &str, most: usize) -> &str {
    let to = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    &text[..to]
}
