// Development builds only, added to both fronts' first script: reloads the page
// when its server has come back or the phone's build has changed.
(function () {
  var known = null;
  var away = false;

  async function look() {
    try {
      // Not a navigation, so it passes the service worker untouched.
      var text = await (await fetch('/field', { cache: 'no-store' })).text();
      if (known !== null && (away || text !== known)) await reload();
      known = text;
    } catch (gone) {
      away = true;
    }
    setTimeout(look, 500);
  }

  async function reload() {
    var worker = navigator.serviceWorker;
    var registration = worker && (await worker.getRegistration('/field'));
    if (registration) await registration.update().catch(() => {});
    // A worker that installs is the one the next start takes over.
    for (var i = 0; registration && registration.installing && i < 20; i++) {
      await new Promise((done) => setTimeout(done, 100));
    }
    location.reload();
  }

  look();
})();
