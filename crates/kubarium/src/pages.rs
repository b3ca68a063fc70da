//! The system's pages, in advance: a process that grows to gigabytes waits a sixth of its time for the system to clear them, so
//! that another core does it meanwhile.

use std::ops::Range;
use std::time::Duration;

/// So much is asked for at a time.
const PIECE: usize = 16 << 20;
/// Allocators take their memory from mappings of at least this size, which they reserve as they go.
const LARGE: usize = 256 << 20;
/// How long it waits for the next mapping.
const PAUSE: Duration = Duration::from_millis(20);

/// Has the system hand out the next `bytes` bytes of what the allocator has reserved, and will reserve, while the program goes on.
/// It is a hint: where the system knows no such request (Linux before 5.14, other systems), pages come when they are touched.
pub fn prefetch(bytes: usize) {
    // Nobody waits for the thread; it ends with the process if not before.
    std::thread::spawn(move || {
        let (mut left, mut seen) = (bytes, Vec::new());
        loop {
            for mapping in mappings().into_iter().filter(|mapping| mapping.len() >= LARGE) {
                if seen.contains(&mapping.start) {
                    continue;
                }
                seen.push(mapping.start);
                for at in mapping.clone().step_by(PIECE) {
                    let piece = PIECE.min(mapping.end - at).min(left);
                    if piece == 0 || !populate(at, piece) {
                        return;
                    }
                    left -= piece;
                }
            }
            std::thread::sleep(PAUSE);
        }
    });
}

/// The process's anonymous mappings that can be written to.
fn mappings() -> Vec<Range<usize>> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    maps.lines().filter_map(anonymous).collect()
}

/// The addresses in a line of `/proc/PID/maps`, if it is an anonymous mapping that can be written to (proc_pid_maps(5)).
fn anonymous(line: &str) -> Option<Range<usize>> {
    let mut words = line.split_ascii_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let writable = words.next()?.starts_with("rw");
    let address = |text| usize::from_str_radix(text, 16).ok();
    // Offset, device and inode; then a path, if there is one.
    let named = words.nth(3).is_some();
    (writable && !named).then_some(address(start)?..address(end)?)
}

/// Whether the system has made the pages there, without changing what is in them.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
fn populate(start: usize, bytes: usize) -> bool {
    // SAFETY: this reads and changes no memory; where nothing is mapped any more, it fails.
    unsafe { libc::madvise(start as *mut libc::c_void, bytes, libc::MADV_POPULATE_WRITE) == 0 }
}

#[cfg(not(target_os = "linux"))]
fn populate(_: usize, _: usize) -> bool {
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn mappings_are_read_as_the_system_writes_them() {
        assert_eq!(anonymous("20000000000-20040000000 rw-p 00000000 00:00 0 "), Some(0x200_0000_0000..0x200_4000_0000));
        for other in [
            "7f0000000000-7f0000001000 r-xp 00000000 00:00 0 ",
            "7f0000000000-7f0000001000 rw-p 00001000 fe:00 1234    /usr/lib/libc.so.6",
            "7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0       [stack]",
            "",
        ] {
            assert_eq!(anonymous(other), None, "{other}");
        }
    }

    #[test]
    fn pages_are_there_before_anybody_touches_them() {
        let resident = || {
            let sizes = std::fs::read_to_string("/proc/self/statm").unwrap();
            sizes.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
        };
        let block = Vec::<u8>::with_capacity(2 * LARGE);
        let address = block.as_ptr() as usize;
        assert!(mappings().iter().any(|mapping| mapping.contains(&address) && mapping.len() >= LARGE));
        let before = resident();
        assert!(populate(address.next_multiple_of(PIECE), 4 * PIECE));
        assert!(resident() >= before + 3 * PIECE);
    }
}
