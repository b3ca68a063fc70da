//! The native command: `kubarium sh`, `kubarium replay`, `kubarium export`, `kubarium serve`, `kubarium check`, `kubarium pack`, `kubarium scale`.

// First: its macros hold for all that follow.
#[macro_use]
mod out;

mod allocator;
mod arguments;
mod check;
mod export;
mod pack;
mod pages;
mod replay;
mod report;
mod scale;
mod serve;
mod sh;

use arguments::Command;
use std::io::ErrorKind;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: allocator::Allocator = allocator::Allocator;

/// The exit status of a command line that makes no sense.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let command = match arguments::parse(std::env::args().skip(1)) {
        Ok(command) => command,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::from(USAGE);
        }
    };
    match command {
        Command::Help => print!("{}", arguments::HELP),
        Command::Version => println!("kubarium {}", env!("CARGO_PKG_VERSION")),
        Command::Scale { nodes, pods, seed, made } => {
            println!("{}", api::json::to_string(&scale::run(nodes, pods, seed, &made)))
        }
        Command::Serve(options) => {
            if let Err(error) = serve::run(&options) {
                eprintln!("kubarium: {}: {error}", options.listen);
                return ExitCode::from(USAGE);
            }
        }
        Command::Replay { json, file } => match replay::run(json, &file) {
            Ok(status) => return ExitCode::from(status as u8),
            Err(problem) => {
                eprintln!("kubarium: {file}: {problem}");
                return ExitCode::from(USAGE);
            }
        },
        Command::Export { kind, file } => match export::run(kind, &file) {
            Ok(text) => print!("{text}"),
            Err(problem) => {
                eprintln!("kubarium: {file}: {problem}");
                return ExitCode::from(USAGE);
            }
        },
        Command::Import { scenario, folder } => {
            if let Err(error) = check::import(&scenario, &folder) {
                eprintln!("kubarium: check --import {scenario}: {error}");
                return ExitCode::from(USAGE);
            }
        }
        Command::Pack(options) => {
            if let Err(error) = pack::run(&options) {
                eprintln!("kubarium: pack: {error}");
                return ExitCode::from(USAGE);
            }
        }
        Command::Report { files, lessons, csv } => match report::run(&files, &lessons, csv) {
            Ok(true) => {}
            Ok(false) => return ExitCode::FAILURE,
            Err(error) => {
                eprintln!("kubarium: check: {error}");
                return ExitCode::from(USAGE);
            }
        },
        Command::Check { folders, only_lint } => match check::run(&folders, only_lint) {
            Ok(true) => {}
            Ok(false) => return ExitCode::FAILURE,
            Err(error) => {
                eprintln!("kubarium: check: {error}");
                return ExitCode::from(USAGE);
            }
        },
        Command::Sh(options) => match sh::run(&options) {
            Ok(status) => return ExitCode::from(status as u8),
            // Whoever read the output has gone.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return ExitCode::from(out::NO_READER),
            Err(error) => {
                eprintln!("kubarium: {}: {error}", options.file.as_deref().unwrap_or("standard input"));
                return ExitCode::from(USAGE);
            }
        },
    }
    ExitCode::SUCCESS
}
