// The pages work without this. With it, an address is shown without leaving the page, ticks are remembered from
// one search to the next, years are chosen by dragging, and citations are copied.
"use strict";
(() => {
  const KEY = "semsearch.selection";
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // What a screen reader reads out; `seen` is shown as well.
  const said = document.createElement("div");
  said.setAttribute("role", "status");
  function say(text, { seen = false, button } = {}) {
    said.className = seen ? "said" : "said unseen";
    said.replaceChildren(text, ...(button ? [button] : []));
  }

  // One address after the other.
  const shownHere = link => link.origin === location.origin && /^\/($|papers\/|related$)/.test(link.pathname);
  let loading;

  async function load(address, { push = true, scroll = 0, focus } = {}) {
    loading?.abort();
    const mine = (loading = new AbortController());
    const main = document.querySelector("main");
    main.setAttribute("aria-busy", "true");
    try {
      const reply = await fetch(address, { signal: mine.signal, headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      if (mine.signal.aborted) return;
      if (!page.querySelector("main[data-swap]")) return location.assign(address);
      if (push) {
        history.replaceState({ scroll: scrollY }, "");
        history.pushState({}, "", reply.url || address);
      }
      show(page, focus);
      scrollTo(0, scroll);
    } catch (error) {
      if (mine.signal.aborted) return;
      main.removeAttribute("aria-busy");
      const again = document.createElement("button");
      again.textContent = document.body.dataset.retry;
      again.addEventListener("click", () => { say(""); load(address, { push, scroll, focus }); });
      say(document.body.dataset.offline, { seen: true, button: again });
    }
  }

  function show(page, focus) {
    document.title = page.title;
    document.documentElement.lang = page.documentElement.lang;
    for (const old of all("link[rel=alternate], link[rel=canonical], meta[name^=citation_], meta[name=robots]", document.head)) old.remove();
    document.head.append(...all("link[rel=alternate], link[rel=canonical], meta[name^=citation_], meta[name=robots]", page.head));
    document.body.replaceChildren(...page.body.children, said);
    begin();
    const found = document.getElementById("found") ?? document.querySelector("h1");
    say(found.textContent.trim().replace(/\s+/g, " "));
    (focus === "question" ? document.querySelector("#ask input[name=q]") : document.querySelector("main")).focus({ preventScroll: true });
  }

  addEventListener("click", event => {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const address = new URL(link.href.baseVal ?? link.href, location);
    if (link.hasAttribute("download") || link.target || link.closest(".languages") || address.hash) return;
    if (!document.querySelector("main[data-swap]") || !shownHere(address)) return;
    event.preventDefault();
    load(address);
  });

  addEventListener("submit", event => {
    const form = event.target;
    if (form.id !== "ask" || !document.querySelector("main[data-swap]")) return;
    event.preventDefault();
    const asked = new URLSearchParams([...new FormData(form)].filter(([name, value]) => value && !(name === "mode" && value === "auto")));
    const blank = !new FormData(form).get("q") && !asked.has("author") && !asked.has("venue") && !asked.has("year_from") && !asked.has("year_to");
    if (blank) asked.set("q", "");
    load(new URL("/?" + asked, location), { focus: "question" });
  });

  addEventListener("change", event => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
    if (event.target.matches("input[name=ids]")) tick(event.target);
  });

  history.scrollRestoration = "manual";
  addEventListener("popstate", event => load(location.href, { push: false, scroll: event.state?.scroll ?? 0 }));

  // Papers that are ticked, by id, with their titles and the paths of their pages. The object has no prototype: an id
  // may be "constructor".
  function selection() {
    const selected = Object.create(null);
    try {
      return Object.assign(selected, JSON.parse(localStorage.getItem(KEY)));
    } catch {
      return selected;
    }
  }

  function keep(selected) {
    try {
      localStorage.setItem(KEY, JSON.stringify(selected));
    } catch {
      // A browser that keeps nothing has the ticks of this page all the same.
    }
    refresh(selected);
  }

  function tick(box) {
    const selected = selection();
    if (box.checked) {
      const link = box.closest(".hit")?.querySelector("h2 a");
      selected[box.value] = { title: box.dataset.title, path: link ? new URL(link.href).pathname : location.pathname };
    } else delete selected[box.value];
    keep(selected);
    const bar = document.getElementById("selection");
    say(counted(bar, Object.keys(selected).length));
  }

  function counted(bar, n) {
    if (!n) return document.body.dataset.cleared;
    const few = new Intl.PluralRules(document.documentElement.lang).select(n) === "one";
    return (few ? bar.dataset.one.replace("1", n) : bar.dataset.other.replace("9", n));
  }

  function refresh(selected = selection()) {
    const bar = document.getElementById("selection"), ids = Object.keys(selected);
    if (!bar) return;
    for (const box of all("input[name=ids]")) box.checked = box.value in selected;
    if (ids.length) bar.dataset.count = ids.length;
    else delete bar.dataset.count;
    bar.querySelector(".count").textContent = counted(bar, ids.length);
    bar.querySelector(".chosen ul").replaceChildren(...ids.map(id => {
      const item = document.createElement("li"), link = document.createElement("a"), out = document.createElement("button");
      link.href = selected[id].path + (new URLSearchParams(location.search).has("lang") ? "?lang=" + document.documentElement.lang : "");
      link.textContent = selected[id].title;
      link.dir = "auto";
      out.type = "button";
      out.textContent = "×";
      out.setAttribute("aria-label", bar.dataset.remove.replace("%", () => selected[id].title));
      out.addEventListener("click", () => { const left = selection(); delete left[id]; keep(left); });
      item.append(link, out);
      return item;
    }));
  }

  // What was ticked on other pages goes with the form as well.
  addEventListener("formdata", event => {
    if (event.target.id !== "selection") return;
    const here = new Set(event.formData.getAll("ids"));
    for (const id of Object.keys(selection())) if (!here.has(id)) event.formData.append("ids", id);
  });
  // A file comes by fetch, so that a paper that has gone from the index does not keep the others from coming.
  addEventListener("submit", event => {
    if (event.target.id !== "selection" || event.submitter?.name !== "format") return;
    event.preventDefault();
    save(event.target, event.submitter);
  });

  async function save(bar, button) {
    const asked = new URLSearchParams(new FormData(bar, button));
    try {
      const reply = await fetch(bar.action, { method: "POST", body: asked });
      if (reply.status === 404) return without(bar, button, asked.getAll("ids"), await reply.json());
      if (!reply.ok) throw new Error(reply.statusText);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await reply.blob());
      link.download = /filename="([^"]*)"/.exec(reply.headers.get("Content-Disposition"))?.[1] ?? "papers";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    } catch {
      tell(bar, document.body.dataset.offline);
    }
  }

  function without(bar, button, ids, problem) {
    const left = selection();
    for (const { field } of problem.errors ?? []) delete left[ids[Number(field.split(".").pop())]];
    const some = Object.keys(left).length;
    if (some === Object.keys(selection()).length) return tell(bar, problem.detail);
    keep(left);
    if (some) save(bar, button);
    tell(bar, bar.dataset.gone);
  }

  function tell(bar, text) {
    bar.querySelector(".count").textContent = text;
    say(text);
  }

  addEventListener("storage", event => { if (event.key === KEY) refresh(); });
  addEventListener("pageshow", () => refresh());
  addEventListener("click", event => { if (event.target.closest("[data-clear]")) { keep({}); say(document.body.dataset.cleared); } });

  // Citations.
  addEventListener("click", async event => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    let outcome = button.dataset.copied;
    try {
      const reply = await fetch(button.dataset.copy);
      if (!reply.ok) throw new Error(reply.statusText);
      await copy(await reply.text(), button);
    } catch {
      outcome = document.body.dataset.citeFailed;
    }
    say(outcome);
    button.dataset.before ??= button.textContent;
    button.textContent = outcome;
    setTimeout(() => { button.textContent = button.dataset.before; }, 2500);
  });

  async function copy(text, button) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    // An address without TLS has no clipboard of its own.
    const field = document.createElement("textarea");
    field.value = text;
    button.after(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (!done) throw new Error("not copied");
  }

  // Years are dragged over; a click on a bar is a link.
  function draggable(bars) {
    const svg = bars.querySelector("svg"), range = svg.querySelector(".range"), output = bars.querySelector("output");
    const first = Number(bars.dataset.first), years = Number(bars.dataset.last) - first + 1;
    const yearAt = event => {
      const box = svg.getBoundingClientRect(), at = (event.clientX - box.left) / box.width;
      return first + Math.min(years - 1, Math.max(0, Math.floor(at * years)));
    };
    let start = null, dragged = false;
    for (const kind of ["dragstart", "mousedown"]) svg.addEventListener(kind, event => event.preventDefault());
    svg.addEventListener("pointerdown", event => {
      if (event.button) return;
      start = yearAt(event);
      dragged = false;
    });
    svg.addEventListener("pointermove", event => {
      if (start === null) return;
      const now = yearAt(event), [from, to] = [Math.min(start, now), Math.max(start, now)];
      if (now !== start && !dragged) {
        dragged = true;
        svg.setPointerCapture(event.pointerId);
      }
      if (!dragged) return;
      range.setAttribute("x", ((from - first) / years) * 240);
      range.setAttribute("width", ((to - from + 1) / years) * 240);
      output.textContent = from === to ? from : `${from} – ${to}`;
    });
    svg.addEventListener("pointerup", event => {
      if (start === null) return;
      const now = yearAt(event), [from, to] = [Math.min(start, now), Math.max(start, now)];
      start = null;
      if (!dragged) return;
      const address = new URL(location.pathname, location), asked = new URLSearchParams(location.search);
      asked.delete("page");
      asked.delete("generation");
      asked.set("year_from", from);
      asked.set("year_to", to);
      address.search = asked;
      load(address);
    });
    svg.addEventListener("pointercancel", () => { start = null; range.setAttribute("width", 0); output.textContent = ""; });
    svg.addEventListener("click", event => { if (dragged) event.preventDefault(), event.stopPropagation(); }, true);
  }

  function begin() {
    document.body.append(said);
    all(".bars").forEach(draggable);
    refresh();
  }
  begin();
})();
