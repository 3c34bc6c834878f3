/** Hands a file to the reader. */
export function download(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download has its own reference to the data once it has begun.
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 10_000);
}
