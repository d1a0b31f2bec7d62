// A file system of its own for a profile, small enough to be filled to its last byte.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class Disk {
  private readonly ballast: string[] = [];

  private constructor(
    private readonly folder: string,
    readonly place: string,
  ) {}

  /** An ext4 of so many megabytes in a file, over a loop device; or why this machine has none. */
  static make(megabytes: number): Disk | string {
    const folder = mkdtempSync(join(tmpdir(), 'mc-disk-'));
    const [image, place] = [join(folder, 'image'), join(folder, 'disk')];
    const run = (program: string, ...all: string[]): void => void execFileSync(program, all, { stdio: ['ignore', 'ignore', 'pipe'] });
    try {
      run('truncate', '-s', `${megabytes}M`, image);
      run('mkfs.ext4', '-q', '-m', '0', image);
      run('mkdir', place);
      run('mount', '-o', 'loop', image, place);
      return new Disk(folder, place);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      return `no loop mounts here: ${String(error).split('\n')[0]}`;
    }
  }

  /** To the last byte, but for those that others take or give back meanwhile. */
  fill(): void {
    for (let tries = 0; tries < 200; tries += 1) {
      const { bavail, bsize } = statfsSync(this.place);
      if (bavail === 0) return;
      const file = join(this.place, `ballast-${this.ballast.length}`);
      this.ballast.push(file);
      try {
        writeFileSync(file, Buffer.alloc(Math.min(bavail * bsize, 8 << 20), 1));
      } catch {
        // The last blocks went to somebody else; what was written of it stays.
      }
    }
  }

  /** Gives it all back. */
  free(): void {
    for (const file of this.ballast.splice(0)) rmSync(file, { force: true });
  }

  remove(): void {
    // A process that was killed a moment ago may still hold a file of it.
    execFileSync('umount', ['-l', this.place]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
