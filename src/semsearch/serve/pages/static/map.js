// The map: every paper a dot, drawn into a bitmap of our own. That holds thirty frames a second with fifty thousand
// dots where there is no graphics card, and needs none.
"use strict";

(() => {
  const atlas = document.querySelector(".atlas");
  const plane = atlas.querySelector(".plane"), canvas = plane.querySelector("canvas"), card = plane.querySelector(".pointed");
  const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  const words = plane.dataset, side = 32767;
  const lit = [...atlas.querySelectorAll("[data-row]")].map(link => Number(link.dataset.row)), shines = new Set(lit);

  // What there is to draw: places from -1 to 1, y upwards; the class of the year of each paper.
  let count = 0, xs, ys, classes, regions = [], grid;
  // What of it is seen: the middle, and how many times larger than the whole.
  const view = { x: 0, y: 0, zoom: 1 };
  let width = 0, height = 0, ratio = 1, fit = 1, bitmap, pixels, theme, labels = [], labelled = 0, wanted = 0;
  let pointed = -1, sticky = false;
  const mostZoom = () => Math.max(8, Math.sqrt(count) * 1.6);
  const scale = () => fit * view.zoom;
  const toX = x => width / 2 + (x - view.x) * scale(), toY = y => height / 2 - (y - view.y) * scale();
  const fromX = x => view.x + (x - width / 2) / scale(), fromY = y => view.y - (y - height / 2) / scale();

  // --- Loading

  const address = (what, more = "") => `/map/${what}?${more}generation=${encodeURIComponent(words.generation)}`;
  async function load() {
    const [points, names] = await Promise.all(["points", "regions"].map(async what => {
      const reply = await fetch(address(what));
      if (reply.status === 410) location.reload();  // the collection was rebuilt since this page was sent
      if (!reply.ok) throw new Error(reply.statusText);
      return what === "points" ? reply.arrayBuffer() : reply.json();
    }));
    const numbers = new Int16Array(points);
    count = numbers.length / 3;
    xs = Float32Array.from(numbers.subarray(0, count), x => x / side);
    ys = Float32Array.from(numbers.subarray(count, 2 * count), y => y / side);
    legend(numbers.subarray(2 * count));
    regions = names.levels.map(level => level.map(region => ({ ...region, x: region.x / side, y: region.y / side })));
    arrange();
    const asked = new URLSearchParams(location.search);
    for (const [name, key] of [["x", "x"], ["y", "y"], ["z", "zoom"]]) {
      const value = Number.parseFloat(asked.get(name));
      if (Number.isFinite(value)) view[key] = value;
    }
    plane.querySelector(".wait").remove();
    new ResizeObserver(resize).observe(plane);
    for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) matchMedia(query).addEventListener("change", resize);
    document.fonts.ready.then(resize);
    plane.dataset.drawn = count;
  }

  // Papers by cell of a grid, so that the one under the pointer is found among few.
  function arrange() {
    const cells = Math.max(1, Math.min(256, Math.floor(Math.sqrt(count / 4)))), starts = new Uint32Array(cells * cells + 1);
    const at = v => Math.min(cells - 1, Math.floor((v + 1) / 2 * cells));
    const cell = Uint32Array.from(xs, (x, i) => at(ys[i]) * cells + at(x));
    for (const c of cell) starts[c + 1]++;
    for (let c = 0; c < cells * cells; c++) starts[c + 1] += starts[c];
    const next = starts.slice(), members = new Uint32Array(count);
    cell.forEach((c, i) => { members[next[c]++] = i; });
    grid = { cells, starts, members, at };
  }

  function nearest(x, y, reach) {
    const { cells, starts, members, at } = grid, r = reach / scale(), clamp = v => Math.max(-1, Math.min(1, v));
    let best = -1, least = r * r;
    for (let row = at(clamp(y - r)); row <= at(clamp(y + r)); row++) {
      for (let column = at(clamp(x - r)); column <= at(clamp(x + r)); column++) {
        for (let k = starts[row * cells + column]; k < starts[row * cells + column + 1]; k++) {
          const i = members[k], dx = xs[i] - x, dy = ys[i] - y;
          // A lit paper is nearer than it is: it is drawn larger, and is what was asked for.
          const d = (dx * dx + dy * dy) * (shines.has(i) ? .25 : 1);
          if (d < least) { least = d; best = i; }
        }
      }
    }
    return best;
  }

  // --- Years: up to six classes with about as many papers each, parted between years.

  function legend(years) {
    const papers = new Map(), shown = plane.querySelector(".legend");
    for (const year of years) papers.set(year, (papers.get(year) || 0) + 1);
    const undated = papers.get(0) || 0, known = [...papers.keys()].filter(Boolean).sort((a, b) => a - b);
    const most = Math.min(6, known.length), spans = [];
    let before = 0;
    for (const year of known) {
      const part = Math.min(most - 1, Math.floor((before + papers.get(year) / 2) / (count - undated) * most));
      if (known.length <= most || !spans.length || spans.at(-1).part !== part) spans.push({ part, from: year });
      spans.at(-1).to = year;
      before += papers.get(year);
    }
    const of = new Map();
    spans.forEach((span, i) => known.forEach(year => { if (year >= span.from && year <= span.to) of.set(year, i); }));
    classes = Uint8Array.from(years, year => year ? of.get(year) : spans.length);
    plane.dataset.classes = spans.length;
    const lines = spans.map(({ from, to }) => from === to ? from : `${from}–${to}`);
    if (undated) lines.push(words.undated);
    shown.querySelector("ul").replaceChildren(...lines.map((text, i) => {
      const line = document.createElement("li"), dot = document.createElement("i");
      dot.dataset.class = i;
      line.append(dot, text);
      return line;
    }));
    shown.hidden = !spans.length;
  }

  // --- Colours: of the style sheet, so that light and dark stand in one place.

  function colour(text) {
    context.fillStyle = "#000";
    context.fillStyle = text;  // the browser makes #rrggbb of it
    return Number.parseInt(context.fillStyle.slice(1), 16);
  }
  const bytes = rgb => ((rgb & 255) << 16 | rgb & 0xff00 | rgb >> 16) >>> 0;  // as a bitmap has them: blue is high
  const css = rgb => "#" + rgb.toString(16).padStart(6, "0");
  function mixed(one, two, share) {
    let rgb = 0;
    for (const shift of [16, 8, 0]) rgb |= Math.round((one >> shift & 255) * (1 - share) + (two >> shift & 255) * share) << shift;
    return rgb;
  }

  function dress() {
    const style = getComputedStyle(plane), of = name => colour(style.getPropertyValue(name).trim());
    const ground = of("--ground"), known = Number(plane.dataset.classes), first = of("--oldest"), ramp = [];
    const stops = ["--oldest", "--old", "--middle", "--new", "--newest"].map(of);
    for (let i = 0; i < known; i++) {
      const at = known === 1 ? 2 : i / (known - 1) * (stops.length - 1), k = Math.min(stops.length - 2, Math.floor(at));
      ramp.push(mixed(stops[k], stops[k + 1], at - k));
    }
    ramp.push(of("--undated"));
    theme = { ground, ramp, ink: of("--ink"), hit: of("--hit"), font: style.fontFamily };
    plane.querySelectorAll(".legend i").forEach(dot => { dot.style.background = css(ramp[dot.dataset.class]); });
    labels = [];
    labelled = 0;
  }

  // --- Drawing

  function resize() {
    const box = plane.getBoundingClientRect(), before = ratio;
    if (!box.width || !box.height) return;
    ratio = Math.min(2, devicePixelRatio || 1);
    width = box.width;
    height = box.height;
    fit = Math.min(width, height) / 2 * .94;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    bitmap = context.createImageData(canvas.width, canvas.height);
    pixels = new Uint32Array(bitmap.data.buffer);
    dress();
    draw();
  }

  function request() {
    wanted ||= requestAnimationFrame(() => { wanted = 0; draw(); });
  }

  const radius = () => Math.max(1.15, Math.min(5, 26 / count ** .28)) * Math.min(2.6, view.zoom ** .38);

  // How much of each pixel a dot covers, for four times four places of its middle within a pixel.
  const masks = new Map();
  function mask(size) {
    const key = Math.round(size * 8);
    if (!masks.has(key)) {
      const r = key / 8, reach = Math.ceil(r + 1), across = 2 * reach + 1, of = [];
      for (let phase = 0; phase < 16; phase++) {
        const cover = [], cx = reach + (phase & 3) / 4 + .125, cy = reach + (phase >> 2) / 4 + .125;
        for (let y = 0; y < across; y++) {
          for (let x = 0; x < across; x++) {
            const share = Math.min(1, Math.max(0, r + .5 - Math.hypot(x + .5 - cx, y + .5 - cy)));
            if (share > .02) cover.push([x - reach, y - reach, share]);
          }
        }
        of.push(cover);
      }
      masks.set(key, { reach, of });
    }
    return masks.get(key);
  }

  function dots() {
    const { reach, of } = mask(radius() * ratio), wide = canvas.width, high = canvas.height, s = scale() * ratio;
    const dim = lit.length > 0, opacity = dim ? .45 : .85;
    const left = wide / 2 - Math.round(view.x * s), top = high / 2 + Math.round(view.y * s);  // whole pixels: dots keep their shape
    const offsets = of.map(cover => Int32Array.from(cover, ([x, y]) => y * wide + x));
    const weights = of.map(cover => Uint16Array.from(cover, ([, , share]) => Math.round(share * opacity * 256)));
    const ramp = Uint32Array.from(theme.ramp, rgb => bytes(dim ? mixed(rgb, theme.ground, .4) : rgb));
    pixels.fill((bytes(theme.ground) | 0xff000000) >>> 0);
    for (let i = 0; i < count; i++) {
      const px = left + xs[i] * s, py = top - ys[i] * s, x = px | 0, y = py | 0;
      if (px < reach || py < reach || x >= wide - reach || y >= high - reach) continue;
      const phase = (px - x) * 4 | 0 | ((py - y) * 4 | 0) << 2, offset = offsets[phase], weight = weights[phase];
      const rgb = ramp[classes[i]], rb = rgb & 0xff00ff, g = rgb & 0xff00, middle = y * wide + x;
      for (let k = 0; k < offset.length; k++) {
        const at = middle + offset[k], old = pixels[at], w = weight[k], orb = old & 0xff00ff, og = old & 0xff00;
        pixels[at] = 0xff000000 | (orb + ((rb - orb) * w >> 8)) & 0xff00ff | (og + ((g - og) * w >> 8)) & 0xff00;
      }
    }
    context.putImageData(bitmap, 0, 0);
  }

  function draw() {
    if (!count || !bitmap) return;
    hold();
    dots();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    names();
    const r = Math.max(4.5, radius() * 1.35);
    for (const i of lit.toReversed()) {
      const x = toX(xs[i]), y = toY(ys[i]);
      context.beginPath();
      context.arc(x, y, r, 0, 2 * Math.PI);
      context.fillStyle = css(theme.hit);
      context.fill();
      context.lineWidth = 1.5;
      context.strokeStyle = css(theme.ground);
      context.stroke();
    }
    if (pointed >= 0) {
      context.beginPath();
      context.arc(toX(xs[pointed]), toY(ys[pointed]), r + 3, 0, 2 * Math.PI);
      context.lineWidth = 2;
      context.strokeStyle = css(theme.ink);
      context.stroke();
      place();
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
  }

  // --- Names of regions: large ones first, each where nothing is written yet.

  // From how many pixels on, from the middle of the map to its edge, regions of each level are named, and how long.
  const sizes = [16, 13.5, 12], appear = [0, 360, 1100], vanish = [1900, 5600, Infinity];
  function names() {
    if (labelled !== view.zoom) { labels = settle(); labelled = view.zoom; }
    for (const { picture, x, y, w, h } of labels) {
      // As a whole, as long as its middle is seen.
      const middle = toX(x), line = toY(y), inside = (at, size, room) => Math.max(2, Math.min(room - size - 2, at - size / 2));
      if (middle < 0 || middle > width || line < 0 || line > height) continue;
      const left = inside(middle, w, width), top = inside(line, h, height);
      context.drawImage(picture, Math.round(left * ratio) / ratio, Math.round(top * ratio) / ratio, w, h);
    }
  }

  // For the whole map rather than for what is seen of it: a name stays while the map is moved.
  function settle() {
    const placed = [], s = scale(), room = width < 600 ? 2 : 8;
    regions.forEach((level, depth) => {
      if (s < appear[depth] || s >= vanish[depth]) return;
      for (const region of level) {
        const picture = written(region, depth), w = picture.width / ratio, h = picture.height / ratio;
        const free = ({ x, y }) => placed.every(o => Math.abs(x - o.px) > (w + o.w) / 2 + room || Math.abs(y - o.py) > (h + o.h) / 2 + room / 2);
        let best = null;
        for (const [dx, dy] of asides) {
          const at = { x: region.x * s + dx * w, y: region.y * s + dy * h };
          if (best?.cost === 0 || !free(at)) continue;
          const cost = covered(at, w, h, s) + Math.hypot(dx, dy) * .6;
          if (!best || cost < best.cost) best = { ...at, cost };
        }
        if (best) placed.push({ picture, x: best.x / s, y: best.y / s, px: best.x, py: best.y, w, h });
      }
    });
    return placed;
  }

  // How many dots a name would hide, where these are few enough to be told apart; lit ones count more.
  const asides = [[0, 0], [0, .9], [0, -.9], [.5, 0], [-.5, 0], [.4, .8], [-.4, .8], [.4, -.8], [-.4, -.8], [0, 1.7], [0, -1.7]];
  function covered({ x, y }, w, h, s) {
    const hides = i => Math.abs(xs[i] * s - x) < w / 2 && Math.abs(ys[i] * s - y) < h / 2;
    let hidden = 0;
    for (const i of lit) if (hides(i)) hidden += 3;
    if (count <= 2000) for (let i = 0; i < count; i++) if (hides(i)) hidden++;
    return hidden;
  }

  // A name as a bitmap: to write it anew in every frame takes longer than all the dots.
  function written(region, depth) {
    const key = `${ratio} ${css(theme.ink)} ${css(theme.ground)} ${width < 600}`;
    if (region.key === key) return region.picture;
    const size = sizes[depth] * (width < 600 ? .85 : 1), picture = document.createElement("canvas"), pen = picture.getContext("2d");
    const font = `${depth ? 550 : 650} ${size}px ${theme.font}`, lines = [];
    pen.font = font;
    for (const term of region.terms.slice(0, width < 600 ? 2 : 3)) {
      const longer = lines.length ? `${lines.at(-1)} · ${term}` : term;
      if (lines.length && pen.measureText(longer).width <= size * 11) lines[lines.length - 1] = longer;
      else if (lines.length < 2) lines.push(term);
    }
    const w = Math.max(...lines.map(line => pen.measureText(line).width)) + 10, h = lines.length * size * 1.2 + 8;
    picture.width = Math.ceil(w * ratio);
    picture.height = Math.ceil(h * ratio);
    pen.scale(ratio, ratio);
    Object.assign(pen, { font, textAlign: "center", textBaseline: "middle", lineJoin: "round", lineWidth: 4.5, strokeStyle: css(theme.ground), fillStyle: css(theme.ink) });
    lines.forEach((line, i) => {
      const at = 4 + size * 1.2 * (i + .5);
      pen.globalAlpha = .88;
      pen.strokeText(line, w / 2, at);
      pen.globalAlpha = 1;
      pen.fillText(line, w / 2, at);
    });
    Object.assign(region, { key, picture });
    return picture;
  }

  // --- Moving

  function hold() {
    view.zoom = Math.max(.8, Math.min(mostZoom(), view.zoom));
    for (const axis of ["x", "y"]) view[axis] = Math.max(-1, Math.min(1, view[axis]));
  }
  let saving = 0;
  function moved() {
    request();
    clearTimeout(saving);
    saving = setTimeout(save, 200);
  }
  // The address always says what is seen, so that it can be sent to somebody, and Back comes back to it.
  function save() {
    const here = new URL(location.href), form = atlas.querySelector("form");
    const whole = view.zoom === 1 && !view.x && !view.y;
    for (const [name, value] of [["x", view.x.toFixed(4)], ["y", view.y.toFixed(4)], ["z", view.zoom.toPrecision(4)]]) {
      const field = form.elements[name];
      field.value = value;
      field.disabled = whole;
      for (const url of [here, ...others()]) whole ? url.searchParams.delete(name) : url.searchParams.set(name, value);
    }
    history.replaceState(history.state, "", here);
  }
  function others() {
    return [...document.querySelectorAll('a[rel="alternate"][hreflang], a[data-plain]')].map(link => ({
      searchParams: {
        set(name, value) { const url = new URL(link.href); url.searchParams.set(name, value); link.href = url; },
        delete(name) { const url = new URL(link.href); url.searchParams.delete(name); link.href = url; },
      },
    }));
  }
  function pan(dx, dy) {
    view.x -= dx / scale();
    view.y += dy / scale();
    moved();
  }
  function zoomAt(factor, x = width / 2, y = height / 2) {
    const mx = fromX(x), my = fromY(y);
    view.zoom *= factor;
    hold();
    view.x = mx - (x - width / 2) / scale();
    view.y = my + (y - height / 2) / scale();
    moved();
  }
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let flight = 0;
  function fly(x, y, zoom) {
    cancelAnimationFrame(flight);
    const from = { ...view }, start = performance.now(), long = still.matches ? 0 : 450;
    const step = now => {
      const t = long ? Math.min(1, (now - start) / long) : 1, eased = t * t * (3 - 2 * t);
      view.zoom = from.zoom * (zoom / from.zoom) ** eased;
      view.x = from.x + (x - from.x) * eased;
      view.y = from.y + (y - from.y) * eased;
      moved();
      if (t < 1) flight = requestAnimationFrame(step);
    };
    flight = requestAnimationFrame(step);
  }
  function flyToHits() {
    const middle = values => (Math.min(...values) + Math.max(...values)) / 2, range = values => Math.max(...values) - Math.min(...values);
    const x = lit.map(i => xs[i]), y = lit.map(i => ys[i]);
    const zoom = Math.min(width / (range(x) + .04), height / (range(y) + .04)) / fit * .85;
    fly(middle(x), middle(y), Math.max(1, Math.min(zoom, mostZoom() / 2)));
  }

  // --- Papers by name

  const known = new Map();
  let waiting = 0;
  async function learn(row) {
    if (known.has(row)) return known.get(row);
    // With the papers around it, which are pointed at next.
    const reach = 40 / scale(), near = [];
    for (let i = 0; i < count && near.length < 30; i++) {
      if (i !== row && !known.has(i) && Math.abs(xs[i] - xs[row]) < reach && Math.abs(ys[i] - ys[row]) < reach) near.push(i);
    }
    const reply = await fetch(address("papers", `rows=${[row, ...near].join(",")}&`));
    if (!reply.ok) return null;
    for (const paper of (await reply.json()).papers) known.set(paper.row, paper);
    return known.get(row);
  }
  function plural(n) { return n === 1 ? words.othersOne : words.othersOther.replace("9", n); }
  function path(paper) {
    const url = new URL(paper.path, location.origin);
    if (words.lang) url.searchParams.set("lang", words.lang);
    return url;
  }

  async function point(row, { stay = false, say = false } = {}) {
    sticky = stay && row >= 0;
    if (row === pointed) return;
    pointed = row;
    canvas.classList.toggle("over", row >= 0);
    request();
    if (row < 0) { card.hidden = true; return; }
    clearTimeout(waiting);
    if (!known.has(row)) { card.hidden = true; await new Promise(done => { waiting = setTimeout(done, 60); }); }
    const paper = await learn(row);
    if (pointed !== row || !paper) return;
    const title = document.createElement("a"), about = document.createElement("p");
    title.textContent = paper.title;
    title.href = path(paper);
    title.tabIndex = -1;
    title.dir = about.dir = "auto";  // a title may run from right to left, and must not turn what is beside it
    const authors = paper.authors.join(", ") + (paper.others ? ` ${plural(paper.others)}` : "");
    about.textContent = [authors, paper.year || words.undated].filter(Boolean).join(" · ");
    card.replaceChildren(title, about);
    card.hidden = false;
    card.classList.toggle("stays", sticky);
    place();
    if (say) plane.querySelector("[data-said]").textContent = `${paper.title}. ${about.textContent}`;
  }
  function place() {
    if (card.hidden) return;
    const x = toX(xs[pointed]), y = toY(ys[pointed]), w = card.offsetWidth, h = card.offsetHeight;
    const left = Math.max(8, Math.min(width - w - 8, x - w / 2)), above = y - h - 16;
    card.style.transform = `translate(${Math.round(left)}px, ${Math.round(above < 8 ? y + 16 : above)}px)`;
  }
  function open(row) {
    learn(row).then(paper => { if (paper) location.assign(path(paper)); });
  }

  // --- Mouse and touch

  const held = new Map();
  let dragged = 0, apart = 0;
  const inside = event => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  const under = ([x, y], reach) => nearest(fromX(x), fromY(y), reach);
  canvas.addEventListener("pointerdown", event => {
    if (event.button) return;
    cancelAnimationFrame(flight);
    held.set(event.pointerId, inside(event));
    canvas.setPointerCapture(event.pointerId);
    dragged = held.size > 1 ? Infinity : 0;
    apart = 0;
  });
  canvas.addEventListener("pointermove", event => {
    const now = inside(event), before = held.get(event.pointerId);
    if (!before) {
      if (count && event.pointerType !== "touch") point(under(now, 9));
      return;
    }
    held.set(event.pointerId, now);
    dragged += Math.hypot(now[0] - before[0], now[1] - before[1]);
    if (held.size === 1) {
      if (dragged > 4) { canvas.classList.add("held"); pan(now[0] - before[0], now[1] - before[1]); }
      return;
    }
    const [[ax, ay], [bx, by]] = held.values(), distance = Math.hypot(ax - bx, ay - by);
    pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
    if (apart) zoomAt(distance / apart, (ax + bx) / 2, (ay + by) / 2);
    apart = distance;
  });
  function release(event) {
    if (!held.delete(event.pointerId)) return;
    apart = 0;
    canvas.classList.remove("held");
    if (event.type === "pointercancel" || dragged > 4 || held.size) return;
    const touch = event.pointerType === "touch", row = under(inside(event), touch ? 22 : 9);
    // A finger points first, and opens with a second touch or the link that it sees.
    if (row >= 0 && (!touch || row === pointed)) open(row);
    else point(row, { stay: touch });
  }
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", event => { if (!sticky && event.pointerType !== "touch") point(-1); });
  canvas.addEventListener("wheel", event => {
    event.preventDefault();
    cancelAnimationFrame(flight);
    const lines = event.deltaMode ? 24 : 1;  // pinching a touch pad is a wheel with the control key held
    zoomAt(Math.exp(-event.deltaY * lines * (event.ctrlKey ? .01 : .0022)), ...inside(event));
  }, { passive: false });
  canvas.addEventListener("dblclick", event => event.preventDefault());

  // --- Keyboard

  const steps = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  canvas.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = steps[event.key], far = event.shiftKey ? 240 : 60;
    if (step) pan(step[0] * far, step[1] * far);
    else if (event.key === "+" || event.key === "=") zoomAt(1.4);
    else if (event.key === "-") zoomAt(1 / 1.4);
    else if (event.key === "0" || event.key === "Home") { view.x = view.y = 0; view.zoom = 1; moved(); }
    else if (event.key === "Enter" && pointed >= 0) open(pointed);
    else if (event.key === "Escape") point(-1);
    else return;
    event.preventDefault();
    if (event.key !== "Enter" && event.key !== "Escape") { hold(); point(nearest(view.x, view.y, 60), { stay: true, say: true }); }
  });
  canvas.addEventListener("blur", () => point(-1));

  // --- What stands around the map

  const zooms = { in: () => fly(view.x, view.y, Math.min(mostZoom(), view.zoom * 1.8)), out: () => fly(view.x, view.y, Math.max(.8, view.zoom / 1.8)), all: () => fly(0, 0, 1), hits: flyToHits };
  atlas.addEventListener("click", event => {
    const button = event.target.closest("[data-zoom]"), region = event.target.closest("[data-x]");
    if (button && count) zooms[button.dataset.zoom]();
    if (region && count && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      fly(region.dataset.x / side, region.dataset.y / side, 4);
    }
  });
  for (const link of atlas.querySelectorAll("[data-row]")) {
    const row = Number(link.dataset.row);
    const show = () => {
      if (!count) return;
      const x = toX(xs[row]), y = toY(ys[row]);
      if (x < 0 || y < 0 || x > width || y > height) { view.x = xs[row]; view.y = ys[row]; moved(); }
      point(row, { stay: true });
    };
    link.addEventListener("focus", show);
    link.addEventListener("pointerenter", show);
    link.addEventListener("pointerleave", () => point(-1));
    link.addEventListener("blur", () => point(-1));
  }

  load().catch(() => {
    const wait = plane.querySelector(".wait");
    if (wait) { wait.textContent = words.failed; wait.setAttribute("role", "alert"); }
  });
})();
