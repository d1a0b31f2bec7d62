// HQ's module: makes the page that the server rendered come alive. An external
// file, so that the content security policy needs no inline script.
// The build bundles the glue into it and puts in HQ_WASM (an address).
import start, { hydrate } from './hq.js';

await start({ module_or_path: HQ_WASM });
hydrate();
