// The first script of /field, in at most 2 kB. It sets language and theme before
// the first paint, refuses surroundings in which nothing could be kept, changes
// to a waiting build while no form is open, starts the app, and hands over to
// the rescue page when that takes more than 10 s or fails.
//
// A classic script without modern syntax: it must run where the app cannot.
// The build puts in FIELD_GLUE, FIELD_WASM and RESCUE (addresses).
(function () {
  var root = document.documentElement;
  var worker = navigator.serviceWorker;
  var over = false;

  function preference(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch (blocked) {
      return null;
    }
  }
  var lang = preference('mc.lang') || (/^zh/i.test(navigator.language) ? 'zh' : 'en');
  root.lang = lang === 'en' ? 'en' : 'zh-CN';
  root.dataset.theme = preference('mc.theme') || 'auto';

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
  function failed(event) {
    rescue('failed', event.reason || event.error || event.message);
  }

  // The app has come to a stop: nothing that is tapped from now on would be kept.
  function stopped(event) {
    var error = event.reason || event.error;
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
    if (!worker.controller) return false;
    var registration = await worker.getRegistration('/field');
    if (!registration || !registration.waiting) return false;
    // Open forms share this lock. The page before this one may have held it a moment ago, and not be quite gone.
    return navigator.locks
      .request('form-open', { signal: AbortSignal.timeout(1500) }, () => change(registration))
      .catch(() => false);
  }

  // A request of this page that wakes the old worker in the wrong moment makes Chromium
  // drop the change, and the new worker would wait for ever: so it is asked again and again.
  function change(registration) {
    return new Promise((done) => {
      var tries = 80;
      var asking = setInterval(() => {
        var waiting = registration.waiting;
        if (waiting && tries--) return waiting.postMessage({ type: 'activate' });
        clearInterval(asking);
        // Nobody waits any more: it is the one that answers now, whichever page asked it to.
        if (!waiting) location.reload();
        done(!waiting);
      }, 50);
    });
  }

  async function start() {
    if (await update()) return;
    // This script blocks the parser, so the place to mount into may not be there yet.
    if (document.readyState === 'loading') {
      await new Promise((done) => addEventListener('DOMContentLoaded', done));
    }
    addEventListener('error', failed);
    addEventListener('unhandledrejection', failed);
    var late = setTimeout(rescue, 10000, 'late');
    var glue = await import(FIELD_GLUE);
    await glue.default({ module_or_path: FIELD_WASM });
    if (over) return;
    over = true;
    clearTimeout(late);
    removeEventListener('error', failed);
    removeEventListener('unhandledrejection', failed);
    addEventListener('error', stopped);
    addEventListener('unhandledrejection', stopped);
    if (worker.controller) worker.controller.postMessage({ type: 'started' });
    await worker.register('/sw.js', { scope: '/field', updateViaCache: 'none' });
  }

  if (/MicroMessenger/i.test(navigator.userAgent)) rescue('wechat');
  else if (!self.isSecureContext) rescue('insecure');
  else if (isOld()) rescue('old');
  else if (!worker) rescue('worker');
  else start().catch((error) => (over ? console.warn(error) : rescue('failed', error)));
})();
