/** What was dropped, as it has to be asked for before anything is awaited: the list is empty afterwards. */
export interface Root {
  entry: FileSystemEntry | null;
  file: File | null;
}

export const rootsOf = (items: DataTransferItemList): Root[] =>
  [...items].map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
