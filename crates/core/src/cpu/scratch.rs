//! Scratch memory that kernels share: each compiles against numbered buffers, which are as large as the largest use.

/// How large the scratch buffers have to be.
#[derive(Debug)]
pub(crate) struct ScratchSizes {
    /// The session's buffers come first.
    first: usize,
    words: Vec<usize>,
}

impl ScratchSizes {
    /// No scratch yet; its buffers will follow `first` others.
    pub(crate) fn new(first: usize) -> Self {
        Self {
            first,
            words: vec![],
        }
    }

    /// Asks for a scratch buffer of at least `words` words and tells its index among all buffers.
    pub(crate) fn reserve(&mut self, number: usize, words: usize) -> usize {
        if self.words.len() <= number {
            self.words.resize(number + 1, 0);
        }
        self.words[number] = self.words[number].max(words);
        self.first + number
    }

    /// The sizes of the buffers asked for, in words.
    pub(crate) fn words(&self) -> &[usize] {
        &self.words
    }
}
