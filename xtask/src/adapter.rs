//! `cargo xtask adapter`: the real kubectl in front of `kubarium serve`, speaking as `kubarium sh --json` does: shell lines
//! in, one line of JSON for each out. `cargo xtask oracle` scores with it.
//!
//! Virtual time follows the wall clock. A line `sleep N` costs no real time, and while a command waits for the cluster
//! (`rollout status`, `wait`, `delete`) time is helped along.

use crate::error::{Error, Result, fail};
use crate::sh;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a command may run before time is helped along: longer than any kubectl takes that waits for nothing.
const PATIENCE: Duration = Duration::from_millis(400);
/// The help: so many virtual seconds in each of these pauses.
const STEP: f64 = 0.5;
const PAUSE: Duration = Duration::from_millis(50);
/// How long a command may run at all.
const LIMIT: Duration = Duration::from_secs(55);

/// `--kubectl PATH` (default: the one on the PATH), `--kubarium PATH` (default: the one beside this program).
pub fn run(arguments: &[String]) -> Result {
    let option = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).map(PathBuf::from)
    };
    let kubectl = option("--kubectl").or_else(|| sh::find("kubectl"));
    let kubectl = kubectl.ok_or_else(|| Error("there is no kubectl on the PATH".into()))?;
    let kubarium = option("--kubarium").map_or_else(sh::kubarium, Ok)?;
    let mut world = World::start(&kubarium, &kubectl)?;
    let mut lines = std::io::stdin().lock().lines();
    while let Some(line) = lines.next() {
        let command = with_documents(line?, &mut lines)?;
        let answer = world.answer(&command)?;
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "{answer}")?;
        stdout.flush()?;
    }
    Ok(())
}

/// A line with the here-documents that it begins.
fn with_documents(line: String, lines: &mut impl Iterator<Item = std::io::Result<String>>) -> Result<String> {
    let mut command = line.clone();
    for rest in line.split("<<").skip(1) {
        let word = rest.trim_start_matches('-').trim_start().split(|c: char| c.is_whitespace() || c == ';' || c == '|');
        let end = word.into_iter().next().unwrap_or_default().trim_matches(['\'', '"']);
        if end.is_empty() || rest.starts_with('<') {
            continue;
        }
        for line in lines.by_ref() {
            let line = line?;
            command.push('\n');
            command.push_str(&line);
            if line.trim_start_matches('\t') == end {
                break;
            }
        }
    }
    Ok(command)
}

/// A served cluster, and the folder in which commands run.
struct World {
    server: Child,
    address: String,
    folder: PathBuf,
}

impl World {
    fn start(kubarium: &Path, kubectl: &Path) -> Result<World> {
        let folder = std::env::temp_dir().join(format!("kubarium-adapter-{}", std::process::id()));
        for name in ["bin", "work"] {
            std::fs::create_dir_all(folder.join(name))?;
        }
        let link = folder.join("bin/kubectl");
        let _ = std::fs::remove_file(&link);
        std::os::unix::fs::symlink(kubectl, &link)?;
        // The recordings' own port, if nobody has it.
        for listen in ["127.0.0.1:6443", "127.0.0.1:0"] {
            let mut serve = Command::new(kubarium);
            serve.args(["serve", "--listen", listen, "--tls", "--write-kubeconfig"]).arg(folder.join(".kube/config"));
            let mut server = serve.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
            let mut said = String::new();
            if let Some(output) = server.stdout.take() {
                BufReader::new(output).read_line(&mut said)?;
            }
            if let Some((_, address)) = said.trim().rsplit_once("://") {
                return Ok(World { address: address.to_owned(), server, folder });
            }
            let _ = server.wait();
        }
        fail("kubarium serve did not begin")
    }

    /// The body of an answer of the server's control paths.
    fn control(&self, method: &str, path: &str) -> Result<String> {
        let mut stream = TcpStream::connect(&self.address)?;
        write!(
            stream,
            "{method} /kubarium/{path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
    }

    fn advance(&self, seconds: f64) -> Result {
        self.control("POST", &format!("advance?seconds={seconds}")).map(drop)
    }

    /// Virtual seconds since the cluster began.
    fn elapsed(&self) -> Result<f64> {
        let body = self.control("GET", "time")?;
        let number = body.split("\"elapsed\":").nth(1).and_then(|rest| rest.split([',', '\n', '}']).next());
        Ok(number.and_then(|text| text.trim().parse().ok()).unwrap_or_default())
    }

    fn answer(&mut self, command: &str) -> Result<String> {
        let at = self.elapsed()?;
        let slept = command.strip_prefix("sleep ").and_then(|seconds| seconds.trim().parse::<f64>().ok());
        let (stdout, stderr, exit) = match slept {
            Some(seconds) => {
                self.advance(seconds)?;
                Default::default()
            }
            None => self.shell(command)?,
        };
        let first = command.lines().next().unwrap_or_default();
        Ok(format!(
            "{{\"cmd\":{},\"stdout\":{},\"stderr\":{},\"exit\":{exit},\"t\":{at:.3}}}",
            json(first),
            json(&stdout),
            json(&stderr)
        ))
    }

    fn shell(&self, command: &str) -> Result<(String, String, i32)> {
        let path = std::env::join_paths(
            std::iter::once(self.folder.join("bin"))
                .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
        );
        let mut bash = Command::new("bash");
        bash.args(["-c", command]).current_dir(self.folder.join("work"));
        bash.env("HOME", &self.folder).env("PATH", path.map_err(|error| Error(error.to_string()))?);
        for name in ["KUBECONFIG", "KUBE_EDITOR"] {
            bash.env_remove(name);
        }
        // Nobody sits here who could edit; a line that edits names its editor. What a command leaves behind goes with it.
        bash.env("EDITOR", "false").process_group(0);
        let mut child = bash.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let (stdout, stderr) = (reader(child.stdout.take()), reader(child.stderr.take()));
        let began = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status.code().unwrap_or(-1);
            }
            if began.elapsed() > LIMIT {
                let _ = Command::new("kill").args(["-9", &format!("-{}", child.id())]).status();
                child.wait()?;
                break 124;
            }
            if began.elapsed() > PATIENCE {
                self.advance(STEP)?;
                std::thread::sleep(PAUSE);
            } else {
                std::thread::sleep(Duration::from_millis(2));
            }
        };
        Ok((stdout.join().unwrap_or_default(), stderr.join().unwrap_or_default(), status))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Reads a pipe to its end, in a thread of its own.
fn reader(pipe: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// A text as JSON.
fn json(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c if c < ' ' || c == '\u{7f}' => quoted.push_str(&format!("\\u{:04x}", c as u32)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[test]
fn here_documents_belong_to_their_line() {
    let mut rest = ["a", "EOF", "next"].into_iter().map(|line| Ok(line.to_owned()));
    assert_eq!(with_documents("cat > f <<'EOF'".into(), &mut rest).unwrap(), "cat > f <<'EOF'\na\nEOF");
    assert_eq!(rest.next().unwrap().unwrap(), "next");
}
