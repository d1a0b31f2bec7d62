// P6: the store of every released version is opened by this one, and its drafts are finished.
//
// `golden/<version>.ndjson.gz` is what the rescue page of that version exported, stores
// and second copy as they lay there, key and all. MINGCHA_GOLDEN=<version> records one.

import { mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

import { type Page, expect, test } from '@playwright/test';

import { makePhotos } from '../fixtures/jpeg';
import { Phone } from '../fixtures/phone';
import { Server } from '../fixtures/server';
import { acceptAndArrive, addPhotos, answer, handIn, note, offlineReady, signIn, taskAt } from '../fixtures/visit';
import { fillIn } from './support/filled';
import { type Line, exported } from './support/rescue';
import { Luck, figures } from './support/run';
import { NO_COPY } from './support/shims';
import { type Stored, readStore } from './support/store';

const FOLDER = join(__dirname, 'golden');

function versions(): string[] {
  return readdirSync(FOLDER).filter((name) => name.endsWith('.ndjson.gz'));
}

function recorded(name: string): Line[] {
  const text = gunzipSync(readFileSync(join(FOLDER, name))).toString('utf8');
  return text.trim().split('\n').map((line) => JSON.parse(line) as Line);
}

/** Lays what was recorded into a browser that has never seen the app. */
async function lay(page: Page, lines: Line[], parts: { store: boolean; copy: boolean }): Promise<void> {
  await page.evaluate(
    async ({ lines, parts }) => {
      const bytes = (text = ''): Uint8Array => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
      for (const base of parts.store ? lines.filter((line) => line.stores) : []) {
        const db: IDBDatabase = await new Promise((resolve, reject) => {
          const opening = indexedDB.open(base.database ?? '', base.version);
          opening.onupgradeneeded = () => {
            for (const name of base.stores ?? []) opening.result.createObjectStore(name);
          };
          opening.onsuccess = () => resolve(opening.result);
          opening.onerror = () => reject(opening.error);
        });
        const transaction = db.transaction(base.stores ?? [], 'readwrite');
        for (const row of lines.filter((line) => line.database === base.database && line.store)) {
          transaction.objectStore(row.store ?? '').put(bytes(row.value?.base64), row.key);
        }
        await new Promise((resolve, reject) => {
          transaction.oncomplete = resolve;
          transaction.onabort = () => reject(transaction.error);
        });
        db.close();
      }
      const copies = parts.copy ? lines.filter((line) => line.copy) : [];
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('journal', { create: true });
      for (const file of copies) {
        const place = await (await folder.getFileHandle(file.copy ?? '', { create: true })).createWritable();
        await place.write(bytes(file.value?.base64) as Uint8Array<ArrayBuffer>);
        await place.close();
      }
    },
    { lines, parts },
  );
}

/** A phone with what was recorded; the app of today is open, and what lay there before is told. */
async function opened(server: Server, lines: Line[], parts: { store: boolean; copy: boolean }, shim?: string): Promise<{ phone: Phone; before: Stored }> {
  const phone = await Phone.take(server.url);
  await phone.go('/field/manifest.webmanifest');
  await lay(phone.page, lines, { ...parts, store: true });
  const before = await readStore(phone.page);
  if (!parts.store) await phone.page.evaluate(() => new Promise((resolve) => (indexedDB.deleteDatabase('mingcha-field').onsuccess = resolve)));
  if (shim) await phone.page.addInitScript(shim);
  await phone.go('/field');
  await expect(phone.page.locator('[data-list=today]')).toBeVisible();
  return { phone, before };
}

interface Tally {
  versions: number;
  drafts: number;
  answers: number;
  photos: number;
  ops: number;
  finished: number;
  lost: number;
}

/** What lay there before and is not there now: answers, pieces, ops, the version of each form. */
function compare(before: Stored, after: Stored, tally: Tally, photos: boolean): void {
  for (const [visit, draft] of Object.entries(before.drafts)) {
    const now = after.drafts[visit];
    tally.drafts += 1;
    for (const [item, was] of Object.entries(draft.answers)) {
      tally.answers += 1;
      if (JSON.stringify(now?.answers[item]) !== JSON.stringify(was)) tally.lost += 1;
    }
    for (const piece of draft.evidence) {
      const there = now?.evidence.some((one) => one.id === piece.id);
      const bytes = !piece.bytes || !photos || after.files.includes(piece.bytes.sha256);
      tally.photos += Number(piece.bytes !== null);
      if (!there || !bytes) tally.lost += 1;
    }
    if (JSON.stringify(after.items[visit]) !== JSON.stringify(before.items[visit])) tally.lost += 1;
  }
  for (const op of before.ops) {
    tally.ops += 1;
    if (!after.ops.some((one) => one.id === op.id && one.kind === op.kind)) tally.lost += 1;
  }
}

/** The visit that only has to be handed in: it is, on the phone that was updated. */
async function finish(phone: Phone, before: Stored, tally: Tally): Promise<void> {
  for (const visit of Object.keys(before.drafts)) {
    await phone.go(`/field/visit/${visit}/missing`);
    await expect(phone.page.locator('[data-missing]').first()).toBeVisible();
    if ((await phone.page.locator('[data-submit=yes]').count()) > 0) {
      await handIn(phone, visit);
      tally.finished += 1;
      continue;
    }
    const draft = before.drafts[visit];
    const [item] = Object.entries(draft?.answers ?? {}).find(([, answer]) => answer.note) ?? [];
    if (!item || draft?.state === 'submitted') continue;
    await phone.go(`/field/visit/${visit}/item/${before.codes[item]}`);
    const field = phone.page.locator('textarea[name^=note]').first();
    await expect(field).toHaveValue(draft?.answers[item]?.note ?? '');
    if (!(await field.isEnabled())) continue;
    await note(phone.page, `${draft?.answers[item]?.note} 写完`);
    tally.finished += 1;
  }
}

test('P6 the stores of all released versions are opened by this one; nothing is lost, and their drafts are finished', async () => {
  const luck = new Luck();
  const server = await Server.start();
  const tally: Tally = { versions: 0, drafts: 0, answers: 0, photos: 0, ops: 0, finished: 0, lost: 0 };
  try {
    expect(versions().length).toBeGreaterThan(0);
    for (const name of versions()) {
      const lines = recorded(name);
      const whole = await opened(server, lines, { store: true, copy: true });
      expect(Object.keys(whole.before.drafts).length).toBeGreaterThan(1);
      compare(whole.before, await readStore(whole.phone.page), tally, true);
      await finish(whole.phone, whole.before, tally);
      const after = await readStore(whole.phone.page);
      expect(after.damaged).toEqual([]);
      expect(after.ops.length).toBeGreaterThan(whole.before.ops.length);
      whole.phone.expectNoViolations();
      await whole.phone.remove();
      // Of the store nothing is left but the second copy, as that version wrote it. Photos live once.
      const copied = await opened(server, lines, { store: false, copy: true });
      await expect(copied.phone.page.locator('[data-lost=recovered]')).toBeVisible();
      compare(copied.before, await readStore(copied.phone.page), tally, false);
      await copied.phone.remove();
      tally.versions += 1;
    }
    figures('P6', 'phone-golden', luck.seed, tally.lost === 0, { ...tally });
    expect(tally.lost).toBe(0);
    expect(tally.answers).toBeGreaterThan(0);
    expect(tally.finished).toBeGreaterThan(0);
  } finally {
    await server.remove();
  }
});

/** A version that begins by emptying what it does not know. */
const FORGETS = `
  ${NO_COPY}
  const open = IDBFactory.prototype.open;
  let once = true;
  IDBFactory.prototype.open = function (...all) {
    const request = open.apply(this, all);
    if (once) request.addEventListener('success', () => {
      once = false;
      request.result.transaction('rows', 'readwrite').objectStore('rows').delete(IDBKeyRange.bound('draft/', 'draft0'));
    });
    return request;
  };
`;

test('P6 twin: a version that forgets the drafts of the last one is caught', async () => {
  const luck = new Luck();
  const server = await Server.start();
  const tally: Tally = { versions: 0, drafts: 0, answers: 0, photos: 0, ops: 0, finished: 0, lost: 0 };
  try {
    const { phone, before } = await opened(server, recorded(versions()[0] ?? ''), { store: true, copy: true }, FORGETS);
    compare(before, await readStore(phone.page), tally, true);
    await phone.remove();
    figures('P6', 'phone-golden-twin', luck.seed, tally.lost > 0, { lost: tally.lost });
    expect(tally.lost).toBeGreaterThan(0);
  } finally {
    await server.remove();
  }
});

test('P6 golden: a store of this version is recorded on demand', async () => {
  const version = process.env.MINGCHA_GOLDEN;
  test.skip(!version, 'MINGCHA_GOLDEN names no version');
  const server = await Server.start();
  const phone = await Phone.take(server.url);
  const page = phone.page;
  try {
    const photos = await makePhotos(mkdtempSync(join(tmpdir(), 'mc-photos-')), 2, 320, 240);
    await signIn(phone, 'sup1');
    await offlineReady(phone);
    const hall = await taskAt(page, '东门营业厅');
    const other = (await page.locator(`[data-task][data-stage=offered]:not([data-task="${hall}"])`).first().getAttribute('data-task')) ?? '';
    await server.down('SIGKILL');
    const { items } = await readStore(page);
    // One visit that only has to be handed in, and one under way, with a photo: nobody is at two places.
    await fillIn(phone, hall, items[hall] ?? [], photos);
    await acceptAndArrive(phone, other);
    for (const code of (items[other] ?? []).slice(0, 4)) {
      await phone.go(`/field/visit/${other}/item/${code}`);
      await answer(page, code);
      await note(page, `金样 ${code}`);
    }
    await addPhotos(page, items[other]?.[3] ?? '', [photos[0] ?? '']);
    await phone.go('/field');
    await expect(page.locator('[data-list=today]')).toBeVisible();
    await page.evaluate(async () => {
      const files = (await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()))).flat();
      const script = document.createElement('script');
      script.src = files.find((file) => file.url.includes('/assets/rescue'))?.url ?? '';
      await new Promise((resolve) => {
        script.onload = resolve;
        document.head.append(script);
      });
      // eslint-disable-next-line @typescript-eslint/no-explicit-any
      (globalThis as any).rescue('failed');
    });
    const lines = await exported(page);
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(join(FOLDER, `${version}.ndjson.gz`), gzipSync(Buffer.from(`${lines.map((line) => JSON.stringify(line)).join('\n')}\n`), { level: 9 }));
  } finally {
    await phone.remove();
    await server.remove();
  }
});
