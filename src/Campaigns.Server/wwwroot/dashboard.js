// Keeps the page of a campaign current, and shows times in the browser's zone. Without it every page still works.

const none = "–";

function localTime(element) {
  const at = element.getAttribute("datetime");
  element.textContent = at
    ? new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" })
    : none;
  if (at) {
    element.title = `${new Date(at).toLocaleString(undefined, { dateStyle: "full", timeStyle: "long" })} = ${at.slice(0, 19).replace("T", " ")} UTC`;
  }
}

function showTimes(root) {
  root.querySelectorAll("time[datetime]").forEach(localTime);
}

// A page that takes long says so. Not at once, or every click would flicker.
function showLoading() {
  const loading = document.getElementById("loading");
  let timer;
  const begin = () => { timer ??= setTimeout(() => { loading.hidden = false; }, 250); };
  const end = () => { clearTimeout(timer); timer = undefined; loading.hidden = true; };
  if (loading) {
    addEventListener("beforeunload", begin);
    addEventListener("pageshow", end);
  }
}

/** Puts the update in place. Returns whether it changed anything. */
function apply(update) {
  let changed = false;
  const set = (element, text) => {
    if (element.textContent !== text) {
      element.textContent = text;
      changed = true;
    }
  };
  for (const [name, text] of Object.entries(update.texts)) {
    document.querySelectorAll(`[data-live="${name}"]`).forEach(element => {
      set(element, text);
      if (element.matches(".count")) {
        element.closest("li").toggleAttribute("data-zero", text === "0");
      }
    });
  }
  for (const [name, at] of Object.entries(update.times)) {
    document.querySelectorAll(`time[data-live="${name}"]`).forEach(element => {
      if ((element.getAttribute("datetime") ?? "") !== at) {
        at ? element.setAttribute("datetime", at) : element.removeAttribute("datetime");
        localTime(element);
        changed ||= name === "next";
      }
    });
  }
  document.querySelectorAll('.badge[data-live="status"]').forEach(badge => { badge.dataset.state = update.state; });
  const bar = document.querySelector("[data-bar]");
  bar.setAttribute("aria-valuenow", update.bar.done.toFixed(2));
  bar.setAttribute("aria-valuetext", `${update.texts.done} done`);
  for (const part of update.bar.parts) {
    const rectangle = bar.querySelector(`rect.${part.name}`);
    rectangle.setAttribute("x", part.from.toFixed(2));
    rectangle.setAttribute("width", part.width.toFixed(2));
  }
  return changed;
}

/** Takes the marked parts of the page as the server renders it now. */
async function refreshParts() {
  const response = await fetch(location.href, { headers: { "X-Refresh": "1" } });
  if (response.status === 401) {
    location.reload(); // signed out meanwhile
    return;
  }
  if (!response.ok) {
    throw new Error(`The page answers ${response.status}`);
  }
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  document.querySelectorAll("[data-refresh]").forEach(part => {
    const fresh = page.getElementById(part.id);
    // A part that names what it depends on stays until that changes: somebody may be filling in its form.
    if (!fresh || (part.dataset.refreshOn && part.dataset.refreshOn === fresh.dataset.refreshOn)) {
      return;
    }
    const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    showTimes(fresh);
    part.replaceWith(fresh);
    if (focused) {
      fresh.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
    }
  });
}

/** At most one call at a time and one in 1.5 seconds; a wish that comes meanwhile is fulfilled afterwards. */
function unhurried(work) {
  let running = false, wanted = false;
  return async function run() {
    if (running) {
      wanted = true;
      return;
    }
    running = true;
    wanted = false;
    try { await work(); } catch { wanted = true; /* the server is away: again, below */ }
    setTimeout(() => { running = false; if (wanted) { run(); } }, 1500);
  };
}

function watch(address) {
  const connection = document.getElementById("connection");
  const refresh = unhurried(refreshParts);
  let source, retry;
  const say = state => { connection.hidden = false; connection.dataset.connection = state; connection.textContent = state; };
  const close = () => { clearTimeout(retry); source?.close(); source = undefined; };
  const open = () => {
    close();
    source = new EventSource(address);
    source.onopen = () => say("live");
    source.addEventListener("progress", message => { if (apply(JSON.parse(message.data))) { refresh(); } });
    source.onerror = () => {
      say("reconnecting");
      if (source?.readyState === EventSource.CLOSED) {
        retry = setTimeout(open, 3000); // the browser has given up; we have not
      }
    };
  };
  // A browser has few connections to a server: a tab that nobody sees gives its own back.
  document.addEventListener("visibilitychange", () => document.hidden ? close() : open());
  open();
}

showTimes(document);
showLoading();
const live = document.querySelector("[data-source]");
if (live) {
  watch(live.dataset.source);
}
