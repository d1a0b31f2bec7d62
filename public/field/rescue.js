// The page that stands in for the app when it cannot start: it says why, that
// nothing is lost, and what to do. Loaded by boot.js, kept offline with the app.
//
// What it exports is the phone's stores as they lie there, and their second copy:
// sealed values stay sealed. It reads and never writes.
(function () {
  var zh = document.documentElement.lang !== 'en';

  var TEXTS = {
    wechat: [
      ['请在系统浏览器中打开', '微信内置浏览器不能可靠保存草稿和照片。复制下面的链接,在系统浏览器中打开。'],
      ['Open this in the system browser', "WeChat's own browser does not keep drafts and photos reliably. Copy the link and open it in the system browser."],
    ],
    insecure: [
      ['此地址不是安全连接', '没有 https,手机上不能保存、拍照、离线使用。请使用管理员给的 https 地址,或先按帮助页安装证书。'],
      ['This address is not secure', 'Without https this phone can neither keep data, nor take photos, nor work offline. Use the https address that your administrator gave you, or install the certificate first.'],
    ],
    old: [
      ['浏览器版本过旧', '需要 Chrome / Edge 111 或 iOS 16.4 以上。更新浏览器后再打开;已存的草稿不会丢。'],
      ['This browser is too old', 'Chrome or Edge 111, or iOS 16.4, is the least that works. Update the browser and come back; saved drafts stay.'],
    ],
    worker: [
      ['此浏览器不能离线使用', '无痕模式或设置关闭了离线功能。请用普通窗口打开。'],
      ['This browser cannot work offline', 'A private window or a setting has switched offline use off. Open it in an ordinary window.'],
    ],
    late: [
      ['打开时间太长', '已存的内容还在本机。可以重试,或先把草稿导出为文件。'],
      ['Starting takes too long', 'What you saved is still on this phone. Try again, or export your drafts to a file first.'],
    ],
    stopped: [
      ['应用停了一下', '已存本机的内容都在。请重新打开;停下前最后一次点选如果没显示「已存本机」,请再点一次。'],
      ['The app has stopped', 'Everything that was saved on this phone is here. Open it again; if your last tap did not say that it was saved, tap it again.'],
    ],
    failed: [
      ['没能打开', '已存的内容还在本机。可以重试,或先把草稿导出为文件。'],
      ['It could not be started', 'What you saved is still on this phone. Try again, or export your drafts to a file first.'],
    ],
  };

  self.rescue = function (reason, error) {
    if (document.readyState === 'loading') {
      addEventListener('DOMContentLoaded', () => self.rescue(reason, error));
      return;
    }
    var text = TEXTS[reason][zh ? 0 : 1];
    var page = element('main', '', 'boot');
    page.dataset.state = 'rescue-' + reason;
    var title = element('h1', text[0]);
    title.tabIndex = -1;
    page.append(title, element('p', text[1]));
    var note = element('p', '');
    note.setAttribute('role', 'status');
    if (reason === 'wechat') {
      page.append(button(zh ? '复制链接' : 'Copy the link', () => copy(note)));
      page.append(element('p', location.href));
    } else if (reason === 'failed' || reason === 'late' || reason === 'stopped') {
      page.append(button(zh ? '重试' : 'Try again', () => retry(note)));
      page.append(button(zh ? '导出草稿' : 'Export drafts', () => exportAll(note), true));
    }
    page.append(note);
    if (error) page.append(element('pre', String((error && error.message) || error).slice(0, 500)));
    page.append(element('p', build()));
    var app = document.getElementById('app') || document.body;
    app.replaceChildren(page);
    title.focus();
  };

  function element(name, text, className) {
    var made = document.createElement(name);
    made.textContent = text;
    made.className = className || '';
    return made;
  }

  function button(text, act, quiet) {
    var made = element('button', text, 'button button--wide ' + (quiet ? 'button--quiet' : 'button--primary'));
    made.type = 'button';
    made.addEventListener('click', act);
    return made;
  }

  function build() {
    var meta = document.querySelector('meta[name="mingcha:build"]');
    return meta ? meta.content : '';
  }

  // Perhaps it is mended already: the newest build is fetched before the page is loaded again, and boot.js changes to it.
  async function retry(note) {
    note.textContent = zh ? '正在检查更新…' : 'Looking for an update…';
    await Promise.race([renew().catch(() => {}), new Promise((done) => setTimeout(done, 8000))]);
    location.reload();
  }

  async function renew() {
    var registration = await navigator.serviceWorker.getRegistration('/field');
    if (!registration) return;
    await registration.update();
    var worker = registration.installing;
    while (worker && worker.state === 'installing') {
      await new Promise((done) => worker.addEventListener('statechange', done, { once: true }));
    }
  }

  async function copy(note) {
    try {
      await navigator.clipboard.writeText(location.href);
      note.textContent = zh ? '已复制' : 'Copied';
    } catch (refused) {
      note.textContent = zh ? '请长按链接复制' : 'Press and hold the link to copy it';
    }
  }

  async function exportAll(note) {
    note.textContent = zh ? '正在导出…' : 'Exporting…';
    try {
      // One record a line, so that a file cut short can still be read.
      var lines = [JSON.stringify({ mingcha: 'rescue', build: build(), at: Date.now() }) + '\n'];
      var count = 0;
      for (var info of await indexedDB.databases()) {
        count += await exportDatabase(info.name, lines);
      }
      count += await exportCopy(lines);
      var link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob(lines, { type: 'application/x-ndjson' }));
      link.download = 'mingcha-rescue-' + Date.now() + '.ndjson';
      link.click();
      note.textContent = (zh ? '已导出记录:' : 'Records exported: ') + count;
    } catch (error) {
      note.textContent = (zh ? '导出没有成功:' : 'The export failed: ') + error;
    }
  }

  async function exportDatabase(name, lines) {
    var database = await settled(indexedDB.open(name));
    var count = 0;
    lines.push(JSON.stringify({ database: name, version: database.version, stores: [...database.objectStoreNames] }) + '\n');
    for (var store of database.objectStoreNames) {
      var objects = database.transaction(store).objectStore(store);
      var keys = settled(objects.getAllKeys());
      var values = settled(objects.getAll());
      keys = await keys;
      values = await values;
      for (var i = 0; i < keys.length; i++) {
        lines.push(JSON.stringify({ database: name, store: store, key: keys[i], value: values[i] }, plain) + '\n');
      }
      count += keys.length;
    }
    database.close();
    return count;
  }

  // The second copy, file by file. Where there is none, or another tab holds it, the store alone is exported.
  async function exportCopy(lines) {
    var count = 0;
    try {
      var folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('journal');
      for await (var [name, entry] of folder.entries()) {
        try {
          var bytes = await (await entry.getFile()).arrayBuffer();
          lines.push(JSON.stringify({ copy: name, value: bytes }, plain) + '\n');
          count += 1;
        } catch (held) {
          continue;
        }
      }
    } catch (none) {
      return count;
    }
    return count;
  }

  function settled(request) {
    return new Promise((done, fail) => {
      request.onsuccess = () => done(request.result);
      request.onerror = () => fail(request.error);
      request.onblocked = () => fail(new Error('blocked'));
    });
  }

  // Bytes become base64; all else is JSON already.
  function plain(_, value) {
    if (value instanceof ArrayBuffer) value = new Uint8Array(value);
    if (!ArrayBuffer.isView(value)) return value;
    var bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    var text = '';
    for (var i = 0; i < bytes.length; i += 32768) {
      text += String.fromCharCode.apply(null, bytes.subarray(i, i + 32768));
    }
    return { base64: btoa(text) };
  }
})();
