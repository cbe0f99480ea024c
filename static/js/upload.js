// Uploads that survive a cut connection, a reload and another device (tus 1.0). Enhancement only: the form works without.
// A form with data-uploads="URL" sends its files there by itself: at once, or with data-uploads-at="submit" when it is sent.
// So does a file input of a larger form; what came of its files is then named in that form, as data-uploads-name. With
// data-uploads-at="button" they go when the button beside it is pressed.
(function () {
  "use strict";
  var CHUNK = 1024 * 1024, AT_ONCE = 3, TRIES = 5, PATIENCE = 100, WAITED_FOR = 20 * CHUNK;
  // A place files are chosen at: a form of its own, or one input among the fields of a form.
  var places = Array.prototype.map.call(document.querySelectorAll("form[data-uploads], input[data-uploads]"), function (host) {
    var inner = host.tagName === "INPUT", input = inner ? host : host.querySelector("input[type=file]");
    return {
      form: inner ? host.form : host, input: input, inner: inner, url: host.dataset.uploads, at: host.dataset.uploadsAt || "",
      purpose: host.dataset.uploadsFor || "", name: host.dataset.uploadsName || "", code: host.dataset.uploadsCode || "code",
      done: host.dataset.done, bad: inner ? host.closest(".field") : host
    };
  });
  var model = document.getElementById("upload-row"), words = document.getElementById("upload-words");
  if (!places.length || !model || !words || !window.XMLHttpRequest || !Blob.prototype.slice) return;
  var t = words.dataset, live = words.querySelector("[role=status]"), banner = words.querySelector("[data-offline]");
  var notYet = words.querySelector("[data-not-yet]");
  var queue = [], running = 0;

  var fill = function (pattern, values) {
    return (pattern || "").replace(/\{(\w+)\}/g, function (_, key) { return values[key]; });
  };
  var say = function (text) { live.textContent = text; };
  var b64 = function (text) {
    return btoa(Array.prototype.map.call(new TextEncoder().encode(text), function (b) { return String.fromCharCode(b); }).join(""));
  };
  var meta = function (values) {
    return Object.keys(values).filter(function (k) { return values[k]; }).map(function (k) { return k + " " + b64(values[k]); }).join(",");
  };
  // By its first megabyte the same file is known again. Needs a secure address; without it an upload only begins anew.
  var digest = function (blob) {
    if (!window.crypto || !crypto.subtle || !blob.arrayBuffer) return Promise.resolve("");
    return blob.arrayBuffer().then(function (bytes) { return crypto.subtle.digest("SHA-256", bytes); }).then(function (hash) {
      return Array.prototype.map.call(new Uint8Array(hash), function (b) { return ("0" + b.toString(16)).slice(-2); }).join("");
    }).catch(function () { return ""; });
  };

  // One request. Every reply of ours speaks tus; another one comes from somewhere else, most often a page to sign in.
  var ask = function (item, method, url, headers, body, progress) {
    return new Promise(function (resolve, reject) {
      var xhr = item.xhr = new XMLHttpRequest();
      xhr.open(method, url);
      xhr.setRequestHeader("Tus-Resumable", "1.0.0");
      xhr.setRequestHeader("X-CSRFToken", item.place.form.elements.csrfmiddlewaretoken.value);
      Object.keys(headers || {}).forEach(function (name) { xhr.setRequestHeader(name, headers[name]); });
      if (progress) xhr.upload.onprogress = function (event) { progress(event.loaded); };
      xhr.timeout = 120000;
      xhr.onload = function () {
        var ours = xhr.getResponseHeader("Tus-Resumable"), said = {};
        try { said = JSON.parse(xhr.responseText || "{}"); } catch (error) { /* no body, or none of ours */ }
        if (!ours && xhr.status < 500) reject({ words: t.tSignedOut });
        else if (xhr.status >= 500 || !ours) reject({ again: true, words: said.detail });
        else resolve({ status: xhr.status, said: said, header: function (name) { return xhr.getResponseHeader(name); } });
      };
      xhr.onerror = xhr.ontimeout = function () { reject({ again: true }); };
      xhr.onabort = function () { reject({ aborted: true }); };
      xhr.send(body || null);
    });
  };

  // What a person sees of one file.
  var part = function (item, name) { return item.row.querySelector("[data-" + name + "]"); };
  var percent = function (item) { return item.length ? Math.floor(item.at / item.length * 100) : 0; };
  var far = function (item) {
    return { p: (percent(item) / 100).toLocaleString(document.documentElement.lang || undefined, { style: "percent" }) };
  };
  var show = function (item, state, text) {
    var was = item.state, button = part(item, "pause");
    item.state = state;
    item.row.dataset.state = state;
    part(item, "bar").value = percent(item);
    part(item, "bar").hidden = ["done", "held", "failed", "checking"].indexOf(state) >= 0;
    part(item, "words").textContent = text || fill(t.tSending, far(item));
    button.hidden = ["sending", "waiting", "paused", "stopped", "lost"].indexOf(state) < 0;
    button.textContent = state === "paused" ? t.tResume : state === "stopped" ? t.tRetry : t.tPause;
    part(item, "cancel").textContent = state === "failed" || state === "held" ? t.tRemove : t.tCancel;
    part(item, "cancel").hidden = state === "done" || state === "checking";
    [button, part(item, "cancel")].forEach(function (b) { b.setAttribute("aria-label", b.textContent + ": " + item.name); });
    var quarter = Math.floor(percent(item) / 25);
    if (state !== was && state !== "sending" || state === "sending" && quarter > (item.quarter || 0)) {
      say(item.name + ": " + part(item, "words").textContent);
    }
    item.quarter = quarter;
  };
  var list = function (place) {
    var ul = place.list;
    if (!ul) {
      ul = place.list = document.createElement("ul");
      ul.className = "ups";
      ul.setAttribute("aria-label", t.tFiles);
      place.input.parentNode.insertBefore(ul, place.input.nextSibling);
    }
    return ul;
  };
  var add = function (place, name, length) {
    var item = { place: place, name: name, length: length, at: 0, url: "", tries: 0 };
    item.row = model.content.firstElementChild.cloneNode(true);
    part(item, "name").textContent = name;
    part(item, "bar").setAttribute("aria-label", name);
    part(item, "pause").addEventListener("click", function () { pause(item); });
    part(item, "cancel").addEventListener("click", function () { cancel(item); });
    list(place).append(item.row);
    return item;
  };
  // It is here: the form that its input stands in names it from now on.
  var keep = function (item, said) {
    if (!item.place.inner || !said.take || item.kept) return;
    var named = item.kept = document.createElement("input"), seen = item.place.form.elements.seen;
    named.type = "hidden";
    named.name = item.place.name;
    named.value = said.take;
    item.row.append(named);
    // The case moved on by this file, which its reader knows of, and by nothing else.
    if (said["new"] && seen) seen.value = String(+seen.value + 1);
  };

  // The three that run, and those that wait for their turn.
  var next = function () {
    while (running < AT_ONCE && navigator.onLine !== false) {
      var item = queue.find(function (one) { return one.state === "waiting"; });
      if (!item) return;
      running++;
      send(item).then(ended.bind(null, item), stopped.bind(null, item));
    }
  };
  var ended = function (item) { running--; if (item.state === "sending") show(item, "waiting", t.tWaiting); done(item.place); next(); };
  var stopped = function (item, why) {
    running--;
    if (why && why.aborted) { /* whoever stopped it has said what it is now */ }
    else if (why && why.again) {
      if (navigator.onLine === false) lose(item);
      else if (++item.tries > TRIES) show(item, "stopped", why.words || t.tStopped);
      else {
        show(item, "lost", fill(t.tLost, far(item)));
        item.timer = setTimeout(function () { show(item, "waiting", t.tWaiting); next(); }, 1000 * Math.pow(2, item.tries - 1));
      }
    } else show(item, why && why.words && why.words === t.tSignedOut ? "stopped" : "failed", why && why.words || t.tStopped);
    done(item.place);
    next();
  };
  var lose = function (item) { show(item, "lost", fill(t.tLost, far(item))); };

  var send = function (item) {
    show(item, "sending");
    return (item.url ? where(item) : begin(item)).then(function () { return pieces(item); });
  };
  // How far the server is: asked after every break, because only it knows.
  var where = function (item) {
    return ask(item, "HEAD", item.url).then(function (reply) {
      if (reply.status === 200) {
        item.at = +reply.header("Upload-Offset");
        if (item.at > (item.sure || 0)) item.tries = 0;  // slow is not broken
        item.sure = item.at;
      }
      else if (reply.status === 410) return outcome(item);
      else { item.url = ""; item.at = 0; return begin(item); }
    });
  };
  var begin = function (item) {
    return digest(item.file.slice(0, CHUNK)).then(function (head) {
      return unfinished(item.place).then(function (rows) {
        var same = head && rows.find(function (row) {
          return row.head === head && row.length === item.length && row.name === item.name && row.code === item.code && mine(item.place, row);
        });
        if (same && !queue.some(function (one) { return one.url === same.url && one.file; })) return goOn(item, same);
        var said = { filename: item.name, code: item.code, name: item.title, note: item.note, head: head, "for": item.place.purpose };
        var headers = { "Upload-Length": String(item.length), "Upload-Metadata": meta(said) };
        return ask(item, "POST", item.place.url, headers).then(function (reply) {
          if (reply.status !== 201) throw { words: reply.said.detail };
          item.url = reply.header("Location");
          item.at = 0;
        });
      });
    });
  };
  var goOn = function (item, same) {
    var old = queue.find(function (one) { return one.url === same.url; });
    if (old) { old.row.remove(); queue.splice(queue.indexOf(old), 1); }
    item.url = same.url;
    item.at = same.offset;
    say(item.name + ": " + fill(t.tGoesOn, far(item)));
  };
  // Whether a file chosen before it is still on its way. Films are not waited for, and what is no evidence by its kind
  // waits for nothing: it is refused.
  var follows = function (item) {
    if (!/^(image|video)\/|\/pdf$/.test(item.file.type) && !/\.hei[cf]$/i.test(item.name)) return false;
    return queue.slice(0, queue.indexOf(item)).some(function (one) {
      return one.place === item.place && one.file && one.length <= WAITED_FOR && ["sending", "checking"].indexOf(one.state) >= 0;
    });
  };
  var later = function (wait) { return new Promise(function (go) { setTimeout(go, wait); }); };
  var pieces = function (item) {
    if (item.state !== "sending") return Promise.resolve();
    if (item.at >= item.length) return outcome(item);
    var from = item.at, body = item.file.slice(from, from + CHUNK), last = from + body.size >= item.length;
    // A file gets its number when it is whole. So that they are numbered as they were chosen, the last piece waits.
    if (last && follows(item)) return later(150).then(function () { return pieces(item); });
    var headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(from) };
    return ask(item, "PATCH", item.url, headers, body, function (loaded) {
      item.at = Math.min(from + loaded, from + body.size);
      if (last && item.at >= item.length) show(item, "checking", t.tChecking);
      else if (item.state === "sending") show(item, "sending");
    }).then(function (reply) {
      if (reply.status === 409 && reply.said.code === "offset_differs" || reply.status === 460) return where(item);
      if (reply.status !== 204) throw { words: reply.said.detail };
      item.at = item.sure = +reply.header("Upload-Offset");
      item.tries = 0;
    }, function (why) {
      if (item.state === "checking") item.state = "sending";
      item.at = from;
      throw why;
    }).then(function () {
      if (item.state === "checking") item.state = "sending";
      return pieces(item);
    });
  };
  // All of it is there: what became of it, in the server's words. It goes on by itself if nobody waits.
  var outcome = function (item, asked) {
    return ask(item, "GET", item.url).then(function (reply) {
      var state = reply.said.state;
      if (state === "taken" || state === "held") {
        item.at = item.length;
        keep(item, reply.said);
        show(item, state === "held" ? "held" : "done", reply.said.words);
      }
      else if (state === "whole") {
        show(item, "checking", reply.said.words);
        if ((asked || 0) < PATIENCE) {
          return later(3000).then(function () { return outcome(item, (asked || 0) + 1); });
        }
      } else if (state === "refused" || !item.file) show(item, "failed", reply.said.words);
      else { item.url = ""; item.at = 0; return begin(item); }
    });
  };

  var pause = function (item) {
    if (item.state === "paused" || item.state === "stopped") {
      item.tries = 0;
      show(item, "waiting", t.tWaiting);
      return next();
    }
    clearTimeout(item.timer);
    show(item, "paused", fill(t.tPaused, far(item)));
    if (item.xhr) item.xhr.abort();
  };
  var cancel = function (item) {
    clearTimeout(item.timer);
    item.state = "cancelled";
    if (item.xhr) item.xhr.abort();
    var gone = function () {
      var focus = item.row.nextElementSibling || item.row.previousElementSibling;
      if (item.row.contains(document.activeElement)) {
        ((focus && focus.querySelector("button:not([hidden])")) || item.place.input).focus();
      }
      item.row.remove();
      queue.splice(queue.indexOf(item), 1);
      say(item.name + ": " + t.tCancelled);
      done(item.place);
    };
    if (!item.url) return gone();
    ask(item, "DELETE", item.url).then(gone, gone);
  };

  // What was begun before, here or on another device: shown once per page, beside the row that it answers.
  var lists = {};
  var mine = function (place, row) { return (row["for"] || "") === place.purpose; };
  var unfinished = function (place, first) {
    var url = place.url;
    if (first && lists[url]) return lists[url];
    lists[url] = ask({ place: place }, "GET", url).then(function (reply) { return reply.said.uploads || []; });
    return lists[url].catch(function (why) { if (why.again) throw why; return []; });
  };
  places.forEach(function (place) {
    unfinished(place, true).then(function (rows) {
      rows.forEach(function (row) {
        var code = place.form.elements[place.code];
        if (!mine(place, row) || code && code.type === "hidden" && code.value !== row.code) return;
        if (queue.some(function (one) { return one.url === row.url; })) return;
        var item = add(place, row.name, row.length);
        item.url = row.url;
        item.at = row.offset;
        queue.push(item);
        keep(item, row);
        if (row.state === "held") show(item, "held", row.words);
        else show(item, "left", fill(t.tLeft, far(item)));
      });
    }, function () {});
  });

  // What the page says of what is still missing is asked for anew: a card only by how it looks, all else whole.
  var afresh = function () {
    var stale = document.querySelectorAll("[data-fresh]");
    if (!stale.length || !window.fetch || !window.DOMParser) return;
    fetch(location.href).then(function (reply) { return reply.ok ? reply.text() : ""; }).then(function (html) {
      var page = new DOMParser().parseFromString(html, "text/html");
      stale.forEach(function (old) {
        var now = page.querySelector('[data-fresh="' + old.dataset.fresh + '"]');
        if (now && old.tagName === "SECTION") old.className = now.className;
        else if (now) old.replaceWith(now);
      });
    }).catch(function () { /* the next page says it */ });
  };

  var value = function (place, name) { var field = place.form.elements[name]; return field ? field.value : ""; };
  var take = function (place) {
    var input = place.input, before = queue.filter(function (item) { return item.place === place; });
    // Where one file is asked for, another one is instead of it.
    if (place.inner && !place.at && !input.multiple) before.forEach(cancel);
    Array.prototype.forEach.call(input.files, function (file) {
      var item = add(place, file.name, file.size);
      item.file = file;
      item.code = place.purpose ? "" : value(place, place.code);
      item.title = place.inner ? "" : value(place, "name");
      item.note = place.inner ? "" : value(place, "note");
      queue.push(item);
      show(item, "waiting", t.tWaiting);
    });
    input.value = "";
    if (place.bad) place.bad.classList.remove("bad");
    next();
  };
  var open = function (form) {
    return queue.filter(function (item) {
      return item.place.form === form && item.file && ["done", "held", "failed"].indexOf(item.state) < 0;
    });
  };
  var done = function (place) {
    if (place.inner) {
      if (!open(place.form).length && notYet) notYet.hidden = true;
      return;
    }
    var sent = queue.filter(function (item) { return item.place === place && item.file; });
    var over = sent.length && sent.every(function (item) { return item.state === "done" || item.state === "failed"; });
    var good = sent.filter(function (item) { return item.state === "done"; });
    if (!over || !good.length) return;
    if (place.at === "submit") {
      if (good.length === sent.length && place.done) location.assign(place.done);
      return;
    }
    afresh();
    if (!place.form.querySelector(".ups-done")) {
      var link = words.querySelector("[data-done]").cloneNode(true);
      link.hidden = false;
      list(place).after(link);
    }
  };

  // A form that has files of its own on their way is sent when they are here, and not without them.
  var holds = function (form) {
    form.addEventListener("submit", function (event) {
      places.forEach(function (place) { if (place.form === form && place.input.files.length) take(place); });
      var late = open(form);
      if (!late.length) return;
      event.preventDefault();
      event.stopPropagation();
      var first = late[0].row;
      for (var box = first.closest("details"); box; box = box.parentNode.closest("details")) box.open = true;
      first.scrollIntoView({ block: "center" });
      part(late[0], "cancel").focus();
      say(notYet.textContent.trim());
      notYet.hidden = false;
      first.parentNode.after(notYet);
    });
  };
  var inside = [];
  places.forEach(function (place) {
    var form = place.form, input = place.input, button = form.querySelector("button:not([type=button])");
    if (place.at === "submit") {
      form.addEventListener("submit", function (event) {
        if (!input.files.length) return;
        event.preventDefault();
        event.stopPropagation();
        take(place);
      });
      return;
    }
    if (!place.inner) button.hidden = true;
    else if (inside.indexOf(form) < 0) { inside.push(form); holds(form); }
    if (place.at === "button") {
      input.closest("details, fieldset").querySelector("button").addEventListener("click", function (event) {
        if (!input.files.length) return;
        event.preventDefault();
        take(place);
      });
    } else input.addEventListener("change", function () { if (input.files.length) take(place); });
  });

  window.addEventListener("offline", function () {
    banner.hidden = false;
    queue.forEach(function (item) {
      if (item.state !== "sending" && item.state !== "waiting") return;
      lose(item);
      if (item.xhr) item.xhr.abort();
    });
  });
  window.addEventListener("online", function () {
    banner.hidden = true;
    queue.forEach(function (item) {
      if (item.state !== "lost") return;
      clearTimeout(item.timer);
      item.tries = 0;
      show(item, "waiting", t.tWaiting);
    });
    next();
  });
})();
