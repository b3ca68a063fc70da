//! `kubarium pack`: the page and some lessons as one file that a learning platform takes in: SCORM 1.2 or cmi5.
//!
//! A package is the built page with another first script, which finds the platform, brings the learner's progress along, and
//! then starts the page; what the page tells of its progress goes to the platform. The page itself knows nothing of it.

mod cmi5;
mod content;
mod scorm;
mod xml;
mod zip;

use content::Content;
use std::fs;
use std::io;
use std::path::Path;

/// What sort of package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// SCORM 1.2: `imsmanifest.xml`, and an API object in a frame above.
    Scorm12,
    /// cmi5: `cmi5.xml`, and an LRS that is named at launch.
    Cmi5,
    /// No package: the file that the page's builder writes, which any page opens.
    File,
}

/// What is to be packed.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// What sort of package.
    pub format: Format,
    /// The built page.
    pub dist: String,
    /// The file to be written.
    pub out: String,
    /// The language of titles, and of the page.
    pub lang: api::Language,
    /// What the package is called; none for the lesson's own title, or the course's.
    pub title: Option<String>,
    /// cmi5: the addresses of LRSs, to which alone the page may then speak; any https one if there are none.
    pub lrs: Vec<String>,
    /// Names, folders or files of lessons; none for the whole course.
    pub lessons: Vec<String>,
}

/// Writes a package, and prints what is in it.
///
/// # Errors
/// The page or a lesson cannot be read, a lesson is not in order, or the file cannot be written.
pub fn run(options: &Options) -> io::Result<()> {
    if options.format == Format::File {
        return file(options);
    }
    let content = Content::read(options)?;
    let (name, manifest, adapter) = match options.format {
        Format::Scorm12 => ("imsmanifest.xml", scorm::manifest(&content), include_str!("scorm.js")),
        Format::Cmi5 | Format::File => ("cmi5.xml", cmi5::structure(&content), include_str!("cmi5.js")),
    };
    let mut files = content.files.clone();
    files.push((name.into(), manifest.into_bytes()));
    files.push((content::ADAPTER.into(), [include_str!("bar.js"), adapter].join("\n").into_bytes()));
    files.sort();
    fs::write(Path::new(&options.out), zip::archive(&files))?;
    println!("{}: {} lessons, {} files", options.out, content.lessons.len(), files.len());
    Ok(())
}

/// Writes lessons as the page's builder does: those of the course by name, others with all their files.
fn file(options: &Options) -> io::Result<()> {
    let mut set = classroom::Set { title: options.title.clone().unwrap_or_default(), ..classroom::Set::default() };
    for name in &options.lessons {
        if classroom::is_name(name) && Path::new(crate::check::COURSE).join(name).is_dir() {
            set.pick.push(name.clone());
        } else {
            let found = content::find(std::slice::from_ref(name))?;
            let own = |name: &str| classroom::own_name(name);
            set.own.extend(
                found.iter().map(|lesson| classroom::Own { name: own(&lesson.name), files: content::files(lesson) }),
            );
        }
    }
    if set.pick.is_empty() && set.own.is_empty() {
        return Err(io::Error::other("which lessons? The course needs no file"));
    }
    fs::write(&options.out, set.text())?;
    println!("{}: {} lessons", options.out, set.pick.len() + set.own.len());
    Ok(())
}
