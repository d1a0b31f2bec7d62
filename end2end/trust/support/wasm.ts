// A build that panics: what an immediate abort leaves of a panic is one bare trap.

/** Reads an unsigned LEB128; gives it and where it ends. */
function number(bytes: Buffer, at: number): [number, number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at] ?? 0;
    at += 1;
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return [value, at];
  }
}

/** The sections of a module: where their content begins and ends. */
function sections(bytes: Buffer): Map<number, [number, number]> {
  const found = new Map<number, [number, number]>();
  for (let at = 8; at < bytes.length; ) {
    const [length, begin] = number(bytes, at + 1);
    found.set(bytes[at] ?? 0, [begin, begin + length]);
    at = begin + length;
  }
  return found;
}

/** How many functions a module imports: they come before its own. */
function imported(bytes: Buffer, at: number): number {
  let functions = 0;
  let [left, next] = number(bytes, at);
  const skip = (): void => {
    const [length, begin] = number(bytes, next);
    next = begin + length;
  };
  const limits = (): void => {
    const flags = bytes[next] ?? 0;
    next = number(bytes, next + 1)[1];
    if (flags & 1) next = number(bytes, next)[1];
  };
  for (; left > 0; left -= 1) {
    skip();
    skip();
    const kind = bytes[next];
    next += 1;
    if (kind === 0) {
      functions += 1;
      next = number(bytes, next)[1];
    } else if (kind === 1) {
      next += 1;
      limits();
    } else if (kind === 2) {
      limits();
    } else {
      next += 2;
    }
  }
  return functions;
}

/** The module, but every function that it exports is nothing but a trap: the first call panics. */
export function trapping(module: Buffer): Buffer {
  const bytes = Buffer.from(module);
  const all = sections(bytes);
  const own = imported(bytes, all.get(2)?.[0] ?? 0);
  let [left, at] = number(bytes, all.get(7)?.[0] ?? 0);
  const traps = new Set<number>();
  for (; left > 0; left -= 1) {
    const [length, begin] = number(bytes, at);
    const [value, next] = number(bytes, begin + length + 1);
    if (bytes[begin + length] === 0 && value >= own) traps.add(value);
    at = next;
  }
  if (traps.size === 0) throw new Error('the module exports no function of its own');
  let next = number(bytes, all.get(10)?.[0] ?? 0)[1];
  for (let n = own; traps.size > 0; n += 1) {
    const [length, begin] = number(bytes, next);
    next = begin + length;
    if (!traps.delete(n)) continue;
    // No locals, `unreachable`, and nothing else up to the end.
    bytes.fill(0x01, begin, next);
    bytes[begin] = 0x00;
    bytes[begin + 1] = 0x00;
    bytes[next - 1] = 0x0b;
  }
  return bytes;
}

/** Lets the app panic in the middle of its work: `mcTrap` makes the clock trap, once, as code of its own would. */
export const TRAP = `
  const trap = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 8, 1, 4, 116, 114, 97, 112, 0, 0, 10, 5, 1, 3, 0, 0, 11,
  ]))).exports.trap;
  const now = Date.now;
  Date.now = () => {
    if (globalThis.mcTrap) { globalThis.mcTrap = false; trap(); }
    return now();
  };
`;
