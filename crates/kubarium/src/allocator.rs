//! mimalloc, by its shortest way. A cluster is millions of small shared objects that come and go, which it makes and frees a little
//! quicker than the system's allocator.
#![allow(unsafe_code)]

use libmimalloc_sys as mi;
use std::alloc::{GlobalAlloc, Layout};

/// What mimalloc aligns every block to, whatever its size.
const WORD: usize = size_of::<usize>();

/// The program's allocator. The crate `mimalloc` asks for an alignment with every block, which costs more than half of what the block
/// itself does; nearly all blocks are content with that of a word.
pub struct Allocator;

// SAFETY: all four are mimalloc's own functions of the same meaning; a null pointer means the same to both sides.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        (unsafe { if align <= WORD { mi::mi_malloc(size) } else { mi::mi_malloc_aligned(size, align) } }).cast()
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        (unsafe { if align <= WORD { mi::mi_zalloc(size) } else { mi::mi_zalloc_aligned(size, align) } }).cast()
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        unsafe { mi::mi_free(block.cast()) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let (block, align) = (block.cast(), layout.align());
        (unsafe {
            if align <= WORD { mi::mi_realloc(block, size) } else { mi::mi_realloc_aligned(block, size, align) }
        })
        .cast()
    }
}
