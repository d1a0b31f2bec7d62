// The first script of /field, in at most 2 kB. It sets language and theme before
// the first paint, refuses surroundings in which nothing could be kept, changes
// to a waiting build while no form is open, fetches the app and starts it, and
// hands over to the rescue page when that takes more than 10 s or fails.
//
// A classic script without modern syntax: it must run where the app cannot.
// The build puts in FIELD_GLUE, FIELD_WASM and RESCUE (addresses).
(function () {
  var root = document.documentElement;
  var worker = navigator.serviceWorker;
  var over = false;
  var running = false;
  // The worker has the app lying there. Without one this is a first visit, and the page says what is being fetched.
  // Before all else: what comes next waits for the browser, whose answers come beside one another.
  var coming = worker && worker.controller && fetchApp();

  function preference(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch (blocked) {
      return null;
    }
  }
  root.lang = /^zh/i.test(preference('mc.lang') || navigator.language) ? 'zh-CN' : 'en';
  // Only what somebody chose: for all others the style follows the system.
  var theme = preference('mc.theme');
  if (theme && theme !== 'auto') root.dataset.theme = theme;

  // Shows the page that says what is wrong; once.
  function rescue(reason, error) {
    if (over) return;
    over = true;
    var script = document.createElement('script');
    script.src = RESCUE;
    script.onload = function () {
      self.rescue(reason, error);
    };
    document.head.append(script);
  }
  // What nobody has caught. While the app runs it counts only if the app has come to a
  // stop by it: then nothing that is tapped from now on would be kept.
  function failed(event) {
    var error = event.reason || event.error || event.message;
    if (!running) return rescue('failed', error);
    if (!(error instanceof WebAssembly.RuntimeError)) return;
    over = false;
    rescue('stopped', error);
  }

  // Chromium 111, Safari 16.4.
  function isOld() {
    return !(
      self.WebAssembly &&
      self.indexedDB &&
      self.CompressionStream &&
      navigator.locks &&
      CSS.supports('color', 'color-mix(in oklch, red, red)')
    );
  }

  // Lets a waiting build take over, unless a form is open anywhere. True if the page reloads.
  async function update() {
    var registration = (await worker.getRegistration()) || {};
    if (!registration.waiting) return;
    // Open forms share this lock. The page before this one may have held it a moment ago, and not be quite gone.
    return navigator.locks
      .request('form-open', { signal: AbortSignal.timeout(1500) }, async () => {
        // Chromium asks the old worker once to come to an end, and a request that wakes it in that moment makes it
        // forget that until it has rested for half a minute: so first whatever this page loads is there, its icon too.
        await coming.catch(() => {});
        await wait(700);
        for (var tries = 80; registration.waiting && tries--; await wait(50)) registration.waiting.postMessage({ type: 'activate' });
        // Nobody waits any more: it is the one that answers now, whichever page asked it to.
        return !registration.waiting && !location.reload();
      })
      .catch(() => {});
  }

  function wait(ms) {
    return new Promise((done) => setTimeout(done, ms));
  }

  // The glue, and the answer that brings the WASM.
  function fetchApp() {
    var coming = Promise.all([import(FIELD_GLUE), fetch(FIELD_WASM)]);
    // Who waits for it is told of a failure; a page that changes builds waits no more.
    coming.catch(() => {});
    return coming;
  }

  async function start() {
    // The app opens its store soon: the browser takes its time to find it.
    if (coming && indexedDB.databases) indexedDB.databases().catch(() => {});
    if (!coming) root.dataset.first = '';
    if (coming && (await update())) return;
    if (!coming) {
      // The line belongs to the paint first, and after that to the app: fetched beside the style, the app would keep
      // the page white for as long as both take. `load` has the style, and 99 ms later even a slow phone has painted.
      // A timer and no frame: a page in the background gets none, and is fetched all the same.
      await new Promise((done) => addEventListener('load', () => setTimeout(done, 99)));
      coming = fetchApp();
    } else if (document.readyState === 'loading') {
      // This script blocks the parser, so the place to mount into may not be there yet.
      await new Promise((done) => addEventListener('DOMContentLoaded', done));
    }
    addEventListener('error', failed);
    addEventListener('unhandledrejection', failed);
    var late = setTimeout(rescue, 10000, 'late');
    var [glue, wasm] = await coming;
    await glue.default({ module_or_path: wasm });
    if (over) return;
    over = running = true;
    clearTimeout(late);
    if (worker.controller) worker.controller.postMessage({ type: 'started' });
    await worker.register('/sw.js', { scope: '/field', updateViaCache: 'none' });
  }

  if (/MicroMessenger/i.test(navigator.userAgent)) rescue('wechat');
  else if (!self.isSecureContext) rescue('insecure');
  else if (isOld()) rescue('old');
  else if (!worker) rescue('worker');
  else start().catch((error) => (over ? console.warn(error) : rescue('failed', error)));
})();
