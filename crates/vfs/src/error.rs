//! What can go wrong, in the words of Unix's `strerror`.

use std::fmt;

/// The result of a file operation.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a file operation failed. Displayed as the C library says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Error {
    /// ENOENT
    NotFound,
    /// EEXIST
    Exists,
    /// EISDIR
    IsDirectory,
    /// ENOTDIR
    NotDirectory,
    /// ENOTEMPTY
    NotEmpty,
    /// EROFS
    ReadOnly,
    /// EACCES
    Denied,
    /// EBUSY: a mount point cannot be removed or renamed.
    Busy,
    /// EXDEV: a rename cannot cross from one file system to another.
    CrossDevice,
    /// EINVAL: a directory cannot be moved into itself.
    Invalid,
    /// EFBIG: a file would grow beyond [`crate::Fs::MAX_FILE`].
    TooLarge,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::NotFound => "No such file or directory",
            Error::Exists => "File exists",
            Error::IsDirectory => "Is a directory",
            Error::NotDirectory => "Not a directory",
            Error::NotEmpty => "Directory not empty",
            Error::ReadOnly => "Read-only file system",
            Error::Denied => "Permission denied",
            Error::Busy => "Device or resource busy",
            Error::CrossDevice => "Invalid cross-device link",
            Error::Invalid => "Invalid argument",
            Error::TooLarge => "File too large",
        })
    }
}

impl std::error::Error for Error {}
