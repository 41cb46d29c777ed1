// The engine of a studio page: looks a setting up among the automaton's results, and computes money and years to come.
"use strict";
(() => {
  const D = JSON.parse(document.getElementById("numbers").textContent);
  const AHEAD = 10;
  const last = D.years[D.years.length - 1];
  const levels = D.levels.map((each) => each.id);
  const tier = Object.fromEntries(D.levels.map((each) => [each.id, each.tier]));
  const today = D.axes.map((axis) => axis.today);
  const settingOf = (places) => D.settings[places.join("-")];

  // Mean award of a level in dollars under today's rules; null where some amount is not configured.
  function meanAmount(level) {
    const cell = (settingOf(today).held[last] || {})[level];
    if (!cell) return 0;
    const [persons, cents, unpriced] = cell;
    return unpriced ? null : cents / persons / 100;
  }

  const start = {
    places: today,
    amounts: Object.fromEntries(levels.map((level) => [level, null])), // null: as the rules say
    release: 0, basePay: D.money?.base_pay ?? 0, cola: 0, growth: 0, attrition: 0, entries: 0,
    recurring: null, grant: null, grantEnd: D.money?.first_year_without ?? last + 1 + AHEAD,
  };

  // Dollars with benefits of one year's holders: what the rules pay, or the reader's award for each.
  function paid(held, amounts) {
    let sum = 0;
    for (const level of levels) {
      const cell = held[level];
      if (!cell || tier[level] < 1) continue;
      const [persons, cents, unpriced] = cell;
      if (amounts[level] !== null) sum += persons * amounts[level];
      else if (unpriced) return null;
      else sum += cents / 100;
    }
    return sum * (1 + D.load);
  }

  const designees = (held) => levels.reduce((n, level) => n + (tier[level] >= 1 && held[level] ? held[level][0] : 0), 0);

  // Yearly shares of who moves where, and entrants a year, from moves pooled over the history.
  function matrix(setting, attrition) {
    const rows = Object.fromEntries(levels.map((level) => [level, { to: {}, exit: 0, all: 0 }]));
    const entries = Object.fromEntries(levels.map((level) => [level, 0]));
    const spans = Math.max(D.years.length - 1, 1);
    for (const [from, to, n] of setting.moves) {
      if (from === null) entries[to] += n / spans;
      else {
        rows[from].all += n;
        if (to === null) rows[from].exit += n;
        else rows[from].to[to] = (rows[from].to[to] || 0) + n;
      }
    }
    for (const [level, row] of Object.entries(rows)) {
      if (!row.all) { row.to = { [level]: 1 }; row.exit = 0; row.all = 1; }
      const stays = row.all - row.exit;
      const exit = stays > 0 ? Math.min((row.exit / row.all) * (1 + attrition), 1) : 1;
      for (const to of Object.keys(row.to)) row.to[to] = stays > 0 ? (row.to[to] / stays) * (1 - exit) : 0;
    }
    return { rows, entries };
  }

  function run(asked) {
    const c = { ...start, ...asked };
    const setting = settingOf(c.places);
    const held = setting.held[last] || {};
    const history = D.years.map((year) => {
      const then = setting.held[year] || {};
      return { year, holders: designees(then), cost: paid(then, c.amounts) };
    });
    const gain = {}, lose = {};
    for (const [now, then, n] of setting.changed) {
      if (then !== null) gain[then] = (gain[then] || 0) + n;
      if (now !== null) lose[now] = (lose[now] || 0) + n;
    }
    const unit = Object.fromEntries(levels.map((level) => {
      const cell = held[level];
      const asRules = cell && !cell[2] ? cell[1] / cell[0] / 100 : meanAmount(level);
      return [level, tier[level] < 1 ? 0 : c.amounts[level] ?? asRules];
    }));
    const { rows, entries } = matrix(setting, c.attrition);
    let persons = Object.fromEntries(levels.map((level) => [level, held[level] ? held[level][0] : 0]));
    const known = levels.every((level) => unit[level] !== null);
    const years = [];
    for (let ahead = 0; ahead <= AHEAD; ahead++) {
      if (ahead) {
        const next = Object.fromEntries(levels.map((level) => [level, entries[level] * (1 + c.entries) ** ahead]));
        for (const from of levels) for (const [to, share] of Object.entries(rows[from].to)) next[to] += persons[from] * share;
        persons = next;
      }
      const leaders = levels.reduce((n, level) => n + (tier[level] >= 1 ? persons[level] : 0), 0);
      const awards = levels.reduce((sum, level) => sum + persons[level] * (unit[level] ?? 0), 0) * (1 + D.load);
      const time = leaders * c.release * c.basePay * (1 + D.load) * (1 + c.cola) ** ahead;
      years.push({ year: last + ahead, holders: leaders, persons, cost: known ? awards * (1 + c.growth) ** ahead + time : null });
    }
    const cost = years[0].cost;
    const before = paid(settingOf(today).held[last] || {}, start.amounts);
    const soft = D.money?.soft_share ?? 0;
    const recurring = c.recurring ?? (before === null ? D.money?.recurring ?? 0 : before * (1 - soft));
    const grant = c.grant ?? (before === null ? D.money?.grant ?? 0 : before * soft);
    for (const each of years) each.money = recurring + (each.year < c.grantEnd ? grant : 0);
    // A cent, as sums of shares are not whole.
    const broken = years.find((each) => each.cost !== null && each.cost > each.money + 0.01) || null;
    return { history, held, gain, lose, years, unit, cost, recurring, grant, breaks: broken ? broken.year : null };
  }

  window.studio = { run, start };

  const form = document.querySelector("form.controls");
  const name = (year) => `${year - 1}-${String(year % 100).padStart(2, "0")}`;
  const dollars = (value) => (value === null ? "not configured" : (value < 0 ? "−$" : "$") + Math.abs(Math.round(value)).toLocaleString("en-US"));
  const whole = (value) => Math.round(value).toLocaleString("en-US");
  const input = (key) => form.querySelector(`[data-money="${key}"]`);

  function fill() {
    const first = run({});
    for (const level of levels) {
      const field = form.querySelector(`[data-level="${level}"]`);
      const mean = meanAmount(level);
      field.value = mean === null ? "" : mean.toFixed(0);
      field.placeholder = "not configured";
      field.dataset.today = field.value;
    }
    const values = { release: 0, basePay: start.basePay, cola: 0, growth: 0, attrition: 0, entries: 0, recurring: Math.round(first.recurring), grant: Math.round(first.grant), grantEnd: start.grantEnd };
    for (const [key, value] of Object.entries(values)) { input(key).value = value; input(key).dataset.today = String(value); }
  }

  function read() {
    const asked = { places: [...form.querySelectorAll("[data-axis]")].map((each) => Number(each.value)), amounts: {} };
    for (const level of levels) {
      const field = form.querySelector(`[data-level="${level}"]`);
      asked.amounts[level] = field.value === field.dataset.today || field.value === "" ? null : Number(field.value);
    }
    for (const field of form.querySelectorAll("[data-money]")) {
      const share = field.dataset.unit === "%" ? 100 : 1;
      const rounded = ["recurring", "grant"].includes(field.dataset.money) && field.value === field.dataset.today;
      asked[field.dataset.money] = rounded ? null : Number(field.value) / share;
    }
    return asked;
  }

  let view = null;
  function draw(result) {
    const rows = [
      ...result.history.slice(0, -1).map((each) => ({ x: name(each.year), value: each.cost, part: "cost so far" })),
      ...result.years.map((each) => ({ x: name(each.year), value: each.cost, part: "cost" })),
      ...result.years.map((each) => ({ x: name(each.year), value: each.money, part: "money" })),
    ].filter((each) => each.value !== null);
    if (view) return view.data("rows", rows).runAsync();
    const spec = {
      width: 640, height: 240, autosize: { type: "fit-x", contains: "padding" }, data: { name: "rows", values: rows },
      mark: { type: "line", point: true, strokeWidth: 2.5, tooltip: true },
      encoding: {
        x: { field: "x", type: "ordinal", title: null, axis: { labelAngle: 0, labelOverlap: true } },
        y: { field: "value", type: "quantitative", title: "dollars", axis: { format: "$,.3~s", labelExpr: "replace(datum.label, 'G', 'B')" } },
        color: { field: "part", type: "nominal", title: null, legend: { orient: "top" }, scale: { domain: ["cost so far", "cost", "money"], range: ["#8a929c", "#0b5394", "#d55e00"] } },
        strokeDash: { field: "part", type: "nominal", legend: null, scale: { domain: ["cost so far", "cost", "money"], range: [[1, 0], [1, 0], [6, 4]] } },
      },
      config: { view: { stroke: null }, axis: { labelFontSize: 13, titleFontSize: 13 }, legend: { labelFontSize: 13 } },
    };
    return window.vegaEmbed("#cost", spec, { mode: "vega-lite", ast: true, renderer: "svg", actions: false }).then((made) => {
      view = made.view;
      const svg = document.querySelector("#cost svg");
      svg.setAttribute("viewBox", `0 0 ${svg.getAttribute("width")} ${svg.getAttribute("height")}`);
      svg.removeAttribute("style");
    });
  }

  function cells(row, texts) {
    texts.forEach((text, place) => {
      const cell = document.createElement(place ? "td" : "th");
      if (place) cell.className = "n"; else cell.scope = "row";
      cell.textContent = text;
      row.append(cell);
    });
    return row;
  }

  function show() {
    for (const range of form.querySelectorAll("input[type=range]")) {
      const axis = range.dataset.axis;
      range.nextElementSibling.value = axis !== undefined ? D.axes[axis].values[range.value] : `${range.value} ${range.dataset.unit}`;
    }
    const result = run(read());
    const before = settingOf(today).held[last] || {};
    document.querySelector("#levels tbody").replaceChildren(...[...D.levels].reverse().map(({ id, title, tier: rank }) => {
      const now = result.held[id] ? result.held[id][0] : 0;
      const cost = rank < 1 || !now ? "–" : result.unit[id] === null ? "not configured" : dollars(now * result.unit[id] * (1 + D.load));
      return cells(document.createElement("tr"), [title, whole(before[id] ? before[id][0] : 0), whole(now), whole(result.gain[id] || 0), whole(result.lose[id] || 0), cost]);
    }));
    document.querySelector("#years tbody").replaceChildren(...result.years.map((each) => {
      const row = document.createElement("tr");
      if (each.cost !== null && each.cost > each.money + 0.01) row.className = "broken";
      return cells(row, [name(each.year), whole(each.holders), dollars(each.cost), dollars(each.money), each.cost === null ? "–" : dollars(each.money - each.cost)]);
    }));
    const gained = Object.values(result.gain).reduce((a, b) => a + b, 0);
    const lost = Object.values(result.lose).reduce((a, b) => a + b, 0);
    const moved = gained || lost ? `${whole(gained)} persons gain a level, ${whole(lost)} lose one` : "Nobody's level changes";
    const money = result.cost === null ? "what it costs is not known, as an award is not configured"
      : `it costs ${dollars(result.cost)} in ${name(last)}, and the money ${result.breaks ? `falls short in ${name(result.breaks)}` : "is enough for ten years"}`;
    document.getElementById("verdict").textContent = `${moved}; ${money}.`;
    draw(result);
  }

  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { fill(); show(); }));
  fill();
  show();
})();
