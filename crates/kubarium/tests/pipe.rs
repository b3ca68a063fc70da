//! Whoever read the output has gone, as in `kubarium check | head -1`: the command ends quietly, as others do.

use std::process::{Command, Stdio};

/// What a shell says of a command that SIGPIPE has ended.
const NO_READER: i32 = 141;

/// Runs the command with an output that nobody reads: its exit status, and what it complains of.
fn unread(arguments: &[&str]) -> (Option<i32>, String) {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = Command::new(env!("CARGO_BIN_EXE_kubarium"));
    command.args(arguments).current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let output = command.stdin(Stdio::null()).stdout(writer).stderr(Stdio::piped()).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn nobody_reads() {
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["check", "--lint"],
        &["check", "--lint", "docs/classroom.md"],
        &["scale", "--nodes", "1", "--pods", "1"],
        &["sh", "-c", "kubectl get nodes"],
    ] {
        let (status, complaint) = unread(arguments);
        assert!(!complaint.contains("panicked"), "{arguments:?}: {complaint}");
        assert!(matches!(status, Some(NO_READER | 2)), "{arguments:?}: {status:?} {complaint}");
    }
}
