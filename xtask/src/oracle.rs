//! `cargo xtask oracle`: plays recordings of a real cluster and prints how many answers are the same: by our own kubectl
//! (`kubarium sh`), and by the real one in front of `kubarium serve`.

use crate::error::Result;
use crate::{kubectl, sh};

/// Plays the given scenarios, or those in `tests/oracle`; `-v` shows the first differences. Of the second way only those
/// scenarios are played that `floors.txt` names a second floor for, unless scenarios are given.
pub fn run(arguments: &[String]) -> Result {
    let (flags, scenarios): (Vec<_>, Vec<_>) = arguments.iter().partition(|argument| argument.starts_with('-'));
    let folder = std::env::current_dir()?;
    let scenarios: Vec<_> = scenarios.iter().map(|path| folder.join(path).display().to_string()).collect();
    let verbose = if flags.iter().any(|flag| *flag == "-v") { "1" } else { "" };
    println!("by kubarium sh:");
    sh::run(&mut report(&scenarios, verbose, ""))?;
    let Some((version, program)) = kubectl::all().pop() else {
        println!("by the real kubectl: skipped, there is none on this machine");
        return Ok(());
    };
    println!("by the real kubectl {version} and kubarium serve:");
    sh::run(sh::cargo().args(["build", "--quiet", "--package", "kubarium"]))?;
    let adapter = std::env::current_exe()?;
    let shell = format!(
        "{} adapter --kubectl {} --kubarium {}",
        adapter.display(),
        program.display(),
        sh::kubarium()?.display()
    );
    sh::run(&mut report(&scenarios, verbose, &shell))
}

fn report(scenarios: &[String], verbose: &str, shell: &str) -> std::process::Command {
    let mut test = sh::cargo();
    test.args(["test", "--quiet", "--package", "kubarium", "--test", "oracle"]);
    test.args(["--", "--ignored", "--exact", "report", "--nocapture"]);
    test.env("ORACLE_SCENARIOS", scenarios.join("\n"));
    test.env("ORACLE_VERBOSE", verbose);
    test.env("ORACLE_SHELL", shell);
    test
}
