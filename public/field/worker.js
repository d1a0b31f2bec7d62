// The phone's one worker: it shrinks pictures off the main thread, and keeps a
// second copy of the journal in OPFS, whose synchronous handles exist in workers only.
// A message is {id, do, …}, its answer {id, ok} or {id, error}.
'use strict';

const QUALITY = 0.85;

async function shrink({ source, longest }) {
  // A file is decoded upright; a bitmap of the camera is upright already.
  const bitmap = source instanceof Blob ? await createImageBitmap(source, { imageOrientation: 'from-image' }) : source;
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { alpha: false });
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
  const bytes = await blob.arrayBuffer();
  return [{ bytes, width, height }, [bytes]];
}

// The second copy: one file a worker's life (a handle is exclusive, and a second
// tab must not wait for the first), each a row of [length, 4 bytes][record].
const FOLDER = 'journal';
let handle = null;
let name = '';

async function folder() {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(FOLDER, { create: true });
}

async function copyOpen() {
  if (handle) return true;
  if (!self.navigator.storage || !navigator.storage.getDirectory || !self.FileSystemFileHandle
      || !FileSystemFileHandle.prototype.createSyncAccessHandle) return false;
  const random = crypto.getRandomValues(new Uint32Array(2));
  name = Date.now() + '-' + random[0].toString(36) + random[1].toString(36);
  const file = await (await folder()).getFileHandle(name, { create: true });
  handle = await file.createSyncAccessHandle();
  return true;
}

function copyAppend({ bytes }) {
  if (!handle) throw new Error('no copy');
  const row = new Uint8Array(4 + bytes.length);
  new DataView(row.buffer).setUint32(0, bytes.length);
  row.set(bytes, 4);
  handle.write(row, { at: handle.getSize() });
  handle.flush();
}

function rows(buffer, into) {
  const view = new DataView(buffer);
  for (let at = 0; at + 4 <= view.byteLength;) {
    const length = view.getUint32(at);
    // A row that was cut off by a kill is no row.
    if (at + 4 + length > view.byteLength) return;
    into.push(new Uint8Array(buffer, at + 4, length).slice());
    at += 4 + length;
  }
}

async function copyRead() {
  const files = [];
  for await (const [key, entry] of (await folder()).entries()) files.push([key, entry]);
  files.sort((a, b) => (a[0] < b[0] ? -1 : 1));
  const found = [];
  for (const [key, entry] of files) {
    if (key === name && handle) {
      const own = new Uint8Array(handle.getSize());
      handle.read(own, { at: 0 });
      rows(own.buffer, found);
      continue;
    }
    // Another tab holds its file exclusively: it has its own memory of it.
    try { rows(await (await entry.getFile()).arrayBuffer(), found); } catch { continue; }
  }
  return found;
}

async function copyClear() {
  const place = await folder();
  const gone = [];
  for await (const key of place.keys()) if (key !== name) gone.push(key);
  for (const key of gone) {
    try { await place.removeEntry(key); } catch { continue; }
  }
  if (handle) {
    handle.truncate(0);
    handle.flush();
  }
}

const tasks = {
  shrink,
  'copy-open': copyOpen,
  'copy-append': copyAppend,
  'copy-read': copyRead,
  'copy-clear': copyClear,
};

self.onmessage = async ({ data }) => {
  try {
    const made = await tasks[data.do](data);
    const [ok, transfer] = data.do === 'shrink' ? made : [made, []];
    self.postMessage({ id: data.id, ok }, transfer);
  } catch (error) {
    self.postMessage({ id: data.id, error });
  }
};
