//! Whole command lines against an API server.

mod answers;
mod commands;
mod drain;
mod flags;
pub(crate) mod host;
mod local;
mod usage;

/// What a command line prints where there are these files.
pub fn run_with_files(files: &[(&str, &str)], line: &str) -> String {
    let world = host::World::new();
    for (name, text) in files {
        world.files.borrow_mut().insert((*name).to_owned(), (*text).to_owned());
    }
    let answer = world.run(line);
    answer.stdout + &answer.stderr
}
