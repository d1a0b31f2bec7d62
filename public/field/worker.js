// The phone's one worker: it shrinks pictures off the main thread, and keeps a
// second copy of the store in OPFS, whose synchronous handles exist in workers only.
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

// The second copy. Every committed change of the store is appended here as it was
// committed: its key, the generation of the commit and the sealed bytes (null: gone).
// For each key the highest generation is the newest word, whichever file holds it.
//
// A file for each tab: a handle is exclusive, and a second tab must not wait for the
// first. Whoever starts goes on in the newest file of those who are gone, and takes into
// it what the others know. A new file comes seldom, and what it replaces stays for a
// while: the browser writes the names of files down without a flush, and a power cut
// takes those that came a moment before.
// A row is [length 4][sum 4][generation 8][key length 2][gone 1][key][value]; the
// data key of the store lies under the key ''.
const FOLDER = 'journal';
const HEAD = 19;
// A file is written anew when it is this large and mostly history.
const LARGE = 2 << 20;
// What must be free beyond what is written: the last bytes of a disk are for the store itself, and a copy
// that cannot be taken over can still be read.
const ROOM = 4 << 20;

// How long until the name of a new file lies on the disk, ms: twice what systems take to write such things down.
const NAMED_MS = 60_000;

const text = new TextEncoder();
const clears = new BroadcastChannel('journal');
let state = null;
// The files of those who are gone, until there was room to take them over.
let left = [];

async function hasRoom(bytes) {
  const { usage, quota } = await navigator.storage.estimate();
  return quota - usage > bytes + ROOM;
}

async function folder() {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(FOLDER, { create: true });
}

function sum(bytes) {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

function row(key, { at, value }) {
  const name = text.encode(key);
  const bytes = new Uint8Array(HEAD + name.length + (value ? value.length : 0));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length);
  view.setFloat64(8, at);
  view.setUint16(16, name.length);
  view.setUint8(18, value ? 0 : 1);
  bytes.set(name, HEAD);
  if (value) bytes.set(value, HEAD + name.length);
  view.setUint32(4, sum(bytes.subarray(8)));
  return bytes;
}

// Takes the rows of a file as far as they are whole: what a kill or a power cut tore is no row. Gives the end of the last.
function absorb(bytes, into) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + HEAD <= bytes.length) {
    const length = view.getUint32(at);
    if (length < HEAD || at + length > bytes.length) break;
    const whole = bytes.subarray(at, at + length);
    if (view.getUint32(at + 4) !== sum(whole.subarray(8))) break;
    const end = HEAD + view.getUint16(at + 16);
    take(into, new TextDecoder().decode(whole.subarray(HEAD, end)), {
      at: view.getFloat64(at + 8),
      value: view.getUint8(at + 18) ? null : whole.slice(end),
    });
    at += length;
  }
  return at;
}

function take(into, key, entry) {
  const known = into.get(key);
  if (!known || known.at <= entry.at) into.set(key, entry);
}

function same(one, other) {
  return one.length === other.length && one.every((byte, n) => byte === other[n]);
}

function generation(live) {
  let newest = 0;
  for (const { at } of live.values()) newest = Math.max(newest, at);
  return newest;
}

// Everything that lies there, of the store with this data key or, without one, of the newest.
async function found(wanted) {
  const stores = [];
  for await (const [name, entry] of (await folder()).entries()) {
    if (state && name === state.name) continue;
    const live = new Map();
    let end = 0;
    try {
      end = absorb(new Uint8Array(await (await entry.getFile()).arrayBuffer()), live);
    } catch {
      // Another tab holds it, and has its own memory of it.
      continue;
    }
    const key = live.get('');
    const file = { name, end, live: new Map(live) };
    const store = key && stores.find((one) => same(one.key, key.value));
    if (store) {
      store.files.push(file);
      for (const [row, entry] of live) take(store.live, row, entry);
    } else {
      stores.push({ key: key ? key.value : new Uint8Array(), files: [file], live });
    }
  }
  const whole = stores.filter((store) => store.key.length && (!wanted || same(store.key, wanted)));
  whole.sort((a, b) => generation(b.live) - generation(a.live));
  // A file without a whole row holds nothing.
  const empty = stores.filter((store) => !store.live.size).flatMap((store) => store.files);
  const { files, live } = whole[0] || { files: [], live: new Map() };
  files.sort((a, b) => generation(a.live) - generation(b.live));
  return { files, live, empty };
}

function append(handle, bytes, at) {
  if (handle.write(bytes, { at }) !== bytes.length) throw new Error('the disk is full');
  return bytes.length;
}

// What `live` takes in a file.
function weight(live) {
  let bytes = 0;
  for (const [key, { value }] of live) bytes += HEAD + key.length + (value ? value.length : 0);
  return bytes;
}

// Lets go of files, once the names of those that replace them lie on the disk.
function letGo(names) {
  setTimeout(async () => {
    const place = await folder();
    for (const name of names) await place.removeEntry(name).catch(() => {});
  }, NAMED_MS);
}

// Goes on in the newest file that lies there.
async function goOn({ files, live, empty }) {
  const file = files.pop();
  if (!file) throw new Error('none');
  const handle = await (await (await folder()).getFileHandle(file.name)).createSyncAccessHandle();
  let size = file.end;
  try {
    handle.truncate(size);
    for (const [key, entry] of live) {
      const known = file.live.get(key);
      if (!known || known.at < entry.at) size += append(handle, row(key, entry), size);
    }
    if (size > file.end) handle.flush();
  } catch (error) {
    handle.close();
    files.push(file);
    throw error;
  }
  state = { name: file.name, handle, live, size, least: weight(live), gap: false };
  letGo(files.concat(empty).map((gone) => gone.name));
}

// Writes `live` into a file of its own, and only then lets go of the files that it replaces.
async function rewrite(live, replaced) {
  if (!(await hasRoom(weight(live)))) throw new Error('the disk is full');
  const random = crypto.getRandomValues(new Uint32Array(2));
  const name = Date.now() + '-' + random[0].toString(36) + random[1].toString(36);
  const place = await folder();
  const handle = await (await place.getFileHandle(name, { create: true })).createSyncAccessHandle();
  let size = 0;
  try {
    for (const [key, entry] of live) size += append(handle, row(key, entry), size);
    handle.flush();
  } catch (error) {
    handle.close();
    await place.removeEntry(name).catch(() => {});
    throw error;
  }
  const before = state;
  state = { name, handle, live, size, least: size, gap: false };
  if (before) {
    before.handle.close();
    replaced.push(before.name);
  }
  letGo(replaced);
  left = [];
}

// Begins, once: what is known of this store, or null where the browser has no such files.
async function copyOpen({ key }) {
  if (!navigator.storage || !navigator.storage.getDirectory || !self.FileSystemFileHandle
      || !FileSystemFileHandle.prototype.createSyncAccessHandle) return null;
  let { live } = state || {};
  if (!state) {
    const lying = await found(key);
    live = lying.live;
    // What lies there can be read on a full disk too; it is taken over as soon as there is room.
    await goOn(lying).catch(() => {
      left = lying.files.concat(lying.empty).map((file) => file.name);
      return rewrite(live, left).catch(() => {});
    });
  }
  const rows = [];
  for (const [name, { at, value }] of live) if (name && value) rows.push([name, at, value]);
  const own = live.get('');
  return { key: own ? own.value : undefined, generation: generation(live), rows };
}

// Makes the copy equal to the store.
async function copyFill({ key, generation: at, rows }) {
  const live = new Map([['', { at, value: key }]]);
  for (const [name, value] of rows) live.set(name, { at, value });
  const known = state && !state.gap && state.size < LARGE && state.live.get('');
  if (!known || !known.value || !same(known.value, key)) return rewrite(live, left);
  // Behind what lies there: a new file is not sure to have a name after a power cut.
  for (const [name, { value }] of state.live) if (value && !live.has(name)) live.set(name, { at, value: null });
  return add(live);
}

// Takes entries in: behind what lies in the file that is open or, with all that is known, in a new one.
async function add(entries, anew) {
  for (const [key, entry] of entries) take(state.live, key, entry);
  try {
    if (anew) return await rewrite(state.live, []);
    if (!(await hasRoom(0))) throw new Error('the disk is full');
    for (const [key, entry] of entries) state.size += append(state.handle, row(key, entry), state.size);
    state.handle.flush();
  } catch (error) {
    // What is missing now is written with the next change that finds room.
    state.gap = true;
    throw error;
  }
}

async function copyAppend({ generation: at, rows }) {
  if (!state) throw new Error('the disk was full');
  const parts = rows.map(([key, value]) => [key, { at, value: value || null }]);
  return add(parts, state.gap || (state.size > LARGE && state.size > 4 * state.least));
}

async function copyClear() {
  clears.postMessage('clear');
  const place = await folder();
  const gone = [];
  for await (const name of place.keys()) if (!state || name !== state.name) gone.push(name);
  for (const name of gone) {
    await place.removeEntry(name).catch(() => {});
  }
  empty();
}

// Somebody signed out: what this tab holds goes too.
function empty() {
  if (!state) return;
  state.live = new Map();
  state.size = 0;
  state.handle.truncate(0);
  state.handle.flush();
}
clears.onmessage = empty;

const tasks = {
  shrink,
  'copy-open': copyOpen,
  'copy-fill': copyFill,
  'copy-append': copyAppend,
  'copy-clear': copyClear,
};

// One after another, but for pictures: a copy is a sequence.
let last = Promise.resolve();

self.onmessage = ({ data }) => {
  if (data.do === 'shrink') {
    answer(data);
  } else {
    last = last.then(() => answer(data));
  }
};

async function answer(data) {
  try {
    const made = await tasks[data.do](data);
    const [ok, transfer] = data.do === 'shrink' ? made : [made, []];
    self.postMessage({ id: data.id, ok }, transfer);
  } catch (error) {
    self.postMessage({ id: data.id, error });
  }
}
