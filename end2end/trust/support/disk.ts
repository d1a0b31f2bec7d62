// A file system of its own for a profile: small enough to be filled to its last byte, and one whose power can be cut.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

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
    try {
      run('truncate', '-s', `${megabytes}M`, image);
      run('mkfs.ext4', '-q', '-m', '0', image);
      run('mkdir', place);
      const disk = new Disk(folder, place);
      disk.mount();
      return disk;
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      return `no loop mounts here: ${String(error).split('\n')[0]}`;
    }
  }

  private get image(): string {
    return join(this.folder, 'image');
  }

  private get copy(): string {
    return join(this.folder, 'copy');
  }

  private get kept(): string {
    return join(this.folder, 'kept');
  }

  private mount(): void {
    // The file system begins nothing by itself: what nobody asked to be written stays in memory.
    run('mount', '-o', 'loop,commit=60', this.image, this.place);
  }

  /** What was written so far is on the disk. */
  settle(): void {
    run('sync', '-f', this.place);
  }

  /** How many writes have reached the disk. */
  private writes(): string {
    const device = basename(execFileSync('findmnt', ['-n', '-o', 'SOURCE', this.place], { encoding: 'utf8' }).trim());
    return readFileSync(`/sys/block/${device}/stat`, 'utf8').trim().split(/\s+/)[4] ?? '';
  }

  /** Takes down what is on the disk at this moment; what is only in memory is not. Whoever writes there stands still. */
  cut(): void {
    for (let tries = 0; tries < 50; tries += 1) {
      const before = this.writes();
      run('cp', '--sparse=always', this.image, this.copy);
      // A copy of two moments is no disk. What was under way when its writers were stopped comes to its end.
      if (this.writes() === before) return;
    }
    throw new Error('the disk does not come to rest');
  }

  /** The power is back: mounts what `cut` took down, in the same place. The journal is played back, as after any cut. */
  restore(): void {
    run('umount', '-l', this.place);
    renameSync(this.copy, this.image);
    this.mount();
  }

  /** Keeps the disk as it is, for `renew`. Nobody writes there. */
  keep(): void {
    this.settle();
    run('cp', '--sparse=always', this.image, this.kept);
  }

  /** Makes the disk what it was when it was kept. Nobody uses it. */
  renew(): void {
    run('cp', '--sparse=always', this.kept, this.copy);
    this.restore();
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
    run('umount', '-l', this.place);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function run(program: string, ...all: string[]): void {
  execFileSync(program, all, { stdio: ['ignore', 'ignore', 'pipe'] });
}
