// A phone four times slower than this machine: its renderers run a quarter of the time.
//
// What a browser offers itself slows down the main thread alone, not workers, not
// the decoding of pictures. Here every thread of every renderer stands still together.

import { processes } from '../../fixtures/phone';

const PERIOD_MS = 8;

/** Slows down the renderers of the browser on this profile until `end` is called; that gives the share of time in which they ran. */
export function slowed(profile: string, times = 4): { end: () => number } {
  let renderers: number[] = [];
  const look = (): void => {
    renderers = processes(profile, '--type=renderer');
  };
  look();
  const looking = setInterval(look, 700);
  const tell = (signal: NodeJS.Signals): void => {
    for (const pid of renderers) {
      try {
        process.kill(pid, signal);
      } catch {
        // It went with its page.
      }
    }
  };
  const begun = performance.now();
  let ran = 0;
  let since = begun;
  let ended = false;
  const stand = (): void => {
    if (ended) return;
    ran += performance.now() - since;
    const stood = performance.now();
    tell('SIGSTOP');
    // As long as it ran, three times over: a timer that comes late does not make the phone quicker.
    const pause = Math.max(PERIOD_MS * (1 - 1 / times), (ran * (times - 1)) - (stood - begun - ran));
    setTimeout(run, pause);
  };
  const run = (): void => {
    tell('SIGCONT');
    since = performance.now();
    if (!ended) setTimeout(stand, PERIOD_MS / times);
  };
  run();
  return {
    end: () => {
      ended = true;
      clearInterval(looking);
      tell('SIGCONT');
      return ran / Math.max(1, performance.now() - begun);
    },
  };
}
