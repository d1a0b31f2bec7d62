// Whether a page runs what was written: looked at from inside, all the time.

import type { Page } from '@playwright/test';

import { type Deck, squeezed } from './hostile';

/** Laid under a page before it loads: tells what ran, what the policy stopped, and which elements no view of ours makes. */
const EARS = `
  globalThis.mcRan = () => { mcSpy('ran', location.pathname); };
  document.addEventListener('securitypolicyviolation', (event) => {
    mcSpy('stopped', location.pathname + ' ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample);
  });
  const NAMES = new Set(['iframe', 'object', 'embed', 'base', 'marquee', 'math', 'style', 'animate', 'x', 'mglyph']);
  const bad = (one) => {
    const name = one.localName;
    if (NAMES.has(name)) return true;
    if (name === 'script' && !one.nonce && !new URL(one.src || 'none:', location.href).pathname.startsWith('/assets/')) return true;
    if (name === 'meta' && one.httpEquiv) return true;
    for (const { name: attribute, value } of one.attributes) {
      if (attribute.startsWith('on')) return true;
      if (!['href', 'src', 'action', 'formaction', 'data', 'xlink:href'].includes(attribute)) continue;
      if (attribute === 'src' && (value === '' || value === 'x')) return true;
      try {
        const { protocol, host } = new URL(value, location.href);
        if (protocol === 'javascript:' || host === 'evil.example' || value.startsWith('data:text')) return true;
      } catch { /* no address at all */ }
    }
    return false;
  };
  globalThis.mcMade = (root) => {
    const all = [...(root.nodeType === 1 ? [root] : []), ...root.querySelectorAll('*')].filter(bad);
    for (const one of all) mcSpy('made', location.pathname + ' ' + one.outerHTML.slice(0, 120));
  };
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === 'attributes' && bad(change.target)) mcSpy('made', location.pathname + ' ' + change.target.outerHTML.slice(0, 120));
      for (const node of change.addedNodes) if (node.nodeType === 1) mcMade(node);
    }
  }).observe(document, { subtree: true, childList: true, attributes: true });
`;

export class Spy {
  readonly ran: string[] = [];
  readonly stopped: string[] = [];
  readonly made: string[] = [];
  /** What was asked of somebody else's server. */
  readonly strays: string[] = [];
  views = 0;

  constructor(private readonly deck: Deck) {}

  /** From the next page on that it loads. */
  async watch(page: Page): Promise<void> {
    await page.exposeBinding('mcSpy', (_source, kind: 'ran' | 'stopped' | 'made', what: string) => {
      this[kind].push(what);
    });
    await page.addInitScript(EARS);
    page.on('dialog', (dialog) => {
      this.ran.push(`${dialog.type()} ${dialog.message()}`);
      void dialog.dismiss().catch(() => {});
    });
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) this.stopped.push(message.text());
    });
    page.on('request', (request) => {
      if (request.url().includes('evil.example') && new URL(request.url()).host === 'evil.example') this.strays.push(request.url());
    });
  }

  /** Takes down which texts stand on the page, as words. */
  async look(page: Page): Promise<void> {
    this.views += 1;
    const words = await page.evaluate(() => {
      // eslint-disable-next-line @typescript-eslint/no-explicit-any
      (globalThis as any).mcMade(document);
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      let all = '';
      while (walker.nextNode()) {
        if (!walker.currentNode.parentElement?.closest('script, style, template, noscript')) all += walker.currentNode.nodeValue;
      }
      return all;
    });
    const there = squeezed(words);
    for (const one of this.deck.dealt) one.shown ||= there.includes(squeezed(one.text));
  }

  /** What must be nothing. */
  get harm(): Record<'ran' | 'stopped' | 'made' | 'strays', string[]> {
    return { ran: this.ran, stopped: this.stopped, made: this.made, strays: this.strays };
  }
}
