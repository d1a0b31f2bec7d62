// A front before the server, as a bad release or a new one would answer: the phone sees
// one origin, and this decides which build it gets and what is broken in it.

import { type IncomingMessage, type Server as Http, type ServerResponse, createServer, request } from 'node:http';

import { freePort } from '../../fixtures/server';

/** What is served in place of the true answer; `undefined`: the true one. */
export type Spoil = (path: string, status: number, body: Buffer) => { status?: number; body?: Buffer; type?: string } | undefined;

export class Front {
  private http: Http | undefined;
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
    const path = asked.url ?? '/';
    const headers = { ...asked.headers };
    delete headers['accept-encoding'];
    // A validator would bring back the true file's 304.
    delete headers['if-none-match'];
    const on = request({ port: this.behind, host: '127.0.0.1', path, method: asked.method, headers }, (true_) => {
      const parts: Buffer[] = [];
      true_.on('data', (part: Buffer) => parts.push(part));
      true_.on('end', () => {
        const body = Buffer.concat(parts);
        const bad = this.spoil(path, true_.statusCode ?? 500, body);
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

/** Another build of the same files: the id that stands in shell and worker is another one. */
export function renamed(build: string, to: string): Spoil {
  return (path, _status, body) => {
    if (path !== '/sw.js' && path !== '/field' && !path.startsWith('/field/')) return undefined;
    return { body: Buffer.from(body.toString('utf8').replaceAll(build, to)) };
  };
}
