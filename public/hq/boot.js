// HQ's module: makes the page that the server rendered come alive. An external
// file, so that the content security policy needs no inline script.
// The build bundles the glue into it and puts in HQ_WASM (an address).
import start, { hydrate } from './hq.js';

// The page that the server rendered is painted first: fetched beside it, the WASM would take the line and the
// processor from the paint. The second frame begins when the first has been drawn; forms work meanwhile.
await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
await start({ module_or_path: HQ_WASM });
// Two shorter turns of the loop in place of a long one: a press is heard in between.
await new Promise((done) => setTimeout(done));
hydrate();
