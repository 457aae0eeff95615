"use strict";
// Search, filter, sort and paging of the findings. The page is complete without this script: it replaces the rows of
// the table by others from the data in the page. Text only ever enters the page through textContent.
(() => {
  const PER_PAGE = 50;
  const FILTERS = ["text", "severity", "name", "state", "source"];
  const RANK = { error: 0, warning: 1, info: 2 };
  const $ = (id) => document.getElementById(id);
  const state = { text: "", severity: "", name: "", state: "", source: "", sort: "", down: false, page: 0 };
  let all = [];
  let shown = [];

  theme();
  contents();
  const table = $("findings-table");
  if (table) {
    read($("data")).then((data) => {
      all = unpacked(data);
      for (const row of all) {
        row.search = [row.name, row.severity, row.document, row.source, place(row), row.message, row.excerpt]
          .join("\n").toLowerCase();
      }
      start();
    });
  }

  function theme() {
    const button = $("theme");
    const dark = matchMedia("(prefers-color-scheme: dark)");
    button.hidden = false;
    const name = () => document.documentElement.dataset.theme || (dark.matches ? "dark" : "light");
    const say = () => { button.textContent = name() === "dark" ? "Light colours" : "Dark colours"; };
    button.addEventListener("click", () => {
      document.documentElement.dataset.theme = name() === "dark" ? "light" : "dark";
      say();
    });
    dark.addEventListener("change", say);
    say();
  }

  // The section that is being read is marked in the list of sections.
  function contents() {
    const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
    const seen = new Set();
    const watch = new IntersectionObserver((entries) => {
      for (const entry of entries) entry.isIntersecting ? seen.add(entry.target) : seen.delete(entry.target);
      const now = [...links.keys()].map((id) => document.getElementById(id)).filter((part) => seen.has(part)).at(-1);
      for (const link of links.values()) link.removeAttribute("aria-current");
      if (now) links.get(now.id).setAttribute("aria-current", "true");
    }, { rootMargin: "0px 0px -75% 0px" });
    for (const id of links.keys()) if (document.getElementById(id)) watch.observe(document.getElementById(id));
  }

  async function read(element) {
    if (element.dataset.kind === "json") return JSON.parse(element.textContent);
    const bytes = Uint8Array.from(atob(element.textContent), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  // Columns of different values and places among them -> one object a finding.
  function unpacked(data) {
    const columns = Object.entries(data.columns);
    return columns[0][1].at.map((_, at) => {
      const row = { at, fingerprint: data.fingerprints.slice(32 * at, 32 * at + 32) };
      for (const [name, column] of columns) row[name] = column.values[column.at[at]];
      return row;
    });
  }

  function start() {
    $("filters").hidden = false;
    $("pages").hidden = false;
    for (const name of FILTERS) {
      const field = $(`filter-${name}`);
      if (!field) continue;
      field.addEventListener("input", () => { state[name] = field.value; state.page = 0; update(true); });
    }
    $("filters").addEventListener("submit", (event) => event.preventDefault());
    $("filters").addEventListener("reset", () => {
      Object.assign(state, { text: "", severity: "", name: "", state: "", source: "", page: 0 });
      setTimeout(() => update(true));
    });
    $("previous").addEventListener("click", () => { state.page -= 1; update(); });
    $("next").addEventListener("click", () => { state.page += 1; update(); });
    $("csv").addEventListener("click", download);
    for (const head of table.querySelectorAll("th[data-sort]")) sortable(head);
    addEventListener("hashchange", follow);
    if (!follow()) update();
  }

  function sortable(head) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const name = head.dataset.sort;
      state.down = state.sort === name || (state.sort === "" && name === "severity") ? !state.down : false;
      state.sort = name;
      state.page = 0;
      update();
    });
  }

  // #f-0123456789ab shows one finding, #findings?name=pii.email a filtered table.
  function follow() {
    const hash = decodeURIComponent(location.hash.slice(1));
    if (hash.startsWith("findings?")) {
      const wanted = new URLSearchParams(hash.slice("findings?".length));
      for (const name of FILTERS) {
        state[name] = wanted.get(name) || "";
        if ($(`filter-${name}`)) $(`filter-${name}`).value = state[name];
      }
      state.page = 0;
      update();
      $("findings").scrollIntoView();
      return true;
    }
    if (!hash.startsWith("f-")) return false;
    const target = all.find((row) => row.fingerprint.startsWith(hash.slice(2)));
    if (!target) return false;
    if (!matches(target)) {
      for (const name of FILTERS) {
        state[name] = "";
        if ($(`filter-${name}`)) $(`filter-${name}`).value = "";
      }
    }
    select();
    state.page = Math.floor(shown.indexOf(target) / PER_PAGE);
    update();
    const line = document.getElementById(anchor(target));
    line.classList.add("target");
    line.scrollIntoView({ block: "center" });
    return true;
  }

  function matches(row) {
    return (!state.severity || row.severity === state.severity) && (!state.name || row.name === state.name)
      && (!state.state || (state.state === "accepted") === Boolean(row.accepted))
      && (!state.source || row.source === state.source) && (!state.text || row.search.includes(state.text.toLowerCase()));
  }

  function select() {
    shown = all.filter(matches);
    if (state.sort) {
      const key = state.sort === "severity" ? (row) => RANK[row.severity] : (row) => row[state.sort] || "";
      const sign = state.down ? -1 : 1;
      shown.sort((a, b) => {
        const [x, y] = [key(a), key(b)];
        return x < y ? -sign : x > y ? sign : a.at - b.at;
      });
    }
  }

  function update(remember) {
    select();
    const pages = Math.max(Math.ceil(shown.length / PER_PAGE), 1);
    state.page = Math.min(Math.max(state.page, 0), pages - 1);
    const rows = shown.slice(state.page * PER_PAGE, (state.page + 1) * PER_PAGE);
    table.tBodies[0].replaceChildren(...rows.map(line));
    const word = shown.length === 1 ? "finding" : "findings";
    $("count").textContent = shown.length === all.length ? `${all.length} ${word}` : `${shown.length} ${word} of ${all.length}`;
    $("page").textContent = `Page ${state.page + 1} of ${pages}`;
    $("previous").disabled = state.page === 0;
    $("next").disabled = state.page === pages - 1;
    for (const head of table.querySelectorAll("th[data-sort]")) {
      const sorted = head.dataset.sort === (state.sort || "severity");
      if (sorted) head.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    if (remember) keep();
  }

  function keep() {
    const said = new URLSearchParams();
    for (const name of FILTERS) if (state[name]) said.set(name, state[name]);
    try {
      history.replaceState(null, "", said.size ? `#findings?${said}` : "#findings");
    } catch { /* a page inside a notebook has no address of its own */ }
  }

  function line(row) {
    const made = make("tr");
    made.role = "row";
    made.id = anchor(row);
    const badge = make("span", row.severity);
    badge.className = `badge ${row.severity}`;
    const name = make("a", row.name);
    name.href = `#${row.name}`;
    const [before, hit, after] = pieces(row);
    const excerpt = make("bdi", before, hit ? make("mark", hit) : "", after);
    excerpt.dir = "auto";
    const cell = make("td", excerpt);
    cell.className = "excerpt";
    const last = make("td", ...actions(row));
    last.className = "actions";
    const where = place(row) ? quiet(make("bdi", place(row))) : "";
    const said = [quiet(row.message), row.accepted ? quiet(`accepted: ${row.accepted}`) : ""];
    made.append(make("td", badge), make("td", name, ...said), make("td", make("bdi", row.document || ""), where), cell, last);
    for (const one of made.cells) one.role = "cell";
    return made;
  }

  function actions(row) {
    const link = make("a", "#");
    link.href = `#${anchor(row)}`;
    link.setAttribute("aria-label", `Link to finding ${row.fingerprint.slice(0, 12)}`);
    const copy = make("button", "Suppress");
    copy.type = "button";
    copy.setAttribute("aria-label", `Copy a suppression of ${row.name} in ${row.document || "the corpus"}`);
    copy.addEventListener("click", () => copied(copy, suppression(row)));
    return [link, " ", copy];
  }

  function suppression(row) {
    return `[[suppress]]\ncheck = "${row.name}"\nfingerprint = "${row.fingerprint}"\nreason = ""\n`;
  }

  async function copied(button, text) {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed here";
    }
    setTimeout(() => { button.textContent = "Suppress"; }, 2000);
  }

  // A cell that begins like a formula is a text: spreadsheets would run it.
  function download() {
    const cell = (value) => {
      const text = value === null || value === undefined ? "" : String(value);
      return `"${(/^[\s]*[=+\-@]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
    };
    const columns = ["severity", "name", "document", "source", "file", "line", "message", "excerpt", "accepted", "fingerprint"];
    const lines = [columns.map(cell).join(",")].concat(shown.map((row) => columns.map((name) => cell(row[name])).join(",")));
    const link = make("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", lines.join("\r\n"), "\r\n"], { type: "text/csv" }));
    link.download = "findings.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  function pieces(row) {
    const points = Array.from(row.excerpt || "");
    const [start, end] = [row.hit_start || 0, row.hit_end || 0];
    return [points.slice(0, start), points.slice(start, end), points.slice(end)].map((part) => part.join(""));
  }

  function place(row) {
    if (row.file === row.document) return row.line === null ? "" : `line ${row.line}`;
    return row.file ? row.file + (row.line === null ? "" : `:${row.line}`) : "";
  }

  function anchor(row) { return `f-${row.fingerprint.slice(0, 12)}`; }

  function quiet(content) {
    const made = make("div", content);
    made.className = "quiet";
    return made;
  }

  function make(tag, ...children) {
    const made = document.createElement(tag);
    made.append(...children);
    return made;
  }
})();
