"use strict";
(function () {
  const plots = [];

  function theme() {
    const style = getComputedStyle(document.documentElement);
    const soft = style.getPropertyValue("--soft").trim();
    const grid = style.getPropertyValue("--grid").trim();
    const card = style.getPropertyValue("--card").trim();
    const ink = style.getPropertyValue("--ink").trim();
    return { soft, grid, card, ink };
  }

  function themed(layout) {
    const colours = theme();
    const copy = JSON.parse(JSON.stringify(layout));
    const base = (copy.template && copy.template.layout) || {};
    base.font = Object.assign({}, base.font, { color: colours.soft });
    base.modebar = Object.assign({}, base.modebar, { color: colours.soft, activecolor: colours.ink });
    base.hoverlabel = Object.assign({}, base.hoverlabel, {
      bgcolor: colours.card, bordercolor: colours.grid, font: { color: colours.ink },
    });
    for (const axis of ["xaxis", "yaxis"]) {
      base[axis] = Object.assign({}, base[axis], { gridcolor: colours.grid, linecolor: colours.grid });
    }
    copy.template = { layout: base };
    for (const name of Object.keys(copy)) {
      if (/^[xy]axis\d*$/.test(name)) {
        delete copy[name].gridcolor;
        delete copy[name].linecolor;
      }
    }
    for (const note of copy.annotations || []) {
      // Words that stand on lines get a ground of the card's colour to be read on.
      if (note.name === "tick") note.bgcolor = colours.card + "c0";
    }
    return copy;
  }

  function drawAll() {
    for (const plot of plots) {
      window.Plotly.react(plot.place, plot.figure.data, themed(plot.figure.layout), plot.config);
    }
  }

  for (const block of document.querySelectorAll("script[data-plot]")) {
    const place = document.getElementById(block.dataset.plot);
    if (!place || !window.Plotly) continue;
    const config = { responsive: true, displaylogo: false, showTips: false,
      displayModeBar: place.closest("figure").classList.contains("half") ? false : "hover",
      modeBarButtons: [["toImage", "zoom2d", "pan2d", "resetScale2d"]] };
    plots.push({ place, figure: JSON.parse(block.textContent), config });
  }
  drawAll();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  addEventListener("beforeprint", drawAll);
  addEventListener("afterprint", drawAll);

  function key(cell) {
    if (!cell.classList.contains("number")) return cell.textContent;
    return cell.dataset.sort === undefined ? NaN : Number(cell.dataset.sort.replace("inf", "Infinity"));
  }

  function compare(a, b) {
    if (typeof a === "string") return a.localeCompare(b);
    return a - b;
  }

  function sortBy(header) {
    const table = header.closest("table");
    const place = header.cellIndex;
    const falling = header.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", falling ? "descending" : "ascending");
    const rows = Array.from(table.tBodies[0].rows, (row) => [key(row.cells[place]), row]);
    rows.sort(([a], [b]) => {
      // Cells without a value stay last in both directions.
      if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b);
      return falling ? compare(b, a) : compare(a, b);
    });
    table.tBodies[0].append(...rows.map(([, row]) => row));
  }

  for (const button of document.querySelectorAll("th button")) {
    button.addEventListener("click", () => sortBy(button.closest("th")));
  }
})();
