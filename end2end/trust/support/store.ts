// What lies on the phone's disk, read by nobody of the product: IndexedDB and
// WebCrypto alone, with the form of sealed values as it is documented.

import type { Page } from '@playwright/test';

export interface Piece {
  id: string;
  item: string | null;
  bytes: { sha256: string; size: number } | null;
}

export interface Draft {
  assignment: string;
  state: string;
  answers: Record<string, { value?: unknown; note?: string }>;
  evidence: Piece[];
}

export interface Stored {
  /** By the id of their task. */
  drafts: Record<string, Draft>;
  ops: { seq: number; id: string; task: string; kind: string }[];
  /** The code of each item, by its id. */
  codes: Record<string, string>;
  /** The codes of the items of each task. */
  items: Record<string, string[]>;
  /** The hashes of the bytes that lie there whole. */
  files: string[];
  /** Rows and files that could not be unsealed, or whose bytes have another hash. */
  damaged: string[];
}

/** Reads everything. `files`: also unseals and hashes every file. */
export async function readStore(page: Page, files = true): Promise<Stored> {
  return page.evaluate(async (files) => {
    const answer = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const stored: Stored = { drafts: {}, ops: [], codes: {}, items: {}, files: [], damaged: [] };
    const db = await answer(indexedDB.open('mingcha-field'));
    if (!db.objectStoreNames.contains('rows')) {
      db.close();
      return stored;
    }
    const transaction = db.transaction(['meta', 'rows', 'files']);
    const [key, rowKeys, rows, fileKeys, bodies] = await Promise.all([
      answer(transaction.objectStore('meta').get('key')),
      answer(transaction.objectStore('rows').getAllKeys()),
      answer(transaction.objectStore('rows').getAll()),
      answer(transaction.objectStore('files').getAllKeys()),
      files ? answer(transaction.objectStore('files').getAll()) : Promise.resolve([]),
    ]);
    db.close();
    if (!key) return stored;
    const secret = await crypto.subtle.importKey('raw', key.slice(8), 'AES-GCM', false, ['decrypt']);
    const unseal = (sealed: Uint8Array): Promise<ArrayBuffer> =>
      crypto.subtle.decrypt({ name: 'AES-GCM', iv: sealed.slice(9, 21) }, secret, sealed.slice(21));
    const lists: Record<string, string[]> = {};
    const tasks: [string, string][] = [];
    for (const [n, name] of (rowKeys as string[]).entries()) {
      try {
        const value = JSON.parse(new TextDecoder().decode(await unseal(rows[n])));
        // What was handed in from elsewhere is only read here: nobody on this phone claims any of it.
        if (name.startsWith('draft/') && !value.pulled) stored.drafts[value.assignment] = value;
        if (name.startsWith('op/')) stored.ops.push(value);
        if (name.startsWith('list/')) {
          for (const section of value.sections) {
            for (const item of section.items) {
              stored.codes[item.id] = item.code;
              (lists[value.id] ??= []).push(item.code);
            }
          }
        }
        if (name.startsWith('task/')) tasks.push([value.task.assignment.id, value.task.assignment.checklist]);
      } catch {
        stored.damaged.push(name);
      }
    }
    for (const [task, list] of tasks) stored.items[task] = lists[list] ?? [];
    for (const [n, name] of (fileKeys as string[]).entries()) {
      if (!files) {
        stored.files.push(name);
        continue;
      }
      try {
        const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await unseal(bodies[n])));
        const hex = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
        (hex === name ? stored.files : stored.damaged).push(name);
      } catch {
        stored.damaged.push(name);
      }
    }
    return stored;
  }, files);
}
