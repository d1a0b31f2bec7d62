// What the screen has claimed, and whether the disk bears it out.
//
// The page itself tells each time that it says 已存本机, with everything that it then
// shows. What has arrived here before a kill was on the screen before the kill. What
// was entered and not claimed may be on the disk or not; anything else is a ghost.

import { type Page, expect } from '@playwright/test';

import type { Stored } from './store';

export interface Shown {
  visit: string;
  code: string;
  choice: string;
  note: string;
  pieces: string[];
  /** How long the longest input waited for its 已存本机 since the last claim, ms. */
  waited: number;
}

interface Field {
  claimed: string;
  /** Entered since then. */
  entered: string[];
}

/** The model of one phone. */
export class Claims {
  private readonly fields = new Map<string, Field>();
  private readonly pieces = new Map<string, Set<string>>();
  private readonly shots = new Map<string, number>();
  readonly visits = new Set<string>();
  claims = 0;
  readonly waits: number[] = [];
  readonly lost: string[] = [];
  readonly ghosts: string[] = [];
  readonly foreign: string[] = [];

  private field(visit: string, code: string, name: string): Field {
    const key = `${visit}/${code}/${name}`;
    const known = this.fields.get(key) ?? { claimed: '', entered: [] };
    this.fields.set(key, known);
    return known;
  }

  /** Something is about to be entered. */
  enters(visit: string, code: string, name: 'choice' | 'note', value: string): void {
    this.visits.add(visit);
    this.field(visit, code, name).entered.push(value);
  }

  /** A photo is about to be added. */
  shoots(visit: string, code: string, files = 1): void {
    this.visits.add(visit);
    const key = `${visit}/${code}`;
    this.shots.set(key, (this.shots.get(key) ?? 0) + files);
  }

  /** The screen said that all of this is saved. */
  said(shown: Shown): void {
    this.claims += 1;
    this.visits.add(shown.visit);
    this.waits.push(shown.waited);
    for (const name of ['choice', 'note'] as const) {
      const field = this.field(shown.visit, shown.code, name);
      const at = field.entered.lastIndexOf(shown[name]);
      field.entered.splice(0, at + 1);
      field.claimed = shown[name];
    }
    const known = this.pieces.get(`${shown.visit}/${shown.code}`) ?? new Set();
    for (const piece of shown.pieces) known.add(piece);
    this.pieces.set(`${shown.visit}/${shown.code}`, known);
  }

  /** Each field that was entered, with what lies on the disk of it. */
  private found(stored: Stored): { key: string; field: Field; found: string }[] {
    const itemOf = new Map(Object.entries(stored.codes).map(([id, code]) => [code, id]));
    return [...this.fields].map(([key, field]) => {
      const [visit = '', code = '', name] = key.split('/');
      const answer = stored.drafts[visit]?.answers[itemOf.get(code) ?? ''];
      return { key, field, found: name === 'note' ? (answer?.note ?? '') : choice(answer?.value) };
    });
  }

  /** Whether every field holds what was claimed of it, or what was entered after that. */
  isKept(stored: Stored): boolean {
    return this.found(stored).every(({ field, found }) => found === field.claimed || field.entered.includes(found));
  }

  /** Compares with the disk, and takes what is there as the beginning of what follows. */
  compare(stored: Stored, when: string): void {
    for (const { key, field, found } of this.found(stored)) {
      if (found !== field.claimed && !field.entered.includes(found)) {
        const kind = found === '' || this.wasOnce(found) ? this.lost : this.ghosts;
        kind.push(`${when}: ${key} claimed ${JSON.stringify(field.claimed)} found ${JSON.stringify(found)}`);
      }
      field.claimed = found;
      field.entered = [];
      this.seen.add(found);
    }
    for (const [key, pieces] of this.pieces) {
      const [visit = ''] = key.split('/');
      const there = new Set((stored.drafts[visit]?.evidence ?? []).map((piece) => piece.id));
      for (const piece of pieces) if (!there.has(piece)) this.lost.push(`${when}: piece ${piece} of ${key}`);
    }
    for (const [visit, draft] of Object.entries(stored.drafts)) {
      if (!this.visits.has(visit) && Object.keys(draft.answers).length > 0) this.foreign.push(`${when}: ${visit}`);
      for (const piece of draft.evidence) {
        if (piece.bytes && !stored.files.includes(piece.bytes.sha256)) {
          this.ghosts.push(`${when}: piece ${piece.id} without its bytes`);
        }
        const code = stored.codes[piece.item ?? ''] ?? '';
        const known = this.pieces.get(`${visit}/${code}`) ?? new Set();
        known.add(piece.id);
        this.pieces.set(`${visit}/${code}`, known);
      }
      for (const code of new Set(draft.evidence.map((piece) => stored.codes[piece.item ?? ''] ?? ''))) {
        const all = draft.evidence.filter((piece) => stored.codes[piece.item ?? ''] === code).length;
        if (all > (this.shots.get(`${visit}/${code}`) ?? 0)) this.ghosts.push(`${when}: ${all} pieces of ${visit}/${code}`);
      }
    }
    for (const row of stored.damaged) this.lost.push(`${when}: damaged ${row}`);
  }

  /** The phone is again as it was before anything was entered. What was found to be wrong stays. */
  forget(): void {
    for (const known of [this.fields, this.pieces, this.shots, this.seen]) known.clear();
  }

  private readonly seen = new Set<string>();
  private wasOnce(value: string): boolean {
    return this.seen.has(value);
  }

  expectKept(): void {
    expect({ lost: this.lost, ghosts: this.ghosts, foreign: this.foreign }).toEqual({ lost: [], ghosts: [], foreign: [] });
  }

  /** The slowest 已存本机, ms. */
  slowest(): number {
    return Math.round(Math.max(0, ...this.waits));
  }
}

function choice(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'object') {
    const inner = Object.values(value as Record<string, unknown>)[0];
    return typeof inner === 'object' ? JSON.stringify(inner) : String(inner);
  }
  return String(value);
}

/** Lets the page tell what it claims. Once a page, before it loads. */
export async function watch(page: Page, told: (shown: Shown) => void): Promise<void> {
  await page.exposeBinding('mcTold', (_source, shown: Shown) => told(shown));
  await page.addInitScript(() => {
    let last = '';
    let since = 0;
    let waited = 0;
    for (const kind of ['input', 'change']) {
      addEventListener(kind, () => {
        since ||= performance.now();
      }, true);
    }
    const look = (): void => {
      const said = [...document.querySelectorAll<HTMLElement>('[data-state=saved], [data-state=saving], [data-state=failed]')];
      const state = said.find((one) => !one.closest('[data-piece]'))?.dataset.state;
      const item = document.querySelector<HTMLElement>('article[data-item]');
      const visit = /\/field\/visit\/([^/]+)/.exec(location.pathname)?.[1];
      if (state !== 'saved') return;
      if (!item || !visit) return;
      if (since) {
        waited = performance.now() - since;
        since = 0;
      }
      const shown = {
        visit,
        code: item.dataset.item ?? '',
        choice: item.querySelector<HTMLInputElement>('.item__control input[type=radio]:checked')?.value ?? '',
        note: item.querySelector<HTMLTextAreaElement>('textarea[name^=note]')?.value ?? '',
        pieces: [...document.querySelectorAll<HTMLElement>('[data-piece]')].map((piece) => piece.dataset.piece ?? ''),
        waited,
      };
      const text = JSON.stringify({ ...shown, waited: 0 });
      if (text === last) return;
      last = text;
      waited = 0;
      // eslint-disable-next-line @typescript-eslint/no-explicit-any
      (globalThis as any).mcTold(shown);
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  });
}
