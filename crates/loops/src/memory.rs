//! Buffers that kernels read and write, some of them at once: the only place of the executor with raw pointers.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;

use bytemuck::Pod;

/// Whole cache lines, and the widest vectors aligned.
const ALIGNMENT: usize = 64;

/// Zero-initialised, aligned memory of whole 32-bit words.
///
/// Kernels update buffers in place and, natively, from several threads, so a buffer is read and written through a
/// shared reference. Every access that could be out of range is checked here; what callers promise is only that a
/// mutable slice overlaps no other slice that is alive.
#[derive(Debug)]
pub struct Buffer {
    data: NonNull<u8>,
    bytes: usize,
}

// SAFETY: a buffer owns its memory; the accessors' contract rules out races.
unsafe impl Send for Buffer {}
// SAFETY: as above.
unsafe impl Sync for Buffer {}

impl Buffer {
    /// Room for `words` words; nothing where there is no such memory.
    pub fn try_zeroed(words: usize) -> Option<Self> {
        let bytes = words.checked_mul(4)?;
        let layout = Self::layout(bytes)?;
        // SAFETY: the layout's size is not zero.
        let data = NonNull::new(unsafe { alloc_zeroed(layout) })?;
        Some(Self { data, bytes })
    }

    /// Nothing where it exceeds the address space.
    fn layout(bytes: usize) -> Option<Layout> {
        let size = bytes.max(1).checked_next_multiple_of(ALIGNMENT)?;
        Layout::from_size_align(size, ALIGNMENT).ok()
    }

    /// How many bytes there are.
    pub fn len_bytes(&self) -> usize {
        self.bytes
    }

    /// How many elements of `T` there are.
    pub fn count<T>(&self) -> usize {
        self.bytes / size_of::<T>()
    }

    /// Everything, for the host.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the memory is ours and initialised; mutable slices live only while kernels run, and a session does
        // not run while it is borrowed for reading.
        unsafe { std::slice::from_raw_parts(self.data.as_ptr(), self.bytes) }
    }

    /// Everything, for the host.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: the memory is ours, initialised, and exclusively borrowed.
        unsafe { std::slice::from_raw_parts_mut(self.data.as_ptr(), self.bytes) }
    }

    fn check<T>(&self, start: usize, len: usize) {
        let fits = start
            .checked_add(len)
            .is_some_and(|end| end <= self.count::<T>());
        assert!(
            fits,
            "elements {start}..+{len} of a buffer of {}",
            self.count::<T>()
        );
    }

    /// Elements `start..start + len`.
    ///
    /// # Safety
    /// While the slice lives, no one writes to these elements.
    pub unsafe fn slice<T: Pod>(&self, start: usize, len: usize) -> &[T] {
        self.check::<T>(start, len);
        // SAFETY: checked to be inside; aligned, because the start is aligned to more than any `T` used here, and
        // initialised since allocation. The caller rules out aliasing writes.
        unsafe { std::slice::from_raw_parts(self.data.as_ptr().cast::<T>().add(start), len) }
    }

    /// Elements `start..start + len`, to be written.
    ///
    /// # Safety
    /// While the slice lives, no one else reads or writes these elements.
    #[allow(
        clippy::mut_from_ref,
        reason = "interior mutability: the caller guarantees exclusive access"
    )]
    pub unsafe fn slice_mut<T: Pod>(&self, start: usize, len: usize) -> &mut [T] {
        self.check::<T>(start, len);
        // SAFETY: as for `slice`; the caller grants exclusive access.
        unsafe { std::slice::from_raw_parts_mut(self.data.as_ptr().cast::<T>().add(start), len) }
    }

    /// One element, or zero past the end.
    ///
    /// # Safety
    /// No one writes to this element at the same time.
    #[inline(always)]
    pub(crate) unsafe fn get<T: Pod>(&self, index: usize) -> T {
        if index < self.count::<T>() {
            // SAFETY: inside, aligned, initialised; the caller rules out races.
            unsafe { self.data.as_ptr().cast::<T>().add(index).read() }
        } else {
            T::zeroed()
        }
    }

    /// One element that is known to exist.
    ///
    /// # Safety
    /// The index is inside, and no one writes to the element at the same time.
    #[inline(always)]
    pub(crate) unsafe fn get_unchecked<T: Pod>(&self, index: usize) -> T {
        debug_assert!(index < self.count::<T>());
        // SAFETY: by contract.
        unsafe { self.data.as_ptr().cast::<T>().add(index).read() }
    }

    /// Writes one element that is known to exist.
    ///
    /// # Safety
    /// The index is inside, and no one else reads or writes the element at the same time.
    #[inline(always)]
    pub(crate) unsafe fn set_unchecked<T: Pod>(&self, index: usize, value: T) {
        debug_assert!(index < self.count::<T>());
        // SAFETY: by contract.
        unsafe { self.data.as_ptr().cast::<T>().add(index).write(value) }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Some(layout) = Self::layout(self.bytes) {
            // SAFETY: allocated in `try_zeroed` with the same layout, which there was.
            unsafe { dealloc(self.data.as_ptr(), layout) }
        }
    }
}
