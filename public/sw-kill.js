// The kill switch: served as /sw.js in place of the worker, it drops the worker's
// caches and itself. Every /field page then comes from the network again.
// It never touches IndexedDB or OPFS: that is where drafts live.

self.addEventListener('install', () => self.skipWaiting());

self.addEventListener('activate', (event) => {
  event.waitUntil(leave());
});

async function leave() {
  for (const name of await caches.keys()) {
    if (name.startsWith('field-')) await caches.delete(name);
  }
  await self.registration.unregister();
}
