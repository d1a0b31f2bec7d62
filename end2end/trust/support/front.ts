// A front before the server, as a bad release or a new one would answer: the phone sees
// one origin, and this decides which build it gets and what is broken in it.

import { type IncomingMessage, type Server as Http, type ServerResponse, createServer, request } from 'node:http';

import { freePort } from '../../fixtures/server';

/** What is served in place of the true answer; `undefined`: the true one. */
export type Spoil = (path: string, status: number, body: Buffer) => { status?: number; body?: Buffer; type?: string } | undefined;

/** Files whose text names others of the same build. */
const NAMES = /^\/(sw\.js|field(\/.*)?|assets\/.*\.(js|css))$/;

export class Front {
  private http: Http | undefined;
  private release: { from: string; build: string } | undefined;
  /** What is done to the answers of the release that is out. */
  spoil: Spoil = () => undefined;

  private constructor(
    readonly port: number,
    private readonly behind: number,
  ) {}

  static async before(behind: number): Promise<Front> {
    const front = new Front(await freePort(), behind);
    await front.up();
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Another release of the same files comes out: `from` is the id of the true one. It has an id and names of its own, so that no cache takes it for another. */
  publish(from: string, build: string, spoil: Spoil = () => undefined): void {
    this.release = { from, build };
    this.spoil = spoil;
  }

  private answered(url: string, path: string, status: number, body: Buffer): ReturnType<Spoil> {
    // A page of an earlier release gets that one's files.
    const old = path !== url ? !url.startsWith(`/assets/~${this.release?.build}~`) : url.startsWith('/assets/') && this.release !== undefined;
    const bad = old ? undefined : this.spoil(path, status, body);
    const build = /^\/assets\/~([^~]*)~/.exec(url)?.[1] ?? (old ? undefined : this.release?.build);
    if (!this.release || build === undefined || !NAMES.test(path) || bad?.status !== undefined) return bad;
    const text = (bad?.body ?? body).toString('utf8').replaceAll(this.release.from, build);
    return { ...bad, body: Buffer.from(text.replace(/\/assets\/(?=[\w-]+\.)/g, `/assets/~${build}~`)) };
  }

  async up(): Promise<void> {
    this.http = createServer((asked, answer) => this.pass(asked, answer));
    await new Promise<void>((resolve) => this.http?.listen(this.port, '127.0.0.1', () => resolve()));
  }

  /** The line is cut. */
  async down(): Promise<void> {
    this.http?.closeAllConnections();
    await new Promise<void>((resolve) => (this.http ? this.http.close(() => resolve()) : resolve()));
    this.http = undefined;
  }

  private pass(asked: IncomingMessage, answer: ServerResponse): void {
    // What lies behind knows the files by their own names.
    const url = asked.url ?? '/';
    const path = url.replace(/^\/assets\/~[^~]*~/, '/assets/');
    const headers = { ...asked.headers };
    delete headers['accept-encoding'];
    // A validator would bring back the true file's 304.
    delete headers['if-none-match'];
    const on = request({ port: this.behind, host: '127.0.0.1', path, method: asked.method, headers }, (true_) => {
      const parts: Buffer[] = [];
      true_.on('data', (part: Buffer) => parts.push(part));
      true_.on('end', () => {
        const body = Buffer.concat(parts);
        const bad = this.answered(url, path, true_.statusCode ?? 500, body);
        const given = { ...true_.headers };
        delete given['content-length'];
        delete given['transfer-encoding'];
        delete given.etag;
        if (bad?.type) given['content-type'] = bad.type;
        answer.writeHead(bad?.status ?? true_.statusCode ?? 500, given);
        answer.end(bad?.body ?? body);
      });
    });
    on.on('error', () => answer.destroy());
    asked.pipe(on);
  }
}
