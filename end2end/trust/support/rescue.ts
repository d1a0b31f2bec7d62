// What the rescue page exported, read by nobody of the product.

import { readFileSync } from 'node:fs';

import { type Page, expect } from '@playwright/test';

export interface Line {
  database?: string;
  /** With `stores`: the database itself, before its rows. */
  version?: number;
  stores?: string[];
  store?: string;
  key?: string;
  value?: { base64: string };
  /** A file of the second copy. */
  copy?: string;
}

/** Taps 导出草稿 on the rescue page and gives the lines of the file. */
export async function exported(page: Page): Promise<Line[]> {
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: '导出草稿' }).click();
  const text = readFileSync(await (await downloading).path(), 'utf8');
  await expect(page.locator('[role=status]')).toContainText('已导出记录');
  return text.trim().split('\n').map((line) => JSON.parse(line) as Line);
}

/** The rows of such a file whose key begins with `prefix`, unsealed with the data key that lies in it. */
export async function unsealed<T>(lines: Line[], prefix: string): Promise<T[]> {
  const bytes = (line: Line | undefined): Buffer => Buffer.from(line?.value?.base64 ?? '', 'base64');
  const key = bytes(lines.find((line) => line.store === 'meta' && line.key === 'key'));
  const secret = await crypto.subtle.importKey('raw', key.subarray(8), 'AES-GCM', false, ['decrypt']);
  const rows = lines.filter((line) => line.store === 'rows' && line.key?.startsWith(prefix));
  return Promise.all(
    rows.map(async (row) => {
      const sealed = bytes(row);
      const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: sealed.subarray(9, 21) }, secret, sealed.subarray(21));
      return JSON.parse(Buffer.from(plain).toString('utf8')) as T;
    }),
  );
}
