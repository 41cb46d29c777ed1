// What a reader with scripts has beside the static page: charts to point at, the year, search, sorting, CSV and PNG.
"use strict";
(() => {
  const HIDDEN = "#eceff1"; // theme.HIDDEN
  const root = document.body.dataset.root;
  const release = document.body.dataset.release;
  const views = new Map(); // figure -> Vega view
  let chosen = false; // the reader has chosen a year
  const yearInput = document.getElementById("year");
  const reveal = (selector) => document.querySelectorAll(selector).forEach((each) => (each.hidden = false));

  // What is hidden is hatched in the drawn chart as in the picture.
  function hatch(picture) {
    picture.querySelectorAll(`[fill="${HIDDEN}"]`).forEach((mark) => mark.setAttribute("fill", "url(#hatch)"));
  }

  async function interact(figure) {
    if (views.has(figure) || !window.vegaEmbed) return views.get(figure);
    const spec = JSON.parse(figure.querySelector("script.vega").textContent);
    const picture = figure.querySelector(".picture");
    const holder = document.createElement("div");
    // ast: expressions are interpreted, as the page's policy forbids evaluation.
    const made = await window.vegaEmbed(holder, spec, { mode: "vega-lite", ast: true, renderer: "svg", actions: false, tooltip: { theme: "custom" } });
    const view = made.view;
    views.set(figure, view);
    const drawn = holder.querySelector("svg");
    drawn.setAttribute("viewBox", `0 0 ${drawn.getAttribute("width")} ${drawn.getAttribute("height")}`);
    drawn.removeAttribute("style");
    drawn.setAttribute("aria-hidden", "true");
    drawn.querySelectorAll("[role],[aria-label],[aria-roledescription]").forEach((each) =>
      ["role", "aria-label", "aria-roledescription"].forEach((name) => each.removeAttribute(name)));
    ["role", "aria-label", "aria-roledescription"].forEach((name) => drawn.removeAttribute(name));
    hatch(holder);
    picture.replaceChildren(holder);
    return view;
  }

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      interact(entry.target).then((view) => chosen && follow(entry.target, view));
    }
  }, { rootMargin: "200px" });

  async function follow(figure, view) {
    if (!view || !yearInput || !("byYear" in figure.dataset)) return;
    await view.signal("year", yearInput.value).runAsync();
    hatch(figure);
    figure.querySelector(".measure .year").textContent = yearInput.value;
  }

  if (yearInput) {
    yearInput.addEventListener("change", async () => {
      chosen = true;
      for (const figure of document.querySelectorAll("figure[data-by-year]")) {
        seen.unobserve(figure);
        await follow(figure, await interact(figure));
      }
    });
  }

  function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function csv(holder) {
    const cell = (each) => {
      const text = each.textContent.trim();
      const safe = /^[=+@\t\r]/.test(text) ? `'${text}` : text; // a spreadsheet must not run it
      return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    const rows = [...holder.querySelectorAll("tr")].map((row) => [...row.children].map(cell).join(","));
    const source = holder.querySelector(".source").firstChild.textContent.trim();
    rows.push(`"${source.replaceAll('"', '""')}"`);
    save(new Blob(["\ufeff", rows.join("\r\n"), "\r\n"], { type: "text/csv" }), `${holder.id}-${release}.csv`);
  }

  function png(figure) {
    const drawn = figure.querySelector(".picture svg").cloneNode(true);
    const [, , width, height] = drawn.getAttribute("viewBox").split(" ").map(Number);
    const title = figure.querySelector("h3").firstChild.textContent.trim();
    const source = figure.querySelector(".source").firstChild.textContent.trim();
    drawn.prepend(document.querySelector(".defs defs").cloneNode(true));
    drawn.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    drawn.setAttribute("width", width * 2);
    drawn.setAttribute("height", height * 2);
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = width * 2;
      canvas.height = height * 2 + 90;
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(image, 0, 45);
      pen.fillStyle = "#1b1f24";
      pen.font = "bold 24px sans-serif";
      pen.fillText(title, 10, 30, canvas.width - 20);
      pen.font = "18px sans-serif";
      pen.fillText(source, 10, canvas.height - 14, canvas.width - 20);
      canvas.toBlob((blob) => save(blob, `${figure.id}-${release}.png`));
    };
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(drawn));
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const holder = button.closest("figure, .wide");
    if (button.classList.contains("csv")) csv(holder);
    if (button.classList.contains("png")) png(holder);
  });

  // Numbers as they are written: $4.1M, 12 %, about 1,230; a dash or a reason sorts last.
  function rank(text) {
    const found = /^(?:about |at least )?([−+-]?)\$?([\d,.]+)([kMB]?)/.exec(text);
    if (!found) return null;
    const scale = { "": 1, k: 1e3, M: 1e6, B: 1e9 }[found[3]];
    return (found[1] && found[1] !== "+" ? -1 : 1) * Number(found[2].replaceAll(",", "")) * scale;
  }

  for (const table of document.querySelectorAll("table.sorts")) {
    table.querySelectorAll("thead th").forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") === "descending";
        table.querySelectorAll("th[aria-sort]").forEach((each) => each.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const body = table.tBodies[0];
        const text = (row) => row.children[column].textContent.trim();
        const rows = [...body.rows].sort((a, b) => {
          const [x, y] = [rank(text(a)), rank(text(b))];
          if (x !== null && y !== null) return up ? x - y : y - x;
          if (x !== null || y !== null) return x !== null ? -1 : 1;
          return up ? text(b).localeCompare(text(a)) : text(a).localeCompare(text(b));
        });
        body.append(...rows);
      });
    });
  }

  const find = document.getElementById("find");
  const found = document.getElementById("found");
  function search() {
    const asked = find.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const hits = asked.length
      ? (window.RUNG_SEARCH || []).filter(([title, kind]) => asked.every((each) => `${title} ${kind}`.toLowerCase().includes(each)))
      : [];
    const starts = ([title]) => (title.toLowerCase().startsWith(asked[0]) ? 0 : 1);
    hits.sort((a, b) => starts(a) - starts(b));
    found.replaceChildren(...hits.slice(0, 12).map(([title, kind, address]) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      const note = document.createElement("span");
      link.href = root + address;
      link.textContent = `${title} `;
      note.textContent = kind;
      link.append(note);
      item.append(link);
      return item;
    }));
    if (asked.length && !hits.length) {
      const none = document.createElement("li");
      none.textContent = "Nothing of that name.";
      found.append(none);
    }
    found.hidden = !asked.length;
  }
  find.addEventListener("input", search);
  find.form.addEventListener("submit", (event) => {
    event.preventDefault();
    const first = found.querySelector("a");
    if (first) location.href = first.href;
  });
  find.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { find.value = ""; search(); }
  });

  reveal("form.search, form.years, .tools");
  document.querySelectorAll("figure").forEach((figure) => seen.observe(figure));
})();
