// The phone's service worker, served as /sw.js with the scope /field. It caches
// and does not think: one cache a build, filled whole or the install fails.
//
// The build puts in BUILD (the build's id) and FILES (the shell's address first,
// then hashed names). Served with `Cache-Control: no-cache`; registered with
// `updateViaCache: 'none'`.
//
// Never here: IndexedDB, the API, HQ. Drafts outlive every worker.

const PREFIX = 'field-';
const CACHE = PREFIX + BUILD;
const SHELL = FILES[0];

self.addEventListener('install', (event) => {
  // No skipWaiting: a page that runs keeps the build that it started with.
  event.waitUntil(fill());
});

async function fill() {
  const cache = await caches.open(CACHE);
  try {
    // While a new build is rolled out another node may still hand out the shell of
    // the last one, whose files this cache lacks: then the install fails and is tried again.
    const shell = await fetch(SHELL, { cache: 'no-cache', credentials: 'same-origin' });
    if (!shell.ok || shell.redirected || !(await shell.clone().text()).includes(BUILD)) {
      throw new Error('not the shell of build ' + BUILD);
    }
    await cache.put(SHELL, shell);
    await cache.addAll(FILES.slice(1));
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
}

self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener('message', (event) => {
  const type = event.data && event.data.type;
  if (type === 'activate') {
    self.skipWaiting();
  } else if (type === 'started') {
    // A page of this build has started: only now the builds before it may go.
    event.waitUntil(forgetOlder());
  }
});

async function forgetOlder() {
  for (const name of await caches.keys()) {
    const waiting = self.registration.waiting || self.registration.installing;
    if (name.startsWith(PREFIX) && name !== CACHE && !waiting) {
      await caches.delete(name);
    }
  }
}

self.addEventListener('fetch', (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (url.pathname === '/field' || url.pathname.startsWith('/field/')) {
      event.respondWith(kept(SHELL, request));
    }
  } else if (url.pathname.startsWith('/assets/')) {
    event.respondWith(kept(url.pathname, request));
  }
});

// This build's file; else the last build's, for a page of it that is still open; else the network.
async function kept(path, request) {
  const cache = await caches.open(CACHE);
  const answer =
    (await cache.match(path, { ignoreVary: true })) ||
    (path === SHELL ? undefined : await caches.match(path, { ignoreVary: true }));
  return answer || fetch(request);
}
