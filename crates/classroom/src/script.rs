//! A script that is presented: commands one after the other, with bookmarks.

/// A command of a script.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cue {
    /// The bookmark that stands before it; empty if there is none.
    pub mark: String,
    /// The command, as it is typed; a here-document is one command of several lines.
    pub command: String,
}

/// Reads a script: shell commands; a line that begins with `#` is a bookmark before the next.
///
/// # Errors
/// What the shell says of a command that is none, and in which line (from 1).
pub fn script(text: &str) -> Result<Vec<Cue>, (usize, String)> {
    let (mut cues, mut mark) = (Vec::new(), String::new());
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with('#') {
            continue;
        }
        // What stands between two bookmarks is read as one: a here-document may hold anything but a bookmark.
        let above = at.checked_sub(1).and_then(|above| text.lines().nth(above));
        if above.is_some_and(|above| !above.trim_start().starts_with('#')) {
            continue;
        }
        if let Some(above) = above {
            mark = above.trim_start().trim_start_matches('#').trim().to_owned();
        }
        let part: Vec<&str> = text.lines().skip(at).take_while(|line| !line.trim_start().starts_with('#')).collect();
        let commands = lessons::commands(&part.join("\n")).map_err(|(line, why)| (at + line + 1, why))?;
        for command in commands {
            cues.push(Cue { mark: std::mem::take(&mut mark), command });
        }
    }
    Ok(cues)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bookmarks_stand_before_commands() {
        let text =
            "kubectl get nodes\n# Pods\n\nkubectl run a --image=nginx\ncat <<EOF\nx\nEOF\n## The end\nls\n# nothing\n";
        let cue = |mark: &str, command: &str| Cue { mark: mark.into(), command: command.into() };
        let wanted = [
            cue("", "kubectl get nodes"),
            cue("Pods", "kubectl run a --image=nginx"),
            cue("", "cat <<EOF\nx\nEOF"),
            cue("The end", "ls"),
        ];
        assert_eq!(script(text).unwrap(), wanted);
        assert_eq!(script(""), Ok(Vec::new()));
        assert_eq!(script("ls\n# x\nls\necho 'a").map_err(|(line, _)| line), Err(4));
    }
}
